"""Learn the Norce ids of the people whom runs have made there: a code can be wiped, an id stays."""

from __future__ import annotations

from collections.abc import Sequence

from connectors.norce import odata
from customers import matching
from customers.kinds import PEOPLE, NorceParty
from customers.models import CustomerBinding
from hub import runs
from hub.models import SyncRun


def learn(item: SyncRun) -> None:
    """Give bindings that Norce has accepted their ids, from the customers it has made since the last run.

    Without its id, somebody whom Norce has forgotten might no longer be told by code, and would be made
    anew. Raises as `connectors.norce.query.NorceQuery` does.
    """
    nameless = CustomerBinding.objects.filter(
        application_key=item.application_key, norce_id=None, accepted_run__isnull=False, forgotten_at=None
    )
    if nameless.exists():
        since = runs.cursor(item.resource, item.application_key)
        condition = odata.compared("Created", "ge", since) if since else ""
        for page in matching.pages(item, PEOPLE, condition):
            own = matching.application_number(item.application_key) if item.application_key else None
            _assign(item, [party for party in page if party.code and own in (None, party.application_id)])


def _assign(item: SyncRun, page: Sequence[NorceParty]) -> None:
    ids = {party.code: party.id for party in page}
    rows = CustomerBinding.objects.filter(application_key=item.application_key)
    taken = set(rows.filter(norce_id__in=ids.values()).values_list("norce_id", flat=True))
    found = list(rows.filter(norce_id=None, forgotten_at=None, erp_code__in=ids).only("erp_code"))
    # A code of two ERPs is told by neither.
    single = {row.erp_code: row for row in found if ids[row.erp_code] not in taken}
    for row in single.values():
        row.norce_id = ids[row.erp_code]
    CustomerBinding.objects.bulk_update(single.values(), ["norce_id"], batch_size=200)
