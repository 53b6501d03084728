"""What an ERP makes of an order: deliveries, invoices, credits, and how they are told."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from connectors.erp.base import ErpDocumentRow, ErpOrderNews, ErpStatus
from tests.erp_contract.workbench import Workbench

CENT = Decimal("0.01")


def news_of(bench: Workbench, number: str) -> ErpOrderNews:
    """Return an order as the adapter reads it."""
    found = bench.erp().order_news(number)
    assert found is not None
    return found


def delta(bench: Workbench, since: datetime, limit: int = 100) -> list[ErpOrderNews]:
    """Read all that has changed."""
    found, after = [], ""
    while True:
        page = bench.erp().list_news(since=since, after=after, limit=limit)
        found += page.orders
        if not page.next:
            return found
        after = page.next


def by_line(rows: tuple[ErpDocumentRow, ...]) -> dict[int | None, Decimal]:
    """Return a document's quantities by the order's rows."""
    return {row.line_no: row.quantity for row in rows}


def comes_to(rows: tuple[ErpDocumentRow, ...]) -> Decimal:
    """Return what rows come to with VAT."""
    return sum((row.quantity * (row.unit_price + row.unit_vat) for row in rows), Decimal(0)).quantize(CENT)


def test_an_order_that_is_not_there_is_none(bench: Workbench) -> None:
    assert bench.erp().order_news("NO-SUCH-ORDER") is None


def test_a_delivery_in_two_parts_is_two_deliveries(bench: Workbench, customer: str) -> None:
    number = bench.erp().create_order(bench.order(customer, 2, 3)).number
    bench.ship(number, {1: Decimal(1), 2: Decimal(3)})
    first = news_of(bench, number)
    assert [by_line(one.rows) for one in first.deliveries] == [{1: Decimal(1), 2: Decimal(3)}]
    assert [row.delivered for row in first.rows if not row.is_fee] == [Decimal(1), Decimal(3)]
    bench.ship(number)
    second = news_of(bench, number)
    assert [by_line(one.rows) for one in second.deliveries] == [{1: Decimal(1), 2: Decimal(3)}, {1: Decimal(1)}]
    assert second.deliveries[0] == first.deliveries[0]
    assert len({one.number for one in second.deliveries}) == 2


def test_a_delivery_has_its_parcels_and_parts(bench: Workbench, customer: str) -> None:
    number = bench.erp().create_order(bench.order(customer)).number
    bench.ship(number, parcels=["PARCEL-1"])
    [delivery] = news_of(bench, number).deliveries
    assert [parcel.number for parcel in delivery.parcels] == ["PARCEL-1"]
    assert [row.part_no for row in delivery.rows] == list(bench.parts)
    assert abs(timezone.now() - delivery.delivered_at) < timedelta(days=2)


def test_part_invoices_come_to_the_order(bench: Workbench, customer: str) -> None:
    order = bench.order(customer, 2, 3)
    number = bench.erp().create_order(order).number
    for _ in range(2):
        bench.ship(number, {1: Decimal(1)})
        bench.invoice(number)
    assert not news_of(bench, number).is_invoiced_in_full
    bench.ship(number)
    bench.invoice(number)
    news = news_of(bench, number)
    assert len(news.invoices) >= 3
    assert sum(one.total for one in news.invoices) == order.total.quantize(CENT)
    assert [one.total for one in news.invoices] == [comes_to(one.rows) for one in news.invoices]
    assert {one.currency for one in news.invoices} == {bench.currency}
    assert news.is_invoiced_in_full
    assert len({one.number for one in news.invoices}) == len(news.invoices)


def test_a_posted_invoice_stays_as_it_is(bench: Workbench, customer: str) -> None:
    number = bench.erp().create_order(bench.order(customer, 2, 1)).number
    bench.ship(number, {1: Decimal(1)})
    bench.invoice(number)
    before = news_of(bench, number).invoices
    bench.ship(number)
    bench.invoice(number)
    assert news_of(bench, number).invoices[: len(before)] == before


def test_a_draft_of_an_invoice_is_no_invoice(bench: Workbench, customer: str) -> None:
    number = bench.erp().create_order(bench.order(customer)).number
    bench.ship(number)
    assert news_of(bench, number).invoices == ()


def test_a_credit_names_its_invoice_and_is_positive(bench: Workbench, customer: str) -> None:
    for credit_all in bench.ways_to_credit():
        number = bench.erp().create_order(bench.order(customer)).number
        bench.ship(number)
        bench.invoice(number)
        before = news_of(bench, number).invoices
        credit_all(number)
        news = news_of(bench, number)
        [credit] = news.credits
        credited = {one.number: one for one in news.invoices}[credit.credited_invoice]
        assert credit.total == credited.total > 0
        assert by_line(credit.rows) == by_line(credited.rows)
        assert news.invoices == before


def test_each_new_document_puts_the_order_into_the_delta(bench: Workbench, customer: str) -> None:
    for credit_all in bench.ways_to_credit():
        number = bench.erp().create_order(bench.order(customer)).number
        for deed in (bench.ship, bench.invoice, credit_all):
            since = bench.watermark()
            assert number not in [one.number for one in delta(bench, since=since)]
            deed(number)
            [found] = [one for one in delta(bench, since=since) if one.number == number]
            assert found == news_of(bench, number)
        assert (len(found.deliveries), len(found.credits)) == (1, 1)


def test_a_cancelled_order_is_in_the_delta(bench: Workbench, customer: str) -> None:
    number = bench.erp().create_order(bench.order(customer)).number
    since = bench.watermark()
    assert number not in [one.number for one in delta(bench, since=since)]
    bench.cancel(number)
    found = [one.status for one in delta(bench, since=since) if one.number == number]
    # An ERP that deletes it tells no delta of it: the nightly look for orders that are gone does.
    assert found == ([ErpStatus.CANCELLED] if bench.keeps_cancelled else [])


def test_a_delta_of_later_is_empty(bench: Workbench, customer: str) -> None:
    bench.erp().create_order(bench.order(customer))
    assert delta(bench, since=timezone.now() + timedelta(hours=1)) == []


def test_no_page_loses_an_order_while_they_change(bench: Workbench, customer: str) -> None:
    since = timezone.now() - timedelta(seconds=1)
    numbers = [bench.erp().create_order(bench.order(customer)).number for _ in range(5)]
    seen, after = [], ""
    for turn in range(1000):
        page = bench.erp().list_news(since=since, after=after, limit=2)
        assert len(page.orders) <= 2
        seen += [one.number for one in page.orders]
        if turn < len(numbers):
            bench.ship(numbers[turn])
        if not page.next:
            break
        after = page.next
    assert set(numbers) <= set(seen)


def test_reading_many_orders_takes_no_more_calls_than_reading_one(bench: Workbench, customer: str) -> None:
    since, counts = timezone.now() - timedelta(seconds=1), []
    for more in (1, 2):
        for _ in range(more):
            number = bench.erp().create_order(bench.order(customer)).number
            bench.ship(number)
            bench.invoice(number)
        bench.wire.plan("")
        bench.erp().list_news(since=since)
        counts.append(bench.wire.calm())
    assert counts[0] == counts[1]
