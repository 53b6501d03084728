"""People and companies with codes to report, the run that reports them, and what Norce was told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connectors.sandbox.core import Sandbox
from connectors.sandbox.registration import new_customer
from customers.models import CustomerBinding
from hub import runs
from hub.models import SyncRun
from tests.faults import operations

Work = Callable[[], int]


def mail(number: int) -> str:
    """Return the address of a buyer."""
    return f"buyer{number}@example.com"


def in_norce(sandbox: Sandbox, number: int, **members: Any) -> int:
    """Register a customer in Norce; return the id."""
    known = {"EmailAddress": mail(number), "FirstName": "Maja", "LastName": "Provberg"}
    customer = new_customer(sandbox.state, known | members)
    sandbox.state.customers.save(customer)
    return int(customer["Id"])


def bound(number: int, **columns: Any) -> CustomerBinding:
    """Make the binding of a person whose code is due."""
    known = {"erp_connection": "default", "erp_code": f"C{number}", "email": mail(number), "report": "due"}
    return CustomerBinding.objects.create(**known | columns)


def people(sandbox: Sandbox, count: int) -> list[int]:
    """Make that many people with a due code whom Norce knows; return their Norce ids."""
    for number in range(count):
        bound(number)
    return [in_norce(sandbox, number) for number in range(count)]


def report(work: Work, mode: str = SyncRun.Mode.DELTA) -> SyncRun:
    """Start a run (one for each application where that is set), do the work, return the run as it is then."""
    run = runs.start_all(resource="code_reports", by="test", mode=mode)[0]
    work()
    run.refresh_from_db()
    return run


def imports() -> list[str]:
    """Return the import calls that were made."""
    return [name for name in operations("norce") if name.startswith("Customer/Import")]


def payloads(sandbox: Sandbox) -> list[Any]:
    """Return the imports as Norce took them: header and rows."""
    return list(sandbox.state.payloads)


def binding(number: int) -> CustomerBinding:
    """Return a person's binding as it is now."""
    return CustomerBinding.objects.get(erp_code=f"C{number}")
