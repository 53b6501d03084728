"""What Norce has of a customer or company, as the ERP would be told it, and when two such records say the same: pure.

Only what a buyer changes in a shop is carried to the ERP: names, e-mail address, telephones, organisation
and VAT number, invoice and delivery addresses. The rest is the ERP's, also whether a customer is active.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.erp.base import ErpAddress, ErpParty, PartyKind
from connectors.norce import wire
from connectors.norce.types.query import AddressRow, CompanyRow, CustomerRow
from customers import records
from customers.identity import normal_email, normal_number
from customers.members import Scope

Record = Mapping[str, Any]

BILLING, SHIPPING = 1, 2
# Wire name → attribute of ErpParty. First and last name are the attributes name, first_name and last_name together.
PERSON = {
    "EmailAddress": "email",
    "FirstName": "first_name",
    "MiddleName": "middle_name",
    "LastName": "last_name",
    "Title": "title",
    "PhoneNumber": "phone",
    "CellPhoneNumber": "cell_phone",
    "InvoiceAddress": "address",
    "DeliveryAddresses": "addresses",
}
COMPANY = {
    "Name": "name",
    "EmailAddress": "email",
    "PhoneNumber": "phone",
    "OrganizationNo": "organisation_no",
    "VatNo": "vat_no",
    "InvoiceAddress": "address",
    "DeliveryAddresses": "addresses",
}
ADDRESSES = frozenset({"InvoiceAddress", "DeliveryAddresses"})
# What may be empty, and so may be emptied; who has neither name nor e-mail address any more is a fault, not a wish.
CLEARABLE = frozenset({"MiddleName", "Title", "PhoneNumber", "CellPhoneNumber", "VatNo"})
_NORMAL = {"EmailAddress": normal_email, "OrganizationNo": normal_number, "VatNo": normal_number}
_POSTAL = ("CareOf", "AddressLine1", "AddressLine2", "ZipCode", "City")
# Where Norce says nothing here, its Query may not know the member (their names are inferred), so that clears nothing.
_FURTHER = ("Region", "CountryCode", "ShippingPhoneNumber", "Gln")
_PLAIN = Scope(
    application_key="-",
    by_application=False,
    owns_relations=False,
    left_to_norce=frozenset(),
    translate=lambda kind, value: value,
)


def carried(kind: PartyKind) -> Mapping[str, str]:
    """Return the wire names that are carried to the ERP, each with its attribute of `ErpParty`."""
    return COMPANY if kind == PartyKind.COMPANY else PERSON


def party_of(row: CustomerRow | CompanyRow, countries: Mapping[int, str]) -> ErpParty:
    """Return a row of Norce Query as a party; ``countries`` are the ISO codes of Core/Countries by id."""
    invoice = [one for one in row.addresses if one.type_id == BILLING]
    invoice.sort(key=lambda one: not one.is_primary)
    delivery = [one for one in row.addresses if one.type_id == SHIPPING]
    addresses: dict[str, Any] = {
        "address": _address(invoice[0], countries) if invoice else ErpAddress(),
        "addresses": tuple(_address(one, countries) for one in delivery) or None,
    }
    return (_person if isinstance(row, CustomerRow) else _company)(row, addresses)


def record_of(party: ErpParty) -> Record:
    """Return what a party says in the members that are carried, written as `customers.records` writes them.

    Raises WireError for a text that Norce would not take.
    """
    names = carried(party.kind)
    # Norce's records need a code, which is not carried.
    attributes = {"name", "cell_phone", *names.values()}
    bare = ErpParty(kind=party.kind, code="-", **{name: getattr(party, name) for name in attributes})
    written = wire.write(records.to_company(bare, _PLAIN) if names is COMPANY else records.to_customer(bare, _PLAIN))
    return {name: value for name, value in written.items() if name in names}


def told(party: ErpParty) -> Record:
    """Return `record_of` a party of Norce's, with null for every text that it does not have.

    Addresses that it does not have are left out: that Norce has none, and that a tenant's Query does not
    show them, look the same (their navigation is inferred), and neither may take the ERP's away.
    """
    names = [name for name in carried(party.kind) if name not in ADDRESSES]
    stated = {name: value for name, value in record_of(party).items() if value or name not in ADDRESSES}
    return dict.fromkeys(names) | stated


def is_same(name: str, value: Any, other: Any) -> bool:
    """Return whether a member of Norce's says what ``other`` says: absent, null and empty are the same.

    E-mail addresses and numbers are compared as they identify; of addresses what stands on an
    envelope, but not code, primary and validated, which the ERP keeps to itself.
    """
    if name == "InvoiceAddress":
        return _is_same_address(value or {}, other or {})
    if name == "DeliveryAddresses":
        return _are_same_addresses(value or (), other or ())
    normal = _NORMAL.get(name, _stripped)
    return normal(value) == normal(other)


def is_kept(name: str, value: Any, other: Any) -> bool:
    """Return whether the ERP's member is still as it was known: what only one of the two says of an address is none."""
    if name in ADDRESSES:
        return is_same(name, _without_further(value, other), _without_further(other, value))
    return is_same(name, value, other)


def _person(row: Any, addresses: Mapping[str, Any]) -> ErpParty:
    return ErpParty(
        kind=PartyKind.PERSON,
        code=row.customer_code or "",
        name=" ".join(filter(None, (row.first_name, row.last_name))),
        first_name=row.first_name or "",
        middle_name=row.middle_name or "",
        last_name=row.last_name or "",
        title=row.title or "",
        email=row.email_address or "",
        phone=row.phone_number or "",
        cell_phone=row.cell_phone_number or "",
        **addresses,
    )


def _company(row: Any, addresses: Mapping[str, Any]) -> ErpParty:
    return ErpParty(
        kind=PartyKind.COMPANY,
        code=row.company_code or "",
        name=row.name or "",
        email=row.email_address or "",
        phone=row.phone_number or "",
        organisation_no=row.organization_no or "",
        vat_no=row.vat_no or "",
        **addresses,
    )


def _address(row: AddressRow, countries: Mapping[int, str]) -> ErpAddress:
    return ErpAddress(
        care_of=row.care_of or "",
        line1=row.address_line1 or "",
        line2=row.address_line2 or "",
        postal_code=row.zip_code or "",
        city=row.city or "",
        region=row.region or "",
        country=countries.get(row.country_id or 0, ""),
        phone=row.shipping_phone_number or "",
        gln=row.gln or "",
        code=row.code or "",
        primary=row.is_primary,
    )


def _stripped(value: Any) -> str:
    return str(value or "").strip()


def _is_same_address(value: Record, other: Record) -> bool:
    stated = [name for name in _FURTHER if value.get(name)]
    return all(_stripped(value.get(name)) == _stripped(other.get(name)) for name in (*_POSTAL, *stated))


def _are_same_addresses(values: Sequence[Record], others: Sequence[Record]) -> bool:
    """Return whether each address has its own among the others, in any order."""
    left = list(others)
    for value in values:
        found = next((place for place, other in enumerate(left) if _is_same_address(value, other)), None)
        if found is None:
            return False
        del left[found]
    return not left


def _without_further(value: Any, other: Any) -> Any:
    """Return an address without the further members that the other one lacks; a list with the postal ones only."""
    if isinstance(value, Mapping) and isinstance(other, Mapping):
        return {name: item for name, item in value.items() if name in _POSTAL or other.get(name)}
    if isinstance(value, list):
        return [{name: item for name, item in one.items() if name in _POSTAL} for one in value]
    return value
