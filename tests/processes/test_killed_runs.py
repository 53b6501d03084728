"""A worker killed in the midst of a run over customers: another process goes on, and Norce has everybody once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connectors.sandbox.erp_customers import add_customer
from hub import runs
from hub.models import ErpConnection, SyncRun
from hub.models.work import UNFINISHED, State
from tests.processes.conftest import Hub, Strike, wait_until

pytestmark = pytest.mark.processes

PAGE = "GET /erp/customers/list"
IMPORT = "POST /commerce/connect/4.0/Customer/ImportCustomers"
# What is called, and the how many-th of these calls is struck.
MOMENTS = [(PAGE, 2), (IMPORT, 2), ("GET /commerce/connect/4.0/Job/Get", 1)]
PEOPLE = 1500


@pytest.fixture(scope="module")
def batches() -> Iterator[int]:
    """A number for each test's customers, which no other one has."""
    return iter(range(1, 100))


def strike_at(hub: Hub, call: str, turn: int) -> Strike:
    """Return a strike that kills the worker at a call, and has none of its work done when it comes before."""
    worker = hub.drain()
    turns = iter(range(1, 1000))

    def strike(made: str) -> bool:
        if made != call or next(turns) != turn:
            return False
        hub.striking.calm()
        worker.kill()
        worker.wait()
        return True

    return strike


def register(hub: Hub, batch: int) -> set[str]:
    """Let the ERP have fifteen hundred people that it did not have; return their codes."""
    codes = {f"R{batch:02d}{number:04d}" for number in range(PEOPLE)}
    with hub.sandbox.state.lock:
        for code in codes:
            data = {"kind": "person", "name": "Maja", "first_name": "Maja", "last_name": code}
            add_customer(hub.sandbox.state, code, data | {"email": f"{code.lower()}@example.com"})
    return codes


def state(hub: Hub) -> str:
    [(last,)] = hub.query("SELECT state FROM hub_syncrun WHERE resource = 'customers' ORDER BY id DESC LIMIT 1")
    return str(last)


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize(("call", "turn"), MOMENTS)
def test_a_run_whose_worker_was_killed_is_finished_by_another(
    hub: Hub, batches: Iterator[int], call: str, turn: int, moment: str
) -> None:
    codes = register(hub, next(batches))
    before = len(list(hub.sandbox.state.jobs))
    with hub.here():
        ErpConnection.objects.update(brake_short_percent=0, brake_count=1000)
        # A cluster of another test may have left a scheduled one behind, which would keep this one out.
        SyncRun.objects.filter(state__in=UNFINISHED).update(state=State.CANCELLED)
        assert runs.start(resource="customers", by="test", mode="full")
    setattr(hub.striking, moment, strike_at(hub, call, turn))
    wait_until(lambda: all(child.poll() is not None for child in hub.children[1:]))
    assert state(hub) not in ("done", "failed")
    finish(hub)
    assert_norce_has_everybody_once(hub, codes, before)


def finish(hub: Hub) -> None:
    hub.drain(linger=20)

    def finished() -> bool:
        hub.sweep()
        return state(hub) == "done"

    wait_until(finished)


def assert_norce_has_everybody_once(hub: Hub, codes: set[str], before: int) -> None:
    payloads = [{row["Code"] for row in payload["rows"]} for payload in list(hub.sandbox.state.payloads)[before:]]
    sent = [code for payload in payloads for code in payload if code in codes]
    assert (len(sent), set(sent)) == (PEOPLE, codes)
    # Other tests' customers may stand in the register too, and go in calls of their own or fill one of these.
    assert len([payload for payload in payloads if payload & codes]) in (3, 4)
    [(bound,)] = hub.query("SELECT COUNT(*) FROM customers_customerbinding WHERE erp_code LIKE %s", f"{sent[0][:3]}%")
    assert bound == PEOPLE
