"""What a customer of the small ERP consists of: its members, their blanks, and what is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator

from connectors.sandbox.table import Record

ADDRESS = {
    **dict.fromkeys(("name", "care_of", "line1", "line2", "postal_code", "city", "region", "country", "phone"), ""),
    **{"gln": "", "code": "", "primary": None, "validated": None},
}
CHOICE = {"code": "", "active": True, "settings": ""}
CONTACT = dict.fromkeys(("code", "first_name", "last_name", "title", "email", "phone", "cell_phone"), "")
LOGO = {"code": "", "url": "", "file_type": "MainImage", "filename": "", "changed_at": ""}
# What an item of each list has, and what it is when it is not given. A discount's percent is a decimal as text.
LISTS: dict[str, Record] = {
    "addresses": ADDRESS,
    "companies": {"code": "", "primary": False},
    "contacts": {**CONTACT, "active": True},
    "price_lists": {"code": "", "exclusive": False},
    "flags": CHOICE,
    "logins": {"name": "", "active": True, "roles": None},
    "delivery_methods": CHOICE,
    "payment_methods": CHOICE,
    "discounts": {"kind": "", "code": "", "percent": "0", "price_list_types": ""},
}
NAMES = ("kind", "name", "first_name", "middle_name", "last_name", "title", "crm_id", "parent_code")
NUMBERS = ("organisation_no", "vat_no", "social_security_number")
TEXTS = (*NAMES, *NUMBERS, "email", "phone", "cell_phone", "currency")
KINDS = {"person", "company"}
LONGEST_TEXT = 100
LONGEST_URL = 1000


def filled(code: str, data: Record) -> Record:
    """Return the customer that valid ``data`` describes, every member there: blank texts, and lists or None."""
    logo, infos = data.get("logo"), data.get("infos")
    return {
        "code": code,
        **{name: data.get(name) or "" for name in TEXTS},
        "active": data.get("active") is not False,
        "address": _item(ADDRESS, data.get("address") or {}),
        **{name: _items(blank, data.get(name)) for name, blank in LISTS.items()},
        "infos": None if infos is None else [list(pair) for pair in infos],
        "logo": logo and _item(LOGO, logo),
    }


def customer_errors(data: Record, kinds: set[str]) -> dict[str, str]:
    """Return what is wrong with ``data`` by member (``address.country``, ``flags[0].code``); empty when nothing is."""
    errors = {_path(error.absolute_path): error.message for error in VALIDATOR.iter_errors(data)}
    kind = data.get("kind")
    if kind not in kinds:
        errors["kind"] = f"must be one of {', '.join(sorted(kinds))}"
    if not data.get("name"):
        errors["name"] = "needed"
    if kind == "person" and not data.get("last_name"):
        errors["last_name"] = "needed for a person"
    return errors


def _item(blank: Record, data: Record) -> Record:
    given = {name: value for name, value in data.items() if value is not None}
    return {**blank, **given}


def _items(blank: Record, rows: list[Record] | None) -> list[Record] | None:
    return None if rows is None else [_item(blank, row) for row in rows]


def _path(parts: Any) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts).lstrip(".") or "body"


def _object(members: Mapping[str, Any]) -> Record:
    return {"type": ["object", "null"], "properties": members, "additionalProperties": False}


def _array(item: Any) -> Record:
    return {"type": ["array", "null"], "items": item}


def _member(name: str, blank: object) -> Record:
    if isinstance(blank, bool) or name in {"primary", "validated"}:
        return {"type": ["boolean", "null"]}
    if name == "roles":
        return _array({"type": "string"})
    if name == "percent":
        return {"type": "string", "pattern": r"^-?\d+(\.\d+)?$"}
    if name == "country":
        return {"type": ["string", "null"], "pattern": "^([A-Za-z]{2})?$"}
    return {"type": ["string", "null"], "maxLength": LONGEST_URL if name == "url" else LONGEST_TEXT}


def _members(blank: Record) -> Record:
    return _object({name: _member(name, value) for name, value in blank.items()})


VALIDATOR = Draft202012Validator(
    {
        "type": "object",
        "properties": {
            **{name: _member(name, "") for name in ("code", *TEXTS)},
            "active": {"type": ["boolean", "null"]},
            "address": _members(ADDRESS),
            **{name: _array(_members(blank)) for name, blank in LISTS.items()},
            "infos": _array({"type": "array", "items": {"type": "string"}, "minItems": 2, "maxItems": 2}),
            "logo": _members(LOGO),
        },
        "additionalProperties": False,
    }
)
