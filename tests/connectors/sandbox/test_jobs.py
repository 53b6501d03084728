"""Jobs pass through their statuses by elapsed time, and can be restarted."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.connectors.sandbox.conftest import Caller, Clock

ROW = {"Code": "C1", "FirstName": "Maja", "LastName": "Provberg", "EmailAddress": "maja@example.com"}


def submit(caller: Caller) -> str:
    """Import one person and return the job's id."""
    answer = caller.connect("Customer/ImportCustomers", [ROW], AccountId=1, CustomerFieldsThatAreSet=list(ROW))
    number: str = answer.json()["JobId"]
    return number


def job(caller: Caller, number: str) -> Any:
    """Read a job."""
    return caller.connect(f"Job/Get?id={number}").json()


def test_a_job_passes_from_queued_to_succeeded(sandbox: Caller, clock: Clock) -> None:
    number = submit(sandbox)
    seen = []
    for _ in range(4):
        seen.append(job(sandbox, number)["StatusId"])
        clock.pass_seconds(1)
    assert seen == [6, 5, 1, 2]


def test_nothing_is_imported_before_the_job_has_ended(sandbox: Caller, clock: Clock) -> None:
    submit(sandbox)
    assert sandbox.query("Customers/Customers") == []
    clock.pass_seconds(3)
    assert len(sandbox.query("Customers/Customers")) == 1


def test_a_hanging_job_ends_when_the_fault_is_gone(sandbox: Caller, clock: Clock) -> None:
    sandbox.control("faults", {"norce": {"jobs": "hang"}})
    number = submit(sandbox)
    clock.pass_seconds(1000)
    assert job(sandbox, number)["IsFinished"] is False
    sandbox.control("faults", {"norce": {}})
    assert job(sandbox, number)["StatusId"] == 2


def test_a_failed_job_imports_nothing_and_succeeds_when_restarted(sandbox: Caller, clock: Clock) -> None:
    sandbox.control("faults", {"norce": {"jobs": "fail"}})
    number = submit(sandbox)
    clock.pass_seconds(3)
    assert (job(sandbox, number)["StatusId"], sandbox.query("Customers/Customers")) == (3, [])
    sandbox.control("faults", {"norce": {}})
    assert sandbox.connect(f"Job/Restart?id={number}", {}).json()["JobId"] == number
    clock.pass_seconds(3)
    assert (job(sandbox, number)["StatusId"], len(sandbox.query("Customers/Customers"))) == (2, 1)


def test_a_record_named_by_a_fault_fails(sandbox: Caller, clock: Clock) -> None:
    sandbox.control("faults", {"norce": {"fail_rows": ["maja@example.com"]}})
    number = submit(sandbox)
    clock.pass_seconds(3)
    assert (job(sandbox, number)["Fail"], sandbox.query("Customers/Customers")) == (1, [])


@pytest.mark.parametrize("seconds", [1, 14 * 86400 + 4])
def test_it_refuses_to_restart_a_running_job_and_one_over_two_weeks_old(
    sandbox: Caller, clock: Clock, seconds: float
) -> None:
    number = submit(sandbox)
    clock.pass_seconds(3 if seconds > 3 else 0)
    job(sandbox, number)
    clock.pass_seconds(seconds)
    sandbox.sign_in()
    assert sandbox.connect(f"Job/Restart?id={number}", {}).status_code == 400


@pytest.mark.parametrize("number", ["", "7", "x"])
def test_it_refuses_an_unknown_job(sandbox: Caller, number: str) -> None:
    assert sandbox.connect(f"Job/GetLog?id={number}").status_code == 400


def test_it_lists_jobs_and_answers_a_ping(sandbox: Caller) -> None:
    number = submit(sandbox)
    assert [row["JobId"] for row in sandbox.connect("Job/List").json()] == [int(number)]
    assert sandbox.connect("Job/Ping").status_code == 200


def test_an_import_whose_answer_is_lost_is_in_the_list(sandbox: Caller, clock: Clock) -> None:
    sandbox.control("faults", {"norce": {"lose_answers": {"Customer/ImportCustomers": 1}}})
    with pytest.raises(requests.ConnectionError):
        submit(sandbox)
    clock.pass_seconds(3)
    (row,) = sandbox.connect("Job/List").json()
    assert [row[name] for name in ("JobId", "StatusId", "Totals", "Insert", "Start")] == [
        1001,
        2,
        1,
        1,
        "2027-01-15T08:00:00.000",
    ]


def test_it_lists_two_thousand_jobs_without_their_logs(sandbox: Caller, clock: Clock) -> None:
    number = int(submit(sandbox))
    clock.pass_seconds(3)
    job(sandbox, str(number))
    jobs = sandbox.sandbox.state.jobs
    for more in range(1, 2000):
        jobs.save({**(jobs.get(number) or {}), "JobId": number + more})
    listed = sandbox.connect("Job/List").json()
    assert (len(listed), "Log" in listed[-1], listed[-1]["JobId"]) == (2000, False, number + 1999)
