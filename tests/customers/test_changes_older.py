"""Nothing that a run has planned overwrites what the shop has changed since; nothing of the ERP's is lost by that."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from connectors.sandbox.core import Sandbox
from customers import settling
from hub import by_hand
from hub.models import InboxEvent, OutboxMessage, SyncRow, SyncRun
from hub.models.work import State
from tests.customers.registers import Work, change, delta, norce, people, row, run, start, worked
from tests.customers.shop import address, city, erp, message, messages, moved
from tests.customers.shop import changes as shop_changes
from tests.faults import be_due, set_faults

pytestmark = pytest.mark.usefixtures("application", "sandbox")


def norce_city(sandbox: Sandbox) -> str:
    return str(norce(sandbox, "P1")["InvoiceAddress"]["City"])


@pytest.mark.parametrize("state", [State.PENDING, State.RUNNING, State.HELD, State.FAILED])
def test_whom_the_shop_has_changed_is_left_out_until_the_erp_has_it(
    synced: int, sandbox: Sandbox, work: Work, state: str
) -> None:
    change(sandbox, "P1", cell_phone="070-2")
    moved(sandbox, synced, "Byn")
    set_faults(sandbox, erp={"fail_next": {"GET /erp/customers": [503]}})
    work()
    OutboxMessage.objects.update(state=state)
    item = delta(work)
    assert (item.state, row(item, "P1").action, row(item, "P1").message) == (State.DONE, "skipped", settling.WAITING)
    assert norce_city(sandbox) == "Byn"


def test_after_the_erp_has_it_the_next_delta_brings_what_was_left_out(
    synced: int, sandbox: Sandbox, work: Work
) -> None:
    change(sandbox, "P1", cell_phone="070-2")
    set_faults(sandbox, erp={"fail_next": {"GET /erp/customers": [503]}})
    moved(sandbox, synced, "Byn")
    work()
    assert delta(work).count_skipped == 1
    be_due()
    work()
    assert delta(work).count_accepted == 1
    assert (norce_city(sandbox), norce(sandbox, "P1")["CellPhoneNumber"], city(sandbox, "P1")) == (
        "Byn",
        "070-2",
        "Byn",
    )


def test_what_was_planned_before_the_erp_got_the_change_is_not_sent_after_it(
    synced: int, sandbox: Sandbox, work: Work
) -> None:
    change(sandbox, "P1", cell_phone="070-2")
    set_faults(sandbox, norce={"fail_rows": ["P1"]})
    item = delta(work)
    set_faults(sandbox, norce={})
    moved(sandbox, synced, "Byn")
    work()
    by_hand.retry(item, by="anna", reason="Again.")
    assert (worked(work, item).count_skipped, row(item, "P1").message) == (1, settling.CHANGED)
    assert norce_city(sandbox) == "Byn"
    delta(work)
    assert (norce_city(sandbox), norce(sandbox, "P1")["CellPhoneNumber"]) == ("Byn", "070-2")


def test_what_the_shop_takes_back_leaves_the_erps_change_to_the_next_delta(
    synced: int, sandbox: Sandbox, work: Work
) -> None:
    change(sandbox, "P1", phone="08-3")
    set_faults(sandbox, erp={"fail_next": {"GET /erp/customers": [503]}})
    moved(sandbox, synced, "Byn")
    work()
    delta(work)
    shop_changes(sandbox, synced, InvoiceAddress=address("Orten"))
    be_due()
    work()
    assert messages() == [State.DONE]
    # The ERP lists it no more: it has not changed since the delta that left it out.
    sandbox.state.erp_customers.save({**erp(sandbox, "P1"), "changed": "2020-01-01T00:00:00Z"})
    delta(work)
    assert (norce(sandbox, "P1")["PhoneNumber"], erp(sandbox, "P1")["phone"]) == ("08-3", "08-3")


def test_whom_an_event_waits_about_is_left_out_until_it_was_looked_at(
    synced: int, sandbox: Sandbox, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(sandbox, "P1", cell_phone="070-2")
    monkeypatch.setattr(InboxEvent, "claimable", lambda: InboxEvent.objects.none())
    moved(sandbox, synced, "Byn")
    item = delta(work)
    assert (row(item, "P1").message, norce_city(sandbox)) == (settling.HEARD, "Byn")
    monkeypatch.undo()
    work()
    delta(work)
    found = norce(sandbox, "P1")
    assert (city(sandbox, "P1"), norce_city(sandbox), found["CellPhoneNumber"]) == ("Byn", "Byn", "070-2")


@pytest.mark.parametrize("state", [State.HELD, State.FAILED])
def test_whom_an_event_that_has_stopped_is_about_is_left_out_too(
    synced: int, sandbox: Sandbox, work: Work, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    change(sandbox, "P1", cell_phone="070-2")
    monkeypatch.setattr(InboxEvent, "claimable", lambda: InboxEvent.objects.none())
    moved(sandbox, synced, "Byn")
    InboxEvent.objects.filter(state=State.PENDING).update(state=state)
    assert (row(delta(work), "P1").message, norce_city(sandbox)) == (settling.HEARD, "Byn")


def test_others_are_sent_as_ever(synced: int, sandbox: Sandbox, work: Work) -> None:
    people(sandbox, 2)
    moved(sandbox, synced, "Byn")
    set_faults(sandbox, erp={"fail_next": {"GET /erp/customers": [503]}})
    change(sandbox, "P1", phone="08-3")
    work()
    item = run(work)
    assert (message().state, item.count_accepted, item.count_skipped) == (State.PENDING, 2, 1)


def test_a_batch_takes_as_many_statements_whatever_its_size(sandbox: Sandbox) -> None:
    def statements(count: int) -> int:
        item = SyncRun.objects.create(
            resource="customers", state=State.DONE, cursor={"steps": [["customer", "default"]]}
        )
        for number in range(count):
            subject = f"customer:default:P{number}"
            SyncRow.objects.create(
                run=item, subject=subject, erp_code=f"P{number}", erp_connection="default", batch=1, change="new"
            )
            OutboxMessage.objects.get_or_create(
                kind="erp.customer", subject=subject, key=subject, defaults={"state": State.HELD}
            )
        with CaptureQueriesContext(connection) as found:
            settling.drop_stale(item, 1)
        assert set(item.rows.values_list("message", flat=True)) == {settling.WAITING}
        return len(found)

    assert statements(1) == statements(20)


def test_a_run_that_starts_later_is_not_held_up(synced: int, sandbox: Sandbox, work: Work) -> None:
    moved(sandbox, synced, "Byn")
    work()
    change(sandbox, "P1", phone="08-3")
    item = worked(work, start(mode="delta"))
    assert (item.count_accepted, norce_city(sandbox)) == (1, "Byn")
