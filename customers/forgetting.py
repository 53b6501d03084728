"""Learn whom Norce has forgotten, and keep nothing about them in the register's bindings and runs either."""

from __future__ import annotations

import structlog
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from connectors.errors import PermanentError
from connectors.norce import odata
from customers import matching, norce_ids
from customers.kinds import PEOPLE
from customers.models import CustomerBinding
from customers.planning import FORGOTTEN
from hub.models import SyncRow, SyncRun
from hub.models.runs import UNSAID

log = structlog.get_logger(__name__)
Action = SyncRow.Action


def learn(item: SyncRun) -> None:
    """Mark the bindings of everybody Norce has forgotten, since the run's lower bound or ever, and blank them.

    That a forgotten customer's row counts as updated is inferred; full runs ask for all. A tenant
    whose Query does not know the property (400) or the set (404) cannot tell us, which is logged.
    """
    lately = odata.compared("Updated", "ge", item.since) if item.since else ""
    condition = odata.every(odata.compared("IsForgotten", "eq", True), lately)
    own = matching.application_number(item.application_key) if item.application_key else None
    rows = CustomerBinding.objects.filter(application_key=item.application_key, forgotten_at=None)
    try:
        if not item.dry_run:
            norce_ids.learn(item)
        for page in matching.pages(item, PEOPLE, condition):
            ids = [party.id for party in page]
            codes = [party.code for party in page if party.code and own in (None, party.application_id)]
            # A code may have gone to somebody else, whom Norce has not forgotten: the id goes before it.
            forget(rows.filter(Q(norce_id__in=ids) | Q(norce_id=None, erp_code__in=codes)))
    except PermanentError as error:
        if error.status not in (400, 404):
            raise
        log.warning("norce cannot tell whom it has forgotten", error=str(error))


def forget(bindings: QuerySet[CustomerBinding]) -> int:
    """Mark bindings as forgotten, blank them and everything that runs have kept about them; return how many.

    An order of such a person is a new purchase and goes through (`customers.ensure`): its code stays
    bound to the forgotten row, and neither the code nor the address is told to Norce again.
    """
    rows = list(bindings.defer("sent", "heard"))
    with transaction.atomic():
        blank(SyncRow.objects.filter(subject__in=[row.subject for row in rows]))
        return CustomerBinding.objects.filter(pk__in=[row.pk for row in rows]).update(
            forgotten_at=timezone.now(), email="", sent="", heard="", digest="", report="", report_error=""
        )


def blank(rows: QuerySet[SyncRow]) -> int:
    """Blank rows of runs; what was not sent, or may be sent again by a Retry, is left out. Returns how many."""
    with transaction.atomic():
        waiting = rows.filter(action__in=(Action.PLANNED, Action.FAILED))
        keys = list(waiting.values_list("pk", flat=True))
        number = rows.update(identifier="", payload="", digest="", changes={}, **UNSAID)
        SyncRow.objects.filter(pk__in=keys).update(action=Action.SKIPPED, message=FORGOTTEN)
        return number
