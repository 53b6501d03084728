"""The commands: a table for people, JSON for machines, an exit code for scripts."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from django_q.models import Schedule
from pytest_django import Settings

from connectors.norce.reads import EntitySet
from connectors.norce.types.query import CodedRow
from connectors.sandbox.core import Sandbox
from hub import query_names
from hub.management.base import as_table
from hub.models import ApiCall, Application, Attempt, InboxEvent, OutboxMessage, RejectedMessage, SyncRun
from hub.models.work import State
from orders.models import Order
from tests.faults import set_faults, to_erp

Receive = Callable[..., Order]
Work = Callable[[], int]

pytestmark = pytest.mark.usefixtures("transactional_db", "sandbox")


def printed(name: str, *arguments: Any) -> str:
    out = StringIO()
    call_command(name, *map(str, arguments), stdout=out)
    return out.getvalue()


def rows(name: str, *arguments: Any) -> Any:
    return json.loads(printed(name, *arguments, "--json"))


def failed(name: str, *arguments: Any) -> tuple[int, str, str]:
    """Run a command that fails; return its exit code, what it says and what it printed."""
    out = StringIO()
    with pytest.raises(CommandError) as error:
        call_command(name, *map(str, arguments), stdout=out)
    return error.value.returncode, str(error.value), out.getvalue()


def test_a_table_shows_yes_no_and_nothing() -> None:
    text = as_table([{"name": "Åsa", "ok": True, "why": None}, {"name": "Bo", "ok": False, "why": "so"}])
    assert all(word in text for word in ("name", "Åsa", "yes", "NO", "so"))
    assert "None" not in text
    assert as_table([]) == "Nothing."


def test_sync_applications_lists_what_it_did() -> None:
    assert {row["was"] for row in rows("sync_applications")} == {"new"}
    assert "unchanged" in printed("sync_applications")
    assert set(rows("sync_applications")[0]) == {"id", "key", "name", "erp", "was"}


def test_a_command_that_cannot_reach_norce_says_what_to_set(settings: Settings) -> None:
    settings.NORCE_BASE_URL = ""
    code, told, _ = failed("sync_applications")
    assert (code, told) == (1, "Norce is not set up. Set NORCE_BASE_URL, then Retry.")


def test_check_connections_says_that_all_is_well() -> None:
    assert [(row["system"], row["ok"]) for row in rows("check_connections")] == [
        ("norce connect", True),
        ("norce query", True),
        ("norce query Core", True),
        ("norce query Customers", True),
        ("norce query Orders", True),
        ("erp default", True),
    ]


def test_check_connections_fails_for_a_name_that_the_tenant_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = EntitySet(path="Core/Regions", row=CodedRow)
    monkeypatch.setattr(query_names, "SETS", (wanted,))
    code, _, text = failed("check_connections", "--json")
    lacking = {"system": "norce query Core", "ok": False, "answer": "There is no set Core/Regions."}
    assert (code, lacking in json.loads(text)) == (2, True)


def test_check_connections_goes_through_where_norce_shows_no_model(sandbox: Sandbox) -> None:
    set_faults(sandbox, norce={"fail_next": {"Orders/$metadata": [404]}})
    [row] = [row for row in rows("check_connections") if row["system"] == "norce query Orders"]
    assert (row["ok"], "could not be checked" in row["answer"]) == (None, True)


def test_check_connections_names_each_that_cannot_be_used(sandbox: Sandbox, settings: Settings) -> None:
    settings.ERP_URLS = settings.ERP_URLS | {"second": "fax://erp.example.com"}
    set_faults(sandbox, norce={"fail_next": {"Job/Ping": [403]}})
    code, _, text = failed("check_connections", "--json")
    states = {row["system"]: (row["ok"], row["answer"]) for row in json.loads(text)}
    assert (code, states["norce connect"][0], states["norce query"][0]) == (2, False, True)
    ok, text = states["erp second"]
    assert not ok and text.startswith("No ERP adapter for fax://; there are sandbox+http://, sandbox+https://")


def test_norce_job_shows_a_job_and_its_log(sandbox: Sandbox) -> None:
    job = {"kind": "Customer", "header": {"AccountId": 1, "CustomerFieldsThatAreSet": ["Id", "Code"]}, "rows": []}
    number = sandbox._sides["/commerce/"].__self__.jobs.submit(job, 0)  # type: ignore[attr-defined]
    assert rows("norce_job", "show", number)[0]["JobId"] == number
    assert rows("norce_job", "log", number)[0]["message"] == "Starting import."
    assert "there is no job 999" in failed("norce_job", "show", 999)[1]


def test_retry_starts_stopped_work_and_keeps_who_and_why(
    application: Application, sandbox: Sandbox, received: Receive, work: Work
) -> None:
    set_faults(sandbox, erp={"refuse_customers": True})
    order = received("01")
    work()
    set_faults(sandbox, erp={})
    answer = rows("retry", "outboxmessage", to_erp(order).pk, "--reason", "the ERP takes them now", "--by", "anna")
    assert answer == [{"id": to_erp(order).pk, "ok": True, "answer": "will be tried again"}]
    work()
    attempt = Attempt.objects.get(asked_by="anna")
    assert (to_erp(order).state, attempt.reason) == (State.DONE, "the ERP takes them now")


def test_retry_says_what_it_could_not_do_and_exits_with_2() -> None:
    message = OutboxMessage.objects.create(key="a", kind="a", system="erp", subject="order:1", state=State.DONE)
    code, _, text = failed("retry", "outboxmessage", message.pk, 999, "--reason", "why not", "--json")
    assert code == 2
    assert [row["answer"] for row in json.loads(text)] == [
        "a: order:1 is done: there is nothing to retry.",
        "There is no such row.",
    ]


def test_retry_needs_a_reason() -> None:
    message = OutboxMessage.objects.create(key="a", kind="a", system="erp", subject="order:1", state=State.FAILED)
    assert "--reason" in failed("retry", "outboxmessage", message.pk)[1]
    assert failed("retry", "outboxmessage", message.pk, "--reason", "  ")[0] == 2


def test_sweep_puts_back_what_a_dead_worker_left() -> None:
    ago = timezone.now() - timedelta(seconds=1)
    columns: dict[str, Any] = {"kind": "a", "system": "erp", "subject": "order:1", "tries": 1, "lease_until": ago}
    OutboxMessage.objects.create(key="a", state=State.RUNNING, **columns)
    assert rows("sweep") == [{"put back": 1}]
    assert rows("sweep") == [{"put back": 0}]


def test_prune_deletes_what_is_older_than_it_is_kept_and_nothing_else() -> None:
    now = timezone.now()
    for days in (29, 31):
        ApiCall.objects.create(
            system="erp", operation="o", method="GET", url="u", ms=1, created_at=now - timedelta(days)
        )
    for days in (179, 181):
        RejectedMessage.objects.create(endpoint="e", reason="r", received_at=now - timedelta(days))
    for number, days in enumerate((364, 366)):
        finished = now - timedelta(days)
        Attempt.objects.create(item_kind="a", item_id=1, number=number, started_at=finished, finished_at=finished)
    for days in (179, 181):
        InboxEvent.objects.create(event_type="e", key=str(days), state=State.DONE, finished_at=now - timedelta(days))
    Attempt.objects.create(item_kind="a", item_id=1, number=9, started_at=now - timedelta(900))
    deleted = {row["table"]: row["deleted"] for row in rows("prune")}
    one = dict.fromkeys(("apicall", "rejectedmessage", "attempt", "inboxevent"), 1)
    assert deleted == dict.fromkeys(deleted, 0) | one
    assert (ApiCall.objects.count(), RejectedMessage.objects.count(), Attempt.objects.count()) == (1, 1, 2)


def test_set_schedules_creates_what_is_missing_and_leaves_what_people_changed() -> None:
    assert {row["created"] for row in rows("set_schedules")} == {True}
    Schedule.objects.filter(name="code_reports").update(minutes=3)
    again = {row["name"]: row for row in rows("set_schedules")}
    assert ({row["created"] for row in again.values()}, again["code_reports"]["every minutes"]) == ({False}, 3)


def test_sync_starts_a_run_or_joins_the_active_one(application: Application) -> None:
    first, again = rows("sync", "code_reports", "--full"), rows("sync", "code_reports")
    assert first[0]["run"] == again[0]["run"] == SyncRun.objects.get().pk
    assert (SyncRun.objects.get().mode, SyncRun.objects.get().asked_by) == ("full", "command")
    assert first[0]["state"] == "Waiting"


def test_sync_in_full_is_not_content_with_an_active_delta(application: Application) -> None:
    run = rows("sync", "code_reports")[0]["run"]
    assert f"Run {run} (delta) is active" in failed("sync", "code_reports", "--full")[1]


def test_sync_that_waits_gives_up_after_its_time(application: Application) -> None:
    assert rows("sync", "code_reports", "--wait", "--timeout", "0")[0]["state"] == "Waiting"


def test_sync_reports_the_run_it_waited_for(
    application: Application, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: work())
    assert rows("sync", "code_reports", "--wait")[0] | {"run": 0} == {
        "run": 0,
        "resource": "code_reports",
        "mode": "delta",
        "state": "Done",
        "read": 0,
        "new": 0,
        "changed": 0,
        "unchanged": 0,
        "deactivated": 0,
        "refused": 0,
        "sent": 0,
        "accepted": 0,
        "skipped": 0,
        "failed": 0,
        "ok": True,
        "reason": "",
    }


def test_sync_exits_with_2_when_its_run_failed(
    sandbox: Sandbox, work: Work, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(seconds: float) -> None:
        SyncRun.objects.update(state=State.FAILED, error="Norce refused it.")

    monkeypatch.setattr("time.sleep", fail)
    code, _, text = failed("sync", "code_reports", "--wait")
    assert (code, "Norce refused it." in text) == (2, True)


def test_sync_refuses_an_unknown_resource() -> None:
    assert "code_reports" in failed("sync", "nonsense")[1]
