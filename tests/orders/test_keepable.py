"""What an ERP says and no table can hold is refused for its own order, by name, and the others go on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from connectors.erp.base import (
    ErpAddress,
    ErpCredit,
    ErpDelivery,
    ErpDocumentRow,
    ErpInvoice,
    ErpOrderNews,
    ErpStatus,
    NewsPage,
)
from connectors.errors import PermanentError
from hub import gateways
from hub.models import Application, SyncRow
from hub.models.work import State
from orders.keepable import refuse_unkeepable
from orders.models import DeliveryNote, Invoice, Order
from tests.orders.clerk import read_news

NOON = datetime(2027, 1, 15, 12, tzinfo=UTC)
ROW = ErpDocumentRow(part_no="JACKET", quantity=Decimal(1), line_no=1)
DELIVERY = ErpDelivery(number="D1", delivered_at=NOON, rows=(ROW,))
MONEY: dict[str, Any] = {"currency": "SEK", "total": Decimal("125.00"), "rows": (ROW,)}
INVOICE = ErpInvoice(number="F1", invoiced_at=NOON, due_at=NOON, **MONEY)
CREDIT = ErpCredit(number="K1", credited_invoice="F1", credited_at=NOON, **MONEY)
NEWS = ErpOrderNews(
    number="SO100001",
    reference="1901-1",
    status=ErpStatus.OPEN,
    deliveries=(DELIVERY,),
    invoices=(INVOICE,),
    credits=(CREDIT,),
)
LARGEST = Decimal("999999999999.99")
WRONG: list[tuple[str, Any, dict[str, Any], str]] = [
    ("deliveries", DELIVERY, {"number": ""}, "without a number of their own"),
    ("deliveries", DELIVERY, {"number": "D" * 51}, "without a number of their own"),
    ("deliveries", DELIVERY, {"method": "BOX\x00"}, "D1 of order SO100001 has a text with a character that is none"),
    ("deliveries", DELIVERY, {"address": ErpAddress(name="\ud800")}, "a text with a character that is none"),
    ("invoices", INVOICE, {"number": "K1"}, "without a number of their own .*: 'K1'"),
    ("invoices", INVOICE, {"rows": (replace(ROW, description="\x00"),)}, "a text with a character that is none"),
    ("invoices", INVOICE, {"currency": "KRONOR"}, "F1 of order SO100001 has a currency that cannot"),
    ("invoices", INVOICE, {"currency": ""}, "a currency that cannot"),
    ("invoices", INVOICE, {"total": LARGEST + 1}, "a total"),
    ("invoices", INVOICE, {"total": Decimal("0.125")}, r"a total \(0.125\)"),
    ("credits", CREDIT, {"total": -LARGEST - 1}, "a total"),
    ("credits", CREDIT, {"credited_invoice": "F" * 51}, "a credited invoice that cannot"),
]


def test_what_can_be_kept_is_not_refused() -> None:
    refuse_unkeepable(NEWS)
    refuse_unkeepable(replace(NEWS, invoices=(replace(INVOICE, total=LARGEST),)))
    refuse_unkeepable(replace(NEWS, credits=(replace(CREDIT, credited_invoice=""),)))


@pytest.mark.parametrize(("name", "document", "change", "text"), WRONG)
def test_a_document_is_refused_by_what_cannot_be_kept(
    name: str, document: Any, change: dict[str, Any], text: str
) -> None:
    with pytest.raises(PermanentError, match=text):
        refuse_unkeepable(replace(NEWS, **{name: (replace(document, **change),)}))


@pytest.fixture
def orders(application: Application, received: Callable[..., Order], work: Callable[[], int]) -> list[Order]:
    """Two orders that the ERP has."""
    found = [received("01"), received("03")]
    work()
    return list(Order.objects.filter(pk__in=[order.pk for order in found]).exclude(erp_order_no="").order_by("pk"))


@pytest.mark.parametrize(("name", "document", "change", "text"), WRONG)
def test_the_nonsense_of_one_order_does_not_stop_another(
    orders: list[Order],
    work: Callable[[], int],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    document: Any,
    change: dict[str, Any],
    text: str,
) -> None:
    theirs = replace(NEWS, reference="")
    bad = replace(theirs, number=orders[0].erp_order_no, **{name: (replace(document, **change),)})
    nobodys, good = replace(NEWS, number="\x00"), replace(theirs, number=orders[1].erp_order_no)
    erp = gateways.erp("default")
    monkeypatch.setattr(type(erp), "list_news", lambda *_, **__: NewsPage(orders=(nobodys, bad, good)))
    run = read_news(work)
    kept = [set(table.objects.values_list("order", flat=True)) for table in (DeliveryNote, Invoice)]
    assert (run.state, kept) == (State.FAILED, [{orders[1].pk}] * 2)
    [row] = SyncRow.objects.filter(run=run, action=SyncRow.Action.FAILED)
    assert row.subject == orders[0].subject
