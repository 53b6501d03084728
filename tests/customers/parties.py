"""Parties of an ERP with everything an ERP may know, and what the mapping needs beside them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from connectors.erp.base import (
    DiscountKind,
    ErpAddress,
    ErpChoice,
    ErpContact,
    ErpDiscount,
    ErpLogin,
    ErpLogo,
    ErpParty,
    ErpPriceList,
    ErpRelation,
    PartyKind,
)
from connectors.norce import wire
from customers.records import Scope, to_company, to_customer

KEY = "15d62d1f-3a4e-4111-845a-4db40bf08e87"


def scope(**changes: Any) -> Scope:
    """Return a scope in which the ERP and Norce use the same words."""
    usual: dict[str, Any] = {
        "application_key": KEY,
        "by_application": False,
        "owns_relations": False,
        "left_to_norce": frozenset(),
        "translate": lambda kind, value: value,
    }
    return Scope(**usual | changes)


def person(**changes: Any) -> ErpParty:
    """Return a person of whom only code and name are known."""
    return ErpParty(**{"kind": PartyKind.PERSON, "code": "C1", "name": "Ida Prov"} | changes)


def company(**changes: Any) -> ErpParty:
    """Return a company of which only code and name are known."""
    return ErpParty(**{"kind": PartyKind.COMPANY, "code": "B1", "name": "Exempel AB"} | changes)


def customer_record(party: ErpParty, **changes: Any) -> dict[str, Any]:
    """Return what Norce is sent of a person."""
    return wire.write(to_customer(party, scope(**changes)))


def company_record(party: ErpParty, **changes: Any) -> dict[str, Any]:
    """Return what Norce is sent of a company."""
    return wire.write(to_company(party, scope(**changes)))


STREET = ErpAddress(
    name="Ida Prov",
    care_of="Bo Prov",
    line1="Gatan 1",
    line2="2 tr",
    postal_code="11122",
    city="Orten",
    region="Län",
    country="se",
    phone="08-1",
    gln="7300000000001",
    code="A1",
    primary=True,
    validated=False,
)
FULL_PERSON = person(
    first_name="Ida",
    middle_name="Maria",
    last_name="Prov",
    title="Dr",
    email="ida@example.com",
    phone="08-1",
    cell_phone="070-1",
    social_security_number="19000101-0000",
    crm_id="CRM1",
    address=STREET,
    addresses=(STREET,),
    companies=(ErpRelation(code="B1", primary=True), ErpRelation(code="B2")),
    price_lists=(ErpPriceList(code="P1", exclusive=True),),
    flags=(ErpChoice(code="VIP"), ErpChoice(code="OLD", active=False)),
    infos=(("SHOE", "42"),),
    logins=(ErpLogin(name="ida@example.com", roles=("ADMIN",)),),
)
FULL_COMPANY = company(
    organisation_no="559999-0000",
    vat_no="SE559999000001",
    email="info@example.com",
    phone="08-2",
    address=STREET,
    addresses=(STREET,),
    parent_code="B0",
    contacts=(ErpContact(code="C1"), ErpContact(code="C2", active=False)),
    price_lists=(ErpPriceList(code="P1"),),
    flags=(ErpChoice(code="VIP"),),
    infos=(("SIZE", "L"),),
    delivery_methods=(ErpChoice(code="BOX"),),
    payment_methods=(ErpChoice(code="INVOICE", settings="MONTHLY"),),
    discounts=(
        ErpDiscount(kind=DiscountKind.CLASS, code="SHOES", percent=Decimal("12.50"), price_list_types="1,2"),
        ErpDiscount(kind=DiscountKind.FLAG, code="SALE", percent=Decimal("5")),
    ),
    logo=ErpLogo(code="L1", url="https://example.com/l.png", filename="l.png", changed_at="2026-01-02T03:04:05"),
)
