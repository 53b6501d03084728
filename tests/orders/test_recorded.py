"""A mapped order kept as data: read back equal, refused when it cannot be, gone when the order's contents go."""

from __future__ import annotations

import json
from dataclasses import fields
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.erp.base import ErpAddress, ErpOrder, ErpOrderLine, ErpPayment
from connectors.errors import PermanentError
from orders.recorded import as_record, from_record

st.register_type_strategy(Decimal, st.decimals(allow_nan=False))


def filled(kind: type[Any], **given: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Make dataclasses with any value in every field, also in those that have a default."""
    return st.builds(kind, **{field.name: ... for field in fields(kind)} | given)


ADDRESSES = filled(ErpAddress)
ORDERS = filled(
    ErpOrder,
    lines=st.lists(filled(ErpOrderLine), max_size=3).map(tuple),
    payments=st.lists(filled(ErpPayment), max_size=2).map(tuple),
    bill_to=ADDRESSES,
    ship_to=ADDRESSES,
)
PLAIN = ErpOrder(reference="1901-1", customer_code="", currency="SEK", total=Decimal("10.50"), lines=())


@given(ORDERS)
def test_what_is_read_back_equals_what_was_kept(draft: ErpOrder) -> None:
    found = from_record(json.loads(json.dumps(as_record(draft))))
    assert found == draft
    assert repr(found) == repr(draft)


def test_a_record_of_before_a_field_was_there_has_what_it_stood_for() -> None:
    record = as_record(PLAIN)
    del record["sales_division"]
    assert from_record(record) == PLAIN


@pytest.mark.parametrize(
    "change",
    [
        {"colour": "red"},
        {"total": 10.5},
        {"total": "ten"},
        {"lines": [{"line_no": 1}]},
        {"bill_to": None},
        {"lines": 5},
    ],
)
def test_a_record_of_another_version_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(PermanentError, match="another version"):
        from_record(as_record(PLAIN) | change)


@pytest.mark.parametrize("record", [None, [], "text", {}])
def test_what_is_no_record_is_refused(record: Any) -> None:
    with pytest.raises(PermanentError, match="another version"):
        from_record(record)
