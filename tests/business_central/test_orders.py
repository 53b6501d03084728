"""Orders of Business Central: gone when they are invoiced, joined by numbers, rounded, commented, refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from connectors.erp.base import ErpOrderNews
from connectors.erp.business_central import BusinessCentral
from connectors.errors import ConfigError, MappingError, PermanentError
from tests.business_central.clerk import ordered
from tests.erp_contract.business_central import OPTIONS, BusinessCentralWorkbench, address

Bench = BusinessCentralWorkbench


def news(erp: BusinessCentral, number: str) -> ErpOrderNews:
    found = erp.order_news(number)
    assert found is not None
    return found


def test_an_order_that_is_invoiced_in_full_is_read_from_its_documents(bench: Bench, erp: BusinessCentral) -> None:
    number = ordered(bench, 2, 3)
    bench.ship(number)
    before = news(erp, number)
    bench.invoice(number)
    after = news(erp, number)
    assert not bench.stub.books.sets["salesOrders"]
    assert after.rows == tuple(replace(row, invoiced=row.ordered) for row in before.rows)
    assert (after.reference, after.customer_code, after.deliveries) == (
        before.reference,
        before.customer_code,
        before.deliveries,
    )
    found = erp.find_order(after.reference)
    assert found and found.number == number


def test_a_draft_is_neither_an_invoice_nor_a_reason_to_make_the_order_again(bench: Bench, erp: BusinessCentral) -> None:
    number = ordered(bench)
    bench.ship(number)
    bench.stub.books.invoice(number, draft=True)
    assert news(erp, number).invoices == ()
    with pytest.raises(PermanentError, match="delivered or invoiced"):
        erp.cancel_order(number, "Too late.")


def test_a_credit_without_an_invoice_number_is_found_by_our_reference(bench: Bench, erp: BusinessCentral) -> None:
    number = ordered(bench)
    bench.ship(number)
    bench.invoice(number)
    bench.stub.books.credit(number, names_invoice=False)
    [credit] = news(erp, number).credits
    assert credit.credited_invoice == news(erp, number).invoices[0].number
    later = erp.list_news(since=timezone.now() - timedelta(minutes=1), limit=100)
    while later.next and not later.orders:
        later = erp.list_news(since=timezone.now() - timedelta(minutes=1), after=later.next, limit=100)
    assert [one.number for one in later.orders] == [number]


def test_two_orders_with_our_reference_are_named(bench: Bench, erp: BusinessCentral) -> None:
    order = bench.order(erp.create_party(bench.party()))
    numbers = sorted(erp.create_order(order).number for _ in range(2))
    with pytest.raises(PermanentError) as caught:
        erp.find_order(order.reference)
    assert all(number in caught.value.message for number in numbers)


def test_an_invoice_with_our_reference_and_no_order_is_a_question(bench: Bench, erp: BusinessCentral) -> None:
    number = ordered(bench)
    bench.ship(number)
    bench.invoice(number)
    reference = news(erp, number).reference
    for name in ("salesInvoices", "salesShipments"):
        for row in bench.stub.books.sets[name].values():
            row["orderNumber"] = ""
    with pytest.raises(PermanentError, match="of no order"):
        erp.find_order(reference)


def test_a_line_that_a_clerk_inserts_is_no_row_of_ours(bench: Bench, erp: BusinessCentral) -> None:
    number = ordered(bench)
    order = bench.stub.books.one("salesOrders", number)
    order["salesOrderLines"].append(order["salesOrderLines"][0] | {"sequence": 15_000})
    assert [row.line_no for row in news(erp, number).rows] == [1, 15_000, 2, 3]


def test_what_the_total_has_more_than_the_rows_goes_to_an_account(bench: Bench, erp: BusinessCentral) -> None:
    order = bench.order(erp.create_party(bench.party()))
    rounded = replace(order, total=order.total.quantize(Decimal(1)))
    number = erp.create_order(rounded).number
    assert bench.stub.books.one("salesOrders", number)["totalAmountIncludingTax"] == rounded.total
    bench.ship(number)
    bench.invoice(number)
    found = news(erp, number)
    assert (found.invoices[0].total, len(found.invoices[0].rows), len(found.rows)) == (rounded.total, 3, 3)


@pytest.mark.parametrize(
    ("option", "changes"),
    [("rounding_account", {"total": Decimal("0.40")}), ("unknown_account", {"known": False})],
)
def test_an_account_that_is_missing_is_named(bench: Bench, option: str, changes: dict[str, object]) -> None:
    erp = bench.erp(address(bench.password, OPTIONS.replace(option, "tracking_fields=a,b&fee_items")))
    order = bench.order(erp.create_party(bench.party()))
    if "total" in changes:
        order = replace(order, total=order.total + Decimal("0.40"))
    else:
        order = replace(order, lines=(replace(order.lines[0], known=False), *order.lines[1:]))
    with pytest.raises(ConfigError, match=option):
        erp.create_order(order)


def test_what_is_too_long_is_named_without_saying_it(bench: Bench, erp: BusinessCentral) -> None:
    order = bench.order(erp.create_party(bench.party()))
    long = replace(order, ship_to=replace(order.ship_to, line2="Exempelgatan " * 5))
    with pytest.raises(MappingError, match="shipToAddressLine2 takes at most 50") as caught:
        erp.create_order(long)
    assert "Exempelgatan" not in str(caught.value)


def test_what_has_no_field_goes_along_as_comments(bench: Bench, erp: BusinessCentral) -> None:
    order = bench.order(erp.create_party(bench.party()), buyer_reference="PO-7788", comment="Ring first\n" + "x" * 130)
    number = erp.create_order(order).number
    lines = bench.stub.books.one("salesOrders", number)["salesOrderLines"]
    said = [line["description"] for line in lines if line["lineType"] == "Comment"]
    assert said == ["PO-7788", "Ring first", "x" * 100, "x" * 30]
    assert [row.line_no for row in news(erp, number).rows] == [1, 2, 3]


def test_many_deliveries_and_parts_of_one_order_come_in_three_calls(bench: Bench, erp: BusinessCentral) -> None:
    number = ordered(bench, 2, 2)
    for _ in range(2):
        bench.ship(number, {1: Decimal(1), 2: Decimal(1)})
        bench.invoice(number)
    bench.wire.plan("")
    erp.order_news(number)
    assert bench.wire.calm() == 3


@pytest.mark.parametrize("gone", [(), (0, 2), (0, 1, 2, 3, 4), (4,)])
def test_a_buyers_orders_come_in_turn_whether_they_are_gone_or_not(
    bench: Bench, erp: BusinessCentral, gone: tuple[int, ...]
) -> None:
    code = erp.create_party(bench.party())
    numbers = [erp.create_order(bench.order(code, 2, 1)).number for _ in range(5)]
    for number in (numbers[place] for place in gone):
        bench.ship(number, {1: Decimal(1)})
        bench.invoice(number)
        bench.ship(number)
        bench.invoice(number)
    # One that is invoiced in part is still there, and shows once.
    if 3 not in gone:
        bench.ship(numbers[3], {1: Decimal(1)})
        bench.invoice(numbers[3])
    seen, after = [], ""
    while True:
        page = erp.list_orders(code, after=after, limit=2)
        seen += [(one.number, one.total) for one in page.orders]
        if not page.next:
            break
        after = page.next
    total = bench.order(code, 2, 1).total
    assert seen == [(number, total) for number in reversed(numbers)]


def test_totals_count_what_is_gone_by_its_invoices_and_what_is_invoiced_in_part_once(
    bench: Bench, erp: BusinessCentral
) -> None:
    code = erp.create_party(bench.party())
    orders = [bench.order(code, 2, 1, reference=f"7700-{place}") for place in range(3)]
    first, second, _ = (erp.create_order(order).number for order in orders)
    bench.ship(first)
    bench.ship(second, {1: Decimal(1)})
    bench.invoice(first)
    bench.invoice(second)
    now, hour = timezone.now(), timedelta(hours=1)
    counted = erp.totals(now - hour, now + hour, "7700-")
    assert (counted.count, counted.sums) == (3, (("SEK", 3 * orders[0].total),))
