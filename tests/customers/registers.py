"""Registers of an ERP and of Norce with people and companies in them, and the runs that bring the one to the other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from connectors.sandbox.core import Sandbox
from connectors.sandbox.erp_customers import add_customer, change_customer, remove_customer
from connectors.sandbox.registration import new_company, new_customer
from customers.models import CompanyBinding, CustomerBinding
from hub import runs
from hub.drain import WORK_MODELS
from hub.models import NorceJob, SyncRow, SyncRun
from hub.models.work import State
from hub.sweeping import sweep
from tests.faults import be_due, operations

Work = Callable[[], int]
Record = dict[str, Any]


def person(sandbox: Sandbox, code: str, **changes: Any) -> None:
    """Let the ERP have a person: P1's address is p1@example.com."""
    usual = {
        "kind": "person",
        "name": f"Maja {code}",
        "first_name": "Maja",
        "last_name": code,
        "email": f"{code.lower()}@example.com",
    }
    add_customer(sandbox.state, code, usual | changes)


def people(sandbox: Sandbox, count: int) -> list[str]:
    """Let the ERP have the people P001, P002 …; return their codes."""
    codes = [f"P{number:03d}" for number in range(1, count + 1)]
    for code in codes:
        person(sandbox, code)
    return codes


def company(sandbox: Sandbox, code: str, **changes: Any) -> None:
    """Let the ERP have a company: B1's number is 990000-0001."""
    usual = {"kind": "company", "name": f"Exempel {code} AB", "organisation_no": f"990000-{int(code[1:]):04d}"}
    add_customer(sandbox.state, code, usual | changes)


def change(sandbox: Sandbox, code: str, **changes: Any) -> None:
    """Change members of a customer of the ERP."""
    change_customer(sandbox.state, code, changes)


def remove(sandbox: Sandbox, *codes: str) -> None:
    """Take customers out of the ERP."""
    for code in codes:
        remove_customer(sandbox.state, code)


def in_norce(sandbox: Sandbox, email: str, code: str | None = None, **members: Any) -> int:
    """Let Norce have a person who came by the shop; return the id."""
    usual = {"EmailAddress": email, "FirstName": "Maja", "LastName": "Provberg", "Code": code}
    record = new_customer(sandbox.state, usual | members)
    sandbox.state.customers.save(record)
    return int(record["Id"])


def company_in_norce(sandbox: Sandbox, number: str, code: str | None = None, **members: Any) -> int:
    """Let Norce have a company that came by the shop; return the id."""
    record = new_company(sandbox.state, {"OrganizationNo": number, "Name": "Exempel", "Code": code} | members)
    sandbox.state.companies.save(record)
    return int(record["Id"])


def start(resource: str = "customers", mode: str = "full", **options: Any) -> SyncRun:
    """Start a run."""
    run = runs.start(resource=resource, by="test", mode=mode, **options)
    assert run is not None
    return run


def run(work: Work, resource: str = "customers", mode: str = "full", **options: Any) -> SyncRun:
    """Start a run, do the work, return the run as it is then."""
    return worked(work, start(resource, mode, **options))


def delta(work: Work, resource: str = "customers") -> SyncRun:
    """Do a delta run."""
    return run(work, resource, "delta")


def worked(work: Work, item: SyncRun) -> SyncRun:
    """Do the work that is due, return the run as it is then."""
    work()
    item.refresh_from_db()
    return item


def to_the_end(work: Work, item: SyncRun, turns: int = 6) -> SyncRun:
    """Do the work, and after each pause again, until the run has ended."""
    for _ in range(turns):
        if worked(work, item).state not in (State.PENDING, State.SUBMITTED):
            break
        be_due()
    return item


def state_of(item: SyncRun) -> tuple[str, int, int, int, int, int]:
    """Return a run's state and how many were read, new, changed, unchanged and refused."""
    item.refresh_from_db()
    counts = (item.count_read, item.count_new, item.count_changed, item.count_unchanged, item.count_refused)
    return (item.state, *counts)


def calls() -> list[str]:
    """Return the import calls that were made."""
    return [name for name in operations("norce") if name.startswith("Customer/Import")]


def sent(sandbox: Sandbox) -> list[Record]:
    """Return every record that Norce was sent, in the order of the calls."""
    return [row for payload in sandbox.state.payloads for row in payload["rows"]]


def sent_codes(sandbox: Sandbox) -> list[str]:
    """Return the codes of every record that Norce was sent."""
    return [row["Code"] for row in sent(sandbox)]


def header(sandbox: Sandbox) -> list[str]:
    """Return the fields that the last call's header named for its records."""
    payload = list(sandbox.state.payloads)[-1]
    return list(payload["header"][f"{payload['kind']}FieldsThatAreSet"])


def norce(sandbox: Sandbox, code: str) -> Record:
    """Return the one customer of Norce that has a code."""
    [record] = sandbox.state.customers.find("code", code)
    return record


def norce_company(sandbox: Sandbox, code: str) -> Record:
    """Return the one company of Norce that has a code."""
    [record] = sandbox.state.companies.find("code", code)
    return record


def binding(code: str) -> CustomerBinding:
    """Return a person's binding as it is now."""
    return CustomerBinding.objects.get(erp_code=code)


def company_binding(code: str) -> CompanyBinding:
    """Return a company's binding as it is now."""
    return CompanyBinding.objects.get(erp_code=code)


def row(item: SyncRun, code: str) -> SyncRow:
    """Return a run's row of a code."""
    return item.rows.get(erp_code=code)


def refused(item: SyncRun) -> dict[str, str]:
    """Return the codes a run refused, with why."""
    return dict(item.rows.filter(change=SyncRow.Change.REFUSED).values_list("erp_code", "message"))


def related(sandbox: Sandbox) -> set[tuple[str, str]]:
    """Return the active relations of Norce as pairs of codes, customer and company."""
    state = sandbox.state
    return {
        (state.customers.get(row["CustomerId"])["Code"], state.companies.get(row["CompanyId"])["Code"])
        for row in state.relations
        if row["IsActive"]
    }


def killed(monkeypatch: pytest.MonkeyPatch, place: Any, name: str, *, on_call: int = 1, after: bool = False) -> None:
    """Let the worker die at a call of a function, as by SIGKILL: nothing is settled."""
    function, numbers = getattr(place, name), iter(range(1, 1000))

    def die(*args: Any, **options: Any) -> Any:
        fatal = next(numbers) == on_call
        result = None if fatal and not after else function(*args, **options)
        if fatal:
            raise KeyboardInterrupt
        return result

    monkeypatch.setattr(place, name, die)


def swept(work: Work, item: SyncRun) -> SyncRun:
    """Let the dead worker's lease end and another worker go on; return the run."""
    past = timezone.now() - timedelta(seconds=1)
    for model in (SyncRun, NorceJob):
        model.objects.filter(state=State.RUNNING).update(lease_until=past)
    sweep(WORK_MODELS)
    return to_the_end(work, item)
