"""What the ERP deletes or corrects before Norce has it is told as it is now, whatever became of an earlier call."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from connectors.models import RateBucket
from connectors.sandbox.core import Sandbox
from hub import gateways
from hub.models import Alert, OutboxMessage
from hub.models.work import State
from orders import capturing, news
from orders.models import Invoice, Order
from tests.faults import be_due, retry, set_faults
from tests.orders.clerk import clerk, in_erp, in_norce, read_news

Work = Callable[[], int]
INVOICE, NOTE, CREDIT = "Order/CreateInvoice", "Order/CreateDeliveryNote", "Order/CreditPayment"
# What is said of a call that Norce never worked on; a token that is refused is fetched anew once.
NEVER = [[429], [503], [403], [401, 401]]


def message(kind: str = "norce.invoice") -> OutboxMessage:
    return OutboxMessage.objects.get(kind=kind)


def again(work: Work) -> None:
    """Let what has stopped, or waits for Norce, be tried now."""
    RateBucket.objects.all().delete()
    be_due()
    for stopped in OutboxMessage.objects.filter(state=State.FAILED):
        retry(stopped)
    work()


def read(work: Work) -> None:
    RateBucket.objects.all().delete()
    read_news(work)


def captured(sandbox: Sandbox, order: Order) -> list[Decimal]:
    return [one["amount"] for one in in_norce(sandbox, order)["invoices"]]


@pytest.mark.parametrize("answers", NEVER)
def test_an_invoice_that_never_reached_norce_is_given_up_once_it_is_deleted(
    answers: list[int], confirmed: Order, sandbox: Sandbox, work: Work
) -> None:
    set_faults(sandbox, norce={"fail_next": {INVOICE: answers}})
    clerk(sandbox, "invoice")
    read(work)
    clerk(sandbox, "delete", document="F80001")
    read(work)
    again(work)
    assert (message().state, captured(sandbox, confirmed)) == (State.CANCELLED, [])
    assert not Alert.objects.exists()


@pytest.mark.parametrize("answers", [*NEVER, [500]])
def test_an_invoice_that_norce_has_not_is_told_as_it_was_corrected(
    answers: list[int], confirmed: Order, sandbox: Sandbox, work: Work
) -> None:
    set_faults(sandbox, norce={"fail_next": {INVOICE: answers}})
    clerk(sandbox, "invoice")
    read(work)
    in_erp(sandbox)["invoices"][0]["total"] = "15.00"
    read(work)
    again(work)
    assert (message().state, captured(sandbox, confirmed)) == (State.DONE, [Decimal(15)])


@pytest.mark.parametrize("call", [INVOICE, NOTE, CREDIT])
def test_what_norce_has_not_after_a_lost_answer_is_not_sent_once_it_is_deleted(
    call: str, confirmed: Order, sandbox: Sandbox, work: Work
) -> None:
    set_faults(sandbox, norce={"fail_next": {call: [500]}})
    deeds = {NOTE: ["ship"], INVOICE: ["invoice"], CREDIT: ["invoice", "credit"]}[call]
    document = [clerk(sandbox, deed) for deed in deeds][-1]
    read(work)
    clerk(sandbox, "delete", document=document["number"])
    read(work)
    again(work)
    assert OutboxMessage.objects.exclude(state=State.DONE).get().error_code == "gone"
    name = {NOTE: "delivery_notes", INVOICE: "invoices", CREDIT: "refunds"}[call]
    assert in_norce(sandbox, confirmed)[name] == []


def test_what_norce_has_after_a_lost_answer_stays_though_it_is_deleted(
    confirmed: Order, sandbox: Sandbox, work: Work
) -> None:
    set_faults(sandbox, norce={"lose_answers": {INVOICE: 1}})
    clerk(sandbox, "invoice")
    read(work)
    clerk(sandbox, "delete", document="F80001")
    read(work)
    again(work)
    assert (message().state, len(captured(sandbox, confirmed))) == (State.DONE, 1)
    assert "has invoice F80001 of order" in Alert.objects.get().subject


def test_a_delivery_that_is_deleted_while_its_message_runs_is_not_sent(
    confirmed: Order, sandbox: Sandbox, work: Work
) -> None:
    clerk(sandbox, "ship")
    take(confirmed)
    OutboxMessage.objects.filter(kind="norce.delivery_note").update(state=State.RUNNING)
    clerk(sandbox, "delete", document="D70001")
    take(confirmed)
    OutboxMessage.objects.filter(kind="norce.delivery_note").update(state=State.PENDING)
    work()
    told = message("norce.delivery_note")
    assert (told.state, told.error_code) == (State.HELD, "gone")
    assert in_norce(sandbox, confirmed)["delivery_notes"] == []


def take(order: Order) -> None:
    found = gateways.erp("default").order_news("SO100001")
    assert found is not None
    news.take(order, found)


@pytest.mark.parametrize(
    ("columns", "told"), [({"total": Decimal(15)}, [Decimal(15)]), ({"gone_at": timezone.now()}, [])]
)
def test_news_that_come_when_the_invoice_has_just_been_read_count(
    columns: dict[str, Any],
    told: list[Decimal],
    confirmed: Order,
    sandbox: Sandbox,
    work: Work,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def late(order: Order) -> Any:
        Invoice.objects.update(**columns)
        return read_payments(order)

    read_payments = capturing.read_payments
    monkeypatch.setattr(capturing, "read_payments", late)
    clerk(sandbox, "invoice")
    read(work)
    assert captured(sandbox, confirmed) == told
