"""What the list and the pages of runs leave out: what is nothing, and links to nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hub.models import NorceJob, SyncRow, SyncRun
from hub.models.work import State

pytestmark = pytest.mark.usefixtures("transactional_db")

JOBS = "Show the jobs of this run"


def made(**columns: Any) -> SyncRun:
    return SyncRun.objects.create(**{"resource": "customers", "mode": "full", "state": State.DONE} | columns)


def page_of(client: Client, run: SyncRun) -> str:
    return client.get(reverse("admin:hub_syncrun_change", args=[run.pk])).content.decode()


def test_zeros_are_pale_in_the_list(admin_client: Client) -> None:
    made(count_new=12000, count_changed=1)
    page = admin_client.get(reverse("admin:hub_syncrun_changelist")).content.decode()
    assert page.count("hub-zero") == 4
    assert ">12,000</span>" in page


def test_the_list_can_be_ordered_by_a_count(admin_client: Client) -> None:
    few, many = made(count_new=1), made(count_new=2)
    page = admin_client.get(reverse("admin:hub_syncrun_changelist") + "?o=3")
    assert list(page.context["cl"].result_list) == [few, many]


@pytest.mark.parametrize("columns", [{"dry_run": True}, {"state": State.HELD}])
def test_a_run_without_jobs_has_no_link_to_them(admin_client: Client, columns: dict[str, Any]) -> None:
    run = made(**columns)
    SyncRow.objects.create(run=run, erp_code="C1", subject="customer:default:C1", batch=1)
    assert JOBS not in page_of(admin_client, run)
    NorceJob.objects.create(run=run, batch=1, job_id=1, method="ImportCustomers")
    assert JOBS in page_of(admin_client, run)


def test_the_page_says_how_many_records_there_are(admin_client: Client) -> None:
    page = page_of(admin_client, made(count_new=12000, count_unchanged=5))
    assert "12,000 records" in page
    assert "None of them was refused, none has failed." in page


def test_a_preview_has_records_of_what_is_unchanged_too(admin_client: Client) -> None:
    assert "6 records" in page_of(admin_client, made(count_new=1, count_unchanged=5, dry_run=True))


def test_a_run_without_records_has_no_card_for_them(admin_client: Client) -> None:
    assert "rows-title" not in page_of(admin_client, made(count_unchanged=5))


def test_nobody_is_told_that_none_failed_when_one_did(admin_client: Client) -> None:
    page = page_of(admin_client, made(count_new=1, count_failed=1))
    assert "1 record" in page
    assert "None of them was refused" not in page


@pytest.mark.parametrize(
    ("columns", "words", "shown"),
    [
        ({"resource": "order_news", "count_accepted": 2}, "9 read, 2 with news", ["read", "with news"]),
        ({"resource": "lost_orders", "count_new": 1}, "9 read, 1 missing", ["read", "missing"]),
    ],
)
def test_a_run_over_orders_speaks_of_no_plan(
    admin_client: Client, columns: dict[str, Any], words: str, shown: list[str]
) -> None:
    run = made(mode="delta", phase=SyncRun.Phase.SENT, count_read=9, **columns)
    assert words in admin_client.get(reverse("admin:hub_syncrun_changelist")).content.decode()
    context = admin_client.get(reverse("admin:hub_syncrun_change", args=[run.pk])).context
    assert [figure.title for figure in context["figures"]][:2] == shown
    assert len(context["steps"]) == 1
