"""What the ERP's own people do: take orders by phone, deliver, invoice, credit."""

from __future__ import annotations

import json
from typing import Any

import simplejson

from connectors.sandbox.core import Sandbox
from connectors.sandbox.http import Request
from tests.faults import known_person

JSON = {"Content-Type": "application/json"}
LINE = {"line_no": 1, "part_no": "P1", "description": "Lamp", "quantity": "2", "unit_price": "10.00"}
LINE |= {"unit_vat": "2.50", "vat_rate": "25"}
LIST = "GET /erp/customers/<code>/orders"
READ = "GET /erp/orders/<number>"


def order_by_phone(sandbox: Sandbox, code: str, **members: Any) -> str:
    """Let the ERP have an order that no shop has sent, of a customer that is made when it is not there; its number."""
    if sandbox.state.erp_customers.get(code) is None:
        known_person(sandbox, code, f"{code.lower()}@example.com")
    order = {"reference": "by phone", "customer_code": code, "currency": "SEK", "total": "25.00", "lines": [LINE]}
    return str(_post(sandbox, "/erp/orders", order | members)["number"])


def clerk(sandbox: Sandbox, deed: str, number: str, **wanted: Any) -> Any:
    """Let the ERP's clerk do something with an order: ship, invoice, credit; return what was made."""
    return _post(sandbox, f"/_sandbox/erp/orders/{number}/{deed}", wanted)


def _post(sandbox: Sandbox, path: str, body: Any) -> Any:
    answer = sandbox.handle(Request.of("POST", path, JSON, json.dumps(body).encode()))
    assert answer.status < 300, answer.body
    return simplejson.loads(answer.body)
