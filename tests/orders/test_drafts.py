"""Orders as they would be sent with other mappings, and what differs between two such drafts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from connectors.erp.base import ErpAddress, ErpOrder, ErpOrderLine, ErpPayment
from connectors.norce.types.orders import OrderRequest
from hub.models import Application, ErpConnection
from hub.models.configuration import ValueKind
from hub.values import Key, translator
from orders.draft_changes import WORDS, changes
from orders.drafts import Draft, draft
from tests.orders.samples import item, read, small

STRICT = Application(
    key="k", number=1, name="Exempel", erp_connection=ErpConnection(name="d", strict_kinds=["payment_method", "unit"])
)
PLAIN = Application(key="k", number=1, name="Exempel", erp_connection=ErpConnection(name="d"))


def drafted(request: OrderRequest, table: Mapping[Key, str], application: Application = PLAIN) -> Draft:
    return draft(request, application, translator(application, table))


def told(table: Mapping[Key, str], **members: Any) -> list[tuple[str, str, str]]:
    request = small(item(1, "100", UnitOfMeasure="Pieces"), paid="100", **members)
    before, after = drafted(request, {}).order, drafted(request, table).order
    assert before and after
    return changes(before, after)


def test_every_missing_value_is_noted_and_stands_as_norce_has_it() -> None:
    made = drafted(read("01"), {}, STRICT)
    assert [kind for kind, _ in made.missing] == [ValueKind.UNIT, ValueKind.PAYMENT_METHOD]
    assert made.order and made.order.payments[0].method == dict(made.missing)[ValueKind.PAYMENT_METHOD]
    assert (made.maps, made.problem) == (False, "")


def test_an_order_with_all_its_mappings_maps() -> None:
    table = {(kind, "", value): "x" for kind, value in drafted(read("01"), {}, STRICT).missing}
    assert drafted(read("01"), table, STRICT).maps


def test_a_mapping_that_is_wrong_is_a_problem() -> None:
    made = drafted(read("01"), {("vat_rate", "", "25"): "MOMS25"})
    assert made.order is None and not made.maps
    assert made.problem == "VAT rate 25 is mapped to MOMS25, which is not a number."


def test_what_is_wrong_is_told_in_the_readers_language() -> None:
    with translation.override("sv"):
        assert "MOMS25" in drafted(read("01"), {("vat_rate", "", "25"): "MOMS25"}).problem
        assert "is mapped to" not in drafted(read("01"), {("vat_rate", "", "25"): "MOMS25"}).problem


def test_an_amount_beyond_all_measure_is_a_problem() -> None:
    made = drafted(small(item(1, "1"), Fees=[{"Amount": 10, "VatRate": -100}]), {})
    assert (made.order, made.problem) == (None, "DivisionByZero")


def test_the_same_mappings_change_nothing() -> None:
    assert told({("unit", "", "Box"): "box"}) == []


@pytest.mark.parametrize(
    ("key", "value", "change"),
    [
        (("unit", "", "Pieces"), "st", ("Row 1 · Unit", "Pieces", "st")),
        (("vat_rate", "", "25"), "26.50", ("Row 1 · VAT %", "25", "26.5")),
        (("sales_contact", "", "ANNA"), "17", ("Sales contact", "ANNA", "17")),
        (("delivery_method", "", "PN"), "POST", ("Delivery method", "PN", "POST")),
        (("unit", "", "Pieces"), "", ("Row 1 · Unit", "Pieces", "")),
    ],
)
def test_a_change_names_its_field_in_words(key: Key, value: str, change: tuple[str, str, str]) -> None:
    assert told({key: value}, SalesContactCode="ANNA", ShippingAdvice={"DeliveryMethodCode": "PN"}) == [change]


def test_rows_and_payments_that_come_and_go_are_told() -> None:
    line = ErpOrderLine(
        line_no=2, part_no="A", description="", quantity=Decimal(1), unit_price=Decimal(0), unit_vat=Decimal(0),
        vat_rate=Decimal("25.00"),
    )  # fmt: skip
    bare = ErpOrder(reference="r", customer_code="", currency="SEK", total=Decimal(1), lines=())
    full = replace(
        bare,
        lines=(line,),
        payments=(ErpPayment(method="CARD", amount=Decimal("1.50"), currency="SEK"),),
        ship_to=ErpAddress(name="Maja Provberg", city="Exempelstad", primary=True),
        ship_complete=True,
    )
    found = changes(bare, full)
    for change in (
        ("Row 2 · VAT %", "", "25"),
        ("Payment 1 · Amount", "", "1.5"),
        ("Deliver to", "", "Maja Provberg, Exempelstad"),
        ("Deliver all at once", "no", "yes"),
    ):
        assert change in found
    assert [(name, old, new) for name, new, old in changes(full, bare)] == found


def test_a_number_that_is_none_is_no_change() -> None:
    bare = ErpOrder(reference="r", customer_code="", currency="SEK", total=Decimal("NaN"), lines=())
    assert changes(bare, replace(bare, total=Decimal("NaN"))) == []


def test_every_field_has_words() -> None:
    names = {field.name for record in (ErpOrder, ErpOrderLine, ErpPayment) for field in fields(record)}
    assert names - set(WORDS) == {"lines", "payments", "line_no"}
