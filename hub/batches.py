"""Put a run's planned rows into few import calls, and send each of them once."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.db.models.functions import Length
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from connectors.errors import HubError, PermanentError, TransientError
from connectors.norce.header import fields_with_id, with_id
from connectors.norce.types.jobs import Job, JobResponse
from connectors.redaction import redact_texts
from hub import gateways, jobs, registry, runs, work
from hub.models import NorceJob, SyncRow, SyncRun
from hub.models.runs import UNSAID

# A refused call is cut in halves to find the record that Norce refuses; a run that meets more is set up wrongly.
MOST_SPLITS = 40
SENDABLE = (SyncRow.Change.NEW, SyncRow.Change.CHANGED, SyncRow.Change.DEACTIVATED)
# Norce's time stamps carry no offset and their zone is not published; further away than this it is another job.
CLOCK_DOUBT = timedelta(hours=15)
# All zones are whole quarters of an hour apart, so within one the minutes tell.
ZONE_STEP = timedelta(minutes=15)
CLOCK_SKEW = timedelta(minutes=2)
QUEUED = timedelta(minutes=5)


def place(item: SyncRun, rows: Iterable[SyncRow]) -> None:
    """Give new rows their batch before they are written: at most HUB_BATCH_RECORDS and HUB_BATCH_BYTES, equal fields.

    Norce publishes no limits; one record per call is bad practice (customers-jobs-auth.md § 7). Rows
    with and without a Norce id never share a call, because their fields differ. How full each batch is
    stands in the run's cursor, which the caller stores with the rows.
    """
    fill = item.cursor.setdefault("fill", {})
    for row in rows:
        if row.field_set is None or row.change not in SENDABLE:
            continue
        key = f"{row.field_set}:{row.norce_id is not None}"
        number, records, size = fill.get(key, (0, settings.HUB_BATCH_RECORDS, 0))
        length = len(row.payload) + 1
        if records >= settings.HUB_BATCH_RECORDS or size + length > settings.HUB_BATCH_BYTES:
            number, records, size = item.cursor.get("batches", 0) + 1, 0, 0
            item.cursor["batches"] = number
        row.batch, fill[key] = number, [number, records + 1, size + length]


def form(item: SyncRun) -> None:
    """Number the planned rows that have no batch yet, as `place` does: those whose fields or fate have changed."""
    for number, keys in enumerate(_groups(item), start=_last(item) + 1):
        item.rows.filter(pk__in=keys).update(batch=number)


def _last(item: SyncRun) -> int:
    """Return the highest number of a batch that the run has or had (rows are numbered anew after a Retry)."""
    numbers = (items.aggregate(last=Max("batch"))["last"] for items in (item.rows, item.jobs))
    return max(number or 0 for number in numbers)


def _groups(item: SyncRun) -> Iterator[list[int]]:
    waiting = _planned(item).filter(batch=None).exclude(field_set=None)
    rows = waiting.order_by("field_set", "pk").values_list("pk", "field_set", "norce_id", Length("payload"))
    for with_norce_id in (False, True):
        keys: list[int] = []
        size, before = 0, None
        for pk, field_set, _, length in rows.filter(norce_id__isnull=not with_norce_id).iterator(chunk_size=2000):
            full = len(keys) == settings.HUB_BATCH_RECORDS or size + length > settings.HUB_BATCH_BYTES
            if keys and (full or field_set != before):
                yield keys
                keys, size = [], 0
            keys.append(pk)
            size, before = size + length + 1, field_set
        if keys:
            yield keys


def plan_again(item: SyncRun) -> None:
    """Plan anew what Norce did not take, and what a job that nobody follows any more never answered for."""
    followed = runs.open_jobs(item).values("batch")
    lost = Q(action=SyncRow.Action.SENT) & ~Q(batch__in=followed)
    with transaction.atomic():
        item.rows.filter(Q(action=SyncRow.Action.FAILED) | lost).update(
            action=SyncRow.Action.PLANNED, batch=None, **UNSAID
        )
        item.cursor.pop("splits", None)
        runs.store(item, cursor=item.cursor)


def send(item: SyncRun, *, until: float) -> bool:
    """Send the batches that have no job yet, one call each; return False when the time (monotonic) is up.

    A batch that Norce refuses as a whole is cut in halves until only the refused record is left.
    """
    resource = registry.resource(item.resource)
    _find_lost_job(item)
    waiting = deque(_planned(item).order_by("batch").values_list("batch", flat=True).distinct())
    while waiting:
        if time.monotonic() > until:
            return False
        batch = waiting.popleft() or 0
        resource.before_send(item, batch)
        rows = _planned(item).filter(batch=batch)
        if rows.exists():
            halves = _send(item, batch, rows)
            waiting.extendleft(halves[:1])
            waiting.extend(halves[1:])
    return True


def _send(item: SyncRun, batch: int, rows: QuerySet[SyncRow]) -> tuple[int, ...]:
    """Send one batch; return the batches that it was cut into, if Norce refused it."""
    # The mark stays when the answer is lost or we are killed: the job list is looked at before we send again.
    if not work.mine(item).update(posting_batch=batch, posting_since=timezone.now()):
        raise work.LeaseLost(str(item))
    try:
        method, response = post(item, rows)
    except HubError as error:
        # A mark that stayed when no job was made would let us take somebody else's job for ours.
        if not _may_have_made_a_job(error):
            work.mine(item).update(posting_batch=None)
        if not isinstance(error, PermanentError) or error.status is None:
            raise
        return _refused(item, batch, error)
    jobs.follow(item, batch=batch, method=method, response=response)
    return ()


def post(item: SyncRun, rows: QuerySet[SyncRow]) -> tuple[str, JobResponse]:
    """Make the import call of one batch; return its method and Norce's answer."""
    [(place, has_id)] = {(place, number is not None) for place, number in rows.values_list("field_set", "norce_id")}
    method, fields = item.field_sets[place]
    records = [
        payload if norce_id is None else with_id(payload, norce_id)
        for payload, norce_id in rows.order_by("pk").values_list("payload", "norce_id")
    ]
    connect = gateways.norce_connect()
    header = fields_with_id(fields) if has_id else fields
    return method, connect.import_encoded(method, records, fields=header, account_id=settings.NORCE_ACCOUNT_ID)


