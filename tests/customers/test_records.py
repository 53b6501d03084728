"""A customer of the ERP as Norce is told it, member by member."""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal
from typing import Any

import pytest

from connectors.erp.base import DiscountKind, ErpAddress, ErpChoice, ErpDiscount, ErpLogin, ErpLogo, ErpParty, PartyKind
from connectors.errors import MappingError
from connectors.norce import wire
from connectors.norce.types.customers import Company, Customer
from connectors.norce.wire import WireError
from customers import records
from hub.models.configuration import ValueKind
from tests.connectors.norce.contracts import CUSTOMER, complaints, members_of
from tests.customers.parties import (
    FULL_COMPANY,
    FULL_PERSON,
    KEY,
    STREET,
    company,
    company_record,
    customer_record,
    person,
    scope,
)

ADDRESS = {
    "AddressLine1": "Gatan 1",
    "AddressLine2": "2 tr",
    "CareOf": "Bo Prov",
    "City": "Orten",
    "Code": "A1",
    "CountryCode": "SE",
    "Gln": "7300000000001",
    "IsPrimary": True,
    "IsValidated": False,
    "Region": "Län",
    "ShippingPhoneNumber": "08-1",
    "ZipCode": "11122",
}


def test_everything_the_erp_knows_of_a_person_is_sent() -> None:
    assert customer_record(FULL_PERSON, by_application=True) == {
        "Accounts": [
            {
                "ApplicationKey": KEY,
                "LoginName": "ida@example.com",
                "Roles": [{"Code": "ADMIN", "IsActive": True}],
                "Status": "Active",
            }
        ],
        "AdditionalInfo": [{"Code": "SHOE", "Value": "42"}],
        "ApplicationKey": KEY,
        "CellPhoneNumber": "070-1",
        "Code": "C1",
        "Companies": [{"Code": "B1", "IsPrimary": True}, {"Code": "B2", "IsPrimary": False}],
        "CrmId": "CRM1",
        "DeliveryAddresses": [ADDRESS],
        "EmailAddress": "ida@example.com",
        "FirstName": "Ida",
        "Flags": [{"Code": "VIP", "IsActive": True}, {"Code": "OLD", "IsActive": False}],
        "InvoiceAddress": ADDRESS,
        "IsActive": True,
        "IsCompanyListDelta": True,
        "LastName": "Prov",
        "MiddleName": "Maria",
        "PhoneNumber": "08-1",
        "PriceLists": [{"Code": "P1", "IsExclusive": True}],
        "SocialSecurityNumber": "19000101-0000",
        "Title": "Dr",
        "Type": 2,
    }


def test_everything_the_erp_knows_of_a_company_is_sent() -> None:
    assert company_record(FULL_COMPANY) == {
        "ApplicationKey": KEY,
        "AdditionalInfo": [{"Code": "SIZE", "Value": "L"}],
        "Code": "B1",
        "Contacts": [{"Code": "C1", "IsActive": True}, {"Code": "C2", "IsActive": False}],
        "DeliveryAddresses": [ADDRESS],
        "DeliveryMethods": [{"Code": "BOX", "IsActive": True}],
        "Discounts": [
            {"DiscountPercentage": Decimal("12.50"), "PriceListTypeIdSeed": "1,2", "Type": 2, "ValueCode": "SHOES"},
            {"DiscountPercentage": Decimal("5"), "Type": 3, "ValueCode": "SALE"},
        ],
        "EmailAddress": "info@example.com",
        "Flags": [{"Code": "VIP", "IsActive": True}],
        "InvoiceAddress": ADDRESS,
        "IsActive": True,
        "IsCustomerListDelta": True,
        "LogoImage": {
            "ExternalCode": "L1",
            "FileTypeName": "MainImage",
            "Url": "https://example.com/l.png",
            "Filename": "l.png",
            "LastModified": "2026-01-02T03:04:05",
        },
        "Name": "Exempel AB",
        "OrganizationNo": "559999-0000",
        "ParentCompanyCode": "B0",
        "PaymentMethods": [{"Code": "INVOICE", "InvoiceCaptureSettingsCode": "MONTHLY", "IsActive": True}],
        "PhoneNumber": "08-2",
        "PriceLists": [{"Code": "P1", "IsExclusive": False}],
        "VatNo": "SE559999000001",
    }


