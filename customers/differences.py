"""What differs between the record of today and the one Norce accepted last: pure functions on wire mappings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from hashlib import blake2b
from typing import Any

# Never cleared are what a record is found by and what Norce asks of every new one (customers-jobs-auth.md § 4).
_CLEARABLE = (
    "SocialSecurityNumber",
    "Title",
    "MiddleName",
    "PhoneNumber",
    "CellPhoneNumber",
    "CrmId",
    "ParentCompanyCode",
    "VatNo",
)
_SWITCHED = ("Flags", "Contacts", "DeliveryMethods", "PaymentMethods")
_IDENTIFIERS = ("Code", "LoginName", "Id", "OrganizationNo")


def digest(payload: str) -> str:
    """Return 32 hexadecimal characters that stand for an encoded record."""
    return blake2b(payload.encode("ascii"), digest_size=16).hexdigest()


def cleared(
    record: Mapping[str, Any], sent: Mapping[str, Any], *, untold: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """Return ``record`` of today with what the ERP has emptied since ``sent`` made explicit.

    Both are mappings as `connectors.norce.wire.write` gives them. A text that may be empty and is gone
    becomes null; a flag, contact, method or role that was sent as active and is gone becomes inactive.
    That null clears is inferred (the effect of null is not in Norce's documents). Identifiers and
    required names are left out instead, addresses, price lists, infos and discounts go as they are,
    relations follow IsCompanyListDelta. Members in ``untold`` (see `customers.records.untold`) stay
    as in ``record``.

    What is cleared is said once: a null or an inactive entry in ``sent`` is not repeated, because
    Norce's people may have filled the member again. To tell whether the ERP has changed anything,
    compare digests of the records before this function.
    """
    explicit = dict(record)
    for name in _CLEARABLE:
        if sent.get(name) is not None and name not in record and name not in untold:
            explicit[name] = None
    for name in _SWITCHED:
        if name in sent and name not in untold:
            _switch_off(explicit, sent, name)
    if "Roles" not in untold and "Accounts" in sent and "Accounts" in record:
        explicit["Accounts"] = list(_accounts(record["Accounts"], sent["Accounts"]))
    return explicit


def changes(sent: Mapping[str, Any] | None, record: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return field → [old, new] for what differs, in JSON values; ``sent`` is None for a new record.

    Members of nested records are named ``InvoiceAddress.City``, entries of lists by their code:
    ``Flags.VIP``. What ``sent`` said as null, false or empty and ``record`` no longer mentions is no change.
    """
    before = sent or {}
    old, new = dict(_flat(before)), dict(_flat(record))
    # A list that was emptied shows by the entries that are gone.
    emptied = {name for name, value in new.items() if value == [] and before.get(name)}
    names = [*(new.keys() - emptied), *(name for name, value in old.items() if name not in new and value)]
    return {
        name: [_shown(old.get(name)), _shown(new.get(name))]
        for name in sorted(names)
        if name not in old or old[name] != new.get(name)
    }


def _switch_off(explicit: dict[str, Any], sent: Mapping[str, Any], name: str) -> None:
    entries = explicit.get(name) or []
    present = {entry["Code"] for entry in entries}
    gone = [
        {"Code": entry["Code"], "IsActive": False}
        for entry in sent[name] or ()
        if entry.get("IsActive") is not False and entry["Code"] not in present
    ]
    if gone:
        explicit[name] = [*entries, *gone]


def _accounts(accounts: list[dict[str, Any]], sent: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    before = {(account["ApplicationKey"], account["LoginName"]): account for account in sent}
    for account in accounts:
        explicit = dict(account)
        _switch_off(explicit, before.get((account["ApplicationKey"], account["LoginName"]), {"Roles": ()}), "Roles")
        yield explicit


def _flat(record: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in record.items():
        if isinstance(value, Mapping):
            yield from ((f"{name}.{inner}", shown) for inner, shown in _flat(value))
        elif isinstance(value, list) and (key := _key(value)):
            yield from ((f"{name}.{entry[key]}", _entry(entry, key)) for entry in value)
        else:
            yield name, value


def _key(entries: list[Any]) -> str:
    """Return the member that tells the entries of a list apart, "" when there is none."""
    for name in _IDENTIFIERS:
        if entries and all(isinstance(entry, Mapping) and name in entry for entry in entries):
            return name if len({entry[name] for entry in entries}) == len(entries) else ""
    return ""


def _entry(entry: Mapping[str, Any], key: str) -> Any:
    """Return what an entry says beside its key: only one value as itself, nothing as True."""
    rest = {name: value for name, value in entry.items() if name != key}
    if not rest:
        return True
    return next(iter(rest.values())) if rest.keys() <= {"IsActive", "Value"} else rest


def _shown(value: Any) -> Any:
    """Return a value as JSON keeps it; a Decimal as its text."""
    match value:
        case Decimal():
            return str(value)
        case Mapping():
            return {name: _shown(inner) for name, inner in value.items()}
        case list():
            return [_shown(inner) for inner in value]
        case _:
            return value
