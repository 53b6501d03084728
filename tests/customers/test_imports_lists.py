"""What the ERP empties or takes away: cleared once and explicitly, and nothing of Norce's own is touched."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.sandbox.core import Sandbox
from connectors.sandbox.registration import relate
from customers.identity import normal_number
from hub.models import ErpConnection
from tests.customers.registers import (
    Work,
    change,
    company,
    company_in_norce,
    delta,
    header,
    norce,
    norce_company,
    people,
    person,
    related,
    row,
    run,
    sent,
)

pytestmark = pytest.mark.usefixtures("application")

VIP, OLD = {"code": "VIP"}, {"code": "OLD"}


def relation(code: str, primary: bool = False) -> dict[str, Any]:
    return {"code": code, "primary": primary}


@pytest.fixture
def companies(sandbox: Sandbox, work: Work) -> None:
    """Norce has the ERP's companies B1 and B2, and B3 that only Norce knows."""
    company(sandbox, "B1")
    company(sandbox, "B2")
    run(work, "companies")
    company_in_norce(sandbox, "990000-0003", "B3")


def test_an_emptied_field_is_cleared_once(sandbox: Sandbox, work: Work) -> None:
    person(sandbox, "P1", phone="08-1", cell_phone="070-1")
    run(work)
    change(sandbox, "P1", phone="")
    item = delta(work)
    assert (sent(sandbox)[1]["PhoneNumber"], sent(sandbox)[1]["CellPhoneNumber"]) == (None, "070-1")
    assert (norce(sandbox, "P1")["PhoneNumber"], row(item, "P1").changes) == (None, {"PhoneNumber": ["08-1", None]})


def test_what_was_cleared_is_left_to_norce_afterwards(sandbox: Sandbox, work: Work) -> None:
    person(sandbox, "P1", phone="08-1")
    run(work)
    change(sandbox, "P1", phone="")
    delta(work)
    norce(sandbox, "P1")["PhoneNumber"] = "08-2"
    change(sandbox, "P1", cell_phone="070-1")
    delta(work)
    assert ("PhoneNumber" in sent(sandbox)[2], norce(sandbox, "P1")["PhoneNumber"]) == (False, "08-2")
    assert len(sent(sandbox)) == 3


def test_a_full_run_after_a_clearing_sends_nothing(sandbox: Sandbox, work: Work) -> None:
    person(sandbox, "P1", phone="08-1", flags=[VIP])
    run(work)
    change(sandbox, "P1", phone="", flags=[])
    delta(work)
    assert (run(work).count_unchanged, len(sent(sandbox))) == (1, 2)


def test_a_field_that_the_erp_never_had_is_never_cleared(sandbox: Sandbox, work: Work) -> None:
    people(sandbox, 1)
    run(work)
    norce(sandbox, "P001")["PhoneNumber"] = "08-1"
    change(sandbox, "P001", last_name="Ny")
    delta(work)
    assert (norce(sandbox, "P001")["PhoneNumber"], norce(sandbox, "P001")["LastName"]) == ("08-1", "Ny")


def test_a_flag_that_is_gone_is_switched_off_and_norces_own_stays(sandbox: Sandbox, work: Work) -> None:
    person(sandbox, "P1", flags=[VIP, OLD])
    run(work)
    norce(sandbox, "P1")["Flags"]["OWN"] = True
    change(sandbox, "P1", flags=[VIP])
    item = delta(work)
    assert sent(sandbox)[1]["Flags"] == [{"Code": "VIP", "IsActive": True}, {"Code": "OLD", "IsActive": False}]
    assert norce(sandbox, "P1")["Flags"] == {"VIP": True, "OLD": False, "OWN": True}
    assert ("PreserveFlags" in header(sandbox), row(item, "P1").changes) == (True, {"Flags.OLD": [True, False]})


def test_the_last_flag_is_switched_off_too(sandbox: Sandbox, work: Work) -> None:
    person(sandbox, "P1", flags=[VIP])
    run(work)
    change(sandbox, "P1", flags=[])
    delta(work)
    assert (norce(sandbox, "P1")["Flags"], "PreserveFlags" in header(sandbox)) == ({"VIP": False}, True)


def test_an_erp_whose_flags_are_whole_replaces_norces(sandbox: Sandbox, work: Work) -> None:
    ErpConnection.objects.update(replaces_flags=True)
    person(sandbox, "P1", flags=[VIP])
    run(work)
    norce(sandbox, "P1")["Flags"]["OWN"] = True
    change(sandbox, "P1", flags=[OLD])
    delta(work)
    assert ("PreserveFlags" in header(sandbox), norce(sandbox, "P1")["Flags"].get("OWN")) == (False, None)
    assert norce(sandbox, "P1")["Flags"]["OLD"] is True


