"""In the admin: a change from the shop shows on the customer's page, and the poll among the runs."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from connectors.sandbox.core import Sandbox
from hub import runs
from hub.admin.links import subject_url
from hub.models import ErpConnection, SyncRun
from tests.customers.registers import Work, binding, change
from tests.customers.shop import erp_address, message, moved

pytestmark = pytest.mark.usefixtures("application", "sandbox")
LIST = "admin:hub_syncrun_changelist"


def page_of(client: Client, code: str) -> str:
    return client.get(reverse("admin:customers_customerbinding_change", args=[binding(code).pk])).content.decode()


def test_a_change_that_waits_for_a_person_shows_with_what_to_do(
    synced: int, sandbox: Sandbox, work: Work, admin_client: Client
) -> None:
    assert "on their way to the ERP" not in page_of(admin_client, "P1")
    change(sandbox, "P1", address=erp_address("Skogen"))
    moved(sandbox, synced, "Byn")
    work()
    page = page_of(admin_client, "P1")
    for text in (
        "on their way to the ERP",
        "have changed InvoiceAddress",
        "Cancel to keep the ERP",
        "Held for a person",
    ):
        assert text in page
    assert reverse("admin:hub_outboxmessage_change", args=[message().pk]) in page


def test_an_events_subject_leads_to_who_it_is(synced: int, admin_client: Client) -> None:
    url = subject_url(f"norce_customer:{synced}")
    assert "P1" in admin_client.get(url).content.decode()
    assert subject_url("norce_company:7") == reverse("admin:customers_companybinding_changelist") + "?q=7"


def test_the_poll_is_started_by_hand_and_shows_what_it_found(admin_client: Client, work: Work) -> None:
    form = {"_form_submitted": "on", "resource": "norce_changes"}
    admin_client.post(reverse("admin:hub_syncrun_start_delta"), form)
    work()
    item = SyncRun.objects.get()
    page = admin_client.get(reverse("admin:hub_syncrun_change", args=[item.pk])).content.decode()
    for text in (f"Changes in Norce to the ERP {item.pk}", "Read from Norce"):
        assert text in page
    for text in ("Read from the ERP", "Answered by Norce", "Plan checked"):
        assert text not in page
    assert "0 read, 0 to the ERP" in admin_client.get(reverse(LIST)).content.decode()


@pytest.mark.parametrize("button", ["start_full", "start_preview"])
def test_no_full_run_or_preview_of_it_is_offered(admin_client: Client, button: str) -> None:
    url = reverse(f"admin:hub_syncrun_{button}")
    assert "norce_changes" not in admin_client.get(url).content.decode()
    admin_client.post(url, {"_form_submitted": "on", "resource": "norce_changes", "mode": "full"})
    assert not SyncRun.objects.exists()


def test_one_at_work_reads_norce(admin_client: Client, work: Work) -> None:
    started = runs.start(resource="norce_changes", by="anna")
    assert started is not None
    SyncRun.objects.update(state="running", started_at=started.created_at)
    assert "Running: Reading Norce" in admin_client.get(reverse(LIST)).content.decode()


def test_a_connection_says_whether_it_creates(admin_client: Client) -> None:
    row = ErpConnection.objects.get()
    url = reverse("admin:hub_erpconnection_change", args=[row.pk])
    assert 'name="creates_from_norce"' in admin_client.get(url).content.decode()
