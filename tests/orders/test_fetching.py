"""A lost order is fetched once, waits for a person, and gives way to the real one when that comes after all."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from connectors.models import RateBucket
from connectors.sandbox.core import Sandbox
from hub import by_hand
from hub.models import Application, Attempt, OutboxMessage, RejectedMessage, SyncRow
from hub.models.work import State
from orders import fetching
from orders.contents import read_request
from orders.models import Order
from orders.receiving import receive
from orders.sums import paid
from tests.conftest import sample
from tests.faults import answer_yes, be_due, erp_orders, set_faults, to_erp
from tests.orders.norce_side import ORDERS, cancel_in_norce, compare, in_norce
from tests.orders.norce_side import fetching as fetch_work

Work = Callable[[], int]
Ask = Callable[..., None]
LONG = "x" * 60

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ask(application: Application, sandbox: Sandbox) -> Ask:
    """Let a person ask for an order that Norce has."""

    def do(reference: str = "5100231", reason: str = "The buyer has called.") -> None:
        [order] = sandbox.state.orders.find("ref", reference)
        fetching.ask(application, order_id=order["Id"], reference=reference, by="anna", reason=reason)

    return do


@pytest.fixture
def fetched(ask: Ask, sandbox: Sandbox, work: Work) -> Order:
    """An order that was fetched and is held."""
    in_norce(sandbox)
    ask()
    work()
    return Order.objects.get()


def push(**changes: Any) -> None:
    """Let Norce push the real order."""
    body = sample("01", **changes)
    answer = receive(body=json.dumps(body).encode(), format=Order.Format.JSON)
    assert answer.status_code == "OK"


def test_a_fetched_order_waits_for_a_person_and_says_why(fetched: Order) -> None:
    message = to_erp(fetched)
    assert (message.state, message.error_code) == (State.HELD, "fetched")
    assert "fetched from Norce Query without its payments" in message.error
    assert (fetched.client_order_ref, fetched.source, fetched.total) == ("5100231", "WEB", Decimal("1596.10"))
    assert (fetched.buyer_email, fetched.currency) == ("maja.provberg@example.com", "SEK")


def test_who_asked_and_why_is_kept(fetched: Order) -> None:
    attempt = Attempt.objects.get(item_id=fetch_work().pk, item_kind="outboxmessage", outcome="done")
    assert (attempt.asked_by, attempt.reason) == ("anna", "The buyer has called.")


def test_a_released_order_goes_to_the_erp_with_its_rows(fetched: Order, sandbox: Sandbox, work: Work) -> None:
    answer_yes(fetched, "Paid, says Norce Admin.")
    work()
    [made] = erp_orders(sandbox)
    assert (made["reference"], round(float(made["total"]), 2), made["payments"]) == ("1901-5100231", 1596.10, [])
    assert [line["is_fee"] for line in made["lines"]] == [False, False, True]
    fetched.refresh_from_db()
    assert fetched.status == Order.Status.CONFIRMED


def test_asked_for_twice_it_is_fetched_once(fetched: Order, ask: Ask, work: Work) -> None:
    with pytest.raises(by_hand.NotAllowed, match="or has been"):
        ask()
    work()
    assert (Order.objects.count(), OutboxMessage.objects.filter(kind=fetching.KIND).count()) == (1, 1)


def test_while_it_waits_it_is_not_asked_for_again(ask: Ask, sandbox: Sandbox) -> None:
    in_norce(sandbox)
    ask()
    with pytest.raises(by_hand.NotAllowed):
        ask(reason="Once more")
    assert fetch_work().asked_reason == "The buyer has called."


def test_without_a_reason_nothing_is_fetched(ask: Ask, sandbox: Sandbox) -> None:
    in_norce(sandbox)
    with pytest.raises(by_hand.NotAllowed, match="Say why"):
        ask(reason="  ")
    assert OutboxMessage.objects.count() == 0


def test_the_real_order_takes_the_held_ones_place(fetched: Order, sandbox: Sandbox, work: Work) -> None:
    push()
    work()
    fetched.refresh_from_db()
    assert (fetched.status, paid(read_request(fetched))) == (Order.Status.CONFIRMED, fetched.total)
    assert len(erp_orders(sandbox)) == Order.objects.count() == 1
    assert b"HubFetchedFromQuery" in bytes(RejectedMessage.objects.get().body)


def test_the_real_order_takes_its_place_before_it_is_held(
    ask: Ask, sandbox: Sandbox, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_norce(sandbox)
    ask()
    kept = fetching.store

    def push_at_once(*arguments: Any, **options: Any) -> bool:
        stored = kept(*arguments, **options)
        push()
        return stored

    monkeypatch.setattr(fetching, "store", push_at_once)
    work()
    order = Order.objects.get()
    assert (order.status, len(read_request(order).payments)) == (Order.Status.CONFIRMED, 1)


def test_the_real_order_takes_its_place_while_a_worker_reads_it(fetched: Order) -> None:
    OutboxMessage.objects.filter(kind="erp.order").update(state=State.RUNNING)
    push()
    fetched.refresh_from_db()
    assert len(read_request(fetched).payments) == 1


def test_a_released_order_that_is_under_way_keeps_its_content(fetched: Order) -> None:
    answer_yes(fetched, "Paid.")
    OutboxMessage.objects.filter(kind="erp.order").update(state=State.RUNNING)
    push()
    fetched.refresh_from_db()
    assert read_request(fetched).payments == ()
    assert "what came first counts" in RejectedMessage.objects.get().reason


def test_the_real_order_after_the_erp_has_it_changes_nothing(fetched: Order, sandbox: Sandbox, work: Work) -> None:
    answer_yes(fetched, "Paid.")
    work()
    push()
    work()
    assert (len(erp_orders(sandbox)), Order.objects.count()) == (1, 1)


def test_an_order_that_came_meanwhile_is_left_as_it_is(ask: Ask, sandbox: Sandbox, work: Work) -> None:
    in_norce(sandbox)
    ask()
    push()
    work()
    order = Order.objects.get()
    assert (fetch_work().state, len(read_request(order).payments)) == (State.DONE, 1)
    assert RejectedMessage.objects.count() == 0


def test_an_order_that_norce_has_cancelled_is_not_fetched(ask: Ask, sandbox: Sandbox, work: Work) -> None:
    in_norce(sandbox)
    ask()
    cancel_in_norce(sandbox, "5100231")
    work()
    message = fetch_work()
    assert (message.state, Order.objects.count()) == (State.FAILED, 0)
    assert "cancelled in Norce" in message.error and "Norce Admin" in message.remedy


def test_an_order_that_norce_has_no_more_says_so_and_may_be_asked_for_again(
    ask: Ask, application: Application, sandbox: Sandbox, work: Work
) -> None:
    order_id = in_norce(sandbox)["Id"]
    fetching.ask(application, order_id=order_id + 99, reference="5100231", by="anna", reason="Wanted")
    work()
    assert (fetch_work().state, fetch_work().error) == (State.FAILED, "Norce has no such order any more.")
    OutboxMessage.objects.update(payload={"id": order_id, "application": 1901})
    fetching.ask(application, order_id=order_id + 99, reference="5100231", by="anna", reason="Again")
    work()
    assert (fetch_work().state, Order.objects.count()) == (State.DONE, 1)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_query_that_does_not_answer_is_asked_again(ask: Ask, sandbox: Sandbox, work: Work, status: int) -> None:
    in_norce(sandbox)
    set_faults(sandbox, norce={"fail_next": {ORDERS: [status]}, "retry_after": 5})
    ask()
    work()
    assert (fetch_work().state, Order.objects.count()) == (State.PENDING, 0)
    RateBucket.objects.all().delete()
    be_due()
    work()
    assert (fetch_work().state, Order.objects.count()) == (State.DONE, 1)


def test_a_tenant_without_the_set_says_so(ask: Ask, sandbox: Sandbox, work: Work) -> None:
    in_norce(sandbox)
    set_faults(sandbox, norce={"fail_next": {ORDERS: [404]}})
    ask()
    work()
    assert fetch_work().state == State.FAILED


def test_a_text_that_does_not_fit_is_named_with_what_to_do(ask: Ask, sandbox: Sandbox, work: Work) -> None:
    in_norce(sandbox)["header"]["DeliveryMark"] = LONG
    ask()
    work()
    assert "CustomerOrderRef: expected at most 50 characters" in fetch_work().error
    assert "Correct it in Norce Admin" in fetch_work().remedy


def test_a_company_is_fetched_with_its_numbers(business: Application, sandbox: Sandbox, work: Work) -> None:
    order = in_norce(sandbox, "6002", name="02")
    fetching.ask(business, order_id=order["Id"], reference="6002", by="anna", reason="Wanted")
    work()
    buyer = read_request(Order.objects.get()).sell_to
    wanted = sample("02")["SellTo"]["Company"]
    assert buyer and buyer.company
    assert (buyer.company.name, buyer.company.vat_no) == (wanted["Name"], wanted["VatNo"])


def test_two_workers_that_fetch_make_one_order(fetched: Order) -> None:
    fetching.fetch_order(fetch_work())
    assert Order.objects.count() == 1


def test_the_nightly_run_fetches_when_it_is_told_to(
    application: Application, sandbox: Sandbox, work: Work, settings: Any
) -> None:
    settings.LOST_ORDERS_FETCH = True
    in_norce(sandbox)
    run = compare(work)
    assert (run.count_accepted, SyncRow.objects.get().message.endswith("It is being fetched.")) == (1, True)
    assert to_erp(Order.objects.get()).state == State.HELD
    compare(work)
    assert OutboxMessage.objects.filter(kind=fetching.KIND).count() == 1
