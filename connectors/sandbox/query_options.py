"""Read the options of a Query call. What is unknown is refused: an option, a property, a navigation."""

from __future__ import annotations

import re
from collections.abc import Iterable

from connectors.sandbox.filters import Filter, FilterError, fields_of, parse_filter
from connectors.sandbox.http import Refusal, Request
from connectors.sandbox.query_sets import RowSet

PAGE = 500
OPTIONS = {"$filter", "$select", "$expand", "$orderby", "$top", "$skip"}
EXPANDED = re.compile(r"(?P<name>\w+)(?:\(\$select=(?P<select>[\w, ]+)\))?(?:,|$)")


def refuse_unknown(request: Request) -> None:
    """Refuse (400) an option, or an order, that the sandbox does not know."""
    unknown = [name for name in request.query if name.startswith("$") and name not in OPTIONS]
    if unknown:
        raise bad_query(f"The sandbox does not know {', '.join(unknown)}.")
    if request.query.get("$orderby", "Id") not in ("Id", "Id asc"):
        raise bad_query("The sandbox's $orderby knows Id only.")


def wanted_rows(request: Request, rows: RowSet) -> Filter | None:
    """Return the filter, None without one; refuse (400) what cannot be read and names that the set lacks."""
    if not request.query.get("$filter"):
        return None
    try:
        wanted = parse_filter(request.query["$filter"])
    except FilterError as error:
        raise bad_query(str(error)) from error
    refuse_names(fields_of(wanted), rows.shape.names)
    return wanted


def selected(text: str, known: Iterable[str]) -> list[str]:
    """Return the names of a ``$select``, all known ones when it is empty; refuse (400) another name."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    refuse_names(names, known)
    return names or list(known)


def expanded(request: Request, rows: RowSet) -> dict[str, list[str]]:
    """Return the navigations of ``$expand``, each with the names that are shown of it; refuse (400) any other."""
    text = request.query.get("$expand", "")
    found: dict[str, list[str]] = {}
    place = 0
    while place < len(text):
        match = EXPANDED.match(text, place)
        if not match:
            raise bad_query(f"$expand cannot be read from {text[place:]!r} on; the sandbox knows Name($select=…).")
        refuse_names([match["name"]], rows.navigations)
        found[match["name"]] = selected(match["select"] or "", rows.navigations[match["name"]].shape.names)
        place = match.end()
    return found


def number(request: Request, name: str, default: int) -> int:
    """Return ``$top`` or ``$skip``; refuse (400) what is no whole number."""
    text = request.query.get(name, str(default))
    if not text.isdecimal():
        raise bad_query(f"{name} must be a whole number from 0, not {text!r}.")
    return int(text)


def refuse_names(names: Iterable[str], known: Iterable[str]) -> None:
    """Refuse (400) names that are not among the known ones."""
    unknown = [name for name in names if name not in known]
    if unknown:
        raise bad_query(f"There is no property {', '.join(unknown)}; known are {', '.join(known)}.")


def bad_query(text: str) -> Refusal:
    """Return the refusal (400) of a call, in the shape that is inferred for Norce's errors."""
    return Refusal(400, text, data={"error": {"code": "", "message": text}})
