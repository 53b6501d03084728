"""Customers of Business Central ↔ parties: pure functions."""

from __future__ import annotations

import re
from typing import Any

from connectors.erp.base import ErpAddress, ErpParty, PartyKind
from connectors.erp.bc.fields import fitting

LENGTHS = {
    "displayName": 100,
    "addressLine1": 100,
    "addressLine2": 50,
    "city": 30,
    "state": 30,
    "country": 10,
    "postalCode": 20,
    "phoneNumber": 30,
    "email": 80,
    "taxRegistrationNumber": 20,
    "currencyCode": 10,
}
# Which of a party's attributes a field of the page holds. It has no place for the others.
ATTRIBUTES = {
    "displayName": ("name", "first_name", "last_name"),
    "phoneNumber": ("phone", "cell_phone"),
    "email": ("email",),
    "taxRegistrationNumber": ("vat_no", "organisation_no"),
    "currencyCode": ("currency",),
    "blocked": ("active",),
}
ADDRESS = ("addressLine1", "addressLine2", "city", "state", "country", "postalCode")
BLOCKED, FREE = "All", "_x0020_"
_SWEDISH = re.compile(r"SE(\d{10})01")


def party(row: dict[str, Any]) -> ErpParty:
    """Return a customer as a party.

    The page has one name and one phone; a person's first name is all but the last word (inferred). The
    organisation number is not on it: a Swedish VAT number holds it, and what has only ten digits is one.
    """
    person = row["type"] == "Person"
    name = row.get("displayName") or ""
    first, _, last = name.rpartition(" ") if person else ("", "", "")
    tax = row.get("taxRegistrationNumber") or ""
    return ErpParty(
        kind=PartyKind.PERSON if person else PartyKind.COMPANY,
        code=row["number"],
        name=name,
        first_name=first,
        last_name=last,
        email=row.get("email") or "",
        phone=row.get("phoneNumber") or "",
        organisation_no=organisation_no(tax),
        vat_no="" if _is_bare(tax) else tax,
        currency=row.get("currencyCode") or "",
        address=_address(row),
        active=row.get("blocked") != BLOCKED,
    )


def created(new: ErpParty) -> dict[str, Any]:
    """Return the body that creates a customer; the number series gives it its number. Raises MappingError."""
    values = _values(new)
    del values["blocked"]
    is_person = new.kind == PartyKind.PERSON or (new.kind == PartyKind.ANY and not values["taxRegistrationNumber"])
    body = {name: value for name, value in values.items() if value}
    return {"type": "Person" if is_person else "Company", **body}


def changed(new: ErpParty, fields: frozenset[str]) -> dict[str, Any]:
    """Return the body that changes the attributes named in ``fields``, as far as the page has them. Raises
    MappingError for a text that is too long."""
    names = {name for name, attributes in ATTRIBUTES.items() if fields & set(attributes)}
    if "address" in fields:
        names |= set(ADDRESS)
    return {name: value for name, value in _values(new).items() if name in names}


def tax_numbers(organisation: str, vat: str) -> list[str]:
    """Return the spellings under which a company's number may be kept: as given, bare, and as a Swedish VAT number."""
    bare = [normal(number) for number in (organisation, vat)]
    swedish = [f"SE{number}01" for number in bare if _is_bare(number)]
    inside = [number for number in map(organisation_no, bare) if number]
    dashed = [f"{number[:6]}-{number[6:]}" for number in (*bare, *inside) if _is_bare(number)]
    return list(dict.fromkeys(filter(None, (organisation, vat, *bare, *swedish, *inside, *dashed))))


def normal(number: str) -> str:
    """Return a number as it is compared: letters and digits, upper case."""
    return re.sub(r"[^0-9A-Z]", "", number.upper())


def organisation_no(tax: str) -> str:
    """Return the organisation number in a tax number: in a Swedish VAT number, or the ten digits themselves."""
    number = normal(tax)
    found = _SWEDISH.fullmatch(number)
    return found[1] if found else number if _is_bare(number) else ""


def _is_bare(tax: str) -> bool:
    return re.fullmatch(r"\d{10}", normal(tax)) is not None


def _values(new: ErpParty) -> dict[str, Any]:
    address = new.address
    values = {
        "displayName": new.name,
        "addressLine1": address.line1,
        "addressLine2": address.line2 or (f"c/o {address.care_of}" if address.care_of else ""),
        "city": address.city,
        "state": address.region,
        "country": address.country,
        "postalCode": address.postal_code,
        "phoneNumber": new.phone or new.cell_phone,
        "email": new.email,
        "taxRegistrationNumber": normal(new.vat_no or new.organisation_no),
        "currencyCode": new.currency,
    }
    fitted = {name: fitting(name, value, LENGTHS[name]) for name, value in values.items()}
    return {**fitted, "blocked": FREE if new.active else BLOCKED}


def _address(row: dict[str, Any]) -> ErpAddress:
    return ErpAddress(
        line1=row.get("addressLine1") or "",
        line2=row.get("addressLine2") or "",
        city=row.get("city") or "",
        region=row.get("state") or "",
        country=row.get("country") or "",
        postal_code=row.get("postalCode") or "",
    )
