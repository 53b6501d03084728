"""Every page of the admin answers, in few queries, and shows no button to those who may not press it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_q.models import Schedule

from hub import rejected, runs, schedules
from hub.models import (
    ApiClient,
    Application,
    ClusterBeat,
    ErpConnection,
    NorceJob,
    OutboxMessage,
    RejectedMessage,
    SyncRun,
    ValueMapping,
)
from hub.models.api_clients import hash_of
from hub.models.work import State
from tests.front import behind, needs, text_of

LISTS = [
    "hub_outboxmessage",
    "hub_syncrun",
    "hub_syncrow",
    "hub_norcejob",
    "hub_inboxevent",
    "hub_eventsource",
    "hub_alert",
    "hub_attempt",
    "hub_apicall",
    "hub_rejectedmessage",
    "hub_application",
    "hub_erpconnection",
    "hub_apiclient",
    "hub_valuemapping",
    "orders_noticetemplate",
    "customers_customerbinding",
    "customers_companybinding",
    "orders_order",
    "django_q_schedule",
    "auth_user",
    "auth_group",
]


@pytest.fixture
def full_hub(admin_client: Client, received: Callable[..., Any], work: Callable[[], int], application: Any) -> Client:
    """A logged-in superuser, and something in every table."""
    cache.clear()
    received("01")
    work()
    runs.start(resource="code_reports", by="anna")
    work()
    rejected.keep(endpoint="norce/orders", body=b"{not json \xff anna@example.com", reason="Not JSON.")
    ValueMapping.objects.create(kind="unit", norce_value="Pieces", erp_value="pcs")
    ApiClient.objects.create(name="Shop", token_hash=hash_of("a token")).applications.add(application)
    schedules.set_schedules()
    return admin_client


@pytest.mark.parametrize("name", LISTS)
def test_every_list_and_every_detail_page_answers(full_hub: Client, name: str) -> None:
    response = full_hub.get(reverse(f"admin:{name}_changelist"))
    assert response.status_code == 200
    for row in response.context["cl"].result_list:
        page = full_hub.get(reverse(f"admin:{name}_change", args=[row.pk]))
        assert page.status_code == 200, row


@pytest.mark.parametrize("query", ["?answer=good", "?answer=bad", "?q=order:1"])
def test_the_list_of_calls_can_be_narrowed(full_hub: Client, query: str) -> None:
    assert full_hub.get(reverse("admin:hub_apicall_changelist") + query).status_code == 200


def test_the_front_page_names_what_goes_on(full_hub: Client) -> None:
    ClusterBeat.objects.create(name="one")
    page = text_of(full_hub)
    for text in ("Nothing is held or failed.", "Waiting for the ERP", "at work", "Last orders", "5100231", "Sandbox"):
        assert text in page


def test_the_front_page_leads_to_what_is_wrong(full_hub: Client) -> None:
    OutboxMessage.objects.update(state=State.FAILED, error_kind="mapping")
    shown = {need.url: need.shown for need in needs(full_hub).values()}
    url = reverse("admin:orders_order_changelist") + "?state=failed&cause=mapping%3A"
    assert shown[url] == "1"
    assert full_hub.get(url).context["cl"].result_list[0].client_order_ref == "5100231"


def test_the_front_page_shows_a_viewer_only_what_they_may_see(full_hub: Client, client: Client) -> None:
    User.objects.create_user("visitor", is_staff=True)
    client.force_login(User.objects.get(username="visitor"))
    page = text_of(client)
    assert "5100231" not in page
    assert "Waiting for the ERP" not in page


def test_a_rejected_body_is_shown_as_text_without_personal_data(full_hub: Client) -> None:
    row = RejectedMessage.objects.get()
    page = full_hub.get(reverse("admin:hub_rejectedmessage_change", args=[row.pk])).content.decode()
    assert "{not json \ufffd" in page
    assert "anna@example.com" not in page


def test_a_long_list_stays_under_fifteen_queries(admin_client: Client, transactional_db: None) -> None:
    cache.clear()
    OutboxMessage.objects.bulk_create(
        OutboxMessage(key=f"k{number}", kind="erp.order", system="erp", subject=f"order:{number}", state=State.FAILED)
        for number in range(2000)
    )
    with CaptureQueriesContext(connection) as queries:
        response = admin_client.get(reverse("admin:hub_outboxmessage_changelist"))
    assert len(response.context["cl"].result_list) == 50
    assert len(queries) < 15
    assert not any("COUNT(" in query["sql"] for query in queries)


def test_a_run_leads_to_its_jobs(full_hub: Client) -> None:
    run = SyncRun.objects.get()
    page = full_hub.get(reverse("admin:hub_syncrun_change", args=[run.pk])).content.decode()
    url = reverse("admin:hub_norcejob_changelist") + f"?run__id__exact={run.pk}"
    assert url in page
    assert [job.run for job in full_hub.get(url).context["cl"].result_list] == [run]


CONNECTION = {"name": "default", "party_rule": "separate", "brake_count": 25, "brake_percent": 5, "reason": "x"}


def test_kinds_and_fields_are_check_boxes(admin_client: Client, application: Application) -> None:
    url = reverse("admin:hub_erpconnection_change", args=[application.erp_connection.pk])
    page = admin_client.get(url).content.decode()
    for text in ('type="checkbox"', "Brakes", "People and companies"):
        assert text in page
    marks = ('value="PhoneNumber"', ">People</label>", 'value="FirstName"', ">Companies</label>", 'value="VatNo"')
    places = [page.index(text) for text in marks]
    assert places == sorted(places)
    chosen = {"brake_short_percent": 70, "strict_kinds": ["unit", "vat_rate"], "left_to_norce": ["PhoneNumber"]}
    admin_client.post(url, CONNECTION | chosen)
    row = ErpConnection.objects.get()
    assert (row.strict_kinds, row.left_to_norce, row.brake_short_percent) == (["unit", "vat_rate"], ["PhoneNumber"], 70)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("left_to_norce", "Code"),
        ("left_to_norce", "ApplicationKey"),
        ("left_to_norce", "Phone"),
        ("brake_percent", 101),
    ],
)
def test_what_norce_has_no_field_for_is_not_left_to_it(
    admin_client: Client, application: Application, name: str, value: object
) -> None:
    url = reverse("admin:hub_erpconnection_change", args=[application.erp_connection.pk])
    answer = admin_client.post(url, CONNECTION | {"brake_short_percent": 70, name: value})
    assert list(answer.context["errors"].data) != []
    assert ErpConnection.objects.get().brake_short_percent == 80


def test_people_change_when_and_how_often_a_schedule_runs_and_nothing_else(full_hub: Client) -> None:
    schedule = Schedule.objects.get(name="customers full")
    chosen = {"minutes": "7", "name": "other", "next_run_0": "2031-02-01", "next_run_1": "21:30"} | {"reason": "x"}
    full_hub.post(reverse("admin:django_q_schedule_change", args=[schedule.pk]), chosen)
    schedule.refresh_from_db()
    moment = timezone.localtime(schedule.next_run)
    assert (schedule.name, schedule.minutes, f"{moment:%Y-%m-%d %H:%M}") == ("customers full", 7, "2031-02-01 21:30")


def test_the_queues_own_tables_are_out_of_sight(full_hub: Client) -> None:
    page = full_hub.get(reverse("admin:index"))
    names = {model["object_name"] for app in page.context["available_apps"] for model in app["models"]}
    assert names.isdisjoint({"Success", "Failure", "OrmQ", "Attempt"})


@pytest.mark.parametrize("path", ["admin:index", "admin:orders_order_changelist", "admin:hub_syncrun_changelist"])
def test_every_page_speaks_swedish_when_asked(full_hub: Client, path: str) -> None:
    page = full_hub.get(reverse(path), headers={"Accept-Language": "sv"}).content.decode()
    for text in ("Översikt", "Avvisade meddelanden", "Sandlåda"):
        assert text in page
    assert "Rejected messages" not in page


def test_the_themes_words_are_swedish_too(admin_client: Client, transactional_db: None) -> None:
    page = admin_client.get(reverse("admin:orders_order_changelist") + "?state=held", headers={"Accept-Language": "sv"})
    assert "Inget hittades" in page.content.decode()
    assert "Nollställ filter" in page.content.decode()


def test_the_front_page_leads_to_jobs_that_norce_does_not_end(admin_client: Client, transactional_db: None) -> None:
    run = SyncRun.objects.create(resource="customers", state=State.SUBMITTED)
    for number, minutes in enumerate((29, 31), start=1):
        made = timezone.now() - timedelta(minutes=minutes)
        NorceJob.objects.create(run=run, batch=number, job_id=number, method="ImportCustomers", created_at=made)
    need = needs(admin_client)["Norce jobs that have taken over 30 minutes"]
    assert [job.job_id for job in behind(admin_client, need.url)] == [2]


def test_the_front_page_shows_what_held_runs_would_do(admin_client: Client, transactional_db: None) -> None:
    SyncRun.objects.create(resource="customers", state=State.HELD, count_deactivated=4711, error="Too many.")
    page = admin_client.get("/admin/").content.decode()
    for text in ("Held runs and what they would do", "Customers to Norce", "4,711", "Too many."):
        assert text in page
