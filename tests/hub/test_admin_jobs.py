"""Norce jobs in the admin: late ones stand out, and only those that may be restarted can be."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from hub.models import NorceJob, SyncRow, SyncRun
from hub.models.work import State

pytestmark = pytest.mark.usefixtures("transactional_db")

LIST = "admin:hub_norcejob_changelist"
SAID = {"_form_submitted": "on", "reason": "The field is mended in Norce"}
Status = NorceJob.Status


def job(**columns: Any) -> NorceJob:
    run = SyncRun.objects.create(resource="customers", state=State.DONE, phase=SyncRun.Phase.SENT)
    SyncRow.objects.create(
        run=run, erp_code="C1", subject="customer:default:C1", batch=1, action="failed", payload='{"Code":"C1"}'
    )
    ended = {"state": State.DONE, "finished_at": timezone.now(), "norce_status": Status.SUCCEEDED}
    number = NorceJob.objects.count() + 1
    return NorceJob.objects.create(
        **{"run": run, "batch": 1, "job_id": number, "method": "ImportCustomers"} | ended | columns
    )


def still_open(minutes: int, **columns: Any) -> NorceJob:
    made = timezone.now() - timedelta(minutes=minutes)
    return job(
        **{"state": State.PENDING, "finished_at": None, "norce_status": Status.QUEUED, "created_at": made} | columns
    )


def button(item: NorceJob) -> str:
    return reverse("admin:hub_norcejob_restart_job", args=[item.pk])


def page_of(client: Client, item: NorceJob) -> str:
    return client.get(reverse("admin:hub_norcejob_change", args=[item.pk])).content.decode()


def test_late_jobs_stand_out_and_can_be_listed(admin_client: Client) -> None:
    still_open(29)
    assert "over 30 minutes" not in admin_client.get(reverse(LIST)).content.decode()
    late = still_open(31)
    job(created_at=timezone.now() - timedelta(days=2))
    assert admin_client.get(reverse(LIST)).content.decode().count("over 30 minutes") == 1
    assert list(admin_client.get(reverse(LIST) + "?late=yes").context["cl"].result_list) == [late]


def test_an_ended_job_can_be_restarted_with_a_reason(admin_client: Client) -> None:
    item = job()
    assert button(item) in page_of(admin_client, item)
    admin_client.post(button(item), SAID)
    item.refresh_from_db()
    assert (item.state, item.restart_wanted, item.asked_reason) == (State.PENDING, True, SAID["reason"])
    assert SyncRow.objects.get().action == SyncRow.Action.SENT


@pytest.mark.parametrize(
    ("columns", "why"),
    [
        ({"norce_status": Status.VALIDATION_FAILED, "state": State.FAILED}, "ended as succeeded or failed"),
        ({"finished_at": timezone.now() - timedelta(days=15)}, "Norce has discarded its payload"),
        ({"state": State.PENDING, "finished_at": None}, "ended as succeeded or failed"),
    ],
)
def test_a_job_that_cannot_be_restarted_says_why(admin_client: Client, columns: dict[str, Any], why: str) -> None:
    item = job(**columns)
    page = page_of(admin_client, item)
    assert why in page
    assert button(item) not in page
    assert why in admin_client.post(button(item), SAID, follow=True).content.decode()
    assert not NorceJob.objects.filter(restart_wanted=True).exists()


def test_a_job_that_a_newer_one_has_overtaken_is_not_restarted(admin_client: Client) -> None:
    old, new = job(), job()
    assert "would overwrite newer data" in page_of(admin_client, old)
    assert button(new) in page_of(admin_client, new)


def test_a_job_with_an_erased_person_is_not_restarted(admin_client: Client) -> None:
    item = job()
    SyncRow.objects.update(payload="")
    assert "forgotten or erased" in page_of(admin_client, item)
    assert button(item) not in page_of(admin_client, item)


def test_a_viewer_may_not_restart(client: Client) -> None:
    user = User.objects.create_user("viewer", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_norcejob"))
    client.force_login(user)
    item = job()
    assert button(item) not in page_of(client, item)
    assert client.post(button(item), SAID).status_code == 403