def test_a_list_that_the_erp_no_longer_keeps_stays(sandbox: Sandbox, work: Work) -> None:
    person(sandbox, "P1", flags=[VIP], price_lists=[{"code": "B2B"}])
    run(work)
    change(sandbox, "P1", flags=None, price_lists=None)
    delta(work)
    assert sent(sandbox)[1].keys().isdisjoint({"Flags", "PriceLists"})
    assert norce(sandbox, "P1")["Flags"] == {"VIP": True}
    assert norce(sandbox, "P1")["PriceLists"] == [{"Code": "B2B", "IsExclusive": False}]


def test_a_price_list_that_is_gone_ends(sandbox: Sandbox, work: Work) -> None:
    person(sandbox, "P1", price_lists=[{"code": "B2B"}])
    run(work)
    change(sandbox, "P1", price_lists=[])
    delta(work)
    assert norce(sandbox, "P1")["PriceLists"] == []


def test_a_contact_that_is_gone_is_ended(sandbox: Sandbox, work: Work) -> None:
    people(sandbox, 2)
    run(work)
    company(sandbox, "B1", contacts=[{"code": "P001"}, {"code": "P002"}])
    run(work, "companies")
    assert related(sandbox) == {("P001", "B1"), ("P002", "B1")}
    change(sandbox, "B1", contacts=[{"code": "P002"}])
    delta(work, "companies")
    assert related(sandbox) == {("P002", "B1")}


@pytest.mark.parametrize("owns", [False, True])
def test_norces_own_relations_end_only_where_the_erps_list_is_whole(
    sandbox: Sandbox, work: Work, companies: None, owns: bool
) -> None:
    ErpConnection.objects.update(owns_relations=owns)
    person(sandbox, "P1", companies=[relation("B1", True)])
    run(work)
    relate(sandbox.state, norce(sandbox, "P1")["Id"], norce_company(sandbox, "B3")["Id"], is_active=True)
    change(sandbox, "P1", companies=[relation("B1", True), relation("B2")])
    delta(work)
    assert sent(sandbox)[-1]["IsCompanyListDelta"] is not owns
    assert related(sandbox) == {("P1", "B1"), ("P1", "B2")} | (set() if owns else {("P1", "B3")})


@pytest.mark.parametrize("owns", [False, True])
def test_a_relation_that_is_gone_in_the_erp_ends_where_its_list_is_whole(
    sandbox: Sandbox, work: Work, companies: None, owns: bool
) -> None:
    ErpConnection.objects.update(owns_relations=owns)
    person(sandbox, "P1", companies=[relation("B1")])
    run(work)
    change(sandbox, "P1", companies=[])
    delta(work)
    assert related(sandbox) == (set() if owns else {("P1", "B1")})


def test_fields_left_to_norce_are_neither_in_the_header_nor_in_the_body(sandbox: Sandbox, work: Work) -> None:
    ErpConnection.objects.update(left_to_norce=["PhoneNumber", "Flags", "InvoiceAddress"])
    person(sandbox, "P1", phone="08-1", cell_phone="070-1", flags=[VIP], address={"city": "Orten"})
    run(work)
    left = {"PhoneNumber", "Flags", "InvoiceAddress", "PreserveFlags"}
    assert left.isdisjoint(header(sandbox)) and left.isdisjoint(sent(sandbox)[0])
    assert {"CellPhoneNumber", "Code"} <= set(header(sandbox)) & sent(sandbox)[0].keys()


def test_a_field_that_is_left_to_norce_later_is_not_cleared(sandbox: Sandbox, work: Work) -> None:
    person(sandbox, "P1", phone="08-1", flags=[VIP])
    run(work)
    ErpConnection.objects.update(left_to_norce=["PhoneNumber", "Flags"])
    change(sandbox, "P1", last_name="Ny", phone="", flags=[])
    delta(work)
    assert (norce(sandbox, "P1")["PhoneNumber"], norce(sandbox, "P1")["Flags"]) == ("08-1", {"VIP": True})


def test_the_header_names_exactly_what_the_records_carry(sandbox: Sandbox, work: Work) -> None:
    person(sandbox, "P1", phone="08-1")
    person(sandbox, "P2", flags=[VIP])
    person(sandbox, "P3")
    run(work)
    for payload in sandbox.state.payloads:
        named = set(payload["header"]["CustomerFieldsThatAreSet"]) - {"PreserveFlags"}
        assert all(record.keys() - {"IsCompanyListDelta"} == named for record in payload["rows"])


def test_a_companys_cleared_number_is_never_what_it_is_found_by(sandbox: Sandbox, work: Work) -> None:
    company(sandbox, "B1", vat_no="SE990000000101")
    run(work, "companies")
    change(sandbox, "B1", organisation_no="", phone="")
    delta(work, "companies")
    assert ("OrganizationNo" in sent(sandbox)[1], sent(sandbox)[1]["Code"]) == (False, "B1")
    assert normal_number(norce_company(sandbox, "B1")["OrganizationNo"]) == "9900000001"
