"""Orders to send: a consumer's, each with its own number and its own buyer."""

from __future__ import annotations

import base64
import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SAMPLE = Path(__file__).parents[2] / "connectors" / "sandbox" / "samples" / "order-01-b2c-card.json"
SIZE = 4096
FIRST = 1_000_000_000
# Stands in the prepared body where each order's own number goes, and is as long.
PLACE = "<number..>"


def order(number: int) -> dict[str, Any]:
    """Return an OrderRequest with this ClientOrderRef from a buyer of its own."""
    text = _compact(json.loads(SAMPLE.read_text()) | {"ClientOrderRef": PLACE})
    request: dict[str, Any] = json.loads(text.replace(PLACE, str(number)))
    for party in ("SellTo", "BillTo", "ShipTo"):
        person = (request.get(party) or {}).get("Person")
        if person and person.get("Email"):
            person["Email"] = f"buyer{number}@example.com"
    return request


def requests(credentials: str, *, first: int = FIRST) -> Iterator[bytes]:
    """Yield HTTP requests without end, each with a body of 4 KiB, a ClientOrderRef and a buyer of its own."""
    pieces = _padded().encode().split(PLACE.encode())
    head = _head(credentials)
    for number in itertools.count(first):
        yield head + str(number).encode().join(pieces)


def _padded() -> str:
    body: dict[str, Any] = json.loads(_compact(order(FIRST)).replace(str(FIRST), PLACE)) | {"CustomerOrderComment": ""}
    room = SIZE - len(_compact(body).encode())
    if room < 0:
        raise ValueError(f"The sample order is {-room} bytes over {SIZE}: choose a smaller one.")
    return _compact(body | {"CustomerOrderComment": "." * room})


def _head(credentials: str) -> bytes:
    # The header of a proxy that ends TLS: without it the hub sends the caller to HTTPS.
    lines = [
        "POST /norce/orders HTTP/1.1",
        "Host: 127.0.0.1",
        "X-Forwarded-Proto: https",
        f"Authorization: Basic {base64.b64encode(credentials.encode()).decode()}",
        "Content-Type: application/json; charset=utf-8",
        f"Content-Length: {SIZE}",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
