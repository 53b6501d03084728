"""JobCompletedEvent and the work of any event: the named job is asked about now, and no event is lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from hub import drain, inbox, jobs, registry, rings, timeline
from hub.models import Attempt, InboxEvent, NorceJob, SyncRun
from hub.models.work import State
from hub.prune import prune
from hub.sweeping import sweep
from tests.hub.test_crashes import DiesAt, Killed

JOB = 330915
Work = Callable[[], int]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def polled(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The numbers of the jobs that Norce was asked about, in that order."""
    numbers: list[int] = []
    monkeypatch.setattr(jobs, "poll", lambda job: numbers.append(job.job_id))
    return numbers


def told(number: int = JOB, **members: Any) -> InboxEvent:
    """Let Norce tell us that a job has ended; return the event."""
    body = {"ClientId": 1900, "JobId": number, "StatusId": 2} | members
    inbox.receive(event_type="JobCompletedEvent", body=json.dumps(body).encode())
    return InboxEvent.objects.get(subject=f"norce_job:{number}")


def job(number: int = JOB, **columns: Any) -> NorceJob:
    """Return a job whose next look is an hour away."""
    run = SyncRun.objects.create(resource=f"tests-{number}", state=State.SUBMITTED)
    later = timezone.now() + timedelta(hours=1)
    values = {"run": run, "batch": 1, "method": "ImportCustomers", "job_id": number, "not_before": later}
    return NorceJob.objects.create(**values | columns)


def come_back() -> None:
    """Let the leases run out, sweep, and do what is due."""
    past = timezone.now() - timedelta(seconds=1)
    for model in drain.WORK_MODELS:
        model._default_manager.filter(state=State.RUNNING).update(lease_until=past)
    sweep(drain.WORK_MODELS)
    while drain.step():
        pass


def test_the_job_of_an_event_is_asked_about_at_once_and_no_other(polled: list[int], work: Work) -> None:
    job(330914)
    named, event = job(), told()
    work()
    named.refresh_from_db()
    event.refresh_from_db()
    assert (polled, named.state) == ([JOB], State.DONE)
    assert (event.state, event.note) == (State.DONE, "The job is asked about now.")


def test_an_event_before_its_job_is_known_is_done_and_polling_finds_the_job(polled: list[int], work: Work) -> None:
    event = told()
    work()
    event.refresh_from_db()
    assert (event.state, "No such job here" in event.note) == (State.DONE, True)
    job(not_before=timezone.now())
    work()
    assert polled == [JOB]


@pytest.mark.parametrize("state", [State.DONE, State.FAILED, State.CANCELLED, State.RUNNING])
def test_a_job_that_does_not_wait_is_left_alone(polled: list[int], work: Work, state: State) -> None:
    before, event = job(state=state), told()
    work()
    after = NorceJob.objects.get()
    event.refresh_from_db()
    assert (after.state, after.not_before, polled) == (state, before.not_before, [])
    assert "was not waiting" in event.note


def test_handling_an_event_rings_for_its_job_only(monkeypatch: pytest.MonkeyPatch) -> None:
    job()
    known, unknown = told(), told(JOB + 1)
    rung: list[str] = []
    monkeypatch.setattr(rings, "ring", lambda: rung.append("ring"))
    registry.event_handler(unknown)
    assert rung == []
    registry.event_handler(known)
    assert rung == ["ring"]


@pytest.mark.parametrize("after", [False, True])
def test_death_at_any_statement_loses_no_event(polled: list[int], after: bool) -> None:
    for statement in range(1, 100):
        job(1000 + statement)
        event = told(1000 + statement)
        wrapper = DiesAt(statement, after=after)
        with suppress(Killed), connection.execute_wrapper(wrapper):
            while drain.step():
                pass
        come_back()
        event.refresh_from_db()
        assert (event.state, polled[-1]) == (State.DONE, 1000 + statement)
        if not wrapper.died:
            break
    assert 10 < statement < 99


def test_a_type_that_this_worker_does_not_know_fails_with_its_name(work: Work) -> None:
    event = InboxEvent.objects.create(event_type="NewEvent", subject="a:1", body=b"{}")
    work()
    event.refresh_from_db()
    assert (event.state, event.error_kind, "NewEvent" in event.error) == (State.FAILED, "config", True)


def test_a_failed_event_starts_again_by_command(work: Work) -> None:
    event = told()
    InboxEvent.objects.update(state=State.FAILED)
    call_command("retry", "inboxevent", str(event.pk), "--reason", "mended", stdout=StringIO())
    work()
    event.refresh_from_db()
    assert (event.state, Attempt.objects.get().reason) == (State.DONE, "mended")


def test_events_are_pruned_180_days_after_their_end_and_not_while_unfinished() -> None:
    young, old = [timezone.now() - timedelta(days) for days in (179, 181)]
    rows = [(State.DONE, young), (State.DONE, old), (State.PENDING, None), (State.HELD, old), (State.FAILED, old)]
    for number, (state, ended) in enumerate(rows):
        InboxEvent.objects.create(
            event_type="a", subject=f"a:{number}", body=b"", state=state, finished_at=ended, received_at=old
        )
    assert prune()["inboxevent"] == 1
    assert set(InboxEvent.objects.values_list("subject", flat=True)) == {"a:0", "a:2", "a:3", "a:4"}


def test_a_time_line_names_events_in_words(work: Work) -> None:
    told()
    work()
    subject = f"norce_job:{JOB}"
    titles = [entry.title for entry in timeline.timeline(subject, items=timeline.items_of(subject)).entries]
    assert titles == ["Event: Norce has ended a job"]


def test_the_admin_shows_events_and_masks_their_bodies(admin_client: Client, work: Work) -> None:
    event = told(Email="maja@example.com")
    work()
    page = admin_client.get(reverse("admin:hub_inboxevent_changelist")).content.decode()
    assert "Norce has ended a job" in page and "No such job here" in page
    page = admin_client.get(reverse("admin:hub_inboxevent_change", args=[event.pk])).content.decode()
    assert "StatusId" in page and "maja@example.com" not in page


def test_the_admin_shows_events_to_nobody_without_the_right(client: Client) -> None:
    client.force_login(User.objects.create_user("visitor", is_staff=True))
    assert client.get(reverse("admin:hub_inboxevent_changelist")).status_code == 403
