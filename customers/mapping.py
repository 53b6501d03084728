"""A Norce buyer as an ERP customer: pure functions."""

from __future__ import annotations

from connectors.erp.base import ErpAddress, ErpContact, ErpParty, PartyKind
from connectors.norce.types.orders import Address, ClientCustomer, Company, Person
from customers.identity import organisation_no_of


def is_company(buyer: ClientCustomer | None) -> bool:
    """Return whether a buyer is a company: legacy XML sends an empty Company with every consumer (orders.md P6)."""
    company = buyer.company if buyer else None
    return bool(company and (company.name or company.vat_no or company.code))


def to_party(buyer: ClientCustomer, currency: str) -> ErpParty:
    """Return the buyer as the ERP shall know them; a company's address is its contact's (orders.md P5)."""
    person = buyer.person or Person()
    if is_company(buyer):
        return _company(buyer.company or Company(), person, currency)
    return _person(person, currency)


def to_address(buyer: ClientCustomer | None) -> ErpAddress:
    """Return a party of the order as a postal address with its name."""
    if buyer is None:
        return ErpAddress()
    person = buyer.person or Person()
    address = person.address or Address()
    company = buyer.company.name if buyer.company and buyer.company.name else ""
    return ErpAddress(
        name=company or full_name(person),
        care_of=address.care_of or (full_name(person) if company else ""),
        line1=address.line1 or address.box or "",
        line2=address.line2 or (address.box or "" if address.line1 else ""),
        postal_code=address.zip_code or "",
        city=address.city or "",
        region=address.region or "",
        country=(address.country or "").upper(),
        phone=address.shipping_phone_number or phone(person),
        gln=address.gln or "",
    )


def full_name(person: Person) -> str:
    """Return first and last name, as far as they are there."""
    return " ".join(filter(None, (person.first_name, person.last_name)))


def phone(person: Person) -> str:
    """Return the phone number a driver would call."""
    return person.cell_phone or person.private_phone or person.work_phone or ""


def _person(person: Person, currency: str) -> ErpParty:
    return ErpParty(
        kind=PartyKind.PERSON,
        code=person.customer_code or "",
        name=full_name(person) or person.email or "",
        first_name=person.first_name or "",
        last_name=person.last_name or "",
        email=person.email or "",
        phone=person.private_phone or person.work_phone or "",
        cell_phone=person.cell_phone or "",
        currency=currency,
        address=to_address(ClientCustomer(person=person)),
    )


def _contact(person: Person) -> ErpContact:
    return ErpContact(
        code=person.customer_code or "",
        first_name=person.first_name or "",
        last_name=person.last_name or "",
        email=person.email or "",
        phone=person.work_phone or person.private_phone or "",
        cell_phone=person.cell_phone or "",
    )


def _company(company: Company, person: Person, currency: str) -> ErpParty:
    return ErpParty(
        kind=PartyKind.COMPANY,
        code=company.code or "",
        name=company.name or company.vat_no or "",
        email=person.email or "",
        phone=person.work_phone or "",
        cell_phone=person.cell_phone or "",
        organisation_no=organisation_no_of(company.vat_no),
        vat_no=company.vat_no or "",
        contacts=(_contact(person),) if full_name(person) or person.email else None,
        currency=currency,
        address=to_address(ClientCustomer(company=company, person=person)),
    )
