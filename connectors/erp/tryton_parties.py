"""Customers as Tryton keeps them, ``party.party``: found, listed, made and changed.

Tryton's register does not tell people from companies, so every party is answered as ANY. It keeps one name, several
addresses, e-mails, telephones and identifiers; titles, currencies, logins, price lists, flags and Norce's regions it
does not, and what is written of them is left out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from typing import Any

from connectors.erp import tryton_addresses as addresses
from connectors.erp.base import ErpParty, PartyKind, PartyPage
from connectors.erp.reading import reading
from connectors.erp.tryton_errors import Refused
from connectors.erp.tryton_rpc import Domain, Row, TrytonRpc
from connectors.errors import PermanentError, TransientError

MODEL = "party.party"
MECHANISMS = {"email": "email", "phone": "phone", "cell_phone": "mobile"}
# The same where Tryton refuses a telephone number; the comment says what it is.
OTHER = "other"
UNCHECKED = {"email": "email", "phone": OTHER, "cell_phone": OTHER}
NUMBERS = ("organisation_no", "vat_no")
WRITTEN = frozenset({*MECHANISMS, *NUMBERS})
CHILDREN = ("addresses", "contact_mechanisms", "identifiers")
FIELDS = (
    *("code", "name", "active"),
    *(f"contact_mechanisms.{name}" for name in ("type", "value", "comment", "active")),
    *(f"identifiers.{name}" for name in ("type", "code", "code_compact", "active")),
    *(f"addresses.{name}" for name in addresses.FIELDS),
)
# The type of a company's own number by country; where Tryton does not offer it, the number is kept without a type.
NUMBER_TYPES = {"SE": "se_orgnr", "NO": "no_orgnr", "DK": "dk_cvr", "FI": "fi_ytunnus"}
PERSONAL = "personnummer"


@dataclass(kw_only=True)
class TrytonParties:
    """The register of one database. ``own`` is the party of the company itself, which is no customer."""

    rpc: TrytonRpc
    own: int

    def find(self, kind: PartyKind, wanted: Mapping[str, str]) -> list[ErpParty]:
        """Return the active parties with any of the identifiers; Tryton searches loosely, so they are compared again.

        Whoever has a company's number is no person; who has none may be either.
        """
        domains = [DOMAINS[name](value) for name, value in wanted.items() if value]
        if not domains:
            return []
        rows = self.rpc.search("find customers", MODEL, ["OR", *domains], FIELDS)
        found = [party for party in reading(_parties, rows) if _fits(party, wanted)]
        return [one for one in found if kind != PartyKind.PERSON or not (one.organisation_no or one.vat_no)]

    def page(self, since: datetime | None, after: str, limit: int) -> PartyPage:
        """Return one page by id, the only key that never changes; Tryton does not report who was deleted.

        A changed address or e-mail does not touch the party's own date, so theirs are asked for too.
        """
        domain: list[Any] = [["id", "!=", self.own], _changed(since, CHILDREN)] if since else [["id", "!=", self.own]]
        total = None if after else self.rpc.read("count customers", MODEL, "search_count", domain, active_test=False)
        behind = [*domain, ["id", ">", int(after or 0)]]
        rows = self.rpc.search("list customers", MODEL, behind, FIELDS, limit=limit + 1, inactive=True)
        following = str(rows[limit - 1]["id"]) if len(rows) > limit else ""
        return PartyPage(parties=tuple(reading(_parties, rows[:limit])), next=following, total=total)

    def create(self, party: ErpParty) -> str:
        """Create a party and return its code; the contact of a company becomes the name on its e-mail and telephone."""
        countries = addresses.country_ids(self.rpc, [party.address])
        place = {**addresses.values(party.address, countries, party.name), "invoice": True, "delivery": True}
        values = {"name": party.name, "addresses": [["create", [place]]] if addresses.is_any(party.address) else []}
        [number] = self._write("create customer", "create", [], values, party, {})
        try:
            [row] = self.rpc.read("read customer", MODEL, "read", [number], ["code"])
        except TransientError as error:
            error.outcome_unknown = True
            raise
        return str(row["code"])

    def update(self, code: str, party: ErpParty, names: Collection[str]) -> None:
        """Bring the named attributes to what ``party`` says; what is emptied is made inactive, never deleted."""
        rows = self.rpc.search("read customer", MODEL, [["code", "=", code]], FIELDS, inactive=True)
        if not rows:
            raise PermanentError("tryton_no_party", code=code)
        [row] = rows
        values = {name: getattr(party, name) for name in ("name", "active") if name in names}
        values["addresses"] = addresses.changes(self.rpc, _active(row, "addresses."), party, names)
        self._write("change customer", "write", [[row["id"]]], values, party, row, names)

    def _write(
        self,
        operation: str,
        method: str,
        keys: list[Any],
        values: dict[str, Any],
        party: ErpParty,
        known: Row,
        names: Collection[str] = WRITTEN,
    ) -> Any:
        """Create or write a party with its numbers and contacts.

        What Tryton's checks of them refuse (numbers, telephones or both) is kept without a type that is checked: it
        can be found and corrected there, and the buyer's order can go on.
        """
        types = self._types(party) if {*NUMBERS} & set(names) else {}
        for kinds, numbers in product((MECHANISMS, UNCHECKED), (types, {}) if types else ({},)):
            whole = {**values, **_children(party, known, names, kinds, numbers)}
            try:
                return self.rpc.write(operation, MODEL, method, *keys, whole if keys else [whole])
            except Refused as error:
                refused = error
        raise refused

    def _types(self, party: ErpParty) -> dict[str, str]:
        """Return the types of the party's two numbers, as far as this Tryton offers them."""
        if not (party.organisation_no or party.vat_no):
            return {}
        offered = {kind for kind, _ in self.rpc.read("identifier types", "party.identifier", "get_types")}
        country = (party.vat_no[:2] if party.vat_no[:2].isalpha() else party.address.country).upper()
        types = {"organisation_no": NUMBER_TYPES.get(country, ""), "vat_no": "eu_vat"}
        return {name: kind for name, kind in types.items() if kind in offered}


