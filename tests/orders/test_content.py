"""A document of the ERP comes back from the hub's JSON as it went in."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from connectors.erp.base import ErpAddress, ErpCredit, ErpDelivery, ErpDocumentRow, ErpInvoice, ErpParcel, ParcelStatus
from orders import content

DAY = datetime(2027, 1, 15, tzinfo=UTC)
AMOUNTS = st.decimals(allow_nan=False, allow_infinity=False)
ROWS = st.lists(
    st.builds(
        ErpDocumentRow,
        part_no=st.text(),
        quantity=AMOUNTS,
        line_no=st.none() | st.integers(),
        description=st.text(),
        unit_price=AMOUNTS,
        unit_vat=AMOUNTS,
        vat_rate=AMOUNTS,
    )
).map(tuple)
ADDRESSES = st.builds(
    ErpAddress, name=st.text(), line1=st.text(), country=st.text(), primary=st.booleans(), validated=st.none()
)
DELIVERIES = st.builds(
    ErpDelivery,
    number=st.text(),
    delivered_at=st.just(DAY),
    rows=ROWS,
    parcels=st.lists(st.builds(ErpParcel, number=st.text(), status=st.sampled_from(ParcelStatus))).map(tuple),
    address=ADDRESSES,
    method=st.text(),
)


@given(DELIVERIES)
def test_a_delivery_is_kept_whole(delivery: ErpDelivery) -> None:
    kept = json.loads(json.dumps(content.as_content(delivery)))
    assert content.rows(kept) == delivery.rows
    assert content.parcels(kept) == delivery.parcels
    assert content.address(kept) == delivery.address
    assert kept["method"] == delivery.method


@given(ROWS)
def test_the_rows_of_an_invoice_and_a_credit_are_kept_and_nothing_else(rows: tuple[ErpDocumentRow, ...]) -> None:
    invoice = ErpInvoice(number="F1", invoiced_at=DAY, due_at=DAY, currency="SEK", total=Decimal(1), rows=rows)
    credit = ErpCredit(number="K1", credited_invoice="F1", credited_at=DAY, currency="SEK", total=Decimal(1), rows=rows)
    for document in (invoice, credit):
        kept = json.loads(json.dumps(content.as_content(document)))
        assert (list(kept), content.rows(kept)) == (["rows"], rows)


def test_decimals_keep_their_digits() -> None:
    row = ErpDocumentRow(part_no="P", quantity=Decimal("1.50"), unit_price=Decimal("0.1") + Decimal("0.2"))
    delivery = ErpDelivery(number="D1", delivered_at=DAY, rows=(row,))
    [kept] = content.as_content(delivery)["rows"]
    assert (kept["quantity"], kept["unit_price"]) == ("1.50", "0.3")