def _may_have_made_a_job(error: HubError) -> bool:
    """Return whether the answer was lost, or was a yes that cannot be read: that is a refusal without a status."""
    if isinstance(error, TransientError):
        return error.outcome_unknown
    return isinstance(error, PermanentError) and error.status is None


def _refused(item: SyncRun, batch: int, error: PermanentError) -> tuple[int, ...]:
    """Let the halves of a refused batch be sent apart; a single record is what Norce refuses."""
    keys = list(_planned(item).filter(batch=batch).order_by("pk").values_list("pk", flat=True))
    splits = item.cursor.get("splits", 0)
    if len(keys) > 1 and splits < MOST_SPLITS:
        item.cursor["splits"] = splits + 1
        half = _last(item) + 1
        with transaction.atomic():
            work.mine(item).update(cursor=item.cursor)
            item.rows.filter(pk__in=keys[len(keys) // 2 :]).update(batch=half)
        return batch, half
    with transaction.atomic():
        item.rows.filter(pk__in=keys).update(action=SyncRow.Action.FAILED, **redact_texts(runs.row_failure(error)))
        registry.resource(item.resource).settle(item, batch)
        runs.count_up(item, failed=len(keys))
    return ()


def _find_lost_job(item: SyncRun) -> None:
    """See whether the call whose answer we never got made a job; exactly one that fits is taken for ours.

    The list has no link to the call, so the job is told by being unknown to us, newer than all we
    knew before the call, about as many records, and of this day. When none or several fit, the batch
    is sent again: the same records once more change nothing.
    """
    if item.posting_batch is None:
        return
    rows = _planned(item).filter(batch=item.posting_batch)
    found = [job for job in gateways.norce_connect().jobs() if _fits(job, rows.count(), item.posting_since)]
    known = set(NorceJob.objects.filter(job_id__in=[job.job_id for job in found]).values_list("job_id", flat=True))
    earlier = NorceJob.objects.filter(created_at__lt=item.posting_since or timezone.now())
    newest = earlier.aggregate(newest=Max("job_id"))["newest"] or 0
    unknown = [job for job in found if job.job_id not in known and (job.job_id or 0) > newest]
    if len(unknown) == 1 and (row := rows.first()) is not None:
        method = item.field_sets[row.field_set or 0][0]
        jobs.follow(item, batch=item.posting_batch, method=method, response=JobResponse(job_id=unknown[0].job_id))
    else:
        work.mine(item).update(posting_batch=None)


def _fits(job: Job, records: int, since: datetime | None) -> bool:
    started = parse_datetime(job.start) if job.start else None
    if started is None or since is None:
        return job.totals == records
    if timezone.is_naive(started):
        started = timezone.make_aware(started)
    later = started - since
    near = -CLOCK_SKEW < (later + ZONE_STEP / 2) % ZONE_STEP - ZONE_STEP / 2 < QUEUED
    return job.totals == records and abs(later) < CLOCK_DOUBT and near


def _planned(item: SyncRun) -> QuerySet[SyncRow]:
    return item.rows.filter(action=SyncRow.Action.PLANNED, change__in=SENDABLE)