def test_no_member_of_the_contracts_is_forgotten() -> None:
    of_person, of_company = customer_record(FULL_PERSON, by_application=True), company_record(FULL_COMPANY)
    assert set(members_of(Customer)) - set(of_person) == {"Id"}
    # People go as Contacts, by code; the ERP names its delivery addresses itself.
    assert set(members_of(Company)) - set(of_company) == {
        "Id",
        "Customers",
        "UseInvoiceAddressAsDeliveryAddress",
    }


def test_every_member_of_a_party_reaches_norce_or_has_no_place_there() -> None:
    known = {field.name for field in fields(ErpParty)}
    used = {name for name in known if getattr(FULL_PERSON, name) or getattr(FULL_COMPANY, name)}
    assert known - used == {"currency"}


def test_full_records_are_valid_by_the_contract() -> None:
    assert complaints(CUSTOMER, "Customer", customer_record(FULL_PERSON, by_application=True)) == []
    assert complaints(CUSTOMER, "Company", company_record(FULL_COMPANY)) == []


def test_what_the_erp_does_not_know_is_left_alone() -> None:
    always = {"Code", "FirstName", "LastName", "IsActive", "IsCompanyListDelta"}
    assert set(customer_record(person())) == always
    assert set(company_record(company())) == {"ApplicationKey", "Code", "Name", "IsActive", "IsCustomerListDelta"}


def test_empty_lists_are_sent_only_where_absence_says_something() -> None:
    empty: dict[str, Any] = dict.fromkeys(("addresses", "companies", "price_lists", "flags", "infos", "logins"), ())
    found = {name: value for name, value in customer_record(person(**empty)).items() if isinstance(value, list)}
    assert found == {"AdditionalInfo": [], "DeliveryAddresses": [], "PriceLists": []}


def test_a_company_without_choices_says_so_for_price_lists_and_discounts_only() -> None:
    names = ("contacts", "price_lists", "flags", "delivery_methods", "payment_methods", "discounts")
    found = company_record(company(**dict.fromkeys(names, ())))
    assert {name for name, value in found.items() if isinstance(value, list)} == {"PriceLists", "Discounts"}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Ida Maria Prov", ("Ida Maria", "Prov")),
        ("Prov", (None, "Prov")),
        (" Ida   Prov ", ("Ida", "Prov")),
        ("", (None, None)),
    ],
)
def test_one_name_is_split_at_its_last_space(name: str, expected: tuple[str | None, str | None]) -> None:
    record = customer_record(person(name=name))
    assert (record.get("FirstName"), record.get("LastName")) == expected


def test_a_name_in_parts_is_never_split() -> None:
    record = customer_record(person(name="Prov, Ida", last_name="von Prov"))
    assert (record.get("FirstName"), record["LastName"]) == (None, "von Prov")


def test_an_inactive_record_says_so() -> None:
    assert customer_record(person(active=False))["IsActive"] is False
    assert company_record(company(active=False))["IsActive"] is False


def test_an_erp_that_owns_the_relations_sends_its_list_as_whole() -> None:
    related = customer_record(FULL_PERSON, owns_relations=True)
    alone = customer_record(person(companies=()), owns_relations=True)
    assert (related["IsCompanyListDelta"], len(related["Companies"])) == (False, 2)
    assert (alone["IsCompanyListDelta"], alone["Companies"]) == (False, [])


@pytest.mark.parametrize("left", [frozenset(), frozenset({"Companies"})])
def test_a_list_of_relations_that_is_not_sent_is_never_whole(left: frozenset[str]) -> None:
    party = person() if not left else person(companies=())
    record = customer_record(party, owns_relations=True, left_to_norce=left)
    assert record["IsCompanyListDelta"] is True
    assert "Companies" not in record


def test_a_person_without_companies_is_a_customer() -> None:
    assert customer_record(person(companies=()))["Type"] == 1


def test_fields_left_to_norce_are_never_sent() -> None:
    left = frozenset({"PhoneNumber", "InvoiceAddress", "Flags", "Companies", "Accounts", "EmailAddress"})
    assert left.isdisjoint(customer_record(FULL_PERSON, left_to_norce=left))
    company_left = frozenset({"PhoneNumber", "LogoImage", "Discounts", "Contacts"})
    assert company_left.isdisjoint(company_record(FULL_COMPANY, left_to_norce=company_left))


def test_what_tells_a_record_apart_is_never_left_to_norce() -> None:
    record = company_record(FULL_COMPANY, left_to_norce=frozenset({"Code", "ApplicationKey"}))
    assert (record["Code"], record["ApplicationKey"]) == ("B1", KEY)


