"""Find out which order a received body is about, reading no more of it than that."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_noop as _

from connectors.catalogue.sentences import sentence
from connectors.norce import xml
from connectors.norce.message import WireError
from customers.identity import buyer_serial, normal_email
from orders.models import Order

LONGEST = 255
LONGEST_APPLICATION_KEY = 64
NORCE_SOURCE = "WEB"
LARGEST_INT32 = 2**31 - 1
LONGEST_INT32 = len(str(LARGEST_INT32))
NO_REFERENCE = sentence(_("ClientOrderRef is missing: send the order's basket id."))
NOT_WELL_FORMED = sentence(_("The body is not well-formed %(format)s: %(fault)s"))
NO_OBJECT = sentence(_("The body is not an OrderRequest: expected an object."))
TOO_LONG = sentence(_("%(name)s has %(length)s characters: at most %(most)s can be kept."))
NO_TEXT = sentence(_("%(name)s holds a character that is not text."))


class Unidentifiable(Exception):
    """The body cannot be told to be an order; the text says why."""


@dataclass(frozen=True, kw_only=True)
class Identity:
    """The key of an order (application, source, reference), its buyer's e-mail, and the serial of its buyer."""

    application_key: str
    source: str
    client_order_ref: str
    buyer_email: str
    serial: str


def identify(body: bytes, format: str) -> Identity:
    """Return whose order a body is; raise Unidentifiable with the field and the remedy.

    The key is (Header.ApplicationKey, Source, ClientOrderRef): external orders carry their source's
    own numbers, so ClientOrderRef alone is not safe (orders.md § 5). An order without a source is
    Norce's own; names are read in any case, as the rest of the order is.
    """
    data = parse(body, format)
    reference = _key(data, "ClientOrderRef")
    if not reference:
        raise Unidentifiable(NO_REFERENCE)
    email = normal_email(_text(_object(_buyer(data), "Person"), "Email"))
    email = email if storable(email) else ""
    return Identity(
        application_key=_key(_object(data, "Header"), "ApplicationKey", LONGEST_APPLICATION_KEY).strip("{} ").lower(),
        source=normal_source(_key(data, "Source")),
        client_order_ref=reference,
        buyer_email=email[:LONGEST],
        serial=_serial(data, email),
    )


def parse(body: bytes, format: str) -> dict[str, Any]:
    """Return the body's members as a mapping; raise Unidentifiable when it is not well-formed."""
    try:
        data = json.loads(body.decode("utf-8-sig")) if format == Order.Format.JSON else xml.read_order_request(body)
    except (ValueError, RecursionError, WireError) as error:
        known = {"format": Order.Format(format).label, "fault": str(error)[:200]}
        raise Unidentifiable(NOT_WELL_FORMED % known) from error
    if not isinstance(data, dict):
        raise Unidentifiable(NO_OBJECT)
    return data


def _serial(data: dict[str, Any], email: str) -> str:
    return buyer_serial(_text(_object(_buyer(data), "Company"), "VatNo"), email)


def _buyer(data: dict[str, Any]) -> dict[str, Any]:
    return _object(data, "SellTo") or _object(data, "BillTo")


def storable(text: str) -> bool:
    """Return whether every database can hold the text: no NUL, no half of a surrogate pair."""
    try:
        return b"\x00" not in text.encode()
    except UnicodeEncodeError:
        return False


def normal_source(source: str) -> str:
    """Return a source as orders are filed under it: an order without one is Norce's own."""
    source = source.strip()
    return NORCE_SOURCE if source.upper() in ("", NORCE_SOURCE) else source


def basket_id(client_order_ref: str, source: str) -> int | None:
    """Return Norce's own number of an order, None for one of another source.

    ClientOrderRef is text in the order and a 32-bit number elsewhere (orders.md P1); another source's number
    may look like a basket's and is none.
    """
    plain = client_order_ref.isascii() and client_order_ref.isdigit() and len(client_order_ref) <= LONGEST_INT32
    number = int(client_order_ref) if plain else 0
    return number if source == NORCE_SOURCE and 0 < number <= LARGEST_INT32 else None


def _member(data: dict[str, Any], name: str) -> Any:
    if name in data:
        return data[name]
    return next((value for key, value in data.items() if key.lower() == name.lower()), None)


def _object(data: dict[str, Any], name: str) -> dict[str, Any]:
    value = _member(data, name)
    return value if isinstance(value, dict) else {}


def _text(data: dict[str, Any], name: str) -> str:
    value = _member(data, name)
    return str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _key(data: dict[str, Any], name: str, longest: int = LONGEST) -> str:
    text = _text(data, name)
    if len(text) > longest:
        raise Unidentifiable(TOO_LONG % {"name": name, "length": len(text), "most": longest})
    if not storable(text):
        raise Unidentifiable(NO_TEXT % {"name": name})
    return text
