"""Which code a buyer has in the ERP: on the order, bound, found, or newly made."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pytest_django import Settings

from connectors.erp.base import ErpContact, ErpParty, PartyKind
from connectors.errors import HoldError, PermanentError, TransientError
from customers.ensure import ensure_party
from customers.models import Binding, CompanyBinding, CustomerBinding
from hub.models import Application, ErpConnection


class Register:
    """An ERP's customers by code; ``fault`` is raised after the next one was made. ``asked`` holds the searches."""

    def __init__(self, **parties: ErpParty) -> None:
        self.parties = parties
        self.asked: list[dict[str, str]] = []
        self.fault: Exception | None = None

    def find_parties(self, kind: PartyKind, **wanted: str) -> list[Any]:
        self.asked.append({name: value for name, value in wanted.items() if value})
        return [
            ErpParty(kind=kind, name=party.name, code=code)
            for code, party in self.parties.items()
            if party.kind == kind and any(value and getattr(party, name) == value for name, value in wanted.items())
        ]

    def create_party(self, party: ErpParty) -> str:
        code = f"N{len(self.parties)}"
        self.parties[code] = party
        if self.fault:
            raise self.fault
        return code


def person(email: str = "maja@example.com", code: str = "") -> ErpParty:
    return ErpParty(kind=PartyKind.PERSON, name="Maja Provberg", email=email, code=code)


def company(organisation_no: str = "", vat_no: str = "") -> ErpParty:
    return ErpParty(kind=PartyKind.COMPANY, name="Exempelbygg", organisation_no=organisation_no, vat_no=vat_no)


def ensured(application: Application, register: Any, party: ErpParty) -> str:
    return ensure_party(application=application, erp=register, party=party)


def reports() -> dict[str, str]:
    return dict(CustomerBinding.objects.values_list("erp_code", "report"))


def test_the_orders_code_decides_even_when_the_address_is_bound_to_another(application: Application) -> None:
    register = Register()
    assert ensured(application, register, person()) == "N0"
    assert ensured(application, register, person(code="10045")) == "10045"
    assert reports() == {"N0": Binding.Report.DUE, "10045": Binding.Report.NOT_NEEDED}
    assert ensured(application, register, person()) == "N0"


def test_the_same_buyer_twice_is_one_binding_and_one_customer(application: Application) -> None:
    register = Register()
    codes = {ensured(application, register, person(email)) for email in ("maja@example.com", " Maja@EXAMPLE.com ")}
    assert (codes, len(register.asked), CustomerBinding.objects.count()) == ({"N0"}, 1, 1)


def test_a_code_norce_has_already_is_not_reported_because_a_search_finds_it(application: Application) -> None:
    register = Register(C7=person())
    ensured(application, register, person(email="", code="C7"))
    assert ensured(application, register, person()) == "C7"
    assert reports() == {"C7": Binding.Report.NOT_NEEDED}


def test_two_matches_are_named_and_nothing_is_made(application: Application) -> None:
    register = Register(C8=person(), C7=person())
    with pytest.raises(HoldError, match="2 customers that match this buyer: C7, C8") as held:
        ensured(application, register, person())
    assert (held.value.code, len(register.parties)) == ("ambiguous", 2)


def test_a_company_is_searched_by_both_numbers_as_they_are_compared(application: Application) -> None:
    register = Register(F1=company("5599990000"))
    assert ensured(application, register, company("559999-0000", "SE559999000001")) == "F1"
    assert register.asked == [{"organisation_no": "5599990000", "vat_no": "SE559999000001"}]


def test_a_foreign_company_is_bound_by_its_vat_number(application: Application) -> None:
    register = Register()
    assert ensured(application, register, company(vat_no="DE 999999999")) == "N0"
    assert ensured(application, register, company(vat_no="de999999999")) == "N0"
    assert CompanyBinding.objects.get().vat_no == "DE999999999"


def test_two_foreign_companies_are_two_customers(application: Application) -> None:
    register = Register()
    codes = [ensured(application, register, company(vat_no=number)) for number in ("DE999999999", "DK99999999")]
    assert codes == ["N0", "N1"]


def test_each_erp_has_its_own_codes(application: Application) -> None:
    register = Register()
    assert ensured(application, register, person()) == "N0"
    application.erp_connection = ErpConnection.objects.create(name="second")
    assert ensured(application, register, person("lisa@example.com")) == "N1"
    assert list(CustomerBinding.objects.values_list("erp_connection", flat=True).order_by("pk")) == [
        "default",
        "second",
    ]


@pytest.mark.parametrize(("apart", "bindings"), [(False, 1), (True, 2)])
def test_customers_by_application_are_bound_by_application(
    application: Application, business: Application, settings: Settings, apart: bool, bindings: int
) -> None:
    settings.NORCE_CUSTOMERS_BY_APPLICATION = apart
    register = Register()
    for row in (application, business):
        ensured(row, register, person())
    assert CustomerBinding.objects.count() == bindings


def test_a_lost_answer_is_found_by_the_next_search(application: Application) -> None:
    register = Register()
    register.fault = TransientError("The ERP did not answer.", outcome_unknown=True)
    with pytest.raises(TransientError):
        ensured(application, register, person())
    assert ensured(application, register, person()) == "N0"
    assert len(register.parties) == 1


@pytest.mark.parametrize("party", [person(email=""), company()])
def test_a_lost_answer_about_somebody_nobody_can_search_for_is_a_question(
    application: Application, party: ErpParty
) -> None:
    register = Register()
    register.fault = TransientError("The ERP did not answer.", outcome_unknown=True)
    with pytest.raises(HoldError, match="Look for the order.s buyer") as held:
        ensured(application, register, party)
    assert (held.value.code, register.asked, party.name in str(held.value)) == ("nameless", [], False)


@pytest.mark.parametrize("fault", [TransientError("Busy.", status=503), PermanentError("The name is too long.")])
def test_what_was_not_made_is_no_question(application: Application, fault: Exception) -> None:
    register = Register()
    register.fault = fault
    with pytest.raises(type(fault)):
        ensured(application, register, person(email=""))
    assert CustomerBinding.objects.count() == 0


def test_an_erp_that_does_not_separate_gets_the_company_with_its_contact_as_one_record(
    application: Application,
) -> None:
    application.erp_connection.party_rule = ErpConnection.PartyRule.WITH_CONTACTS
    register = Register()
    maja = ErpContact(code="", first_name="Maja", email="maja@example.com")
    code = ensured(application, register, replace(company("5560000001"), contacts=(maja,)))
    made = register.parties[code]
    assert (made.kind, made.organisation_no, made.contacts) == (PartyKind.ANY, "5560000001", (maja,))
    assert CompanyBinding.objects.get().erp_code == code


def test_an_erp_that_separates_gets_the_company_alone(application: Application) -> None:
    register = Register()
    maja = ErpContact(code="", first_name="Maja")
    code = ensured(application, register, replace(company("5560000001"), contacts=(maja,)))
    assert register.parties[code] == company("5560000001")
