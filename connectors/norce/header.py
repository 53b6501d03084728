"""Compute the import header from the records, so that it never names a member that a record lacks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

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
from connectors.norce.wire import encoded

F = TypeVar("F", bound=NumberedName)
Placed = list[tuple[str, Mapping[str, Any]]]

# A password can only be given when the account is created, so the header has no plain Password.
_FIELD_OF_MEMBER = {"Password": "PasswordCreateOnly"}
_NESTED = ("Accounts", "Companies", "Customers")
_USE_INVOICE_ADDRESS = "UseInvoiceAddressAsDeliveryAddress"

_keys: dict[tuple[Any, ...], str] = {}


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
    outer: Placed = [(f"[{index}]", _said(record)) for index, record in enumerate(records)]
    return _lists(outer, type(records[0]), replace_flags, search_only_by_code)


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


def fields_key(record: Mapping[str, Any], of: type[Customer] | type[Company], *, replace_flags: bool = False) -> str:
    """Return the lists of one written record as a JSON object; records with equal ones may share a call.

    ``record`` is as `connectors.norce.wire.write` gives it. The lists are those of `fields_that_are_set`,
    that of the record itself first; an empty one is left out. Raises WireError for nested records that differ.
    """
    shape = (of, replace_flags, *_shape(record))
    key = _keys.get(shape)
    if key is None:
        key = _keys[shape] = _text(_lists([("", record)], of, replace_flags, False), of)
    return key


def with_account(fields: str, account_id: int) -> str:
    """Return the header line of a call whose records all have the key ``fields``."""
    return f'{{"AccountId":{account_id:d},{fields[1:]}'


def fields_with_id(fields: str) -> str:
    """Return the key of the same records when each also carries Norce's id."""
    return fields.replace("[", '["Id",', 1)


def with_id(payload: str, norce_id: int) -> str:
    """Return an encoded record, so far without id, that is matched by Norce's id first."""
    return f'{{"Id":{norce_id:d},{payload[1:]}'


def _shape(record: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return all that decides about the lists of a record, in a form that can be looked up."""
    nested = [frozenset(map(_shape, record[name])) for name in _NESTED if record.get(name)]
    return (tuple(record), record.get(_USE_INVOICE_ADDRESS) is True, *nested)


def _text(lists: FieldsThatAreSet, of: type[Customer] | type[Company]) -> str:
    customer, company = ("CustomerFieldsThatAreSet", lists.customer), ("CompanyFieldsThatAreSet", lists.company)
    outer, inner = (company, customer) if of is Company else (customer, company)
    return encoded(
        {name: fields for name, fields in (outer, inner, ("AccountFieldsThatAreSet", lists.account)) if fields}
    )


def _said(record: Message) -> dict[str, Any]:
    """Return the members that a record carries, nested records as they are, by their wire names."""
    pairs = ((member.name, getattr(record, member.attribute)) for member in plan_of(type(record)).members)
    return {name: value for name, value in pairs if value is not UNSET}


def _lists(outer: Placed, of: type, replace_flags: bool, search_only_by_code: bool) -> FieldsThatAreSet:
    of_companies = of is Company
    customers = _nested(outer, "Customers") if of_companies else outer
    companies = _nested(customers, "Companies") + (outer if of_companies else [])
    customer_list = _common(CustomerField, customers)
    company_list = _common(CompanyField, companies)
    return FieldsThatAreSet(
        customer=_switched(customer_list, replace_flags, search_only_by_code and not of_companies),
        company=_switched(company_list, replace_flags, search_only_by_code and of_companies),
        account=_common(AccountField, _nested(customers, "Accounts")),
    )


def _nested(outer: Placed, name: str) -> Placed:
    """Return the records in one list of the outer records, each with its path."""
    return [
        (f"{path}.{name}[{index}]".lstrip("."), _said(inner) if isinstance(inner, Message) else inner)
        for path, record in outer
        for index, inner in enumerate(record.get(name) or ())
    ]


def _common(options: type[F], records: Placed) -> tuple[F, ...]:
    """Return the fields that all records set; raise WireError for the first that differs."""
    sets = [(path, _fields(options, path, record)) for path, record in records]
    for path, found in sets:
        if found != sets[0][1]:
            different = ", ".join(sorted(found ^ sets[0][1]))
            raise WireError(path, f"the same members as in {sets[0][0]}", f"a difference in {different}")
    return tuple(option for option in options if sets and option in sets[0][1])


def _fields(options: type[F], path: str, record: Mapping[str, Any]) -> frozenset[F]:
    names = {_FIELD_OF_MEMBER.get(name, name) for name in record}
    if record.get(_USE_INVOICE_ADDRESS) is True:
        if "InvoiceAddress" not in names:
            raise WireError(f"{path}.InvoiceAddress".lstrip("."), "an address to use for deliveries too", "nothing")
        names.add("DeliveryAddresses")
    return frozenset(option for option in options if option.value in names)


def _switched(fields: tuple[F, ...], replace_flags: bool, search_only_by_code: bool) -> tuple[F, ...]:
    """Return the fields with the switches that are on, which Norce takes as members of the list."""
    names = {field.value for field in fields}
    if "Flags" in names and not replace_flags:
        names.add("PreserveFlags")
    if search_only_by_code:
        names.add("SearchOnlyByCode")
    return tuple(option for option in type(fields[0]) if option.value in names) if fields else ()
