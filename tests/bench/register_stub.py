"""An ERP with a long register and a Norce that takes everything at once, in one process that costs as little as can be.

``python -m tests.bench.register_stub PORT RECORDS``. Norce's register is empty; its jobs have ended when asked for.
"""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from typing import Any
from urllib.parse import parse_qs, urlsplit

from connectors.sandbox.erp_shape import filled
from hub.local import HOST

PAGE = 1000
# A delta lists every hundredth customer, with another phone number.
STEP = 100
NUMBER = "<numb>."
# Told by its length from the codes inside a record.
CODE = re.compile(rb'"[cC]ode": ?"C\d{7}"')
START = "2026-01-01T00:00:00"
CUSTOMER = {
    **{"kind": "person", "name": f"Maja Provberg {NUMBER}", "first_name": "Maja", "last_name": f"Provberg {NUMBER}"},
    **{"email": f"maja.{NUMBER}@example.com", "phone": "+46 8 123 45 67", "cell_phone": "+46 70 174 06 05"},
    "address": {"line1": f"Provgatan {NUMBER}", "postal_code": "111 22", "city": "Stockholm", "country": "SE"},
    "addresses": [
        {"line1": "Lagergatan 1", "postal_code": "111 33", "city": "Stockholm", "country": "SE", "code": "1"}
    ],
    "price_lists": [{"code": "RETAIL"}],
    "companies": [],
}


@dataclass(kw_only=True)
class Register:
    """The ERP's customers, what Norce has been sent, and how often each was called."""

    records: int
    counts: dict[str, int] = field(default_factory=lambda: {"erp": 0, "norce": 0, "imported": 0})
    jobs: list[int] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def page(self, query: dict[str, str]) -> bytes:
        """Answer a page of the register by code, as the sandbox's ERP does."""
        step = STEP if "since" in query else 1
        first = int(query["after"][1:]) + step if query.get("after") else 0
        numbers = range(first, self.records, step)[: int(query.get("limit", PAGE))]
        following = f"C{numbers[-1]:07d}" if numbers and numbers[-1] + step < self.records else ""
        rows = b",".join(TEMPLATES[step].replace(NUMBER.encode(), b"%07d" % number) for number in numbers)
        tail = json.dumps({"next": following, "total": -(-self.records // step)}).encode()
        return b'{"customers": [' + rows + b"], " + tail[1:]

    def take(self, body: bytes) -> dict[str, Any]:
        """Queue an import of as many records as the body has codes."""
        number = len(CODE.findall(body))
        with self.lock:
            self.jobs.append(number)
            self.counts["imported"] += number
            return {"StatusCode": "OK", "Description": "", "JobId": len(self.jobs)}

    def job(self, number: int) -> dict[str, Any]:
        """Answer a job that has ended well."""
        total = self.jobs[number - 1]
        ended = {"StatusId": 2, "IsFinished": True, "Start": START, "Stop": START}
        return {"JobId": number, **ended, "Totals": total, "Inserts": total, "Updates": 0, "Fail": 0}

    def norce(self, path: str, query: dict[str, str], body: bytes) -> Any:
        """Answer one call to Norce."""
        match path.rpartition("/")[2]:
            case "token":
                return {"access_token": "stub", "token_type": "Bearer", "expires_in": 3600}
            case "Applications":
                return {"value": [{"Id": 1901, "Key": "bench", "Name": "Bench", "IsActive": True}]}
            case "Customers":
                return {"value": []}
            case "ImportCustomers":
                return self.take(body)
            case "Get":
                return self.job(int(query["id"]))
            case "GetLog":
                return [{"SeverityId": 1, "Message": text, "TimeStamp": START} for text in ("Started.", "Ended.")]
            case "List":
                return [self.job(number) for number in range(1, len(self.jobs) + 1)]
        raise LookupError(path)


class Handler(BaseHTTPRequestHandler):
    """Speaks HTTP/1.1 for the register of its server; whole answers in one write."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    register: Register

    def do_GET(self) -> None:
        """Answer from the register."""
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if parts.path == "/counts":
            answer = json.dumps(self.register.counts).encode()
        elif parts.path.startswith("/erp/"):
            self.register.counts["erp"] += 1
            answer = self.register.page(query)
        else:
            self.register.counts["norce"] += 1
            answer = json.dumps(self.register.norce(parts.path, query, body)).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(answer)}\r\n\r\n"
        self.wfile.write(head.encode() + answer)

    do_POST = do_GET


def _template(**changes: str) -> bytes:
    return json.dumps(filled(f"C{NUMBER}", CUSTOMER | changes)).encode()


TEMPLATES = {1: _template(), STEP: _template(phone="+46 8 765 43 21")}


def main() -> None:
    """Answer until the process is ended."""
    port, records = map(int, sys.argv[1:])
    Handler.register = Register(records=records)
    ThreadingHTTPServer((HOST, port), Handler).serve_forever()


if __name__ == "__main__":
    main()