def test_a_value_left_to_norce_needs_no_mapping() -> None:
    def refuse(kind: ValueKind, value: str) -> str:
        raise MappingError(f"{value} has no value mapping.")

    party = person(flags=(ErpChoice(code="VIP"),))
    assert "Flags" not in customer_record(party, translate=refuse, left_to_norce=frozenset({"Flags"}))
    with pytest.raises(MappingError, match="VIP has no value mapping"):
        customer_record(party, translate=refuse)


def test_every_code_with_a_value_kind_is_translated_as_that_kind() -> None:
    def translate(kind: ValueKind, value: str) -> str:
        return f"{kind.value}:{value}"

    of_person = customer_record(FULL_PERSON, translate=translate)
    of_company = company_record(FULL_COMPANY, translate=translate)
    assert of_person["Flags"][0]["Code"] == "flag:VIP"
    assert of_person["PriceLists"][0]["Code"] == "price_list:P1"
    assert of_person["Accounts"][0]["Roles"][0]["Code"] == "role:ADMIN"
    assert of_company["DeliveryMethods"][0]["Code"] == "delivery_method:BOX"
    assert of_company["PaymentMethods"][0]["Code"] == "payment_method:INVOICE"


def test_an_inactive_login_without_roles_keeps_norces_roles() -> None:
    [account] = customer_record(person(logins=(ErpLogin(name="ida@example.com", active=False),)))["Accounts"]
    assert account == {"ApplicationKey": KEY, "LoginName": "ida@example.com", "Status": "Inactive"}


def test_two_logins_are_refused_because_norce_takes_one_per_application() -> None:
    party = person(logins=(ErpLogin(name="a@example.com"), ErpLogin(name="b@example.com")))
    with pytest.raises(MappingError, match=r"^Accounts: C1 has 2 logins; Norce takes one .* Keep one login in the ERP"):
        customer_record(party)


def test_an_unreadable_moment_of_the_logo_is_named() -> None:
    logo = ErpLogo(code="L1", url="https://example.com/l.png", changed_at="yesterday")
    with pytest.raises(MappingError, match=r"^LogoImage\.LastModified: yesterday is not a date and time"):
        company_record(company(logo=logo))


def test_an_address_with_nothing_but_a_name_is_left_alone() -> None:
    assert "InvoiceAddress" not in customer_record(person(address=ErpAddress(name="Ida Prov")))


def test_a_company_with_a_mobile_number_only_can_be_called_on_it() -> None:
    assert company_record(company(cell_phone="070-1"))["PhoneNumber"] == "070-1"


@pytest.mark.parametrize(
    ("record", "kind", "missing"),
    [
        (customer_record(FULL_PERSON), PartyKind.PERSON, []),
        (customer_record(person(name="")), PartyKind.PERSON, ["EmailAddress", "FirstName", "LastName"]),
        (company_record(FULL_COMPANY), PartyKind.COMPANY, []),
        (company_record(company(name="")), PartyKind.COMPANY, ["OrganizationNo", "Name"]),
        ({"EmailAddress": "a@example.com", "FirstName": "", "LastName": None}, PartyKind.PERSON, None),
    ],
)
def test_what_a_new_record_lacks_is_named(record: dict[str, Any], kind: PartyKind, missing: list[str] | None) -> None:
    expected = ["Code", "FirstName", "LastName"] if missing is None else missing
    assert records.missing_for_insert(record, kind) == expected


LIMITS: list[tuple[str, str, int]] = [
    ("code", "Code", 50),
    ("email", "EmailAddress", 255),
    ("first_name", "FirstName", 100),
    ("middle_name", "MiddleName", 100),
    ("last_name", "LastName", 100),
    ("title", "Title", 10),
    ("phone", "PhoneNumber", 50),
    ("cell_phone", "CellPhoneNumber", 50),
    ("social_security_number", "SocialSecurityNumber", 50),
]
COMPANY_LIMITS = [
    ("code", "Code", 50),
    ("email", "EmailAddress", 255),
    ("name", "Name", 100),
    ("organisation_no", "OrganizationNo", 50),
    ("vat_no", "VatNo", 50),
    ("phone", "PhoneNumber", 50),
]
ADDRESS_LIMITS = [
    ("line1", "AddressLine1", 255),
    ("line2", "AddressLine2", 255),
    ("care_of", "CareOf", 100),
    ("postal_code", "ZipCode", 50),
    ("city", "City", 50),
    ("region", "Region", 50),
    ("phone", "ShippingPhoneNumber", 50),
    ("gln", "Gln", 50),
    ("code", "Code", 50),
]


