"""Addresses of a party in Tryton: read, written, found again by what they say."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from connectors.erp.base import ErpAddress, ErpParty
from connectors.erp.tryton_rpc import Row, TrytonRpc
from connectors.errors import PermanentError

MODEL = "party.address"
FIELDS = (
    *("party_name", "attn", "street", "postal_code", "city", "country.code", "subdivision.name"),
    *("invoice", "delivery", "active"),
)


def country_ids(rpc: TrytonRpc, places: Iterable[ErpAddress]) -> dict[str, int]:
    """Return Tryton's countries by code; raise PermanentError for one that it has not."""
    codes = sorted({place.country for place in places if place.country})
    found: dict[str, int] = {}
    for code in codes:
        rows = rpc.known("find country", "country.country", [["code", "=", code]], ["code"])
        found |= {str(row["code"]): int(row["id"]) for row in rows}
    if missing := [code for code in codes if code not in found]:
        raise PermanentError("tryton_no_country", countries=", ".join(missing))
    return found


def is_any(place: ErpAddress) -> bool:
    """Return whether an address says anything that Tryton keeps."""
    return any((place.line1, place.line2, place.postal_code, place.city, place.care_of, place.country))


def values(place: ErpAddress, countries: Mapping[str, int], party_name: str = "") -> dict[str, Any]:
    """Return an address as Tryton writes it; the party's own name is not repeated on it."""
    return {
        "party_name": place.name if place.name != party_name else "",
        "attn": place.care_of,
        "street": "\n".join(filter(None, (place.line1, place.line2))),
        "postal_code": place.postal_code,
        "city": place.city,
        "country": countries.get(place.country),
    }


def address(row: Row) -> ErpAddress:
    """Return an address of Tryton's; the lines of a street behind the second are one with it."""
    first, _, rest = (row["street"] or "").partition("\n")
    country, region = row["country."] or {}, row["subdivision."] or {}
    return ErpAddress(
        name=row["party_name"] or "",
        care_of=row["attn"] or "",
        line1=first.strip(),
        line2=", ".join(filter(None, map(str.strip, rest.splitlines()))),
        postal_code=row["postal_code"] or "",
        city=row["city"] or "",
        country=country.get("code") or "",
        region=region.get("name") or "",
    )


def main(rows: Collection[Row]) -> ErpAddress:
    """Return the invoice address, of several the first; without one, the first of all."""
    found = _main(rows)
    return address(found) if found else ErpAddress()


def deliveries(rows: Iterable[Row]) -> tuple[ErpAddress, ...]:
    """Return the delivery addresses, known by Tryton's number of each."""
    return tuple(_coded(row) for row in rows if row["delivery"])


def _coded(row: Row) -> ErpAddress:
    return ErpAddress(**{**vars(address(row)), "code": str(row["id"])})


def changes(rpc: TrytonRpc, rows: Collection[Row], party: ErpParty, names: Collection[str]) -> list[Any]:
    """Return the commands that bring a party's addresses to what the named attributes say."""
    listed = (party.addresses or ()) if "addresses" in names else ()
    wanted = [party.address, *listed] if "address" in names else [*listed]
    countries = country_ids(rpc, wanted)
    commands: list[Any] = []
    if "address" in names:
        new = values(party.address, countries, party.name)
        found = _main(rows)
        commands.append(["write", [found["id"]], new] if found else ["create", [{**new, "invoice": True}]])
    if "addresses" in names:
        commands += _deliveries(rows, party.addresses or (), countries, party.name)
    return commands


def _deliveries(
    rows: Iterable[Row], wanted: Iterable[ErpAddress], countries: Mapping[str, int], name: str
) -> list[Any]:
    """Return the commands that leave exactly the wanted delivery addresses: written by number, made, or no longer."""
    known = {str(row["id"]): row["id"] for row in rows if row["delivery"]}
    new = {place.code or str(place): values(place, countries, name) for place in wanted}
    written = [["write", [known[code]], one] for code, one in new.items() if code in known]
    made = [["create", [{**one, "delivery": True}]] for code, one in new.items() if code not in known]
    ended = [["write", [number], {"delivery": False}] for code, number in known.items() if code not in new]
    return [*written, *made, *ended]


def _main(rows: Collection[Row]) -> Row | None:
    return next((row for row in rows if row["invoice"]), next(iter(rows), None))


def content(place: ErpAddress, party_name: str) -> ErpAddress:
    """Return what of an address makes it the same as another in Tryton."""
    lines = [place.line1, place.line2] if place.line1 else [place.line2, ""]
    return ErpAddress(
        name=place.name if place.name != party_name else "",
        care_of=place.care_of,
        line1=lines[0],
        line2=lines[1],
        postal_code=place.postal_code,
        city=place.city,
        country=place.country,
    )
