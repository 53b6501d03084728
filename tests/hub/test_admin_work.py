"""Retry and cancel in the admin: a reason is asked for, who may not is refused, what runs is left alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from hub import drain
from hub.models import Attempt, OutboxMessage
from hub.models.work import State

LIST = "admin:hub_outboxmessage_changelist"
SAID = {"_form_submitted": "on", "reason": "The ERP is back"}


@pytest.fixture
def failed(transactional_db: None) -> OutboxMessage:
    """A failed message."""
    return put(1, State.FAILED)


def put(number: int, state: str) -> OutboxMessage:
    return OutboxMessage.objects.create(
        key=f"erp.order:{number}",
        kind="erp.order",
        system="erp",
        subject=f"order:{number}",
        state=state,
        error="The ERP said no.",
        error_kind="permanent",
        remedy="Ask the ERP.",
        lease_until=timezone.now() + timedelta(minutes=2) if state == State.RUNNING else None,
    )


def button(message: OutboxMessage, name: str) -> str:
    return reverse(f"admin:hub_outboxmessage_{name}", args=[message.pk])


def page_of(client: Client, message: OutboxMessage) -> str:
    return client.get(reverse("admin:hub_outboxmessage_change", args=[message.pk])).content.decode()


def test_the_page_says_why_and_what_to_do(admin_client: Client, failed: OutboxMessage) -> None:
    page = page_of(admin_client, failed)
    for text in ("Refused by the other side", "The ERP said no.", "Ask the ERP.", button(failed, "retry")):
        assert text in page


def test_a_retry_asks_for_a_reason(admin_client: Client, failed: OutboxMessage) -> None:
    assert "Reason" in admin_client.get(button(failed, "retry")).content.decode()
    answer = admin_client.post(button(failed, "retry"), SAID | {"reason": " "})
    assert "Say why" in answer.content.decode()
    failed.refresh_from_db()
    assert failed.state == State.FAILED


def test_a_retry_is_kept_with_who_and_why(admin_client: Client, failed: OutboxMessage) -> None:
    answer = admin_client.post(button(failed, "retry"), SAID)
    failed.refresh_from_db()
    assert answer.status_code == 302
    assert (failed.state, failed.asked_by, failed.asked_reason) == (State.PENDING, "admin", "The ERP is back")


def test_a_dialog_sends_the_browser_to_the_page(admin_client: Client, failed: OutboxMessage) -> None:
    answer = admin_client.post(button(failed, "retry"), SAID, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert answer.headers["HX-Redirect"] == reverse("admin:hub_outboxmessage_change", args=[failed.pk])


def test_a_retry_is_refused_while_it_runs(admin_client: Client, transactional_db: None) -> None:
    running = put(2, State.RUNNING)
    assert button(running, "retry") not in page_of(admin_client, running)
    answer = admin_client.post(button(running, "retry"), SAID, follow=True)
    assert "there is nothing to retry" in answer.content.decode()
    running.refresh_from_db()
    assert running.state == State.RUNNING


@pytest.mark.parametrize(("button_name", "refusal"), [("retry", "finns inget att försöka"), ("cancel", "går inte att")])
def test_a_refusal_names_the_work_in_the_readers_language(
    admin_client: Client, transactional_db: None, button_name: str, refusal: str
) -> None:
    running = put(2, State.RUNNING)
    swedish = {"Accept-Language": "sv"}
    page = admin_client.post(button(running, button_name), SAID, follow=True, headers=swedish).content.decode()
    assert "Order till affärssystemet: order:2 är" in page and refusal in page
    assert "erp.order:2 är" not in page


@pytest.mark.parametrize("key", ["999", "nonsense"])
def test_a_button_of_a_row_that_is_gone_leads_back(admin_client: Client, failed: OutboxMessage, key: str) -> None:
    answer = admin_client.post(reverse("admin:hub_outboxmessage_retry", args=[key]), SAID)
    assert answer.headers["Location"] == reverse(LIST)


def test_a_cancel_is_kept_as_a_deed(admin_client: Client, failed: OutboxMessage) -> None:
    admin_client.post(button(failed, "cancel"), SAID | {"reason": "Sold out"})
    failed.refresh_from_db()
    deed = Attempt.objects.get(item_id=failed.pk)
    assert (failed.state, deed.asked_by, deed.reason) == (State.CANCELLED, "admin", "Sold out")


@pytest.mark.parametrize("state", [State.RUNNING, State.DONE, State.SUPERSEDED])
def test_a_cancel_shows_only_where_it_is_legal(admin_client: Client, transactional_db: None, state: str) -> None:
    assert button(put(3, state), "cancel") not in page_of(admin_client, OutboxMessage.objects.get())


def test_a_viewer_gets_no_buttons_and_is_refused(client: Client, failed: OutboxMessage) -> None:
    viewer = User.objects.create_user("viewer", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_outboxmessage"))
    client.force_login(viewer)
    page = page_of(client, failed)
    assert "The ERP said no." in page
    assert button(failed, "retry") not in page
    assert client.post(button(failed, "retry"), SAID).status_code == 403


def test_retrying_many_states_the_number_and_asks_why(admin_client: Client, transactional_db: None) -> None:
    keys = [put(number, State.FAILED).pk for number in range(25)]
    data = {"action": "retry_selected", ACTION_CHECKBOX_NAME: keys}
    page = admin_client.post(reverse(LIST), data).content.decode()
    for text in ("Retry 25 items?", "Order to the ERP: order:19", "and 5 more"):
        assert text in page
    assert "order:20<" not in page
    assert not OutboxMessage.objects.filter(state=State.PENDING).exists()


def test_retrying_many_is_done_with_one_reason(admin_client: Client, transactional_db: None) -> None:
    keys = [put(number, state).pk for number, state in enumerate([State.FAILED, State.HELD, State.RUNNING])]
    data = {"action": "retry_selected", ACTION_CHECKBOX_NAME: keys, "apply": "1", "reason": "The ERP is back"}
    page = admin_client.post(reverse(LIST), data, follow=True).content.decode()
    assert "0 of 2" in page
    assert drain.step()
    asked = OutboxMessage.objects.filter(state=State.PENDING, asked_reason="The ERP is back", asked_by="admin")
    assert asked.count() == 2


def test_retrying_many_needs_a_reason(admin_client: Client, failed: OutboxMessage) -> None:
    data = {"action": "retry_selected", ACTION_CHECKBOX_NAME: [failed.pk], "apply": "1", "reason": " "}
    assert "Say why" in admin_client.post(reverse(LIST), data).content.decode()
    failed.refresh_from_db()
    assert failed.state == State.FAILED


def test_the_list_says_by_which_error_it_is_narrowed(admin_client: Client, failed: OutboxMessage) -> None:
    OutboxMessage.objects.filter(pk=put(2, State.FAILED).pk).update(error_code="norce_not_set_up")
    url = reverse(LIST)
    narrowed = admin_client.get(url, {"error_code__exact": "norce_not_set_up"})
    assert [row.subject for row in narrowed.context["cl"].result_list] == ["order:2"]
    assert "Norce is not set up." in narrowed.content.decode()
    uncoded = admin_client.get(url, {"error_code__exact": ""})
    assert [row.subject for row in uncoded.context["cl"].result_list] == ["order:1"]
    assert "Without a code" in uncoded.content.decode()
