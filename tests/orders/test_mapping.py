"""OrderRequest → ErpOrder: sums kept, values translated, references single."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.erp.base import ErpOrder
from connectors.errors import MappingError
from connectors.norce import wire
from connectors.norce.types.orders import OrderRequest
from hub.models.configuration import ValueKind
from orders.checks import check
from orders.identifying import identify
from orders.mapping import order_status, reference, to_erp_order
from tests.orders.samples import item, paid_in_full, read, small

TOLERANCE = Decimal("0.50")


def unchanged(kind: ValueKind, value: str) -> str:
    return value


def told(kind: ValueKind, value: str) -> str:
    """Show by which kind a value was translated; rates stay numbers."""
    return value if kind == ValueKind.VAT_RATE else f"{kind.value}:{value}"


def mapped(request: OrderRequest, translate: Any = unchanged, released: tuple[str, ...] = ()) -> ErpOrder:
    reading = check(request, tolerance=TOLERANCE, released=released)
    return to_erp_order(request, reading=reading, reference="1901-1", translate=translate)


def amount(order: ErpOrder) -> Decimal:
    return sum(((line.unit_price + line.unit_vat) * line.quantity for line in order.lines), Decimal(0))


@given(paid_in_full())
def test_the_lines_of_any_order_that_adds_up_come_to_its_total(request: OrderRequest) -> None:
    order = mapped(request)
    assert abs(amount(order) - order.total) <= TOLERANCE
    assert order.total == sum(payment.amount for payment in order.payments)
    assert len({line.line_no for line in order.lines}) == len(order.lines)


@given(small_price=st.decimals("0.01", "999", places=2), paid=st.decimals("0", "999", places=2))
def test_the_lines_of_a_released_order_come_to_its_total(small_price: Decimal, paid: Decimal) -> None:
    order = mapped(small(item(1, str(small_price)), paid=str(paid)), released=("sums",))
    assert abs(amount(order) - order.total) <= TOLERANCE


KEYS = st.tuples(
    st.integers(1, 99_999),
    st.one_of(st.sampled_from(["WEB", "web", "", "POS-7", "Amazon"]), st.text(min_size=1, max_size=255)),
    st.one_of(st.integers(1, 2**31 - 1).map(str), st.text("0123456789-~ÅÄÖ", min_size=1, max_size=255)),
)


def identified(key: tuple[int, str, str]) -> tuple[int, str, str]:
    """Return the key as the hub stores it."""
    application, source, client_order_ref = key
    found = identify(wire.simplejson.dumps({"Source": source, "ClientOrderRef": client_order_ref}).encode(), "json")
    return application, found.source, found.client_order_ref


def reference_of(key: tuple[int, str, str]) -> str:
    application, source, client_order_ref = key
    return reference(application=application, source=source, client_order_ref=client_order_ref)


@given(st.lists(KEYS.filter(lambda key: key[1].isprintable()), min_size=2, max_size=30))
def test_references_fit_the_narrowest_erp_and_differ_for_different_orders(keys: list[tuple[int, str, str]]) -> None:
    orders = {identified(key) for key in keys}
    references = {reference_of(key) for key in orders}
    assert len(references) == len(orders)
    assert max(map(len, references)) <= 35


def test_norces_own_order_has_a_reference_a_person_can_read() -> None:
    assert reference(application=1901, source="WEB", client_order_ref="5100231") == "1901-5100231"


@pytest.mark.parametrize("application", [1901, 1902])
def test_external_references_are_marked_by_source_and_stay_the_same(application: int) -> None:
    first, again = (reference(application=application, source="POS-7", client_order_ref="17") for _ in range(2))
    other = reference(application=application, source="POS-8", client_order_ref="17")
    assert first == again != other
    assert first.startswith(f"{application}-17~")


def test_it_translates_every_kind_of_value() -> None:
    advice = {"DeliveryMethodCode": "POSTNORD"}
    fees = [{"Amount": 49, "Type": 0}, {"Amount": 29, "Type": "1"}]
    rows = [item(1, "100", UnitOfMeasure="PCE"), item(2, "10", TypeGroup="Fee", PartNo="FREIGHT")]
    payment = {"PaymentRef": "p", "Amount": 188, "PaymentMethodCode": "CARD"}
    order = mapped(small(*rows, Fees=fees, Payments=[payment], ShippingAdvice=advice, SalesContactCode="AL"), told)
    assert order.delivery_method == "delivery_method:POSTNORD"
    assert order.payments[0].method == "payment_method:CARD"
    assert order.sales_contact == "sales_contact:AL"
    assert order.lines[0].unit == "unit:PCE"
    assert [line.part_no for line in order.lines] == ["P1", "fee:FREIGHT", "fee:SHIPPING", "fee:INVOICE"]


def test_a_vat_rate_mapped_to_words_says_where_to_correct_it() -> None:
    with pytest.raises(MappingError) as refused:
        mapped(read("01"), lambda kind, value: "high" if kind == ValueKind.VAT_RATE else value)
    assert "VAT rate 25 is mapped to high" in refused.value.message
    assert "Value mappings" in refused.value.remedy


def test_the_erps_own_part_number_goes_before_norces() -> None:
    rows = [item(1, "1", ErpPartNo="E1"), item(2, "1")]
    assert [line.part_no for line in mapped(small(*rows, paid="2")).lines] == ["E1", "P2"]


def test_an_article_the_erp_has_never_heard_of_is_marked() -> None:
    rows = [item(1, "1"), item(2, "1", Type="Standard"), item(3, "1", Type="Standard2")]
    assert [line.known for line in mapped(small(*rows, paid="3")).lines] == [True, False, False]


def test_a_managed_structure_is_left_to_its_parts_unless_it_bears_the_price() -> None:
    part = item(2, "50", ParentLineNo=1)
    without = mapped(small(item(1, "0", Type="ManagedStructure"), part, paid="50"))
    priced = mapped(small(item(1, "40", Type="ManagedStructure"), part, paid="40"))
    assert [line.line_no for line in without.lines] == [2]
    assert [line.line_no for line in priced.lines] == [1]


def test_an_order_without_payments_has_the_rows_as_its_total() -> None:
    assert mapped(small(item(1, "100")), released=("sums",)).total == 100


@pytest.mark.parametrize(
    ("source", "client_order_ref", "number"),
    [
        ("WEB", "5100231", 5100231),
        ("WEB", str(2**31 - 1), 2**31 - 1),
        ("WEB", str(2**31), None),
        ("WEB", "A-1", None),
        ("WEB", "²", None),
        ("POS-7", "5100231", None),
    ],
)
def test_the_acknowledgement_names_the_order_by_number_only_where_it_is_norces(
    source: str, client_order_ref: str, number: int | None
) -> None:
    request = order_status(
        client_order_ref=client_order_ref,
        source=source,
        erp_order_no="SO1",
        status="Confirmed",
        account_id=7,
        infos={"ERPNO": "SO1"},
        rows={"2": "BackOrder"},
    )
    sent = wire.write(request)
    assert sent["ItemStatuses"] == [{"LineNo": "2", "ItemStatus": "BackOrder"}]
    assert sent.get("ClientOrderRef") == number
    assert sent["Infos"] == [{"Code": "ERPNO", "Value": "SO1"}]
    assert (sent["ErpOrderNo"], sent["OrderStatus"], sent["AccountId"]) == ("SO1", "Confirmed", 7)
