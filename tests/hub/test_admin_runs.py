"""The pages of runs: how far they are, what they would do, and buttons only where they are legal."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from hub.models import Application, Attempt, NorceJob, SyncRow, SyncRun
from hub.models.work import State

pytestmark = pytest.mark.usefixtures("transactional_db")

LIST = "admin:hub_syncrun_changelist"
Phase = SyncRun.Phase
SAID = {"_form_submitted": "on", "reason": "Checked with the ERP"}
CODE_AND_NAME = '{"CustomerFieldsThatAreSet":["Code","FirstName"]}'


def made(state: str = State.DONE, **columns: Any) -> SyncRun:
    return SyncRun.objects.create(**{"resource": "customers", "mode": "full", "state": state} | columns)


def held(**columns: Any) -> SyncRun:
    numbers = {"count_new": 12, "count_changed": 34, "count_deactivated": 5678, "count_refused": 9}
    plan = {"phase": Phase.SENDING, "plan": "p1", "planned_at": timezone.now(), "error": "Too many would go."}
    return made(State.HELD, **numbers, **plan, **columns)


def page_of(client: Client, run: SyncRun) -> str:
    return client.get(reverse("admin:hub_syncrun_change", args=[run.pk])).content.decode()


def button(run: SyncRun, name: str) -> str:
    return reverse(f"admin:hub_syncrun_{name}", args=[run.pk])


def test_the_list_says_how_far_runs_are(admin_client: Client, application: Application) -> None:
    made(State.RUNNING, started_at=timezone.now(), count_read=12000, expected=40000)
    made(State.DONE, dry_run=True, phase=Phase.SENT, count_new=9000, application_key=application.key)
    made(State.PENDING, resource="companies", phase=Phase.SENDING, count_new=9000, count_sent=3500)
    page = admin_client.get(reverse(LIST)).content.decode()
    for text in ("12,000 of 40,000 read", "9,000 would be sent", "3,500 of 9,000 sent", "Running: Reading the ERP"):
        assert text in page
    assert "Full, preview" in page
    assert "Exempel SE" in page


@pytest.mark.parametrize(
    "query", ["?resource=companies", "?mode__exact=delta", "?state__exact=held", "?dry_run__exact=1"]
)
def test_the_list_can_be_narrowed(admin_client: Client, query: str) -> None:
    made()
    wanted = made(State.HELD, resource="companies", mode="delta", dry_run=True)
    assert list(admin_client.get(reverse(LIST) + query).context["cl"].result_list) == [wanted]


def test_a_long_list_of_runs_stays_under_fifteen_queries(admin_client: Client) -> None:
    SyncRun.objects.bulk_create(SyncRun(resource="customers", state=State.DONE) for _ in range(2000))
    with CaptureQueriesContext(connection) as queries:
        response = admin_client.get(reverse(LIST))
    assert len(response.context["cl"].result_list) == 50
    assert len(queries) < 15
    assert not any("COUNT(" in query["sql"] for query in queries)


def test_the_page_estimates_what_is_left_from_the_time_worked(admin_client: Client) -> None:
    now = timezone.now()
    run = made(State.PENDING, created_at=now - timedelta(hours=9), count_read=100, expected=300)
    begun = now - timedelta(hours=8)
    Attempt.objects.create(
        item_kind="syncrun", item_id=run.pk, number=1, started_at=begun, finished_at=begun + timedelta(minutes=10)
    )
    page = page_of(admin_client, run)
    assert "about 20 min 0 s left of this phase" in page
    assert "100 of 300" in page


@pytest.mark.parametrize(
    ("state", "moves"), [(State.RUNNING, True), (State.SUBMITTED, True), (State.HELD, False), (State.DONE, False)]
)
def test_a_page_refreshes_itself_only_while_the_run_is_at_work(admin_client: Client, state: State, moves: bool) -> None:
    run = made(state)
    url = reverse("admin:hub_syncrun_progress", args=[run.pk])
    assert (f'hx-get="{url}"' in page_of(admin_client, run)) is moves
    assert (admin_client.get(url).headers.get("HX-Refresh") == "true") is not moves


def test_a_run_that_does_not_exist_has_no_progress(admin_client: Client) -> None:
    for key in ("999", "nonsense"):
        assert admin_client.get(reverse("admin:hub_syncrun_progress", args=[key])).status_code == 404


def test_counts_lead_to_their_rows(admin_client: Client) -> None:
    run = made(count_new=1, count_refused=1)
    for change in ("new", "refused"):
        SyncRow.objects.create(run=run, erp_code=change, subject=f"customer:default:{change}", change=change)
    url = reverse("admin:hub_syncrow_changelist") + f"?run__id__exact={run.pk}&change__exact=refused"
    assert url.replace("&", "&amp;") in page_of(admin_client, run)
    assert [row.erp_code for row in admin_client.get(url).context["cl"].result_list] == ["refused"]


def test_a_held_run_shows_why_and_the_calls_it_would_make(admin_client: Client) -> None:
    run = held(field_sets=[["ImportCustomers", CODE_AND_NAME]])
    for number in (1, 2, 3):
        SyncRow.objects.create(
            run=run, erp_code=f"C{number}", subject=f"customer:default:{number}", field_set=0, payload='{"Code":"C"}'
        )
    page = page_of(admin_client, run)
    for text in ("Too many would go.", "Calls it would make", "ImportCustomers", "Code, FirstName", "36\xa0bytes"):
        assert text in page


def test_calls_show_their_job_and_its_state_in_norce(admin_client: Client) -> None:
    run = made(phase=Phase.SENT, count_sent=1, field_sets=[["ImportCustomers", CODE_AND_NAME]])
    SyncRow.objects.create(run=run, erp_code="C1", subject="customer:default:C1", field_set=0, norce_id=7, batch=1)
    NorceJob.objects.create(run=run, batch=1, job_id=330915, method="ImportCustomers", norce_status=3)
    NorceJob.objects.create(run=run, batch=2, job_id=330916, method="ImportCustomers", total=17)
    page = page_of(admin_client, run)
    for text in ("Id, Code, FirstName", "330915</a> failed", "330916</a> queued", "17"):
        assert text in page


def test_parts_that_went_on_share_a_line(admin_client: Client) -> None:
    run = made(tries=6)
    for number, outcome in enumerate(("continued", "retry", "continued", "continued", "continued", "done"), start=1):
        Attempt.objects.create(item_kind="syncrun", item_id=run.pk, number=number, outcome=outcome)
    context = admin_client.get(reverse("admin:hub_syncrun_change", args=[run.pk])).context
    assert [line.number for line in context["attempts"]] == ["6", "3–5", "2", "1"]
    assert context["attempts"][1].outcome == "3 parts are done, it went on"


def test_the_page_of_a_large_run_takes_few_queries(admin_client: Client) -> None:
    run = made(count_refused=2000, field_sets=[["ImportCustomers", CODE_AND_NAME]])
    SyncRow.objects.bulk_create(
        SyncRow(
            run=run, erp_code=f"C{n}", subject=f"customer:default:{n}", batch=n // 10, field_set=0, change="refused"
        )
        for n in range(2000)
    )
    with CaptureQueriesContext(connection) as queries:
        page = page_of(admin_client, run)
    assert len(queries) < 25, [query["sql"] for query in queries]
    assert "There are more calls than are shown here." in page
    assert page.count("/syncrow/") < 80


@pytest.mark.parametrize(
    ("columns", "legal"),
    [
        ({"state": State.HELD, "plan": "p1"}, {"approve", "cancel"}),
        ({"state": State.HELD}, {"retry", "cancel"}),
        ({"state": State.FAILED}, {"retry", "cancel"}),
        ({"state": State.RUNNING}, {"cancel"}),
        ({"state": State.DONE}, set()),
        ({"state": State.DONE, "dry_run": True}, {"make_real"}),
    ],
)
def test_buttons_show_only_where_they_are_legal(admin_client: Client, columns: dict[str, Any], legal: set[str]) -> None:
    run = made(**columns)
    page = page_of(admin_client, run)
    shown = {name for name in ("approve", "retry", "cancel", "make_real") if button(run, name) in page}
    assert shown == legal


def test_an_approval_shows_its_numbers_and_asks_why(admin_client: Client) -> None:
    run = held()
    dialog = admin_client.get(button(run, "approve")).content.decode()
    for text in ("5,678", "deactivated", 'value="p1"', "Reason"):
        assert text in dialog
    assert "Say why" in admin_client.post(button(run, "approve"), SAID | {"reason": " ", "plan": "p1"}).content.decode()
    run.refresh_from_db()
    assert run.state == State.HELD


def test_an_approval_lets_the_plan_go(admin_client: Client) -> None:
    run = held()
    admin_client.post(button(run, "approve"), SAID | {"plan": "p1"})
    run.refresh_from_db()
    assert (run.state, run.approved_plan, run.asked_by) == (State.PENDING, "p1", "admin")
    assert run.asked_reason == "Checked with the ERP"


def test_an_approval_of_another_plan_is_refused_in_words(admin_client: Client) -> None:
    run = held()
    answer = admin_client.post(button(run, "approve"), SAID | {"plan": "p0"}, follow=True)
    assert f"Customers to Norce {run.pk} has another plan than the one you saw" in answer.content.decode()
    run.refresh_from_db()
    assert (run.state, run.approved_plan) == (State.HELD, "")


def test_who_may_retry_may_not_approve(client: Client) -> None:
    user = User.objects.create_user("operator", is_staff=True)
    names = ("view_syncrun", "retry")
    user.user_permissions.add(*Permission.objects.filter(codename__in=names))
    client.force_login(user)
    run = held()
    page = page_of(client, run)
    assert button(run, "cancel") in page
    assert button(run, "approve") not in page
    assert client.post(button(run, "approve"), SAID | {"plan": "p1"}).status_code == 403


def test_who_may_not_see_records_sees_none_on_the_runs_page(client: Client) -> None:
    user = User.objects.create_user("viewer", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_syncrun"))
    client.force_login(user)
    run = made(count_refused=1)
    SyncRow.objects.create(run=run, erp_code="BAD-2", subject="customer:default:BAD-2", change="refused")
    assert "BAD-2" not in page_of(client, run)


def test_a_page_shows_the_rows_that_were_not_taken(admin_client: Client) -> None:
    run = made(State.FAILED, count_failed=1, count_refused=1)
    for code, row in {"GOOD-1": {}, "BAD-2": {"action": "failed"}, "BAD-3": {"change": "refused"}}.items():
        SyncRow.objects.create(run=run, erp_code=code, subject=f"customer:default:{code}", **row)
    page = page_of(admin_client, run)
    assert page.index("BAD-3") < page.index("BAD-2")
    assert "GOOD-1" not in page


def test_a_preview_is_made_real_with_its_own_mode_and_application(admin_client: Client) -> None:
    preview = made(dry_run=True, application_key="shop")
    admin_client.post(button(preview, "make_real"), {"_form_submitted": "on"})
    run = SyncRun.objects.exclude(pk=preview.pk).get()
    found = (run.resource, run.mode, run.application_key, run.dry_run, run.asked_by)
    assert found == ("customers", "full", "shop", False, "admin")


def test_a_preview_is_not_made_real_beside_an_active_run(admin_client: Client) -> None:
    preview, active = made(dry_run=True), made(State.RUNNING)
    answer = admin_client.post(button(preview, "make_real"), {"_form_submitted": "on"}, follow=True)
    assert "A run is under way already" in answer.content.decode()
    assert f"Customers to Norce {active.pk}" in answer.content.decode()
    assert SyncRun.objects.count() == 2


def test_an_unfinished_preview_is_not_made_real(admin_client: Client) -> None:
    preview = made(State.RUNNING, dry_run=True)
    admin_client.post(button(preview, "make_real"), {"_form_submitted": "on"})
    assert list(SyncRun.objects.all()) == [preview]
