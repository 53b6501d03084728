"""Compute the import header from the records, so that it never names a member that a record lacks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from connectors.norce.message import UNSET, Message, WireError
from connectors.norce.numbered import NumberedName
from connectors.norce.plan import plan_of
from connectors.norce.types.customers import Company, Customer
from connectors.norce.types.import_header import (
    AccountField,
    CompanyField,
    CustomerField,
    ImportCompaniesHeader,
    ImportCustomersHeader,
)

F = TypeVar("F", bound=NumberedName)
Placed = list[tuple[str, Message]]

# A password can only be given when the account is created, so the header has no plain Password.
_FIELD_OF_MEMBER = {"Password": "PasswordCreateOnly"}


@dataclass(frozen=True)
class FieldsThatAreSet:
    """The three lists of the header, in the order of Norce's numbers; empty means the list is not sent."""

    customer: tuple[CustomerField, ...] = ()
    company: tuple[CompanyField, ...] = ()
    account: tuple[AccountField, ...] = ()


def fields_that_are_set(
    records: Sequence[Customer] | Sequence[Company],
    *,
    replace_flags: bool = False,
    search_only_by_code: bool = False,
) -> FieldsThatAreSet:
    """Return which members the records carry: every one that is not UNSET, None (clear it) included.

    A member that the header names and a record lacks may be wiped, so records with different members in
    one call raise WireError with the record's path; send them in separate calls. Nested lists appear when
    the outer records carry them. Flags bring PreserveFlags along, without which Norce removes all flags
    that are not sent, unless ``replace_flags``. ``search_only_by_code`` switches matching by e-mail
    address or organisation number off for the outer records (customers-jobs-auth.md § 3 and § 4).
    """
    if not records:
        raise WireError("", "at least one record", "none")
    outer: Placed = [(f"[{index}]", record) for index, record in enumerate(records)]
    of_companies = isinstance(records[0], Company)
    customers = _nested(outer, "customers") if of_companies else outer
    companies = _nested(customers, "companies") + (outer if of_companies else [])
    customer_list = _common(CustomerField, customers)
    company_list = _common(CompanyField, companies)
    return FieldsThatAreSet(
        customer=_switched(customer_list, replace_flags, search_only_by_code and not of_companies),
        company=_switched(company_list, replace_flags, search_only_by_code and of_companies),
        account=_common(AccountField, _nested(customers, "accounts")),
    )


def header_for(
    records: Sequence[Customer] | Sequence[Company],
    *,
    account_id: int,
    replace_flags: bool = False,
    search_only_by_code: bool = False,
) -> ImportCustomersHeader | ImportCompaniesHeader:
    """Return the header of an import as ``account_id``; see `fields_that_are_set`.

    `connectors.norce.wire.encode` makes it the one line of ASCII that X-StormConnect-Header takes.
    """
    lists = fields_that_are_set(records, replace_flags=replace_flags, search_only_by_code=search_only_by_code)
    if isinstance(records[0], Company):
        return ImportCompaniesHeader(
            account_id=account_id,
            company_fields_that_are_set=lists.company,
            customer_fields_that_are_set=lists.customer or UNSET,
            account_fields_that_are_set=lists.account or UNSET,
        )
    return ImportCustomersHeader(
        account_id=account_id,
        company_fields_that_are_set=lists.company or UNSET,
        customer_fields_that_are_set=lists.customer,
        account_fields_that_are_set=lists.account or UNSET,
    )


def _nested(outer: Placed, attribute: str) -> Placed:
    """Return the records in one list of the outer records, each with its path."""
    return [
        (f"{path}.{attribute.title()}[{index}]", inner)
        for path, record in outer
        for index, inner in enumerate(getattr(record, attribute) or ())
    ]


def _common(options: type[F], records: Placed) -> tuple[F, ...]:
    """Return the fields that all records set; raise WireError for the first that differs."""
    sets = [(path, _fields(options, path, record)) for path, record in records]
    for path, found in sets:
        if found != sets[0][1]:
            different = ", ".join(sorted(found ^ sets[0][1]))
            raise WireError(path, f"the same members as in {sets[0][0]}", f"a difference in {different}")
    return tuple(option for option in options if sets and option in sets[0][1])


def _fields(options: type[F], path: str, record: Message) -> frozenset[F]:
    present = {member.name for member in plan_of(type(record)).members if _is_set(record, member.attribute)}
    if isinstance(record, Company) and record.use_invoice_address_as_delivery_address is True:
        if record.invoice_address is UNSET:
            raise WireError(f"{path}.InvoiceAddress", "an address to use for deliveries too", "nothing")
        present.add(CompanyField.DELIVERY_ADDRESSES.value)
    names = {_FIELD_OF_MEMBER.get(name, name) for name in present}
    return frozenset(option for option in options if option.value in names)


def _is_set(record: Message, attribute: str) -> bool:
    return getattr(record, attribute) is not UNSET


def _switched(fields: tuple[F, ...], replace_flags: bool, search_only_by_code: bool) -> tuple[F, ...]:
    """Return the fields with the switches that are on, which Norce takes as members of the list."""
    names = {field.value for field in fields}
    if "Flags" in names and not replace_flags:
        names.add("PreserveFlags")
    if search_only_by_code:
        names.add("SearchOnlyByCode")
    return tuple(option for option in type(fields[0]) if option.value in names) if fields else ()
