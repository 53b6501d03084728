"""Customers and companies as Query shows them, with their addresses."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from connectors.sandbox.applications import APPLICATION_IDS, CLIENT_ID
from connectors.sandbox.core_lists import COUNTRIES, number_of
from connectors.sandbox.filters import Filter, Value
from connectors.sandbox.query_sets import Navigation, RowSet, shape
from connectors.sandbox.state import State, folded, letters_and_digits
from connectors.sandbox.table import Record, Table

COMMON = "Id Key ClientId TypeId EmailAddress PhoneNumber ApplicationId IsActive Created CreatedBy Updated UpdatedBy"
CUSTOMER = shape(
    "Customer",
    f"{COMMON} CustomerCode FirstName MiddleName LastName Title CellPhoneNumber SocialSecurityNumber CrmId"
    " IsForgotten ReplacementCustomerId StoppedDate",
)
COMPANY = shape("Company", f"{COMMON} CompanyCode Name OrganizationNo NormalizedOrganizationNo VatNo ParentCompanyId")
ADDRESS = (
    "Id TypeId Code IsPrimary CareOf AddressLine1 AddressLine2 ZipCode City Region CountryId ShippingPhoneNumber Gln"
    " ClientId Created CreatedBy Updated UpdatedBy"
)
CUSTOMER_ADDRESS = shape("CustomerAddress", f"CustomerId {ADDRESS}")
COMPANY_ADDRESS = shape("CompanyAddress", f"CompanyId {ADDRESS}")
BILLING, SHIPPING = 1, 2
# More than anybody has: an address's id is its owner's with a place.
ADDRESSES_EACH = 1000
# Per property the index that finds it, and how a value is written there. Codes are found as they are
# written: in another case they are not the same code.
Indexes = dict[str, tuple[str, Callable[[Any], str]]]
CUSTOMER_INDEXES: Indexes = {
    "CustomerCode": ("code", str),
    "EmailAddress": ("natural", folded),
    "IsForgotten": ("forgotten", str),
}
COMPANY_INDEXES: Indexes = {
    "CompanyCode": ("code", str),
    "OrganizationNo": ("natural", letters_and_digits),
    "NormalizedOrganizationNo": ("natural", letters_and_digits),
    "VatNo": ("vat_no", letters_and_digits),
}


class CustomerSets:
    """The sets of the namespace Customers."""

    def __init__(self, state: State) -> None:
        self._state = state

    def sets(self) -> list[RowSet]:
        """Return the sets."""
        people = Navigation(shape=CUSTOMER_ADDRESS, found=lambda row: _addresses(self._state.customers, row))
        companies = Navigation(shape=COMPANY_ADDRESS, found=lambda row: _addresses(self._state.companies, row))
        return [
            RowSet(path="Customers/Customers", shape=CUSTOMER, found=self._people, navigations={"Addresses": people}),
            RowSet(path="Customers/Companies", shape=COMPANY, found=self._firms, navigations={"Addresses": companies}),
        ]

    def _people(self, wanted: Filter | None) -> Iterable[Record]:
        return map(_customer_row, candidates(self._state.customers, CUSTOMER_INDEXES, wanted))

    def _firms(self, wanted: Filter | None) -> Iterable[Record]:
        return map(self._company_row, candidates(self._state.companies, COMPANY_INDEXES, wanted))

    def _company_row(self, record: Record) -> Record:
        number = record["OrganizationNo"]
        parent = self._state.companies.find("code", record.get("ParentCompanyCode") or "")
        return COMPANY.row(
            {
                **record,
                **_common(record),
                "CompanyCode": record["Code"],
                "NormalizedOrganizationNo": number and letters_and_digits(number),
                "ParentCompanyId": parent[0]["Id"] if parent else None,
            }
        )


def candidates(table: Table, indexes: Indexes, wanted: Filter | None) -> Iterable[Record]:
    """Return the records that may match a filter, in the order of their ids: by an index where one is known."""

    def look_up(field: str, value: Value) -> set[int] | None:
        if field == "Id" and isinstance(value, Decimal):
            return {int(value)} if table.get(int(value)) else set()
        if field not in indexes or value is None or value is False:
            return None
        index, written = indexes[field]
        return {record["Id"] for record in table.find(index, written(value))}

    keys = wanted.candidates(look_up) if wanted else None
    if keys is None:
        return table.after(wanted.floor() if wanted else None)
    return [record for key in sorted(keys) if (record := table.get(key))]


def _common(record: Record) -> Record:
    key = record.get("ApplicationKey")
    return {
        "ClientId": CLIENT_ID,
        "TypeId": 1,
        "ApplicationId": APPLICATION_IDS.get(key.lower()) if key else None,
        "Created": f"{record['Created']}Z",
        "Updated": record["Updated"] and f"{record['Updated']}Z",
    }


def _customer_row(record: Record) -> Record:
    return CUSTOMER.row({**record, **_common(record), "CustomerCode": record["Code"]})


def _addresses(table: Table, row: Record) -> list[Record]:
    """A record's invoice address, then its delivery addresses; when each was made is not kept."""
    record = table.get(row["Id"]) or {}
    invoice = record.get("InvoiceAddress")
    given = [(BILLING, invoice)] if invoice else []
    given += [(SHIPPING, address) for address in record.get("DeliveryAddresses") or []]
    return [_address(row, place, kind, address) for place, (kind, address) in enumerate(given)]


def _address(row: Record, place: int, kind: int, address: Record) -> Record:
    values = {
        **address,
        "Id": row["Id"] * ADDRESSES_EACH + place,
        "CustomerId": row["Id"],
        "CompanyId": row["Id"],
        "TypeId": kind,
        "CountryId": number_of(COUNTRIES, address.get("CountryCode")),
        **{name: row[name] for name in ("ClientId", "Created", "CreatedBy", "Updated", "UpdatedBy")},
    }
    return (CUSTOMER_ADDRESS if "CustomerCode" in row else COMPANY_ADDRESS).row(values)
