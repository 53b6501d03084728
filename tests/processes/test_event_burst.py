"""Ten thousand events in a burst, workers killed in the middle of it: each event is done once, no mail comes twice."""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import subprocess
from collections import Counter, defaultdict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from hub.models import Application, ErpConnection
from orders.identifying import NORCE_SOURCE
from orders.mail_story import mails
from tests.processes.conftest import EVENT_TOKEN, Hub, wait_until

pytestmark = pytest.mark.processes

Event = tuple[str, dict[str, Any]]

JOBS, SILENT, MAILS, CHANGES, CUSTOMERS = 2000, 1800, 200, 6000, 100
CONNECTIONS = 4
# Under a minute on a quiet machine of two cores; a busy one may take longer.
PATIENCE = 300.0
HEADERS = {"Authorization": f"Bearer {EVENT_TOKEN}", "Content-Type": "application/json"}


def set_up() -> None:
    """Let 1901 send mails, and 1902 none."""
    Application.objects.filter(number=1901).update(notices=["order_received"])
    connection = ErpConnection.objects.get(name="default")
    Application.objects.create(key="a-silent-one", number=1902, name="Exempel NO", erp_connection=connection)


def job(number: int) -> Event:
    return "JobCompletedEvent", {"ClientId": 1900, "JobId": number, "StatusId": 2}


def order(number: int, application: int) -> Event:
    names = {"ClientOrderRef": str(number), "Source": NORCE_SOURCE, "Email": buyer(number)}
    return "OrderReceivedEvent", {"ClientId": 1900, "ApplicationId": application} | names


def buyer(number: int) -> str:
    return f"burst{number}@example.com"


def change(customer: int) -> Event:
    return "CustomerChangedNotification", {"ClientId": 1900, "CustomerId": customer, "EntityChanged": "tClientCustomer"}


