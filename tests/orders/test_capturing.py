"""An invoice captures each reservation once, never more than it is, and what it cannot is a person's to see."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from connectors.sandbox.core import Sandbox
from hub import by_hand
from hub.models import ApiCall, Application, OutboxMessage
from hub.models.work import State
from orders.contents import BLANK
from orders.models import Capture, Invoice, Order
from tests.faults import answer_yes, be_due, retry, set_faults
from tests.orders.clerk import clerk, in_erp, in_norce, line_of, read_news

Work = Callable[[], int]
INVOICE, NOTE, CREDIT = "Order/CreateInvoice", "Order/CreateDeliveryNote", "Order/CreditPayment"


def message(kind: str = "norce.invoice", **which: Any) -> OutboxMessage:
    """Return the last message of a kind, as it is now."""
    found = OutboxMessage.objects.filter(kind=kind, **which).order_by("-pk").first()
    assert found is not None
    return found


def cancel(kind: str = "norce.invoice") -> None:
    by_hand.cancel(message(kind), by="anna", reason="settled by hand")


def captured(sandbox: Sandbox, order: Order) -> Decimal:
    return sum((one["captured"] for one in in_norce(sandbox, order)["payments"]), Decimal(0))


@pytest.mark.parametrize("call", [NOTE, INVOICE, CREDIT])
def test_a_lost_answer_is_looked_up_before_anything_is_sent_again(
    call: str, confirmed: Order, sandbox: Sandbox, work: Work
) -> None:
    set_faults(sandbox, norce={"lose_answers": {call: 1}})
    clerk(sandbox, "ship"), clerk(sandbox, "invoice"), clerk(sandbox, "credit")
    read_news(work)
    be_due()
    work()
    assert not OutboxMessage.objects.exclude(state=State.DONE).exists()
    norce = in_norce(sandbox, confirmed)
    assert [len(norce[name]) for name in ("delivery_notes", "invoices", "refunds")] == [1, 1, 1]


@pytest.mark.parametrize("status", [400, 403])
def test_an_invoice_that_norce_refused_and_a_person_gave_up_takes_nothing_of_the_reservation(
    status: int, confirmed: Order, sandbox: Sandbox, work: Work
) -> None:
    set_faults(sandbox, norce={"fail_next": {INVOICE: [status]}})
    clerk(sandbox, "ship"), clerk(sandbox, "invoice")
    read_news(work)
    assert message().state == State.FAILED
    cancel()
    clerk(sandbox, "delete", document="F80001")
    clerk(sandbox, "invoice")
    read_news(work)
    assert message().state == State.DONE
    assert captured(sandbox, confirmed) == Decimal(in_erp(sandbox)["total"])


def test_an_invoice_taken_up_again_finds_only_what_others_have_left(
    confirmed: Order, sandbox: Sandbox, work: Work
) -> None:
    set_faults(sandbox, norce={"fail_next": {INVOICE: [400]}})
    clerk(sandbox, "ship"), clerk(sandbox, "invoice")
    read_news(work)
    first = message()
    cancel()
    in_erp(sandbox)["invoices"].append(in_erp(sandbox)["invoices"][0] | {"number": "F2"})
    read_news(work)
    retry(first)
    work()
    first.refresh_from_db()
    assert (first.state, first.error_code) == (State.HELD, "reservation")
    assert "0.00 SEK is left" in first.error
    assert captured(sandbox, confirmed) == Decimal(in_erp(sandbox)["total"])


def test_gift_card_and_card_pay_one_invoice_and_get_their_own_back(
    application: Application, received: Callable[..., Order], sandbox: Sandbox, work: Work
) -> None:
    order = received("06")
    work()
    clerk(sandbox, "ship"), clerk(sandbox, "invoice"), clerk(sandbox, "credit")
    read_news(work)
    payments = in_norce(sandbox, order)["payments"]
    assert len(payments) == 2
    assert all(one["captured"] == one["refunded"] == one["reserved"] for one in payments)
    calls = Capture.objects.filter(invoice__kind=Invoice.Kind.INVOICE).order_by("pk")
    assert [(one.number, one.is_last) for one in calls] == [("F80001", False), ("F80001-2", True)]


def test_the_second_part_of_an_invoice_is_sent_without_the_first_again(
    application: Application, received: Callable[..., Order], sandbox: Sandbox, work: Work
) -> None:
    order = received("06")
    work()
    card = in_norce(sandbox, order)["payments"][1]
    card["released"] = card["reserved"]
    clerk(sandbox, "ship"), clerk(sandbox, "invoice")
    read_news(work)
    assert (message().state, len(in_norce(sandbox, order)["captures"])) == (State.FAILED, 1)
    in_norce(sandbox, order)["payments"][1]["released"] = Decimal(0)
    retry(message())
    work()
    assert (message().state, len(in_norce(sandbox, order)["captures"])) == (State.DONE, 2)
    assert captured(sandbox, order) == Decimal(in_erp(sandbox)["total"])


def test_days_are_those_of_the_hubs_time_zone(confirmed: Order, sandbox: Sandbox, work: Work) -> None:
    clerk(sandbox, "ship"), clerk(sandbox, "invoice")
    in_erp(sandbox)["deliveries"][0]["date"] = in_erp(sandbox)["invoices"][0]["date"] = "2026-03-02T23:30:00Z"
    read_news(work)
    told = {call.operation: json.loads(call.request) for call in ApiCall.objects.filter(operation__in=[NOTE, INVOICE])}
    assert told[NOTE]["DeliveryDate"] == told[INVOICE]["InvoiceDate"] == "2026-03-03T00:30:00+01:00"


def test_an_invoice_of_nothing_is_registered_and_captures_nothing(
    confirmed: Order, sandbox: Sandbox, work: Work
) -> None:
    clerk(sandbox, "ship"), clerk(sandbox, "invoice")
    in_erp(sandbox)["invoices"][0]["total"] = "0.00"
    read_news(work)
    capture = Capture.objects.get()
    assert (message().state, capture.suppress, capture.is_last) == (State.DONE, True, True)
    assert [one["invoice_no"] for one in in_norce(sandbox, confirmed)["invoices"]] == ["F80001"]
    assert captured(sandbox, confirmed) == 0


def test_payment_methods_that_norce_must_not_capture_are_only_registered(
    confirmed: Order, sandbox: Sandbox, work: Work
) -> None:
    Application.objects.update(uncaptured_methods=["CARD"])
    clerk(sandbox, "ship"), clerk(sandbox, "invoice"), clerk(sandbox, "credit")
    read_news(work)
    assert not OutboxMessage.objects.exclude(state=State.DONE).exists()
    assert (captured(sandbox, confirmed), in_norce(sandbox, confirmed)["refunds"]) == (0, [])
    assert set(Capture.objects.values_list("state", flat=True)) == {Capture.State.NOT_WANTED}


@pytest.mark.parametrize("currency", ["EUR", "NOK"])
def test_another_currency_than_the_reservations_waits_for_a_person(
    currency: str, confirmed: Order, sandbox: Sandbox, work: Work
) -> None:
    clerk(sandbox, "ship"), clerk(sandbox, "invoice")
    in_erp(sandbox)["invoices"][0]["currency"] = currency
    read_news(work)
    assert (message().state, captured(sandbox, confirmed)) == (State.HELD, 0)
    assert currency in message().error


def test_an_order_whose_contents_are_forgotten_captures_nothing_by_itself_and_credits_what_it_captured(
    confirmed: Order, sandbox: Sandbox, work: Work
) -> None:
    line = line_of(sandbox)
    clerk(sandbox, "ship", rows={line: "1"}), clerk(sandbox, "invoice")
    read_news(work)
    Order.objects.update(body=BLANK)
    clerk(sandbox, "credit")
    read_news(work)
    assert (message("norce.credit_payment").state, len(in_norce(sandbox, confirmed)["refunds"])) == (State.DONE, 1)
    clerk(sandbox, "ship"), clerk(sandbox, "invoice")
    read_news(work)
    assert (message().state, len(in_norce(sandbox, confirmed)["captures"])) == (State.HELD, 1)
    assert "blanked" in message().error


def test_a_cancel_of_an_order_whose_contents_are_forgotten_releases_nothing_unseen(
    confirmed: Order, sandbox: Sandbox, work: Work
) -> None:
    Order.objects.update(body=BLANK)
    clerk(sandbox, "cancel")
    read_news(work)
    assert (message("norce.cancel_order").state, in_norce(sandbox, confirmed)["status"]) == (State.HELD, "Confirmed")


@pytest.mark.parametrize("deed", ["ship", "invoice"])
def test_what_the_erp_makes_of_a_cancelled_order_is_a_question_that_release_answers(
    deed: str, confirmed: Order, sandbox: Sandbox, work: Work
) -> None:
    Order.objects.update(status=Order.Status.CANCELLED)
    clerk(sandbox, deed)
    read_news(work)
    kind = {"ship": "norce.delivery_note", "invoice": "norce.invoice"}[deed]
    assert (message(kind).state, captured(sandbox, confirmed)) == (State.HELD, 0)
    answer_yes(confirmed, "the buyer took it all the same")
    work()
    assert message(kind).state == State.DONE
    confirmed.refresh_from_db()
    assert confirmed.status == Order.Status.CANCELLED


@pytest.mark.parametrize("deed", ["ship", "invoice"])
def test_nothing_is_told_before_the_erps_number_even_if_a_person_gave_that_up(
    deed: str, application: Application, received: Callable[..., Order], sandbox: Sandbox, work: Work
) -> None:
    set_faults(sandbox, norce={"fail_next": {"Order/SendOrderStatus": [400]}})
    order = received("01")
    work()
    cancel("norce.order_status")
    clerk(sandbox, deed)
    read_news(work)
    kind = {"ship": "norce.delivery_note", "invoice": "norce.invoice"}[deed]
    assert (message(kind).state, in_norce(sandbox, order)["history"]) == (State.HELD, [])
    retry(message("norce.order_status"))
    retry(message(kind))
    work()
    assert (message(kind).state, in_norce(sandbox, order)["history"][0]["status"]) == (State.DONE, "Confirmed")


def test_an_event_that_overtakes_our_own_note_stands(
    confirmed: Order, sandbox: Sandbox, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_faults(sandbox, norce={"lose_answers": {INVOICE: 1}})
    clerk(sandbox, "invoice")
    read_news(work)
    Capture.objects.update(state=Capture.State.CAPTURED)
    be_due()
    work()
    assert (message().state, Capture.objects.get().state) == (State.DONE, Capture.State.CAPTURED)


def test_money_that_never_came_is_not_given_back(confirmed: Order, sandbox: Sandbox, work: Work) -> None:
    clerk(sandbox, "ship"), clerk(sandbox, "invoice")
    read_news(work)
    Capture.objects.update(state=Capture.State.ERROR)
    clerk(sandbox, "credit")
    read_news(work)
    assert (message("norce.credit_payment").state, in_norce(sandbox, confirmed)["refunds"]) == (State.HELD, [])


def test_a_credit_beyond_its_invoice_waits_and_goes_on_once_the_erp_has_corrected_it(
    confirmed: Order, sandbox: Sandbox, work: Work
) -> None:
    clerk(sandbox, "ship"), clerk(sandbox, "invoice"), clerk(sandbox, "credit")
    credit = in_erp(sandbox)["credits"][0]
    right, credit["total"] = credit["total"], "99999.00"
    read_news(work)
    assert (message("norce.credit_payment").state, in_norce(sandbox, confirmed)["refunds"]) == (State.HELD, [])
    credit["total"] = right
    read_news(work)
    retry(message("norce.credit_payment"))
    work()
    [refund] = in_norce(sandbox, confirmed)["refunds"]
    assert refund["amount"] == Decimal(right)


def test_a_credited_invoice_and_a_new_one_do_not_use_the_reservation_twice(
    confirmed: Order, sandbox: Sandbox, work: Work
) -> None:
    clerk(sandbox, "ship"), clerk(sandbox, "invoice"), clerk(sandbox, "credit")
    in_erp(sandbox)["invoices"].append(in_erp(sandbox)["invoices"][0] | {"number": "F2"})
    read_news(work)
    assert (message(key__endswith=":F2").state, len(in_norce(sandbox, confirmed)["captures"])) == (State.HELD, 1)
