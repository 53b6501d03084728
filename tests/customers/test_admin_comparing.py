"""Three records side by side: equal ones are never marked, a difference is marked where it is and nowhere else."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from connectors.norce.types.customers import Company, Customer
from connectors.norce.types.query import CompanyRow, CustomerRow
from customers.comparing import Line, compare, shared_names
from tests.customers.parties import FULL_COMPANY, FULL_PERSON, company_record, customer_record

PLAIN = ("FirstName", "LastName", "PhoneNumber", "IsActive")
TEXTS = st.text(min_size=1, max_size=5)
FLAGS = st.lists(
    st.fixed_dictionaries({"Code": TEXTS, "IsActive": st.booleans()}), max_size=3, unique_by=lambda flag: flag["Code"]
)
RECORDS = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(PLAIN, TEXTS | st.booleans() | st.none()),
        "InvoiceAddress": st.dictionaries(st.sampled_from(["City", "ZipCode"]), TEXTS),
        "Flags": FLAGS,
    },
)


def lines_of(**sides: Any) -> dict[str, Line]:
    """Return the compared lines by name; sides not given are not known."""
    usual: dict[str, Any] = {"erp": None, "norce": None, "sent": None, "norce_names": PLAIN}
    return {line.name: line for line in compare(**usual | sides)}


@given(RECORDS)
def test_the_same_record_on_all_sides_marks_nothing(record: dict[str, Any]) -> None:
    lines = lines_of(erp=record, norce=record, sent=record)
    assert not any(line.differs for line in lines.values())


@given(RECORDS, RECORDS, RECORDS)
def test_a_line_is_marked_exactly_where_its_values_differ(
    erp: dict[str, Any], norce: dict[str, Any], sent: dict[str, Any]
) -> None:
    for line in lines_of(erp=erp, norce=norce, sent=sent).values():
        values = (line.erp.value or None, line.sent.value or None, line.norce.value or None)
        assert line.sent.differs == (values[0] != values[1])
        assert line.norce.differs == (line.name in PLAIN and values[0] != values[2])
        assert not line.erp.differs


@given(RECORDS, RECORDS, RECORDS)
def test_what_is_left_to_norce_is_never_marked(
    erp: dict[str, Any], norce: dict[str, Any], sent: dict[str, Any]
) -> None:
    left = [*PLAIN, "InvoiceAddress", "Flags"]
    lines = lines_of(erp=erp, norce=norce, sent=sent, left_to_norce=left).values()
    assert all(line.left and not line.differs for line in lines)


@given(RECORDS, RECORDS)
def test_without_an_erp_norce_is_held_against_what_was_sent(norce: dict[str, Any], sent: dict[str, Any]) -> None:
    for line in lines_of(norce=norce, sent=sent).values():
        assert line.norce.differs == (line.name in PLAIN and (line.norce.value or None) != (line.sent.value or None))
        assert not line.erp.asked


def test_full_records_of_both_kinds_are_equal_to_themselves() -> None:
    for record in (customer_record(FULL_PERSON), company_record(FULL_COMPANY)):
        lines = lines_of(erp=record, norce=record, sent=record, norce_names=record)
        assert len(lines) > 20
        assert not any(line.differs for line in lines.values())


def test_nested_members_are_named_one_by_one() -> None:
    sent = {"Flags": [{"Code": "VIP", "IsActive": True}], "InvoiceAddress": {"City": "Orten"}}
    erp = {"Flags": [{"Code": "VIP", "IsActive": True}], "InvoiceAddress": {"City": "Staden"}}
    lines = lines_of(erp=erp, sent=sent, norce={})
    assert {name: line.sent.differs for name, line in lines.items()} == {
        "Flags.VIP": False,
        "InvoiceAddress.City": True,
    }
    assert not lines["InvoiceAddress.City"].norce.asked


def test_instructions_and_keys_are_no_fields() -> None:
    record = {"IsCompanyListDelta": True, "IsCustomerListDelta": True, "Id": 5, "ApplicationKey": "k", "Code": "C1"}
    assert list(lines_of(erp=record)) == ["Code"]


def test_the_plain_fields_of_query_are_known_by_both_kinds() -> None:
    people, companies = shared_names(CustomerRow, Customer), shared_names(CompanyRow, Company)
    assert people >= {"FirstName", "LastName", "EmailAddress", "PhoneNumber", "CellPhoneNumber", "CrmId", "IsActive"}
    assert companies >= {"Name", "OrganizationNo", "VatNo", "EmailAddress", "PhoneNumber", "IsActive"}
    assert not (people | companies) & {"Id", "InvoiceAddress", "Flags", "PriceLists"}
