"""Retry all that wait for the same: found by code and by what tells the cause, from one failure's page."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import translation

from connectors.errors import ConfigError, HoldError, HubError, MappingError, PermanentError
from hub import work
from hub.alike import alike, count_alike
from hub.models import BulkAction, OutboxMessage
from hub.models.work import State

pytestmark = pytest.mark.django_db(transaction=True)


def unmapped(value: str) -> MappingError:
    return MappingError("value_unmapped", kind="fee", value=value, application="Shop", application_key="shop")


def put(number: int, error: HubError, state: str = State.FAILED) -> OutboxMessage:
    columns: dict[str, Any] = work.failure(error) | {"remedy": error.remedy, "state": state}
    return OutboxMessage.objects.create(
        key=f"erp.order:{number}", kind="erp.order", system="erp:x", subject=f"order:{number}", **columns
    )


def page_of(client: Client, item: OutboxMessage) -> str:
    return client.get(reverse("admin:hub_outboxmessage_change", args=[item.pk])).content.decode()


def alike_url(item: OutboxMessage) -> str:
    return reverse("admin:hub_outboxmessage_alike", args=[item.pk])


def test_a_missing_mapping_is_the_same_by_kind_value_and_application() -> None:
    first, second = put(1, unmapped("FRAKT")), put(2, unmapped("FRAKT"))
    put(3, unmapped("EXPRESS"))
    put(4, unmapped("FRAKT"), State.DONE)
    assert set(alike(first)) == {first, second}


def test_an_error_without_such_a_place_is_the_same_by_its_code() -> None:
    first = put(1, PermanentError("tryton_no_party", code="7"))
    put(2, PermanentError("tryton_no_party", code="8"))
    put(3, ConfigError("tryton_address"))
    assert count_alike(first) == 2


@pytest.mark.parametrize("error", [PermanentError("In words."), HoldError("dohold")])
def test_an_error_in_words_and_a_question_have_no_likes(error: HubError) -> None:
    assert count_alike(put(1, error)) == 0


def test_a_failures_page_offers_them_and_the_fix_and_the_catalogue(admin_client: Client) -> None:
    item = put(1, unmapped("FRAKT"))
    put(2, unmapped("FRAKT"))
    page = page_of(admin_client, item)
    assert "Retry all 2 that wait for this" in page and alike_url(item) in page
    assert "kind=fee&amp;norce_value=FRAKT&amp;application_key=shop" in page
    assert f"{reverse('admin:hub_attempt_errors')}#value_unmapped" in page


def test_one_alone_has_no_such_button(admin_client: Client) -> None:
    item = put(1, unmapped("FRAKT"))
    assert alike_url(item) not in page_of(admin_client, item)


def test_it_asks_why_and_leads_to_the_result(admin_client: Client) -> None:
    item = put(1, unmapped("FRAKT"))
    put(2, unmapped("FRAKT"))
    page = admin_client.get(alike_url(item)).content.decode()
    assert "Retry 2 items?" in page and item.cause in page
    answer = admin_client.post(alike_url(item), {"apply": "1", "reason": "Mapped it"})
    action = BulkAction.objects.get()
    assert (answer.headers["Location"], action.total) == (action.get_absolute_url(), 2)


def test_who_may_not_retry_is_refused(client: Client) -> None:
    item = put(1, unmapped("FRAKT"))
    client.force_login(User.objects.create_user("viewer", is_staff=True))
    assert client.get(alike_url(item)).status_code == 403


def test_a_failure_is_told_in_the_readers_language(admin_client: Client) -> None:
    item = put(1, unmapped("FRAKT"))
    with translation.override("sv"):
        page = admin_client.get(
            reverse("admin:hub_outboxmessage_change", args=[item.pk]), headers={"Accept-Language": "sv"}
        ).content.decode()
    assert "Frakt- och avgiftsartikel FRAKT saknar värdemappning för Shop." in page
    assert "Lägg till FRAKT under Värdemappningar" in page


def test_an_old_row_is_told_in_the_words_it_was_kept_with() -> None:
    item = OutboxMessage(error_code="sums", error="The rows come to 5 SEK.", remedy="Compare.", state=State.HELD)
    assert (item.cause, item.what_to_do, item.is_releasable) == ("The rows come to 5 SEK.", "Compare.", True)


def test_the_catalogue_counts_what_is_stopped_now(admin_client: Client) -> None:
    put(1, unmapped("FRAKT"))
    put(2, unmapped("EXPRESS"))
    put(3, unmapped("EXPRESS"), State.DONE)
    page = admin_client.get(reverse("admin:hub_attempt_errors")).content.decode()
    assert 'id="value_unmapped"' in page and "2 work items" in page
    found = admin_client.get(
        reverse("admin:hub_outboxmessage_changelist") + "?error_code__exact=value_unmapped&state__in=held,failed"
    )
    assert found.status_code == 200 and "order:3" not in found.content.decode()


def test_the_catalogue_is_for_who_may_see_work(client: Client) -> None:
    client.force_login(User.objects.create_user("nobody", is_staff=True))
    assert client.get(reverse("admin:hub_attempt_errors")).status_code == 403
