"""Orders that Norce has and the hub never got are found, once, and the days are counted on all three sides."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from connectors.models import RateBucket
from connectors.sandbox.core import Sandbox
from connectors.sandbox.state import written
from hub import schedules, tasks
from hub.models import Alert, Application, OutboxMessage, SyncRow, SyncRun
from hub.models.work import State
from orders import reconcile
from orders.day_count import DayCount
from orders.models import Order
from tests.faults import be_due, operations, set_faults
from tests.orders.norce_side import (
    ORDERS,
    cancel_in_norce,
    compare,
    count_of,
    day,
    figure,
    figures,
    in_norce,
)

Work = Callable[[], int]
Receive = Callable[..., Order]
TOTAL = "1596.10"

pytestmark = pytest.mark.django_db(transaction=True)


def alerts() -> list[str]:
    return list(Alert.objects.order_by("pk").values_list("key", flat=True))


def missing() -> list[str]:
    return [each["reference"] for row in DayCount.objects.order_by("day") for each in row.missing]


def age(sandbox: Sandbox, reference: str, hours: float = 2.0) -> None:
    """Let an order that was pushed just now be some hours old in Norce."""
    in_norce(sandbox, reference, age=hours)


def test_a_lost_order_is_reported(application: Application, sandbox: Sandbox, work: Work) -> None:
    in_norce(sandbox)
    run = compare(work)
    row = SyncRow.objects.get()
    assert (run.state, run.count_read, run.count_new, run.count_skipped) == (State.DONE, 1, 1, 1)
    assert (row.subject, row.change, row.action) == ("norce_order:1901:5100231", "new", "skipped")
    assert missing() == ["5100231"]
    assert figures(count_of()) == (figure(1, TOTAL), figure(0), figure(0), figure(0))
    assert Order.objects.count() == 0


def test_an_order_that_came_is_not_missing(
    received: Receive, application: Application, sandbox: Sandbox, work: Work
) -> None:
    received("01")
    work()
    age(sandbox, "5100231")
    Order.objects.update(erp_ordered_at=timezone.now() - timedelta(hours=2))
    [in_erp] = sandbox.state.erp_orders
    in_erp["created"] = f"{written(timezone.now() - timedelta(hours=2))}Z"
    run = compare(work)
    assert (run.count_new, missing(), alerts()) == (0, [], [])
    assert figures(count_of()) == (figure(1, TOTAL),) * 4


def test_an_order_of_just_now_may_still_be_on_its_way(application: Application, sandbox: Sandbox, work: Work) -> None:
    in_norce(sandbox, age=0.4)
    assert (compare(work).count_read, missing()) == (0, [])


def test_a_late_push_is_no_longer_missing_in_the_next_run(
    received: Receive, application: Application, sandbox: Sandbox, work: Work
) -> None:
    in_norce(sandbox)
    compare(work)
    received("01")
    compare(work)
    assert (missing(), figures(count_of())[1].count) == ([], 1)


@pytest.mark.parametrize("reason", ["cancelled", "forgotten", "template", "purchase"])
def test_what_the_hub_need_not_have_is_not_missing(
    application: Application, sandbox: Sandbox, work: Work, reason: str
) -> None:
    header = in_norce(sandbox)["header"]
    if reason == "cancelled":
        cancel_in_norce(sandbox, "5100231")
    header |= {"forgotten": {"IsForgotten": True}, "template": {"TypeId": 4}, "purchase": {"TypeId": 2}}.get(reason, {})
    run = compare(work)
    assert (run.count_read, run.count_new, missing()) == (1, 0, [])
    assert figures(count_of())[0] == figure(0)


def test_an_order_that_was_cancelled_after_it_came_is_counted(
    received: Receive, application: Application, sandbox: Sandbox, work: Work
) -> None:
    received("01")
    work()
    age(sandbox, "5100231")
    cancel_in_norce(sandbox, "5100231")
    compare(work)
    assert figures(count_of())[:2] == (figure(1, TOTAL), figure(1, TOTAL))


def test_a_recurring_order_can_be_missing(application: Application, sandbox: Sandbox, work: Work) -> None:
    in_norce(sandbox, OrderType=3)
    compare(work)
    assert missing() == ["5100231"]


def test_an_external_order_is_known_by_its_own_number(
    received: Receive, application: Application, sandbox: Sandbox, work: Work
) -> None:
    received("01", ClientOrderRef="77001", Source="TORGET", OrderType=5)
    work()
    in_norce(sandbox, "77001", Source="TORGET", OrderType=5)
    in_norce(sandbox, "77001", Source="WEB")
    compare(work)
    assert [row.message for row in SyncRow.objects.all()] == [reconcile.REPORTED]
    assert figures(count_of())[:2] == (figure(2, "3192.20"), figure(1, TOTAL))


def test_two_sources_with_one_number_are_two_missing_orders(
    application: Application, sandbox: Sandbox, work: Work
) -> None:
    in_norce(sandbox, "77001", Source="TORGET", OrderType=5)
    in_norce(sandbox, "77001", Source="WEB")
    compare(work)
    assert (missing(), SyncRow.objects.count()) == (["77001", "77001"], 2)


def test_an_external_order_that_the_erp_confirmed_is_known_by_the_erps_number(
    received: Receive, application: Application, sandbox: Sandbox, work: Work
) -> None:
    received("01", ClientOrderRef="AB-1", Source="TORGET", OrderType=5)
    Order.objects.update(erp_order_no="SO9")
    in_norce(sandbox, "AB-1", Source="TORGET", OrderType=5)
    [order] = sandbox.state.orders.find("ref", "AB-1")
    order["erp_order_no"] = "SO9"
    compare(work)
    assert missing() == []


def test_another_shops_order_with_the_same_number_is_another_order(
    received: Receive, application: Application, business: Application, sandbox: Sandbox, work: Work
) -> None:
    received("01", Header={"ApplicationKey": business.key})
    in_norce(sandbox)
    compare(work)
    assert missing() == ["5100231"]


def test_many_lost_orders_of_a_day_are_one_alert_that_names_some(
    application: Application, sandbox: Sandbox, work: Work
) -> None:
    for number in range(25):
        in_norce(sandbox, str(6000 + number))
    compare(work)
    alert = Alert.objects.get()
    assert alert.subject == f"25 orders of {day()} never came from Norce"
    assert "6000, 6001" in alert.text and "6019 and 5 more" in alert.text


def test_the_same_lost_orders_are_told_once_and_a_further_one_again(
    application: Application, sandbox: Sandbox, work: Work
) -> None:
    in_norce(sandbox, "6001")
    compare(work), compare(work)
    assert len(alerts()) == 1
    in_norce(sandbox, "6002")
    compare(work)
    assert len(alerts()) == 2


def test_pages_are_read_to_the_end(
    application: Application, sandbox: Sandbox, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.norce.query_rows.HEAVY_PAGE", 3)
    for number in range(10):
        in_norce(sandbox, str(6000 + number))
    run = compare(work)
    assert (run.count_read, run.count_new, len(missing())) == (10, 10, 10)
    assert operations("norce").count(ORDERS) == 5


def test_a_run_in_many_parts_counts_each_order_once(
    application: Application, sandbox: Sandbox, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.norce.query_rows.HEAVY_PAGE", 2)
    monkeypatch.setattr(reconcile, "PART", 1.5)
    ticks = count()
    monkeypatch.setattr(reconcile, "time", SimpleNamespace(monotonic=lambda: next(ticks) % 3 - 1))
    for number in range(5):
        in_norce(sandbox, str(6000 + number))
    run = compare(work)
    assert (run.state, run.count_read, figures(count_of())[0].count) == (State.DONE, 5, 5)
    assert run.tries > 5


def test_a_run_that_was_killed_goes_on_behind_its_last_page(
    application: Application, sandbox: Sandbox, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.norce.query_rows.HEAVY_PAGE", 2)
    for number in range(6):
        in_norce(sandbox, str(6000 + number))
    kept, died = reconcile.tally.add_page, []

    def die_once(*arguments: Any) -> Any:
        found = kept(*arguments)
        if len(operations("norce")) > 3 and not died:
            died.append(True)
            raise KeyboardInterrupt
        return found

    monkeypatch.setattr(reconcile.tally, "add_page", die_once)
    with pytest.raises(KeyboardInterrupt):
        compare(work)
    SyncRun.objects.update(state=State.PENDING, lease_until=None)
    work()
    run = SyncRun.objects.get()
    assert (run.state, run.count_read, run.count_new, died) == (State.DONE, 6, 6, [True])
    assert figures(count_of())[0].count == len(missing()) == 6
    assert len(alerts()) == 1


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_query_that_does_not_answer_is_asked_again(
    application: Application, sandbox: Sandbox, work: Work, status: int
) -> None:
    in_norce(sandbox)
    set_faults(sandbox, norce={"fail_next": {ORDERS: [status]}, "retry_after": 5})
    run = compare(work)
    assert (run.state, run.error_kind, missing()) == (State.PENDING, "transient", [])
    RateBucket.objects.all().delete()
    be_due()
    work()
    run.refresh_from_db()
    assert (run.state, run.tries, missing()) == (State.DONE, 2, ["5100231"])


def test_a_tenant_without_the_set_says_so(application: Application, sandbox: Sandbox, work: Work) -> None:
    set_faults(sandbox, norce={"fail_next": {ORDERS: [404]}})
    run = compare(work)
    assert (run.state, DayCount.objects.count()) == (State.FAILED, 0)
    assert "404" in run.error


def test_an_erp_that_is_away_leaves_the_other_figures(
    received: Receive, application: Application, sandbox: Sandbox, work: Work
) -> None:
    received("01")
    work()
    age(sandbox, "5100231")
    set_faults(sandbox, erp={"error_rate": 1.0})
    run = compare(work)
    assert (run.state, figures(count_of())[:2]) == (State.DONE, (figure(1, TOTAL), figure(1, TOTAL)))
    assert (count_of().erp, "500" in count_of().erp_error) == (None, True)
    assert operations("erp:default").count("totals") == 1


def test_an_erp_that_is_back_is_counted(application: Application, sandbox: Sandbox, work: Work) -> None:
    set_faults(sandbox, erp={"error_rate": 1.0})
    compare(work)
    set_faults(sandbox, erp={})
    compare(work, "full")
    assert {(row.erp_error, row.erp and row.erp["count"]) for row in DayCount.objects.all()} == {("", 0)}


def test_each_application_has_its_own_days(
    application: Application, business: Application, sandbox: Sandbox, work: Work
) -> None:
    in_norce(sandbox, "6001")
    in_norce(sandbox, "6002", name="02")
    in_norce(sandbox, "6003", name="02")
    compare(work)
    counts = {row.application_key: row.norce["count"] for row in DayCount.objects.filter(day=day())}
    assert counts == {application.key: 1, business.key: 2}
    assert len(alerts()) == 2


def test_a_delta_reads_whole_days_and_a_full_run_thirty(application: Application, sandbox: Sandbox, work: Work) -> None:
    in_norce(sandbox, age=24 * 20)
    compare(work)
    assert (missing(), DayCount.objects.count() <= 2) == ([], True)
    compare(work, "full")
    assert missing() == ["5100231"]
    # A day is read when it is half an hour old.
    assert DayCount.objects.count() in (30, 31)


def test_a_preview_reports_and_does_nothing(
    application: Application, sandbox: Sandbox, work: Work, settings: Any
) -> None:
    settings.LOST_ORDERS_FETCH = True
    in_norce(sandbox)
    run = compare(work, dry_run=True)
    assert (run.state, run.count_new) == (State.DONE, 1)
    assert (DayCount.objects.count(), OutboxMessage.objects.count(), operations("erp:default")) == (0, 0, [])


def test_a_page_is_compared_in_one_statement(
    received: Receive, application: Application, sandbox: Sandbox, work: Work
) -> None:
    for number in range(30):
        in_norce(sandbox, str(6000 + number))
    received("01", ClientOrderRef="6000")
    with CaptureQueriesContext(connection) as queries:
        compare(work)
    reads = [
        query["sql"]
        for query in queries
        if 'FROM "orders_order"' in query["sql"] and 'client_order_ref" IN' in query["sql"]
    ]
    assert len(reads) == 1


def test_it_runs_every_night(application: Application) -> None:
    schedules.set_schedules()
    assert len(tasks.start_run("lost_orders")) == 1
    Application.objects.update(is_active=False)
    SyncRun.objects.all().delete()
    assert tasks.start_run("lost_orders") == []
