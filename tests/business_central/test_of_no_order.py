"""Invoices that were made from shipments: they name no order, and are found by our reference."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from connectors.erp.base import ErpOrderNews
from connectors.erp.business_central import BusinessCentral
from tests.business_central.clerk import ordered
from tests.erp_contract.business_central import BusinessCentralWorkbench
from tests.erp_contract.test_documents import delta

Bench = BusinessCentralWorkbench


def invoice_shipments(bench: Bench, number: str) -> str:
    """Post an invoice of an order's shipments; return its number."""
    bench.invoice(number)
    invoice = list(bench.stub.books.sets["salesInvoices"].values())[-1]
    invoice["orderNumber"] = ""
    return str(invoice["number"])


def news(erp: BusinessCentral, number: str) -> ErpOrderNews:
    found = erp.order_news(number)
    assert found is not None
    return found


def let_time_pass(bench: Bench) -> None:
    """Whatever was changed was changed an hour ago."""
    for name in ("salesOrders", "salesShipments", "salesInvoices", "salesCreditMemos"):
        for row in bench.stub.books.sets[name].values():
            row["lastModifiedDateTime"] = (timezone.now() - timedelta(hours=1)).isoformat()


def test_the_invoice_of_an_order_that_is_gone_is_told(bench: Bench, erp: BusinessCentral) -> None:
    number = ordered(bench, 2, 3)
    bench.ship(number)
    invoice = invoice_shipments(bench, number)
    found = news(erp, number)
    assert [one.number for one in found.invoices] == [invoice]
    assert found.is_invoiced_in_full and found.invoices[0].total == bench.order("", 2, 3).total


def test_the_invoice_of_a_part_is_told_beside_those_that_name_the_order(bench: Bench, erp: BusinessCentral) -> None:
    number = ordered(bench, 3, 1)
    bench.ship(number, {1: Decimal(1)})
    bench.invoice(number)
    bench.ship(number, {1: Decimal(1)})
    assert len(news(erp, number).invoices) == 1
    invoice = invoice_shipments(bench, number)
    assert [one.number for one in news(erp, number).invoices][1:] == [invoice]


def test_it_is_in_the_delta_though_the_order_is_gone_and_was_delivered_long_ago(
    bench: Bench, erp: BusinessCentral
) -> None:
    number = ordered(bench)
    bench.ship(number)
    invoice = invoice_shipments(bench, number)
    let_time_pass(bench)
    bench.stub.books.keep("salesInvoices", bench.stub.books.one("salesInvoices", invoice))
    assert [(one.number, len(one.invoices)) for one in delta(bench, since=timezone.now() - timedelta(minutes=15))] == [
        (number, 1)
    ]


@pytest.mark.parametrize("reference", [True, False])
def test_its_credit_is_told_by_our_reference_or_by_its_number(
    bench: Bench, erp: BusinessCentral, reference: bool
) -> None:
    number = ordered(bench)
    bench.ship(number)
    bench.invoice(number)
    bench.stub.books.credit(number)
    [invoice] = bench.stub.books.sets["salesInvoices"].values()
    [memo] = bench.stub.books.sets["salesCreditMemos"].values()
    invoice["orderNumber"] = ""
    memo["invoiceNumber" if reference else "externalDocumentNumber"] = ""
    let_time_pass(bench)
    bench.stub.books.keep("salesCreditMemos", memo)
    assert [one.credited_invoice for one in news(erp, number).credits] == [invoice["number"]]
    assert [one.number for one in delta(bench, since=timezone.now() - timedelta(minutes=15))] == [number]


def test_an_invoice_that_names_another_order_is_that_ones_whatever_its_reference(
    bench: Bench, erp: BusinessCentral
) -> None:
    first, second = ordered(bench), ordered(bench)
    for number in (first, second):
        bench.ship(number)
        bench.invoice(number)
    [_, invoice] = bench.stub.books.sets["salesInvoices"].values()
    invoice["externalDocumentNumber"] = news(erp, first).reference
    assert (len(news(erp, first).invoices), len(news(erp, second).invoices)) == (1, 1)


def test_an_order_is_found_though_an_invoice_with_our_reference_names_none(bench: Bench, erp: BusinessCentral) -> None:
    number = ordered(bench)
    bench.ship(number)
    invoice_shipments(bench, number)
    found = erp.find_order(news(erp, number).reference)
    assert found and found.number == number


@pytest.mark.parametrize("many", [False, True])
def test_a_page_of_many_orders_takes_as_many_calls_as_one(bench: Bench, erp: BusinessCentral, many: bool) -> None:
    code = erp.create_party(bench.party())
    for _ in range(25 if many else 1):
        number = erp.create_order(bench.order(code)).number
        bench.ship(number, parcels=["PARCEL-1"])
        bench.invoice(number)
    bench.wire.plan("")
    page = erp.list_news(since=timezone.now() - timedelta(minutes=1), after="", limit=100)
    while page.next and not page.orders:
        page = erp.list_news(since=timezone.now() - timedelta(minutes=1), after=page.next, limit=100)
    assert (len(page.orders), bench.wire.calm()) == (25 if many else 1, 5)
    assert all(one.deliveries[0].parcels for one in page.orders)
