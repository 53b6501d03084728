"""Documents of the ERP as Norce's: valid by the contract, worth the same, split and signed as asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.erp.base import ErpAddress, ErpDocumentRow, ErpParcel, ParcelStatus
from connectors.norce import wire
from connectors.norce.types.order_updates import CreditInvoice, DeliveryNote, Invoice
from connectors.norce.types.orders import Payment
from orders.identifying import basket_id
from orders.norce_documents import Head, Reference, credit, delivery_note, invoice, rounding
from tests.connectors.norce.contracts import ORDER, complaints

NOON, DUE = datetime(2027, 1, 15, 12, tzinfo=UTC), datetime(2027, 2, 14, tzinfo=UTC)
REFERENCE = Reference(client_order_ref="5100231", source="WEB", erp_order_no="SO1")
HEAD = Head(
    **{"number": "F1", "made_at": NOON, "due_at": DUE, "currency": "SEK", "culture": "sv-SE", "country": "SE"},
    **{"application_key": "7f0c2d1a-4b52-4f6e-9a31-0d5b6f1e2c10", "group": "", "rounding": Decimal(0)},
    **{"is_last": False, "suppress": False},
)
CARD = Payment(payment_code=2, payment_ref="card-1", amount=Decimal("187.50"), currency_code="SEK")
JACKET = ErpDocumentRow(part_no="JACKET", quantity=Decimal(2), line_no=1, unit_price=Decimal(100), unit_vat=Decimal(25))
AMOUNTS = st.integers(0, 10**8).map(lambda number: Decimal(number) / 1000)
ROWS = st.lists(
    st.builds(
        ErpDocumentRow,
        part_no=st.just("JACKET"),
        quantity=st.integers(1, 10**6).map(lambda number: Decimal(number) / 100),
        line_no=st.none() | st.integers(1, 99),
        description=st.text(max_size=300),
        unit_price=AMOUNTS,
        unit_vat=AMOUNTS,
        vat_rate=st.sampled_from([Decimal(0), Decimal("12.5"), Decimal(25)]),
    ),
    min_size=1,
    max_size=4,
)


def billed(rows: list[ErpDocumentRow], payment: Payment | None = CARD, **changes: Any) -> Invoice:
    return invoice(order=REFERENCE, head=replace(HEAD, **changes), rows=rows, payment=payment)


def credited(rows: list[ErpDocumentRow], sign: int = 1, **changes: Any) -> CreditInvoice:
    head = replace(HEAD, number="K1", **changes)
    return credit(order=REFERENCE, head=head, credited="F1", rows=rows, payment=CARD, sign=sign)


def delivered(rows: list[ErpDocumentRow], **changes: Any) -> DeliveryNote:
    said: dict[str, Any] = {"order_no": "SO1", "number": "D1", "delivered_at": NOON, "completes": True, "rows": rows}
    where = {"parcels": (), "address": ErpAddress(), "method": ""}
    return delivery_note(**said | where | changes)


def worth(items: list[dict[str, Any]]) -> Decimal:
    return sum(((item["UnitPrice"] + item["UnitVat"]) * item["Quantity"] for item in items), Decimal(0))


@given(ROWS, st.sampled_from([1, -1]))
def test_any_document_is_valid_by_the_contract(rows: list[ErpDocumentRow], sign: int) -> None:
    parcels = [ErpParcel(number="PARCEL-1", status=status) for status in ParcelStatus]
    address = ErpAddress(name="Maja Provberg", line1="Exempelgatan 1", city="Exempelstad", country="SE")
    note = delivered(rows, parcels=parcels, address=address, method="BOX")
    assert complaints(ORDER, "DeliveryNote", wire.write(note)) == []
    assert complaints(ORDER, "Invoice", wire.write(billed(rows, group="F1", is_last=True))) == []
    assert complaints(ORDER, "CreditInvoice", wire.write(credited(rows, sign))) == []


@given(ROWS)
def test_a_quantity_that_is_not_whole_goes_as_one_piece_worth_the_same(rows: list[ErpDocumentRow]) -> None:
    items = wire.write(billed(rows))["Items"]
    assert worth(items) == sum(((row.unit_price + row.unit_vat) * row.quantity for row in rows), Decimal(0))
    broken = [row.quantity % 1 != 0 for row in rows]
    assert [item["Quantity"] for item in items] == [
        1 if is_broken else row.quantity for row, is_broken in zip(rows, broken, strict=True)
    ]


def test_a_delivery_knows_fractions() -> None:
    [item] = wire.write(delivered([replace(JACKET, quantity=Decimal("1.5"))]))["DeliveryNoteItems"]
    assert item == {"ItemNo": "JACKET", "Qty": Decimal("1.5"), "RowNumber": Decimal(1)}


@given(ROWS, st.integers(-99, 99).map(lambda number: Decimal(number) / 100))
def test_rows_and_rounding_come_to_the_documents_total(rows: list[ErpDocumentRow], more: Decimal) -> None:
    total = (worth(wire.write(billed(rows))["Items"]) + more).quantize(Decimal("0.01"))
    told = wire.write(billed(rows, rounding=rounding(total, rows)))
    assert abs(worth(told["Items"]) + told.get("InvoiceRoundOff", 0) - total) <= Decimal("0.005")


def test_half_a_hundredth_goes_up_as_everywhere() -> None:
    row = replace(JACKET, quantity=Decimal(1), unit_price=Decimal("10.005"), unit_vat=Decimal(0))
    assert rounding(Decimal("10.01"), [row]) == Decimal("0.01")


def test_an_invoice_that_is_not_rounded_says_nothing_of_it() -> None:
    assert "InvoiceRoundOff" not in wire.write(billed([JACKET], rounding=rounding(Decimal(250), [JACKET])))


@pytest.mark.parametrize(("group", "said"), [("", None), ("F1", "F1")])
def test_the_parts_of_a_split_invoice_share_a_group_and_one_that_is_whole_has_none(group: str, said: Any) -> None:
    parts = [wire.write(billed([JACKET], number=number, group=group)) for number in ("F1", "F1-2")]
    assert [(part["InvoiceNo"], part.get("GroupCode")) for part in parts] == [("F1", said), ("F1-2", said)]


@pytest.mark.parametrize("is_last", [True, False])
def test_whether_it_is_the_last_invoice_is_said_always(is_last: bool) -> None:
    documents = billed([JACKET], is_last=is_last), credited([JACKET], is_last=is_last)
    assert [wire.write(document)["IsLastInvoiceForOrder"] for document in documents] == [is_last, is_last]


def test_an_invoice_without_a_reservation_names_no_payment() -> None:
    told = wire.write(billed([JACKET], payment=None, suppress=True))
    assert (told.get("Payment"), told["SuppressPspCall"], len(told["Items"])) == (None, True, 1)


@pytest.mark.parametrize("sign", [1, -1])
def test_a_credit_signs_its_rows_and_rounding_and_says_how_much_is_given_back(sign: int) -> None:
    rows = [JACKET, replace(JACKET, quantity=Decimal("0.5"))]
    told = wire.write(credited(rows, sign, rounding=Decimal("0.50")))
    assert [item["Quantity"] for item in told["Items"]] == [2 * sign, sign]
    assert (told["InvoiceRoundOff"], told["Payment"]["Amount"]) == (sign * Decimal("0.50"), Decimal("187.50"))
    assert (told["InvoiceNo"], told["CreditedInvoiceNo"], worth(told["Items"])) == ("K1", "F1", sign * Decimal("312.5"))


@pytest.mark.parametrize(
    ("reference", "source", "number"),
    [
        *(("5100231", "WEB", 5100231), ("2147483647", "WEB", 2147483647), ("2147483648", "WEB", None)),
        *(("5100231", "POS-7", None), ("0", "WEB", None), ("-1", "WEB", None), ("", "WEB", None)),
        *(("A1", "WEB", None), ("٣", "WEB", None), ("²", "WEB", None), ("9" * 255, "WEB", None)),
    ],
)
def test_only_norces_own_number_is_sent_as_one(reference: str, source: str, number: int | None) -> None:
    order = Reference(client_order_ref=reference, source=source, erp_order_no="SO1")
    told = wire.write(invoice(order=order, head=HEAD, rows=[JACKET], payment=CARD))
    assert (basket_id(reference, source), told.get("ClientOrderRef"), told["ErpOrderNo"]) == (number, number, "SO1")


@pytest.mark.parametrize(("completes", "status"), [(True, 4), (False, 8)])
def test_a_delivery_says_whether_it_is_all(completes: bool, status: int) -> None:
    assert wire.write(delivered([JACKET], completes=completes))["StatusId"] == status


def test_a_parcel_that_is_sent_is_delivered_in_norces_words() -> None:
    parcels = [ErpParcel(number=status.value, status=status) for status in ParcelStatus]
    told = wire.write(delivered([JACKET], parcels=parcels))["DeliveryNotePackages"]
    assert {parcel["ParcelNumber"]: parcel["StatusId"] for parcel in told} == {
        **{"sent": 4, "ready_for_pickup": 11, "picked_up": 12, "cancelled": 6},
    }


def test_what_a_delivery_does_not_say_is_left_out() -> None:
    told = wire.write(delivered([replace(JACKET, line_no=None), replace(JACKET, line_no=None)]))
    assert sorted(told) == ["DeliveryDate", "DeliveryNoteItems", "NoteNo", "OrderNo", "StatusId"]
    assert [item["RowNumber"] for item in told["DeliveryNoteItems"]] == [10001, 10002]