def longest(limit: int, character: str) -> str:
    """Return a text of ``limit`` UTF-16 units, as Norce's database counts."""
    units = len(character.encode("utf-16-le")) // 2
    return character * (limit // units) + "x" * (limit % units)


@pytest.mark.parametrize("character", ["x", "å", "🙂"])
@pytest.mark.parametrize(("attribute", "name", "limit"), LIMITS)
def test_a_person_is_sent_at_full_length_and_refused_beyond(
    attribute: str, name: str, limit: int, character: str
) -> None:
    text = longest(limit, character)
    assert customer_record(person(**{"email": "a@example.com", attribute: text}))[name] == text
    with pytest.raises(WireError, match=rf"^{name}: expected at most {limit} characters, got {limit + 1}\.$"):
        customer_record(person(**{attribute: text + "x"}))


@pytest.mark.parametrize("character", ["x", "🙂"])
@pytest.mark.parametrize(("attribute", "name", "limit"), COMPANY_LIMITS)
def test_a_company_is_sent_at_full_length_and_refused_beyond(
    attribute: str, name: str, limit: int, character: str
) -> None:
    text = longest(limit, character)
    assert company_record(company(**{attribute: text}))[name] == text
    with pytest.raises(WireError, match=rf"^{name}: expected at most {limit} characters, got {limit + 1}\.$"):
        company_record(company(**{attribute: text + "x"}))


@pytest.mark.parametrize("character", ["x", "🙂"])
@pytest.mark.parametrize(("attribute", "name", "limit"), ADDRESS_LIMITS)
def test_an_address_is_sent_at_full_length_and_refused_beyond(
    attribute: str, name: str, limit: int, character: str
) -> None:
    text = longest(limit, character)
    assert customer_record(person(address=ErpAddress(**{attribute: text})))["InvoiceAddress"] == {name: text}
    too_long = ErpAddress(**{attribute: text + "x"})
    with pytest.raises(WireError, match=rf"^DeliveryAddresses\[1\]\.{name}: expected at most {limit} characters"):
        customer_record(person(addresses=(STREET, too_long)))


def test_a_country_in_words_is_refused() -> None:
    with pytest.raises(WireError, match=r"^InvoiceAddress\.CountryCode: expected at most 2 characters, got 7\.$"):
        customer_record(person(address=ErpAddress(country="Sverige")))


@pytest.mark.parametrize(
    ("party", "path"),
    [
        (person(logins=(ErpLogin(name="x" * 256),)), r"Accounts\[0\]\.LoginName"),
        (person(infos=(("SHOE", ""),)), r"AdditionalInfo\[0\]\.Value"),
        (person(flags=(ErpChoice(code=""),)), r"Flags\[0\]\.Code"),
    ],
)
def test_an_entry_that_norce_would_refuse_is_named_by_its_place(party: ErpParty, path: str) -> None:
    with pytest.raises(WireError, match=rf"^{path}: expected"):
        customer_record(party)


@pytest.mark.parametrize(
    ("name", "changes"), [("ValueCode", {"code": "x" * 51}), ("PriceListTypeIdSeed", {"price_list_types": "1" * 51})]
)
def test_a_discount_that_is_too_long_is_refused(name: str, changes: dict[str, str]) -> None:
    usual: dict[str, Any] = {"kind": DiscountKind.CATEGORY, "code": "C", "percent": Decimal(1)}
    with pytest.raises(WireError, match=rf"^Discounts\[0\]\.{name}: expected at most 50"):
        company_record(company(discounts=(ErpDiscount(**usual | changes),)))


def test_money_stays_exact_in_the_encoded_record() -> None:
    text = records.encoded(company_record(FULL_COMPANY))
    assert '"DiscountPercentage":12.50,' in text
    assert text.isascii()
    assert " " not in text.replace("Exempel AB", "").replace("Gatan 1", "").replace("2 tr", "").replace("Bo Prov", "")


def test_the_encoded_record_is_what_an_import_sends() -> None:
    customer = records.to_customer(FULL_PERSON, scope())
    assert f"[{records.encoded(wire.write(customer))}]".encode() == wire.encode([customer])