def burst() -> list[Event]:
    """Return the events in the order in which they are sent: each tenth twice, all in disorder."""
    events = [job(500_000 + number) for number in range(JOBS)]
    events += [order(number, 1902) for number in range(SILENT)]
    events += [order(number, 1901) for number in range(MAILS)]
    events += [change(900_000 + number % CUSTOMERS) for number in range(CHANGES)]
    dice = random.Random(4)
    events += dice.sample(events, len(events) // 10)
    dice.shuffle(events)
    return events


def post(hub: Hub, events: Iterable[Event]) -> Counter[int]:
    """Post events over one connection; return how often each status was answered."""
    line = http.client.HTTPConnection(urlsplit(hub.web_url).netloc, timeout=60)
    answers: Counter[int] = Counter()
    for name, body in events:
        line.request("POST", f"/norce/events/{name}", json.dumps(body), HEADERS)
        answer = line.getresponse()
        answer.read()
        answers[answer.status] += 1
    line.close()
    return answers


def done(hub: Hub) -> int:
    return int(hub.query("SELECT COUNT(*) FROM hub_inboxevent WHERE state = 'done'")[0][0])


def kill_in_the_middle(hub: Hub, worker: subprocess.Popen[bytes]) -> None:
    """Kill a worker that holds an item: halt it and look, and let it go on as long as it holds none."""

    def halted_with_an_item() -> bool:
        worker.send_signal(signal.SIGSTOP)
        os.waitpid(worker.pid, os.WUNTRACED)
        sql = "SELECT 1 FROM hub_attempt WHERE outcome = 'running' AND worker LIKE %s"
        held = hub.query(sql, f"%/{worker.pid}")
        if not held:
            worker.send_signal(signal.SIGCONT)
        return bool(held)

    wait_until(halted_with_an_item)
    worker.kill()
    worker.wait()


def lost_by(hub: Hub, worker: subprocess.Popen[bytes]) -> int:
    sql = "SELECT COUNT(*) FROM hub_attempt WHERE outcome = 'lost' AND worker LIKE %s"
    return int(hub.query(sql, f"%/{worker.pid}")[0][0])


def unfinished(hub: Hub, *states: str) -> int:
    """Return how many events and messages are in one of the states."""
    named = ", ".join(f"'{state}'" for state in states)
    tables = ("hub_inboxevent", "hub_outboxmessage")
    return sum(hub.query(f"SELECT COUNT(*) FROM {table} WHERE state IN ({named})")[0][0] for table in tables)


def all_finished(hub: Hub) -> bool:
    hub.sweep()
    return unfinished(hub, "pending", "running") == 0


def outcomes(hub: Hub, kind: str) -> dict[int, list[str]]:
    """Return how the tries of each item of a kind ended, sorted."""
    found: defaultdict[int, list[str]] = defaultdict(list)
    for item, outcome in hub.query("SELECT item_id, outcome FROM hub_attempt WHERE item_kind = %s", kind):
        found[item].append(outcome)
    return {item: sorted(ends) for item, ends in found.items()}


def test_each_of_ten_thousand_events_is_done_once_though_workers_are_killed(hub: Hub, tmp_path: Path) -> None:
    with hub.here():
        set_up()
    events = burst()

    def worker() -> subprocess.Popen[bytes]:
        return hub.drain_anew(PATIENCE, TEST_EMAIL_URL=f"filemail://{tmp_path}")

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        first, second = worker(), worker()
        answers = pool.map(lambda place: post(hub, events[place::CONNECTIONS]), range(CONNECTIONS))
        wait_until(lambda: done(hub) > 1000, PATIENCE)
        kill_in_the_middle(hub, first)
        worker()
        wait_until(lambda: done(hub) > 2000, PATIENCE)
        kill_in_the_middle(hub, second)
        worker()
        assert sum(answers, Counter()) == {200: len(events)}
    wait_until(lambda: unfinished(hub, "pending") == 0, PATIENCE)
    wait_until(lambda: all_finished(hub))
    assert lost_by(hub, first) + lost_by(hub, second)
    assert_each_event_is_done_once(hub)
    assert_no_buyer_has_two_mails(hub, tmp_path)


def assert_each_event_is_done_once(hub: Hub) -> None:
    rows = hub.query("SELECT id, event_type, subject, state FROM hub_inboxevent")
    assert {state for *_, state in rows} == {"done"}
    kept = Counter((name, subject) for _, name, subject, _ in rows)
    changed = {place: kept.pop(place) for place in list(kept) if place[0] == "CustomerChangedNotification"}
    expected = [("JobCompletedEvent", f"norce_job:{500_000 + number}") for number in range(JOBS)]
    expected += [("OrderReceivedEvent", f"norce_order:1902:{number}") for number in range(SILENT)]
    expected += [("OrderReceivedEvent", f"norce_order:1901:{number}") for number in range(MAILS)]
    assert kept == Counter(expected)
    assert len(changed) == CUSTOMERS
    assert sum(changed.values()) < CHANGES
    ends = outcomes(hub, "inboxevent")
    assert set(ends) == {number for number, *_ in rows}
    assert all(end.count("done") == 1 and set(end) <= {"done", "lost"} for end in ends.values())


def assert_no_buyer_has_two_mails(hub: Hub, folder: Path) -> None:
    """A mail whose worker died while it sent is held by design: it may have been sent, so a person decides."""
    sql = "SELECT e.body, m.id, m.state FROM hub_outboxmessage m JOIN hub_inboxevent e ON e.subject = m.subject"
    rows = hub.query(f"{sql} WHERE m.kind = 'mail.notice'")
    states = {json.loads(bytes(body))["Email"]: state for body, _, state in rows}
    sent = Counter(mail["mail to"] for mail in mails(folder))
    assert len(rows) == len(states) == MAILS
    assert set(sent.values()) == {1}
    assert {to for to, state in states.items() if state == "done"} <= set(sent) <= set(states)
    ends = outcomes(hub, "outboxmessage")
    # A worker that died before it had begun to send leaves a try that is lost, and a mail that is done.
    allowed = {"done": (["done"], ["done", "lost"]), "held": (["held", "lost"],)}
    assert all(ends[number] in allowed[state] for _, number, state in rows)
