"""Runs are started from the list: asked first, one at a time, for each application where that is set."""

from __future__ import annotations

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from hub.models import Application, SyncRun
from hub.models.work import State

LIST = "admin:hub_syncrun_changelist"
NAMES = ("start_full", "start_delta", "start_preview")


def url(name: str) -> str:
    return reverse(f"admin:hub_syncrun_{name}")


@pytest.mark.parametrize(
    ("name", "more", "mode", "dry_run"),
    [
        ("start_full", {}, "full", False),
        ("start_delta", {}, "delta", False),
        ("start_preview", {"mode": "full"}, "full", True),
        ("start_preview", {"mode": "delta"}, "delta", True),
    ],
)
@pytest.mark.parametrize("resource", ["customers", "companies", "code_reports"])
def test_each_button_starts_its_kind_of_run(
    admin_client: Client,
    application: Application,
    name: str,
    more: dict[str, str],
    mode: str,
    dry_run: bool,
    resource: str,
) -> None:
    admin_client.post(url(name), {"_form_submitted": "on", "resource": resource} | more)
    found = SyncRun.objects.values_list("resource", "mode", "dry_run", "asked_by")
    assert list(found) == [(resource, mode, dry_run, "admin")]


@pytest.mark.parametrize("name", NAMES)
def test_a_button_asks_first_and_says_what_it_does(admin_client: Client, application: Application, name: str) -> None:
    dialog = admin_client.get(url(name)).content.decode()
    for text in ("Customers to Norce", "Companies to Norce", "ERP codes to Norce", "one run", "All applications"):
        assert text in dialog
    assert not SyncRun.objects.exists()


def test_an_active_run_is_named_and_led_to(admin_client: Client, application: Application) -> None:
    active = SyncRun.objects.create(resource="customers", state=State.HELD)
    answer = admin_client.post(url("start_full"), {"_form_submitted": "on", "resource": "customers"}, follow=True)
    page = answer.content.decode()
    assert "A run is under way already" in page
    assert reverse("admin:hub_syncrun_change", args=[active.pk]) in page
    assert SyncRun.objects.count() == 1


def test_a_preview_starts_beside_an_active_run(admin_client: Client, application: Application) -> None:
    SyncRun.objects.create(resource="customers", state=State.RUNNING)
    admin_client.post(url("start_preview"), {"_form_submitted": "on", "resource": "customers", "mode": "full"})
    assert SyncRun.objects.filter(dry_run=True, state=State.PENDING).count() == 1


def test_customers_unique_to_an_application_get_a_run_each(
    admin_client: Client, application: Application, business: Application, settings: LazySettings
) -> None:
    settings.NORCE_CUSTOMERS_BY_APPLICATION = True
    assert "2 runs, one for each application" in admin_client.get(url("start_full")).content.decode()
    SyncRun.objects.create(resource="customers", state=State.RUNNING, application_key=business.key)
    answer = admin_client.post(url("start_full"), {"_form_submitted": "on", "resource": "customers"}, follow=True)
    assert "The run has been started." in answer.content.decode()
    assert "A run is under way already" in answer.content.decode()
    assert {run.application_key for run in SyncRun.objects.all()} == {application.key, business.key}


def test_an_unknown_resource_starts_nothing(admin_client: Client, application: Application) -> None:
    admin_client.post(url("start_full"), {"_form_submitted": "on", "resource": "orders"})
    assert not SyncRun.objects.exists()


@pytest.mark.parametrize("name", NAMES)
def test_a_viewer_may_not_start_runs(client: Client, application: Application, name: str) -> None:
    user = User.objects.create_user("viewer", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_syncrun"))
    client.force_login(user)
    assert url(name) not in client.get(reverse(LIST)).content.decode()
    assert client.post(url(name), {"_form_submitted": "on", "resource": "customers"}).status_code == 403
    assert not SyncRun.objects.exists()
