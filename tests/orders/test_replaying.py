"""An order that has stopped is sent again, mapped anew or as it was: one order in the ERP, however often."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from connectors.erp.base import ErpOrderRef
from connectors.erp.sandbox import SandboxErp
from connectors.errors import PermanentError
from connectors.sandbox.core import Sandbox
from hub import by_hand
from hub import work as working
from hub.erasing import erase, known
from hub.models import Application, Attempt, OutboxMessage, ValueMapping
from hub.models.work import State
from hub.person import Person
from orders import erasing, recorded
from orders.models import MappedOrder, Order
from orders.replay_preview import preview
from orders.replaying import replay
from tests.faults import BUYER, CREATE_ORDER, be_due, erp_orders, operations, retry, set_faults, to_erp
from tests.hub.test_crashes import Killed, come_back

Receive = Callable[..., Order]
Work = Callable[[], int]
pytestmark = pytest.mark.usefixtures("business")


@pytest.fixture
def refused(application: Application, sandbox: Sandbox, received: Receive, work: Work) -> Order:
    """An order that its ERP has refused, and whose payment method has another name in the ERP since then."""
    order = received("01")
    set_faults(sandbox, erp={"fail_next": {CREATE_ORDER: [422]}})
    work()
    assert to_erp(order).state == State.FAILED
    ValueMapping.objects.create(kind="payment_method", norce_value="CARD", erp_value="Kort")
    return order


def again(order: Order, *, as_sent: bool = False) -> None:
    replay(order, as_sent=as_sent, by="anna", reason="Looked at it")


def die(*args: Any, **options: Any) -> None:
    raise Killed


def method(sandbox: Sandbox) -> list[str]:
    return [order["payments"][0]["method"] for order in erp_orders(sandbox)]


def test_mapped_again_it_goes_with_todays_mappings(sandbox: Sandbox, refused: Order, work: Work) -> None:
    again(refused)
    work()
    assert method(sandbox) == ["Kort"]


def test_as_it_was_it_goes_with_those_of_then(sandbox: Sandbox, refused: Order, work: Work) -> None:
    again(refused, as_sent=True)
    work()
    assert method(sandbox) == ["CARD"]


def test_who_why_and_how_stand_with_the_attempt(refused: Order, work: Work) -> None:
    again(refused, as_sent=True)
    work()
    assert Attempt.objects.get(asked_by="anna").reason == "Sent as it was: Looked at it"


@pytest.mark.parametrize("as_sent", [False, True])
def test_replayed_twice_and_killed_in_between_the_erp_has_one_order(
    sandbox: Sandbox, refused: Order, work: Work, as_sent: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = SandboxErp.create_order

    def create_and_die(erp: SandboxErp, order: Any) -> ErpOrderRef:
        create(erp, order)
        raise Killed

    monkeypatch.setattr(SandboxErp, "create_order", create_and_die)
    again(refused, as_sent=as_sent)
    with suppress(Killed):
        work()
    monkeypatch.setattr(SandboxErp, "create_order", create)
    working.settle(to_erp(refused), PermanentError("The worker died."))
    again(refused, as_sent=not as_sent)
    work()
    refused.refresh_from_db()
    assert (len(erp_orders(sandbox)), refused.erp_order_no) == (1, "SO100001")
    assert operations("norce").count("Order/SendOrderStatus") == 1


def test_as_it_was_holds_when_the_worker_is_killed(
    sandbox: Sandbox, refused: Order, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch, suppress(Killed):
        patch.setattr(SandboxErp, "find_order", die)
        again(refused, as_sent=True)
        work()
    come_back()
    assert method(sandbox) == ["CARD"]


def test_as_it_was_holds_through_the_hubs_own_tries(sandbox: Sandbox, refused: Order, work: Work) -> None:
    set_faults(sandbox, erp={"fail_next": {CREATE_ORDER: [503]}})
    again(refused, as_sent=True)
    work()
    be_due()
    work()
    assert method(sandbox) == ["CARD"]


def test_another_retry_by_anybody_maps_again(sandbox: Sandbox, refused: Order, work: Work) -> None:
    set_faults(sandbox, erp={"fail_next": {CREATE_ORDER: [422]}})
    again(refused, as_sent=True)
    work()
    retry(to_erp(refused))
    work()
    assert method(sandbox) == ["Kort"]


def test_given_up_before_it_went_and_taken_up_again_it_is_mapped_again(
    sandbox: Sandbox, refused: Order, work: Work
) -> None:
    again(refused, as_sent=True)
    by_hand.cancel(to_erp(refused), by="anna", reason="no")
    again(refused)
    work()
    assert method(sandbox) == ["Kort"]


def test_an_order_that_the_erp_has_is_not_sent_again(confirmed: Order) -> None:
    with pytest.raises(by_hand.NotAllowed, match="has the order already, as SO100001"):
        again(confirmed)


def test_an_order_that_goes_on_by_itself_is_left_alone(sandbox: Sandbox, refused: Order) -> None:
    again(refused)
    with pytest.raises(by_hand.NotAllowed, match="has not stopped"):
        again(refused)


@pytest.mark.parametrize("reason", ["", "  "])
def test_without_a_reason_nothing_is_sent(refused: Order, reason: str) -> None:
    with pytest.raises(by_hand.NotAllowed):
        replay(refused, as_sent=False, by="anna", reason=reason)
    assert to_erp(refused).state == State.FAILED


def test_it_cannot_go_as_it_was_when_nothing_readable_is_kept(refused: Order) -> None:
    MappedOrder.objects.update(content={"reference": 5})
    with pytest.raises(by_hand.NotAllowed, match="another version"):
        again(refused, as_sent=True)
    assert to_erp(refused).state == State.FAILED


def test_it_cannot_go_as_it_was_to_another_erp(refused: Order) -> None:
    MappedOrder.objects.update(erp_connection="second")
    with pytest.raises(by_hand.NotAllowed, match="mapped for the ERP second"):
        again(refused, as_sent=True)


def test_the_preview_names_each_field_that_would_differ(refused: Order) -> None:
    found = preview(refused)
    assert found.differences == [("Payment 1 · Payment method", "CARD", "Kort")]
    assert (found.problem, found.unusable) == (None, "")


def test_the_preview_finds_nothing_where_nothing_has_changed(refused: Order) -> None:
    ValueMapping.objects.all().delete()
    assert preview(refused).differences == []


def test_the_preview_calls_nobody_and_writes_nothing(refused: Order) -> None:
    before = (operations("erp:default"), list(MappedOrder.objects.values()), list(OutboxMessage.objects.values()))
    preview(refused)
    assert before == (
        operations("erp:default"),
        list(MappedOrder.objects.values()),
        list(OutboxMessage.objects.values()),
    )


def test_the_preview_masks_streets_and_mail_addresses(refused: Order) -> None:
    row = MappedOrder.objects.get()
    row.content["ship_to"]["line1"] = "Gamla gatan 1"
    row.content["contact_email"] = "anna@example.com"
    row.save()
    shown = {field: (before, now) for field, before, now in preview(refused).differences}
    assert shown["E-mail"] == ("a•••@example.com", "m•••@example.com")
    assert all("gatan" not in text for text in shown["Deliver to"])


def test_the_preview_says_that_todays_mappings_stop_it(refused: Order) -> None:
    ValueMapping.objects.all().delete()
    connection = Application.objects.get(number=1901).erp_connection
    connection.strict_kinds = ["payment_method"]
    connection.save()
    problem = preview(refused).problem
    assert problem and "Payment method CARD has no value mapping" in problem.message


def test_what_was_mapped_goes_with_the_persons_data(refused: Order) -> None:
    erase(known(Person(emails=frozenset({BUYER}))), by="anna", reason="asked", even_unfinished=True)
    assert not MappedOrder.objects.exists()


def test_what_was_mapped_goes_with_the_contents_of_an_old_order(refused: Order, settings: Settings) -> None:
    settings.HUB_KEEP_ORDER_DAYS = 30
    OutboxMessage.objects.update(state=State.CANCELLED)
    Order.objects.update(received_at="2026-01-01T00:00:00Z")
    erasing.prune()
    assert not MappedOrder.objects.exists()
    refused.refresh_from_db()
    assert refused.erased_at


def test_the_command_tells_what_changes_and_sends(sandbox: Sandbox, refused: Order, work: Work) -> None:
    out = StringIO()
    call_command("replay_order", str(refused), "--reason", "mended", "--json", stdout=out)
    assert [(row["field"], row["now"]) for row in json.loads(out.getvalue())] == [
        ("Payment 1 · Payment method", "Kort")
    ]
    work()
    assert method(sandbox) == ["Kort"]


def test_the_command_sends_as_it_was(sandbox: Sandbox, refused: Order, work: Work) -> None:
    out = StringIO()
    call_command("replay_order", refused.subject, "--as-sent", "--reason", "mended", stdout=out)
    assert "will be sent as it was" in out.getvalue()
    work()
    assert method(sandbox) == ["CARD"]


@pytest.mark.parametrize(("name", "answer"), [("4711", "There is no order 4711"), ("5100231", "has the order already")])
def test_the_command_says_why_it_refuses(confirmed: Order, name: str, answer: str) -> None:
    with pytest.raises(CommandError, match=answer):
        call_command("replay_order", name, "--reason", "mended")


def test_the_record_is_that_of_the_last_try(refused: Order, work: Work) -> None:
    again(refused)
    work()
    assert recorded.last(refused, "default").payments[0].method == "Kort"
