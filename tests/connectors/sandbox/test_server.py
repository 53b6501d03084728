"""The sandbox over a real socket, and its state file."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from connectors.errors import ConfigError
from connectors.sandbox.core import Sandbox
from connectors.sandbox.erp_customers import add_customer, remove_customer
from connectors.sandbox.server import SandboxServer
from connectors.sandbox.state import State
from connectors.sandbox.state_file import StateFile

PERSON = {"kind": "person", "name": "Maja Provberg", "last_name": "Provberg"}
COMMAND = """
import django
from django.conf import settings
from django.core.management import call_command
settings.configure(INSTALLED_APPS=["connectors"])
django.setup()
call_command("sandbox", port=0, state={state!r})
"""


@pytest.fixture
def refusals() -> list[str]:
    """What the sandbox reports."""
    return []


@pytest.fixture
def url(refusals: list[str], tmp_path: Path) -> Iterator[str]:
    """The address of a listening sandbox with a state file."""
    sandbox = Sandbox(report=refusals.append)
    server = SandboxServer(sandbox, port=0, file=StateFile(tmp_path / "state.json", sandbox.state))
    server.start()
    yield server.url
    server.stop()


@pytest.fixture
def session() -> Iterator[requests.Session]:
    """A session that keeps its connection."""
    with requests.Session() as session:
        session.trust_env = False
        yield session


def test_it_answers_over_http_and_reports_refusals(url: str, refusals: list[str], session: requests.Session) -> None:
    assert session.post(f"{url}/erp/customers", json=PERSON).json() == {"code": "C10001"}
    answer = session.post(f"{url}/erp/customers", json={})
    assert (answer.status_code, answer.raw.version) == (422, 11)
    assert refusals[0].startswith("422 POST /erp/customers")
    assert session.post(f"{url}/erp/ping", json={}).status_code == 405


def test_a_lost_answer_closes_the_connection_after_the_work(url: str, session: requests.Session) -> None:
    session.post(f"{url}/_sandbox/faults", json={"erp": {"lose_answers": 1}})
    with pytest.raises(requests.ConnectionError):
        session.post(f"{url}/erp/customers", json=PERSON)
    assert len(session.get(f"{url}/_sandbox/state").json()["erp"]["customers"]) == 1


def test_the_command_keeps_its_state_between_two_runs(tmp_path: Path, session: requests.Session) -> None:
    state = tmp_path / "var" / "state.json"
    for expected in ("C10001", "C10002"):
        script = COMMAND.format(state=state).replace(repr(state), f"__import__('pathlib').Path({str(state)!r})")
        with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            address = re.search(r"http://127.0.0.1:\d+", process.stdout.readline())
            assert address
            assert session.post(f"{address[0]}/erp/customers", json=PERSON).json() == {"code": expected}
            os.kill(process.pid, signal.SIGTERM)
            assert process.stdout.readlines()[-1] == "The sandbox has stopped.\n"
        assert process.returncode == 0


def test_a_loaded_state_is_the_saved_one(tmp_path: Path) -> None:
    first, second = Sandbox().state, State()
    first.erp_orders.save({"number": "SO1", "reference": "R"})
    first.take_number("erp_order")
    assert StateFile(tmp_path / "state.json", first).save() is True
    StateFile(tmp_path / "state.json", second).load()
    assert second.erp_orders.find("reference", "R") == [{"number": "SO1", "reference": "R"}]
    assert second.take_number("erp_order") == 100002


def test_a_removed_customer_is_not_in_the_file_and_the_others_keep_their_members(tmp_path: Path) -> None:
    first, second = Sandbox().state, State()
    file = StateFile(tmp_path / "state.json", first)
    kept, removed = (add_customer(first, code, {**PERSON, "flags": [{"code": "VIP"}]}) for code in ("C1", "C2"))
    file.save()
    remove_customer(first, removed["code"])
    assert file.save() is True
    StateFile(tmp_path / "state.json", second).load()
    assert list(second.erp_customers.after(None)) == [kept]


def test_an_unchanged_state_is_not_written_again(tmp_path: Path) -> None:
    file = StateFile(tmp_path / "state.json", State())
    assert [file.save(), file.save()] == [True, False]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"rest": {}}'])
def test_an_unreadable_state_file_is_a_clear_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "state.json"
    path.write_text(text)
    with pytest.raises(ConfigError, match=r"state\.json.*Move the file away"):
        StateFile(path, State()).load()
