"""What tests have done in Business Central before they look."""

from __future__ import annotations

from tests.erp_contract.business_central import BusinessCentralWorkbench as Bench


def ordered(bench: Bench, *quantities: int) -> str:
    """Return the number of an order of a new customer."""
    erp = bench.erp()
    return erp.create_order(bench.order(erp.create_party(bench.party()), *quantities)).number
