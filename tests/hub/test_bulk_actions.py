"""Bulk actions: each item once, in portions, by workers that may die; what came of each is told."""

from __future__ import annotations

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.test import Client
from django.urls import reverse

from hub import bulk_actions, by_hand, drain, work
from hub.models import Attempt, BulkAction, BulkItem, OutboxMessage
from hub.models.work import State

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "admin:hub_outboxmessage_changelist"
Deed = BulkAction.Deed


def put(number: int, state: str = State.FAILED, **columns: object) -> OutboxMessage:
    return OutboxMessage.objects.create(
        key=f"erp.order:{number}", kind="erp.order", system="erp:x", subject=f"order:{number}", state=state, **columns
    )


def start(deed: str = Deed.RETRY) -> BulkAction:
    items = OutboxMessage.objects.filter(kind="erp.order")
    return bulk_actions.start(items, deed=deed, by="anna", reason="The ERP is back")


def message() -> OutboxMessage:
    return OutboxMessage.objects.get(kind=bulk_actions.KIND)


def outcomes(action: BulkAction) -> list[str]:
    return list(action.items.order_by("item_id").values_list("outcome", flat=True))


def work_on() -> None:
    """Do the portion of the bulk action that is due, and nothing else."""
    item = work.claim(OutboxMessage.claimable().filter(system=bulk_actions.SYSTEM))
    assert item
    work.perform(item, bulk_actions.go_on)


def test_nothing_happens_before_a_worker_comes() -> None:
    put(1)
    action = start()
    assert (action.total, outcomes(action), put(2, State.DONE).state) == (1, ["waiting"], State.DONE)
    assert OutboxMessage.objects.get(subject="order:1").state == State.FAILED


def test_a_worker_does_all_with_who_and_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_actions, "PORTION", 2)
    for number in range(5):
        put(number)
    action = start()
    work_on()
    action.refresh_from_db()
    started = OutboxMessage.objects.filter(state=State.PENDING, asked_by="anna", asked_reason="The ERP is back")
    assert (outcomes(action), started.count(), message().state) == (["done"] * 5, 5, State.DONE)
    assert action.finished_at


def test_other_work_has_its_turn_between_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_actions, "BUDGET", -1.0)
    put(1)
    action = start()
    work_on()
    assert (message().state, outcomes(action)) == (State.PENDING, ["waiting"])


def test_the_drain_does_it() -> None:
    put(1)
    action = start()
    while drain.step():
        pass
    assert outcomes(action) == ["done"]


def test_what_has_gone_on_meanwhile_is_refused_with_its_state() -> None:
    put(1)
    put(2)
    action = start()
    OutboxMessage.objects.filter(subject="order:1").update(state=State.DONE)
    work_on()
    assert list(action.items.order_by("item_id").values_list("outcome", "state_then")) == [
        ("refused", "done"),
        ("done", ""),
    ]


def test_what_is_gone_is_refused() -> None:
    put(1)
    action = start()
    OutboxMessage.objects.filter(kind="erp.order").delete()
    work_on()
    assert outcomes(action) == ["refused"]


def test_a_worker_that_dies_leaves_no_item_half_done(monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        put(number)
    action = start(Deed.CANCEL)
    real = by_hand.cancel

    def dying(item: OutboxMessage, *, by: str, reason: str) -> None:
        real(item, by=by, reason=reason)
        if item.subject == "order:1":
            raise SystemExit

    monkeypatch.setitem(bulk_actions.DEEDS, Deed.CANCEL, dying)
    with pytest.raises(SystemExit):
        work_on()
    assert outcomes(action) == ["done", "waiting", "waiting"]
    monkeypatch.setitem(bulk_actions.DEEDS, Deed.CANCEL, real)
    OutboxMessage.objects.filter(kind=bulk_actions.KIND).update(state=State.PENDING)
    work_on()
    deeds = Attempt.objects.filter(outcome=Attempt.Outcome.CANCELLED).values_list("subject", flat=True)
    assert (outcomes(action), sorted(deeds)) == (["done"] * 3, ["order:0", "order:1", "order:2"])


def test_two_workers_do_no_item_twice() -> None:
    put(1)
    action = start(Deed.CANCEL)
    item = BulkItem.objects.get()
    bulk_actions._do(action, item)
    bulk_actions._do(action, item)
    assert Attempt.objects.filter(outcome=Attempt.Outcome.CANCELLED).count() == 1


def test_it_needs_a_reason() -> None:
    with pytest.raises(by_hand.NotAllowed):
        bulk_actions.start(OutboxMessage.objects.all(), deed=Deed.RETRY, by="anna", reason=" ")
    assert not BulkAction.objects.exists()


def test_its_page_shows_how_far_it_has_come_and_refreshes_itself(admin_client: Client) -> None:
    put(1)
    action = start()
    page = admin_client.get(action.get_absolute_url()).content.decode()
    address = reverse("admin:hub_bulkaction_progress", args=[action.pk])
    assert address in page and "0 of 1" in page and "The ERP is back" in page
    assert "HX-Refresh" not in admin_client.get(address).headers
    work_on()
    assert admin_client.get(address).headers["HX-Refresh"] == "true"
    assert address not in admin_client.get(action.get_absolute_url()).content.decode()


def test_its_page_tells_what_was_refused_and_what_has_stopped_again(admin_client: Client) -> None:
    put(1)
    put(2)
    action = start()
    OutboxMessage.objects.filter(subject="order:1").update(state=State.DONE)
    work_on()
    OutboxMessage.objects.filter(subject="order:2").update(state=State.FAILED, error="Still no.")
    page = admin_client.get(action.get_absolute_url()).content.decode()
    assert "It was by then: Done" in page and "Still no." in page


def test_the_page_of_a_large_one_takes_few_statements(
    admin_client: Client, django_assert_max_num_queries: pytest.FixtureRequest
) -> None:
    for number in range(150):
        put(number)
    action = start()
    work_on()
    OutboxMessage.objects.filter(kind="erp.order").update(state=State.FAILED)
    with django_assert_max_num_queries(20):  # type: ignore[operator]
        page = admin_client.get(action.get_absolute_url()).content.decode()
    assert "100+" in page


def test_the_list_shows_who_and_why(admin_client: Client) -> None:
    put(1)
    start()
    page = admin_client.get(reverse("admin:hub_bulkaction_changelist")).content.decode()
    assert "Retry: work items" in page and "anna" in page and "The ERP is back" in page


def test_the_selected_can_be_cancelled(admin_client: Client) -> None:
    keys = [put(1).pk, put(2, State.PENDING).pk, put(3, State.DONE).pk]
    data = {"action": "cancel_selected", ACTION_CHECKBOX_NAME: keys}
    assert "Cancel 2 items?" in admin_client.post(reverse(LIST), data).content.decode()
    answer = admin_client.post(reverse(LIST), data | {"apply": "1", "reason": "Sold out"})
    action = BulkAction.objects.get()
    assert (answer.headers["Location"], action.deed, action.total) == (action.get_absolute_url(), Deed.CANCEL, 2)