def _children(
    party: ErpParty, known: Row, names: Collection[str], kinds: Mapping[str, str], types: Mapping[str, str]
) -> dict[str, Any]:
    """Return the commands that bring a party's contacts and identifiers to the named attributes."""
    contact = party.contacts[0] if party.contacts else None
    named = {"name": f"{contact.first_name} {contact.last_name}".strip()} if contact else {}
    commands: dict[str, list[Any]] = {"contact_mechanisms": [], "identifiers": []}
    for name, kind in kinds.items():
        if name in names:
            row = next((one for one in _active(known, "contact_mechanisms.") if _contact(one) == name), None)
            comment = {"comment": name} if kind == OTHER else {}
            values = {"value": getattr(party, name), "type": kind, **comment, **named}
            commands["contact_mechanisms"] += _command(row, values if values["value"] else {})
    for name in NUMBERS:
        if name in names:
            row = next((one for one in _active(known, "identifiers.") if _attribute(one) == name), None)
            values = {"code": getattr(party, name), "type": types.get(name)}
            commands["identifiers"] += _command(row, values if values["code"] else {})
    return commands


def _command(row: Row | None, values: dict[str, Any]) -> list[Any]:
    """Return what brings a child record to values, made when there is none, made inactive when there are no values."""
    if row is not None:
        return [["write", [row["id"]], values or {"active": False}]]
    return [["create", [values]]] if values else []


def _parties(rows: Iterable[Row]) -> list[ErpParty]:
    return [_party(row) for row in rows]


def _party(row: Row) -> ErpParty:
    mechanisms, identifiers = _active(row, "contact_mechanisms."), _active(row, "identifiers.")
    places = _active(row, "addresses.")
    # The first of several counts.
    contacts: dict[str, Any] = {_contact(one): one["value"] for one in reversed(mechanisms) if _contact(one)}
    numbers: dict[str, Any] = {_attribute(one): one["code"] for one in reversed(identifiers) if _attribute(one)}
    return ErpParty(
        kind=PartyKind.ANY,
        code=row["code"] or "",
        name=row["name"] or "",
        active=bool(row["active"]),
        address=addresses.main(places),
        addresses=addresses.deliveries(places),
        **contacts,
        **numbers,
    )


def _contact(mechanism: Row) -> str:
    """Return which attribute a contact is, "" for none; of what Tryton refused as a telephone its comment tells."""
    kind, comment = mechanism["type"], mechanism["comment"] or ""
    if kind == OTHER:
        return comment if UNCHECKED.get(comment) == OTHER else ""
    return next((name for name, checked in MECHANISMS.items() if checked == kind), "")


def _attribute(identifier: Row) -> str:
    """Return which of the two numbers an identifier is; one without a type tells by how it begins."""
    kind, code = identifier["type"] or "", identifier["code"]
    if PERSONAL in kind:
        return ""
    return "vat_no" if kind.endswith("_vat") or (not kind and code[:2].isalpha()) else "organisation_no"


def _active(row: Row, name: str) -> list[Row]:
    """Return the active child records; those of an inactive party are read together with inactive ones."""
    return [one for one in row.get(name) or () if one["active"]]


def _changed(since: datetime, children: Iterable[str]) -> Domain:
    own: list[Any] = ["OR", ["write_date", ">=", since], ["create_date", ">=", since]]
    return [*own, *([name, "where", own] for name in children)]


def _number(value: str) -> Domain:
    """Find a number as Tryton's types write it without signs, or one without a type with any signs in between."""
    loosely = [["type", "=", None], ["code", "ilike", "%".join(value)]]
    return ["identifiers", "where", ["OR", ["code_compact", "=", value], loosely]]


DOMAINS = {
    "code": lambda value: ["code", "=", value],
    "email": lambda value: ["contact_mechanisms", "where", [["type", "=", "email"], ["value", "ilike", value]]],
    "organisation_no": _number,
    "vat_no": _number,
}


def _fits(party: ErpParty, wanted: Mapping[str, str]) -> bool:
    return any(value and _folded(getattr(party, name), name) == _folded(value, name) for name, value in wanted.items())


def _folded(value: str, name: str) -> str:
    if name == "email":
        return value.strip().casefold()
    return value if name == "code" else "".join(filter(str.isalnum, value)).upper()
