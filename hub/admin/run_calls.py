"""The import calls of a run, one line each: what they carry, and what Norce made of them."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Count, Max, Q, Sum
from django.db.models.functions import Length

from connectors.norce.header import fields_with_id
from hub.admin.links import list_url
from hub.models import NorceJob, SyncRow, SyncRun

SHOWN = 50


@dataclass(frozen=True, kw_only=True)
class Call:
    """One import call with its batch, or ``calls`` of them that are not formed yet.

    ``fields`` are the header's lists by name; ``size`` is in bytes, None where the rows have gone on to
    another batch after a Retry.
    """

    method: str
    records: int
    size: int | None = None
    fields: tuple[tuple[str, str], ...] = ()
    batch: int | None = None
    calls: int = 1
    job: NorceJob | None = None
    rows_url: str = ""


def calls(run: SyncRun) -> list[Call]:
    """Return the run's calls by batch, at most 51, so that one more than is shown says that there are more."""
    formed = {batch["batch"]: batch for batch in _batches(run)}
    jobs = {job.batch: job for job in run.jobs.defer("log").order_by("batch")[: SHOWN + 1]}
    numbers = sorted(formed.keys() | jobs.keys())[: SHOWN + 1]
    return [_call(run, number, formed.get(number), jobs.get(number)) for number in numbers] or _to_come(run)


def _batches(run: SyncRun) -> Any:
    rows = run.rows.exclude(batch=None).order_by("batch").values("batch")
    return _weighed(rows).annotate(place=Max("field_set"), norce_id=Max("norce_id"))[: SHOWN + 1]


def _weighed(rows: Any) -> Any:
    return rows.annotate(records=Count("pk"), size=Sum(Length("payload")))


def _call(run: SyncRun, number: int, batch: dict[str, Any] | None, job: NorceJob | None) -> Call:
    if batch is None:
        assert job is not None
        return Call(method=job.method, records=job.total, batch=number, job=job)
    method, fields = _header(run, batch["place"], has_id=batch["norce_id"] is not None)
    return Call(
        method=job.method if job else method,
        records=batch["records"],
        size=batch["size"],
        fields=fields,
        batch=number,
        job=job,
        rows_url=list_url("hub_syncrow", run__id__exact=str(run.pk), batch__exact=str(number)),
    )


def _to_come(run: SyncRun) -> list[Call]:
    """Return what a checked run would send, by combination of fields: its batches are formed when it may go on."""
    if run.phase != SyncRun.Phase.SENDING:
        return []
    rows = run.rows.filter(batch=None, action=SyncRow.Action.PLANNED).exclude(field_set=None)
    groups = _weighed(
        rows.annotate(has_id=Q(norce_id__isnull=False)).order_by("field_set").values("field_set", "has_id")
    )
    found = []
    for group in groups[: SHOWN + 1]:
        method, fields = _header(run, group["field_set"], has_id=group["has_id"])
        least = max(group["records"] / settings.HUB_BATCH_RECORDS, group["size"] / settings.HUB_BATCH_BYTES)
        found.append(
            Call(method=method, records=group["records"], size=group["size"], fields=fields, calls=math.ceil(least))
        )
    return found


def _header(run: SyncRun, place: int | None, *, has_id: bool) -> tuple[str, tuple[tuple[str, str], ...]]:
    if place is None or place >= len(run.field_sets):
        return "", ()
    method, fields = run.field_sets[place]
    lists = json.loads(fields_with_id(fields) if has_id else fields)
    return method, tuple((name, ", ".join(names)) for name, names in lists.items())
