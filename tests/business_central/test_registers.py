"""Customers and companies of Business Central in step with Norce, and changes of the shop on their way there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connectors.sandbox.core import Sandbox
from customers.models import CompanyBinding, CustomerBinding
from hub import runs
from hub.models import Application, SyncRun
from hub.models.work import State
from tests.business_central.server import BusinessCentralStub

Work = Callable[[], int]


def run(resource: str, work: Work) -> Any:
    """Read the register in full and tell Norce; return the run."""
    started = runs.start(resource=resource, by="test", mode=SyncRun.Mode.FULL)
    assert started is not None
    while work():
        pass
    started.refresh_from_db()
    return started


def test_people_and_companies_of_one_register_go_to_norce_as_what_they_are(
    application: Application, central: BusinessCentralStub, sandbox: Sandbox, work: Work
) -> None:
    person = {"type": "Person", "displayName": "Maja Provberg", "email": "maja@example.com"}
    company = {"type": "Company", "displayName": "Exempelbolaget AB", "taxRegistrationNumber": "SE559999000101"}
    central.books.add_customer(person)
    central.books.add_customer(company)
    for resource in ("companies", "customers"):
        assert run(resource, work).state == State.DONE
    [known] = [row for row in sandbox.state.customers if row["Code"] == "C10001"]
    assert (known["FirstName"], known["LastName"]) == ("Maja", "Provberg")
    [binding] = CompanyBinding.objects.all()
    assert (binding.erp_code, binding.organisation_no) == ("C10002", "5599990001")
    assert CustomerBinding.objects.get().erp_code == "C10001"


def test_a_delta_reads_only_what_has_changed(
    application: Application, central: BusinessCentralStub, sandbox: Sandbox, work: Work
) -> None:
    for number in range(3):
        central.books.add_customer(
            {"type": "Person", "displayName": f"Maja Prov{number}", "email": f"m{number}@example.com"}
        )
    run("customers", work)
    for row in central.books.sets["customers"].values():
        row["lastModifiedDateTime"] = "2026-01-01T00:00:00Z"
    central.books.change_customer("C10002", city="Solna")
    delta = runs.start(resource="customers", by="test")
    assert delta is not None
    while work():
        pass
    delta.refresh_from_db()
    assert (delta.state, delta.count_read) == (State.DONE, 1)
