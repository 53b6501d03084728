"""An order in the small ERP, and what its clerk does with it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.connectors.sandbox.conftest import Caller

Data = dict[str, Any]
MAJA = {"kind": "person", "name": "Maja Provberg", "last_name": "Provberg", "email": "maja@example.com"}


def line(line_no: int, quantity: str = "2", price: str = "100.00", vat: str = "25.00", **others: Any) -> Data:
    """Return a row of an order."""
    prices = {"unit_price": price, "unit_vat": vat, "vat_rate": "25"}
    return {"line_no": line_no, "part_no": f"P{line_no}", "description": "", "quantity": quantity, **prices, **others}


FREIGHT = line(3, "1", "40.00", "10.00", is_fee=True)
# 4 jackets, 2 hats and the freight.
LINES = [line(1, "4"), line(2), FREIGHT]


def place(caller: Caller, lines: list[Data] = LINES, **changes: Any) -> str:
    """Make an order of the customer C10001, who is made too when missing; return its number."""
    if not caller.erp("customers", code="C10001").json()["customers"]:
        caller.erp("customers", MAJA)
    total = sum(Decimal(row["quantity"]) * (Decimal(row["unit_price"]) + Decimal(row["unit_vat"])) for row in lines)
    order = {"reference": "1901-1", "customer_code": "C10001", "currency": "SEK", "total": str(total), "lines": lines}
    answer = caller.erp("orders", order | changes)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["number"])


def clerk(caller: Caller, deed: str, number: str = "SO100001", **wanted: Any) -> Data:
    """Do something with an order; return the document or the order."""
    answer = caller.control(f"erp/orders/{number}/{deed}", wanted)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def refusal(caller: Caller, deed: str, number: str = "SO100001", **wanted: Any) -> tuple[int, str]:
    """Do what is not to be done; return the status and the text."""
    answer = caller.control(f"erp/orders/{number}/{deed}", wanted)
    return answer.status_code, answer.text


def read(caller: Caller, number: str = "SO100001") -> Data:
    """Return an order as the ERP answers it."""
    return dict(caller.erp(f"orders/{number}").json())


def quantities(document: Data) -> dict[int, str]:
    """Return the quantities of a document by line."""
    return {row["line_no"]: row["quantity"] for row in document["rows"]}
