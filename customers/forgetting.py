"""Learn whom Norce has forgotten, and keep nothing about them here either."""

from __future__ import annotations

import structlog
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from connectors.errors import PermanentError
from customers import matching
from customers.kinds import PEOPLE
from customers.models import CustomerBinding
from hub.models import SyncRow, SyncRun

log = structlog.get_logger(__name__)


def learn(item: SyncRun) -> None:
    """Mark the bindings of everybody Norce has forgotten, since the run's lower bound or ever, and blank them.

    That a forgotten customer's row counts as updated is inferred; full runs ask for all. A tenant
    whose Query does not know the property (400) or the set (404) cannot tell us, which is logged.
    """
    condition = "IsForgotten eq true"
    if item.since:
        condition += f" and Updated ge {item.since:%Y-%m-%dT%H:%M:%SZ}"
    try:
        for page in matching.pages(item, PEOPLE, condition):
            rows = CustomerBinding.objects.filter(application_key=item.application_key, forgotten_at=None)
            ids = [party.id for party in page]
            codes = [party.code for party in page if party.code]
            forget(rows.filter(Q(norce_id__in=ids) | Q(erp_code__in=codes)))
    except PermanentError as error:
        if error.status not in (400, 404):
            raise
        log.warning("norce cannot tell whom it has forgotten", error=str(error))


def forget(bindings: QuerySet[CustomerBinding]) -> int:
    """Blank bindings and everything that runs have kept about them; return how many there were."""
    rows = list(bindings.defer("sent"))
    subjects = [row.subject for row in rows]
    with transaction.atomic():
        SyncRow.objects.filter(subject__in=subjects).update(identifier="", payload="", changes={}, message="")
        blank = {"email": "", "sent": "", "digest": "", "report_error": ""}
        return CustomerBinding.objects.filter(pk__in=[row.pk for row in rows]).update(
            forgotten_at=timezone.now(), **blank
        )
