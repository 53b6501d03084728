"""What was heard of a person goes with the person: when Norce forgets them, and when they are erased here."""

from __future__ import annotations

import pytest

from connectors.sandbox.core import Sandbox
from customers.erasing import person_by
from customers.models import CompanyBinding, CustomerBinding
from hub import erasing
from hub.models import InboxEvent
from tests.customers import registers
from tests.customers.registers import Work, binding
from tests.customers.shop import address, changes, company_changes, erp, moved, notify
from tests.faults import operations

pytestmark = pytest.mark.usefixtures("application", "sandbox")
EMAIL = "p1@example.com"


def erase() -> None:
    erasing.erase(erasing.known(person_by(email=EMAIL)), by="anna", reason="Asked for.")


def test_what_was_heard_of_an_erased_person_is_blanked(synced: int, sandbox: Sandbox, work: Work) -> None:
    moved(sandbox, synced, "Byn")
    work()
    assert EMAIL in binding("P1").heard
    erase()
    assert (binding("P1").heard, binding("P1").sent) == ("", "")


def test_what_alone_was_heard_is_blanked_too(synced: int) -> None:
    CustomerBinding.objects.update(sent="", email="", forgotten_at=None)
    erasing.erase(erasing.known(person_by(code="P1")), by="anna", reason="Asked for.")
    assert binding("P1").heard == ""


def test_an_erased_person_is_never_written_to_the_erp(synced: int, sandbox: Sandbox, work: Work) -> None:
    erase()
    changes(sandbox, synced, InvoiceAddress=address("Byn"))
    notify(synced)
    work()
    assert "change customer" not in operations("erp:default")
    assert erp(sandbox, "P1")["address"]["city"] == "Orten"
    assert (CustomerBinding.objects.count(), binding("P1").heard) == (1, "")


def test_events_about_an_erased_person_are_found(synced: int) -> None:
    InboxEvent.objects.filter(subject=f"norce_customer:{synced}").update(note="Maja P1 has moved.")
    person = erasing.known(person_by(email=EMAIL))
    assert f"norce_customer:{synced}" in person.subjects


def test_a_company_that_was_heard_with_the_persons_address_keeps_the_rest(sandbox: Sandbox, work: Work) -> None:
    registers.company(sandbox, "B1")
    registers.run(work, "companies")
    number = int(registers.norce_company(sandbox, "B1")["Id"])
    company_changes(sandbox, number, EmailAddress=EMAIL, InvoiceAddress=address("Byn"))
    notify(number, "Company")
    work()
    assert EMAIL in CompanyBinding.objects.get().heard
    erase()
    heard = CompanyBinding.objects.get().heard
    assert EMAIL not in heard and "Byn" in heard
