"""What goes wrong on the way of a change to the ERP: nothing is lost, doubled, or written over something newer."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from connectors.errors import TransientError
from connectors.models import RateBucket
from connectors.sandbox.core import Sandbox
from connectors.sandbox.http import Request
from customers import changes, hearing, sides, telling
from customers.changes import NOBODY
from customers.models import CustomerBinding
from customers.planning import FORGOTTEN
from hub import by_hand, drain
from hub.models import InboxEvent, OutboxMessage
from hub.models.work import State
from hub.sweeping import sweep
from tests.customers.registers import Work, binding, change, delta, norce, remove
from tests.customers.shop import address, city, erp, erp_address, message, messages, moved, note, notify
from tests.customers.shop import changes as shop_changes
from tests.faults import be_due, operations, set_faults
from tests.hub.test_crashes import DiesAt, Killed

pytestmark = pytest.mark.usefixtures("application", "sandbox")
WRITE = "PUT /erp/customers/<code>"
QUERY = "Customers/Customers"


def writes() -> int:
    return operations("erp:default").count("change customer")


def test_an_erp_that_is_away_gets_one_update_at_the_end(synced: int, sandbox: Sandbox, work: Work) -> None:
    set_faults(sandbox, erp={"error_rate": 1})
    for place in ("Byn", "Staden", "Hamnen"):
        moved(sandbox, synced, place)
        work()
        be_due()
    assert (messages().count(State.PENDING), city(sandbox, "P1")) == (1, "Orten")
    set_faults(sandbox, erp={})
    be_due()
    work()
    assert (city(sandbox, "P1"), writes()) == ("Hamnen", 1)


def test_what_both_have_changed_is_a_persons_question_and_nothing_is_written(
    synced: int, sandbox: Sandbox, work: Work
) -> None:
    change(sandbox, "P1", address=erp_address("Skogen"))
    shop_changes(sandbox, synced, InvoiceAddress=address("Byn"), CellPhoneNumber="070-1")
    notify(synced)
    work()
    assert (message().state, message().error) == (
        State.HELD,
        "Both the shop and the ERP have changed InvoiceAddress of customer P1.",
    )
    assert (city(sandbox, "P1"), erp(sandbox, "P1")["cell_phone"]) == ("Skogen", "")


def test_after_a_question_the_right_one_in_the_erp_lets_the_rest_through(
    synced: int, sandbox: Sandbox, work: Work
) -> None:
    change(sandbox, "P1", address=erp_address("Skogen"))
    shop_changes(sandbox, synced, InvoiceAddress=address("Byn"), CellPhoneNumber="070-1")
    notify(synced)
    work()
    change(sandbox, "P1", address=erp_address("Byn"))
    by_hand.retry(message(), by="anna", reason="The shop's is right.")
    work()
    assert (message().state, erp(sandbox, "P1")["cell_phone"]) == (State.DONE, "070-1")


def test_a_cancel_keeps_the_erps_and_brings_it_to_norce(synced: int, sandbox: Sandbox, work: Work) -> None:
    change(sandbox, "P1", address=erp_address("Skogen"))
    moved(sandbox, synced, "Byn")
    work()
    assert delta(work).count_skipped == 1
    by_hand.cancel(message(), by="anna", reason="The ERP's is right.")
    notify(synced)
    work()
    assert (note(), messages()) == (hearing.DECIDED, [State.CANCELLED])
    delta(work)
    assert norce(sandbox, "P1")["InvoiceAddress"]["City"] == city(sandbox, "P1") == "Skogen"
    moved(sandbox, synced, "Byn")
    work()
    assert (city(sandbox, "P1"), writes()) == ("Byn", 1)


def test_a_question_that_the_shop_takes_back_goes_away(synced: int, sandbox: Sandbox, work: Work) -> None:
    change(sandbox, "P1", address=erp_address("Skogen"))
    for place in ("Byn", "Orten"):
        moved(sandbox, synced, place)
        work()
    assert (messages(), city(sandbox, "P1")) == ([State.SUPERSEDED, State.DONE], "Skogen")


def test_where_nothing_is_known_of_the_erp_the_shops_wins(synced: int, sandbox: Sandbox, work: Work) -> None:
    CustomerBinding.objects.update(sent="", digest="", heard="")
    change(sandbox, "P1", address=erp_address("Skogen"))
    moved(sandbox, synced, "Byn")
    work()
    assert city(sandbox, "P1") == "Byn"


def test_a_lost_answer_writes_once_and_is_no_change_of_the_erps(synced: int, sandbox: Sandbox, work: Work) -> None:
    set_faults(sandbox, erp={"lose_answers": {WRITE: 1}})
    moved(sandbox, synced, "Byn")
    work()
    assert (messages(), city(sandbox, "P1")) == ([State.PENDING], "Byn")
    moved(sandbox, synced, "Staden")
    be_due()
    work()
    assert (messages()[-1], city(sandbox, "P1"), writes()) == (State.DONE, "Staden", 2)


def test_what_may_have_come_through_is_taken_back_with_the_shop(synced: int, sandbox: Sandbox, work: Work) -> None:
    set_faults(sandbox, erp={"lose_answers": {WRITE: 1}})
    moved(sandbox, synced, "Byn")
    work()
    by_hand.cancel(message(), by="anna", reason="It hangs.")
    moved(sandbox, synced, "Orten")
    be_due()
    work()
    assert city(sandbox, "P1") == "Orten"


def test_a_notification_while_the_message_runs_is_told_after_it(
    synced: int, sandbox: Sandbox, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = sides.party_in_erp

    def taken_back(*arguments: Any) -> Any:
        monkeypatch.setattr(sides, "party_in_erp", found)
        moved(sandbox, synced, "Orten")
        event = InboxEvent.objects.order_by("-pk")[0]
        changes.changed_event(event)
        InboxEvent.objects.filter(pk=event.pk).update(state=State.DONE)
        return found(*arguments)

    monkeypatch.setattr(sides, "party_in_erp", taken_back)
    moved(sandbox, synced, "Byn")
    work()
    assert (messages(), city(sandbox, "P1"), writes()) == ([State.DONE, State.DONE], "Orten", 2)


def test_a_code_that_was_corrected_meanwhile_is_the_one_that_is_written(
    synced: int, sandbox: Sandbox, work: Work
) -> None:
    set_faults(sandbox, erp={"error_rate": 1})
    moved(sandbox, synced, "Byn")
    work()
    sandbox.state.erp_customers.save({**erp(sandbox, "P1"), "code": "P9"})
    CustomerBinding.objects.update(erp_code="P9")
    set_faults(sandbox, erp={})
    be_due()
    work()
    assert (city(sandbox, "P1"), city(sandbox, "P9"), messages()) == ("Orten", "Byn", [State.DONE])


def test_a_code_that_the_erp_does_not_have_is_said_with_where_to_look(
    synced: int, sandbox: Sandbox, work: Work
) -> None:
    remove(sandbox, "P1")
    moved(sandbox, synced, "Byn")
    work()
    assert (message().state, "under code P1" in message().error) == (State.FAILED, True)
    assert "customer's page" in message().remedy


def test_nobody_with_the_id_is_noted(work: Work) -> None:
    notify(4711)
    work()
    assert (note(), messages()) == (NOBODY, [])


def test_whom_norce_has_forgotten_is_blanked_and_never_written(synced: int, sandbox: Sandbox, work: Work) -> None:
    moved(sandbox, synced, "Byn")
    drain.step()
    body = b'{"customers": [%d]}' % synced
    sandbox.handle(Request.of("POST", "/_sandbox/norce/forget", {"Content-Type": "application/json"}, body))
    notify(synced)
    work()
    row = binding("P1")
    assert (row.heard, row.sent, bool(row.forgotten_at), note()) == ("", "", True, FORGOTTEN)
    assert writes() == 0


def test_one_who_is_forgotten_while_the_erp_answers_keeps_nothing(
    synced: int, sandbox: Sandbox, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = sides.party_in_erp

    def late(*arguments: Any) -> Any:
        CustomerBinding.objects.update(forgotten_at=timezone.now(), heard="", sent="")
        return found(*arguments)

    monkeypatch.setattr(sides, "party_in_erp", late)
    moved(sandbox, synced, "Byn")
    work()
    assert (binding("P1").heard, city(sandbox, "P1"), writes()) == ("", "Orten", 0)


@pytest.mark.parametrize(("status", "state"), [(404, State.FAILED), (429, State.PENDING), (500, State.PENDING)])
def test_a_query_that_does_not_answer_is_asked_again_or_shown(
    synced: int, sandbox: Sandbox, work: Work, status: int, state: str
) -> None:
    set_faults(sandbox, norce={"fail_next": {QUERY: [status]}})
    moved(sandbox, synced, "Byn")
    work()
    event = InboxEvent.objects.order_by("-pk")[0]
    assert (event.state, messages()) == (state, [])
    if state == State.PENDING:
        RateBucket.objects.all().delete()
        be_due()
        work()
        assert city(sandbox, "P1") == "Byn"


def test_a_query_that_fails_for_the_message_is_asked_again(
    synced: int, sandbox: Sandbox, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*arguments: Any) -> None:
        raise TransientError("Norce is away.")

    with monkeypatch.context() as patched:
        patched.setattr(telling, "_read", away)
        moved(sandbox, synced, "Byn")
        work()
    assert messages() == [State.PENDING]
    be_due()
    work()
    assert city(sandbox, "P1") == "Byn"


def die(statement: int, *, after: bool) -> bool:
    """Work until the given statement, and die there; then let others sweep and go on."""
    wrapper = DiesAt(statement, after=after)
    with suppress(Killed), connection.execute_wrapper(wrapper):
        while drain.step():
            pass
    past = timezone.now() - timedelta(seconds=1)
    for model in (OutboxMessage, InboxEvent):
        model.objects.filter(state=State.RUNNING).update(lease_until=past)
    sweep(drain.WORK_MODELS)
    be_due()
    while drain.step():
        pass
    return wrapper.died


@pytest.mark.parametrize("after", [False, True])
def test_it_survives_death_at_every_statement(
    synced: int, sandbox: Sandbox, application: Any, after: bool, work: Callable[[], int]
) -> None:
    for statement in range(1, 300):
        place = f"Ort {statement}"
        moved(sandbox, synced, place)
        died = die(statement, after=after)
        assert city(sandbox, "P1") == place
        open_states = {State.PENDING, State.RUNNING, State.FAILED, State.HELD}
        assert not open_states & {*messages(), *InboxEvent.objects.values_list("state", flat=True)}
        if not died:
            break
    assert statement > 20
    notify(synced)
    work()
    assert note() == hearing.ECHO
    assert delta(work).count_unchanged == 1
