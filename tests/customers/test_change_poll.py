"""The poll finds what no event has told of, repeats nothing, and goes on where a dead worker stopped."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from connectors.errors import ConfigError
from connectors.norce import query_rows
from connectors.sandbox.core import Sandbox
from customers import change_poll, hearing
from customers.change_poll import NAME
from customers.kinds import PEOPLE
from hub import gateways, runs, tasks
from hub.models import SyncRun
from hub.models.work import State
from tests.customers import registers
from tests.customers.registers import Work, killed, norce, start, swept, worked
from tests.customers.shop import address, changes, city, erp_address, messages, moved
from tests.faults import be_due, set_faults

pytestmark = pytest.mark.usefixtures("application", "sandbox")


def poll(work: Work) -> SyncRun:
    item = worked(work, start(NAME, "delta"))
    assert item.state == State.DONE, item.error
    return item


def counts(item: SyncRun) -> tuple[int, int, int]:
    return item.count_read, item.count_changed, item.count_unchanged


@pytest.fixture
def four(sandbox: Sandbox, work: Work) -> list[int]:
    """P001 to P004, who have moved in the shop without an event."""
    codes = registers.people(sandbox, 4)
    registers.run(work)
    poll(work)
    numbers = [int(norce(sandbox, code)["Id"]) for code in codes]
    for number in numbers:
        changes(sandbox, number, InvoiceAddress=address("Byn"))
    return numbers


def test_a_change_that_no_event_has_told_of_reaches_the_erp(four: list[int], sandbox: Sandbox, work: Work) -> None:
    item = poll(work)
    assert (counts(item), messages()) == ((4, 4, 0), [State.DONE] * 4)
    assert {city(sandbox, f"P00{number}") for number in range(1, 5)} == {"Byn"}


def test_the_next_poll_repeats_nothing(four: list[int], sandbox: Sandbox, work: Work) -> None:
    poll(work)
    assert (counts(poll(work)), len(messages())) == ((4, 0, 4), 4)


def test_it_repeats_nothing_that_an_event_has_told(synced: int, sandbox: Sandbox, work: Work) -> None:
    moved(sandbox, synced, "Byn")
    work()
    assert (counts(poll(work)), messages()) == ((1, 0, 1), [State.DONE])


def test_it_does_not_ask_a_person_the_same_again(synced: int, sandbox: Sandbox, work: Work) -> None:
    registers.change(sandbox, "P1", address=erp_address("Skogen"))
    moved(sandbox, synced, "Byn")
    work()
    poll(work)
    assert messages() == [State.HELD]


def test_it_reads_since_the_last_poll_that_came_through(four: list[int], sandbox: Sandbox, work: Work) -> None:
    SyncRun.objects.filter(resource=NAME).update(created_at=timezone.now() + timedelta(hours=7))
    assert counts(poll(work)) == (0, 0, 0)


def test_it_reads_some_hours_more_because_norce_shows_changes_late(
    four: list[int], sandbox: Sandbox, work: Work
) -> None:
    SyncRun.objects.filter(resource=NAME).update(created_at=timezone.now() + timedelta(hours=5))
    assert counts(poll(work)) == (4, 4, 0)


def test_the_first_poll_reads_a_day_back(sandbox: Sandbox, work: Work) -> None:
    registers.person(sandbox, "P1", address=erp_address("Orten"))
    number = registers.in_norce(sandbox, "ida@example.com", "P1")
    for hours, read in ((30, 0), (20, 1)):
        moment = f"{timezone.now() - timedelta(hours=hours):%Y-%m-%dT%H:%M:%S}"
        sandbox.state.customers.save({**norce(sandbox, "P1"), "Id": number, "Updated": moment})
        SyncRun.objects.all().delete()
        assert poll(work).count_read == read


@pytest.mark.parametrize("call", [1, 2, 3])
@pytest.mark.parametrize("after", [False, True])
def test_a_killed_poll_goes_on_and_tells_each_once(
    four: list[int], sandbox: Sandbox, work: Work, monkeypatch: pytest.MonkeyPatch, call: int, after: bool
) -> None:
    item = start(NAME, "delta")
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(query_rows, "HEAVY_PAGE", 2)
        killed(patched, change_poll, "_take", on_call=call, after=after)
        work()
    swept(work, item)
    be_due()
    work()
    assert (item.state, counts(item), messages()) == (State.DONE, (4, 4, 0), [State.DONE] * 4)


def test_companies_are_polled_too(sandbox: Sandbox, work: Work) -> None:
    registers.company(sandbox, "B1", address=erp_address("Orten"))
    registers.run(work, "companies")
    number = int(registers.norce_company(sandbox, "B1")["Id"])
    record = sandbox.state.companies.get(number)
    sandbox.state.companies.save({**record, "InvoiceAddress": address("Byn"), "Updated": sandbox.state.now()})
    poll(work)
    assert city(sandbox, "B1") == "Byn"


def test_a_tenant_without_the_companies_set_is_polled_for_people(four: list[int], sandbox: Sandbox, work: Work) -> None:
    set_faults(sandbox, norce={"fail_next": {"Customers/Companies": [404]}})
    assert counts(poll(work)) == (4, 4, 0)


def test_a_tenant_that_lacks_people_has_not_been_polled_until_it_has_them(
    four: list[int], sandbox: Sandbox, work: Work
) -> None:
    set_faults(sandbox, norce={"fail_next": {"Customers/Customers": [404]}})
    failed = worked(work, start(NAME, "delta"))
    assert (failed.state, messages()) == (State.FAILED, [])
    assert counts(poll(work)) == (4, 4, 0)
    failed.refresh_from_db()
    assert failed.state == State.SUPERSEDED


def test_norce_that_is_away_is_asked_again(four: list[int], sandbox: Sandbox, work: Work) -> None:
    set_faults(sandbox, norce={"fail_next": {"Customers/Customers": [500]}})
    item = worked(work, start(NAME, "delta"))
    assert item.state == State.PENDING
    be_due()
    assert (worked(work, item).state, counts(item)) == (State.DONE, (4, 4, 0))


def test_one_that_cannot_be_told_is_kept_with_the_reason(four: list[int], sandbox: Sandbox, work: Work) -> None:
    changes(sandbox, four[0], FirstName="x" * 101)
    item = poll(work)
    [row] = item.rows.all()
    assert (item.count_refused, item.count_changed, row.subject) == (1, 3, f"norce_customer:{four[0]}")
    assert "FirstName" in row.message


def test_a_page_takes_as_many_statements_as_a_row(four: list[int], sandbox: Sandbox, work: Work) -> None:
    query = gateways.norce_query()
    rows = [query.customer(number) for number in four]
    with CaptureQueriesContext(connection) as one:
        hearing.hear(PEOPLE, rows[:1], {1: "SE"})
    with CaptureQueriesContext(connection) as many:
        hearing.hear(PEOPLE, rows[1:], {1: "SE"})
    assert len(many) <= len(one)


def test_it_has_neither_full_runs_nor_previews() -> None:
    for options in ({"mode": "full"}, {"dry_run": True}):
        with pytest.raises(ConfigError, match="neither full runs nor previews"):
            runs.start(resource=NAME, by="anna", **options)  # type: ignore[arg-type]
    with pytest.raises(CommandError, match="Start it as a delta"):
        call_command("sync", NAME, "--full")


def test_the_schedule_starts_it() -> None:
    assert len(tasks.start_run(NAME)) == 1
    assert SyncRun.objects.get().application_key == ""


def test_whom_nobody_has_heard_of_before_is_bound(sandbox: Sandbox, work: Work) -> None:
    registers.person(sandbox, "P1", address=erp_address("Orten"))
    registers.in_norce(sandbox, "ida@example.com", "P1", InvoiceAddress=address("Byn"))
    poll(work)
    assert city(sandbox, "P1") == "Byn"
