"""People and companies out of an ERP's register by the connection's rule, and a Norce buyer back into it."""

from __future__ import annotations

from dataclasses import replace

from connectors.erp.base import ErpContact, ErpParty, ErpRelation, PartyKind
from customers.identity import normal_number
from hub.models import ErpConnection

_RULES = ErpConnection.PartyRule


def kind_for(rule: str, kind: PartyKind) -> PartyKind:
    """Return what to ask the ERP for when ``kind`` is wanted: anything, where it does not separate."""
    return kind if rule == _RULES.SEPARATE else PartyKind.ANY


def people(party: ErpParty, rule: str) -> list[ErpParty]:
    """Return the people that one record of the ERP holds (guide 000: Norce separates them from companies).

    ``rule`` is one of `ErpConnection.PartyRule`. A record with an organisation or VAT number is a company,
    unless the ERP itself tells. With the contacts, a record that has any is a company too, and
    each becomes a person of it, active when both are.
    """
    if not _is_company(party, rule):
        return [replace(party, kind=PartyKind.PERSON)]
    if rule != _RULES.WITH_CONTACTS:
        return []
    single = {contact.code: contact for contact in party.contacts or ()}
    return [_person(contact, party) for contact in single.values()]


def companies(party: ErpParty, rule: str) -> list[ErpParty]:
    """Return the company that one record of the ERP holds, if it is one.

    Its contacts stay where they are people with a code in Norce: not by number alone.
    """
    if not _is_company(party, rule):
        return []
    company = replace(party, kind=PartyKind.COMPANY)
    return [replace(company, contacts=None) if rule == _RULES.BY_NUMBER else company]


def for_erp(party: ErpParty, contact: ErpContact | None, rule: str) -> ErpParty:
    """Return a Norce buyer as the one record that the ERP keeps: a company with the contact who buys for it.

    An ERP that separates keeps the two apart, so there the party goes as it is.
    """
    if rule == _RULES.SEPARATE:
        return party
    if contact is None or party.kind == PartyKind.PERSON:
        return replace(party, kind=PartyKind.ANY)
    return replace(party, kind=PartyKind.ANY, contacts=(contact,))


def _is_company(party: ErpParty, rule: str) -> bool:
    if rule == _RULES.SEPARATE and party.kind != PartyKind.ANY:
        return party.kind == PartyKind.COMPANY
    if rule == _RULES.WITH_CONTACTS and party.contacts:
        return True
    return bool(normal_number(party.organisation_no) or normal_number(party.vat_no))


def _person(contact: ErpContact, company: ErpParty) -> ErpParty:
    return ErpParty(
        kind=PartyKind.PERSON,
        name=f"{contact.first_name} {contact.last_name}".strip(),
        code=contact.code,
        first_name=contact.first_name,
        last_name=contact.last_name,
        title=contact.title,
        email=contact.email,
        phone=contact.phone,
        cell_phone=contact.cell_phone,
        active=company.active and contact.active,
        companies=(ErpRelation(code=company.code, primary=True),),
    )
