"""Compute the import header from the records, so that it never names a member that a record lacks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from connectors.norce.message import WireError
from connectors.norce.numbered import NumberedName
from connectors.norce.phrases import AN_ADDRESS, DIFFERENCE, NOTHING, SAME_MEMBERS
from connectors.norce.types.customers import Company, Customer
from connectors.norce.types.import_header import AccountField, CompanyField, CustomerField
from connectors.norce.wire import encoded

F = TypeVar("F", bound=NumberedName)
Placed = list[tuple[str, Mapping[str, Any]]]

# A password can only be given when the account is created, so the header has no plain Password.
_FIELD_OF_MEMBER = {"Password": "PasswordCreateOnly"}
_NESTED = ("Accounts", "Companies", "Customers")
_USE_INVOICE_ADDRESS = "UseInvoiceAddressAsDeliveryAddress"

_keys: dict[tuple[Any, ...], str] = {}


def fields_key(record: Mapping[str, Any], of: type[Customer] | type[Company], *, replace_flags: bool = False) -> str:
    """Return the header's lists for one record as a JSON object; records with equal ones may share a call.

    ``record`` is as `connectors.norce.wire.write` gives it: every member that it carries is listed, also one
    that is null (clear it), because Norce may wipe what a header names and a record lacks. The record's own
    list comes first, those of its nested records follow if it has any. Flags bring PreserveFlags along,
    without which Norce removes all flags that are not sent, unless ``replace_flags``. Raises WireError for
    nested records with different members (customers-jobs-auth.md § 3).
    """
    shape = (of, replace_flags, *_shape(record))
    key = _keys.get(shape)
    if key is None:
        key = _keys[shape] = _text(record, of, replace_flags)
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


def _text(record: Mapping[str, Any], of: type[Customer] | type[Company], replace_flags: bool) -> str:
    outer: Placed = [("", record)]
    customers = _nested(outer, "Customers") if of is Company else outer
    companies = _nested(customers, "Companies") + (outer if of is Company else [])
    lists = {
        "CustomerFieldsThatAreSet": _switched(_common(CustomerField, customers), replace_flags),
        "CompanyFieldsThatAreSet": _switched(_common(CompanyField, companies), replace_flags),
        "AccountFieldsThatAreSet": _common(AccountField, _nested(customers, "Accounts")),
    }
    own = "CompanyFieldsThatAreSet" if of is Company else "CustomerFieldsThatAreSet"
    return encoded({name: fields for name, fields in sorted(lists.items(), key=lambda pair: pair[0] != own) if fields})


def _nested(outer: Placed, name: str) -> Placed:
    """Return the records in one list of the outer records, each with its path."""
    return [
        (f"{path}.{name}[{index}]".lstrip("."), inner)
        for path, record in outer
        for index, inner in enumerate(record.get(name) or ())
    ]


def _common(options: type[F], records: Placed) -> tuple[F, ...]:
    """Return the fields that all records set; raise WireError for the first that differs."""
    sets = [(path, _fields(options, path, record)) for path, record in records]
    for path, found in sets:
        if found != sets[0][1]:
            different = ", ".join(sorted(found ^ sets[0][1]))
            raise WireError(path, SAME_MEMBERS % {"place": sets[0][0]}, DIFFERENCE % {"members": different})
    return tuple(option for option in options if sets and option in sets[0][1])


def _fields(options: type[F], path: str, record: Mapping[str, Any]) -> frozenset[F]:
    names = {_FIELD_OF_MEMBER.get(name, name) for name in record}
    if record.get(_USE_INVOICE_ADDRESS) is True:
        if "InvoiceAddress" not in names:
            raise WireError(f"{path}.InvoiceAddress".lstrip("."), AN_ADDRESS, NOTHING)
        names.add("DeliveryAddresses")
    return frozenset(option for option in options if option.value in names)


def _switched(fields: tuple[F, ...], replace_flags: bool) -> tuple[F, ...]:
    """Return the fields with the switch PreserveFlags, which Norce takes as a member of the list."""
    names = {field.value for field in fields}
    if "Flags" not in names or replace_flags:
        return fields
    return tuple(option for option in type(fields[0]) if option.value in names | {"PreserveFlags"})
