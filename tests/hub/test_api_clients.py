"""API clients: tokens that open the API, those that do not, and the admin's page where a token is shown once."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from hub import checks
from hub.models import ApiClient, Application
from hub.models.api_clients import hash_of

PATH = "/api/orders/none"
ADD = "admin:hub_apiclient_add"
TOKEN = re.compile(r'<code class="hub-token">(hub_[\w-]{43})</code>')


def made(name: str = "Shop", **members: Any) -> tuple[ApiClient, str]:
    row = ApiClient(name=name, **members)
    token = row.renew_token()
    row.save()
    row.applications.add(*Application.objects.all())
    return row, token


def status(client: Client, authorization: str | None) -> int:
    headers = {} if authorization is None else {"Authorization": authorization}
    return client.get(PATH, headers=headers).status_code


def test_a_token_opens_and_only_its_hash_is_kept(client: Client, application: Application) -> None:
    row, token = made()
    assert status(client, f"Bearer {token}") == status(client, f"bearer  {token}") == 404
    assert (row.token_hash, len(token)) == (hash_of(token), 47)
    assert token not in str(ApiClient.objects.values().get())


@pytest.mark.parametrize("wrong", ["", "hub_wrong", "hash", "hub_é", "hub_\udc80", "a b", "x" * 5000])
def test_a_wrong_token_is_refused_and_said_to_be_wrong(client: Client, application: Application, wrong: str) -> None:
    row, _ = made()
    given = row.token_hash if wrong == "hash" else wrong
    answer = client.get(PATH, headers={"Authorization": f"Bearer {given}"})
    assert answer["WWW-Authenticate"] == 'Bearer realm="Norce hub", error="invalid_token"'
    assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")


@pytest.mark.parametrize("authorization", [None, "Basic aHViOmh1Yg==", "hub_token"])
def test_without_a_token_it_is_said_how_to_send_one(
    client: Client, application: Application, authorization: str | None
) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    answer = client.get(PATH, headers=headers)
    assert answer["WWW-Authenticate"] == 'Bearer realm="Norce hub"'
    assert answer.json() == {
        "type": "/api/problems/unauthenticated",
        "title": "No valid token",
        "status": 401,
        "detail": "Send Authorization: Bearer with the token of an active API client.",
        "instance": PATH,
    }


def test_a_person_who_has_signed_in_is_no_client(admin_client: Client) -> None:
    assert status(admin_client, None) == 401


def test_a_client_that_is_switched_off_is_refused(client: Client, application: Application) -> None:
    row, token = made()
    ApiClient.objects.update(is_active=False)
    assert status(client, f"Bearer {token}") == 401


def test_a_client_without_applications_sees_nothing(client: Client, transactional_db: None) -> None:
    _, token = made()
    assert status(client, f"Bearer {token}") == 403


def test_its_last_use_is_written_once_a_minute(client: Client, application: Application) -> None:
    row, token = made()
    start = timezone.now()
    uses = []
    for seconds in (0, 59, 61):
        moment = start + timedelta(seconds=seconds)
        with time_machine.travel(moment, tick=False), CaptureQueriesContext(connection) as queries:
            status(client, f"Bearer {token}")
        row.refresh_from_db()
        uses.append((row.last_used_at, sum("UPDATE" in query["sql"] for query in queries)))
    assert uses == [(start, 1), (start, 0), (start + timedelta(seconds=61), 1)]


def test_a_refused_token_is_no_use(client: Client, application: Application) -> None:
    row, token = made(is_active=False)
    status(client, f"Bearer {token}")
    row.refresh_from_db()
    assert row.last_used_at is None


def test_the_admin_makes_a_client_and_shows_its_token_once(
    admin_client: Client, client: Client, application: Application
) -> None:
    assert re.search(r'type="checkbox" name="applications"', admin_client.get(reverse(ADD)).content.decode())
    form = {"name": "Shop", "applications": [application.pk], "is_active": "on", "_continue": "1"}
    page = admin_client.post(reverse(ADD), form, follow=True).content.decode()
    [token] = TOKEN.findall(page)
    row = ApiClient.objects.get()
    assert (row.token_hash, list(row.applications.all())) == (hash_of(token), [application])
    assert status(client, f"Bearer {token}") == 404
    for name in ("change", "changelist"):
        url = reverse(f"admin:hub_apiclient_{name}", args=[row.pk] if name == "change" else [])
        assert token not in admin_client.get(url).content.decode()
    kept = [str(list(model.objects.values())) for model in (LogEntry, ApiClient)]
    kept += [str(session.get_decoded()) for session in Session.objects.all()]
    assert not [text for text in kept if token in text]


def test_a_change_leaves_the_token_alone(admin_client: Client, client: Client, application: Application) -> None:
    row, token = made()
    form = {"name": "Web shop", "applications": [application.pk], "is_active": "on", "reason": "Renamed"}
    page = admin_client.post(reverse("admin:hub_apiclient_change", args=[row.pk]), form, follow=True)
    assert not TOKEN.findall(page.content.decode())
    assert (ApiClient.objects.get().name, status(client, f"Bearer {token}")) == ("Web shop", 404)


def test_a_client_is_switched_off_on_its_page(admin_client: Client, client: Client, application: Application) -> None:
    row, token = made()
    form = {"name": "Shop", "applications": [application.pk], "reason": "Closed"}
    admin_client.post(reverse("admin:hub_apiclient_change", args=[row.pk]), form)
    assert status(client, f"Bearer {token}") == 401


def test_a_new_token_ends_the_old_one(admin_client: Client, client: Client, application: Application) -> None:
    row, old = made()
    url = reverse("admin:hub_apiclient_new_token", args=[row.pk])
    assert "refused from now on" in admin_client.get(url).content.decode()
    assert status(client, f"Bearer {old}") == 404
    page = admin_client.post(url, {"_form_submitted": "on", "reason": "Leaked"}, follow=True).content.decode()
    [new] = TOKEN.findall(page)
    assert (status(client, f"Bearer {old}"), status(client, f"Bearer {new}")) == (401, 404)
    assert [entry.get_change_message() for entry in LogEntry.objects.all()] == ["Leaked (New token)"]
    assert ApiClient.history.latest().history_change_reason == "Leaked (New token)"


def test_a_new_token_needs_a_reason(admin_client: Client, client: Client, application: Application) -> None:
    row, token = made()
    url = reverse("admin:hub_apiclient_new_token", args=[row.pk])
    assert "Say why" in admin_client.post(url, {"_form_submitted": "on", "reason": " "}).content.decode()
    assert status(client, f"Bearer {token}") == 404


def test_who_may_only_look_gets_no_token(client: Client, application: Application) -> None:
    row, token = made()
    viewer = User.objects.create_user("visitor", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_apiclient"))
    client.force_login(viewer)
    page = client.get(reverse("admin:hub_apiclient_change", args=[row.pk])).content.decode()
    assert "Shop" in page and "new_token" not in page and row.token_hash not in page
    assert client.get(reverse(ADD)).status_code == 403
    said = {"_form_submitted": "on", "reason": "Leaked"}
    assert client.post(reverse("admin:hub_apiclient_new_token", args=[row.pk]), said).status_code == 403
    assert status(client, f"Bearer {token}") == 404


@pytest.mark.parametrize(
    ("name", "value", "ids"),
    [
        ("HISTORY_CACHE_SECONDS", 0, []),
        ("HISTORY_CACHE_SECONDS", -1, ["hub.E006"]),
        ("HISTORY_CACHE_SECONDS", 86400, ["hub.W004"]),
        ("API_REQUESTS_PER_MINUTE", -1, ["hub.E006"]),
    ],
)
def test_limits_that_make_no_sense_are_named(settings: Any, name: str, value: int, ids: list[str]) -> None:
    setattr(settings, name, value)
    assert [problem.id for problem in checks.check_api(None)] == ids
