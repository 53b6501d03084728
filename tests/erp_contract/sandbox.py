"""The workbench of the sandbox's small ERP."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from connectors.erp.base import Erp, PartyKind
from connectors.sandbox.adapter import SandboxAdapter
from connectors.sandbox.core import Sandbox
from connectors.sandbox.erp_customers import change_customer
from connectors.sandbox.http import Request
from connectors.sandbox.options import SandboxOptions
from tests.erp_contract.workbench import ADDRESS, Rows, Workbench

JSON = {"Content-Type": "application/json"}


class SandboxWorkbench(Workbench):
    """A sandbox in this process, with a password and a list of the parts it knows."""

    name = "sandbox"
    kind = PartyKind.PERSON
    tick = 1000

    def __init__(self) -> None:
        known = (*self.parts, self.fee)
        options = SandboxOptions(rate_limit=0, job_seconds=0, erp_credentials=f"hub:{self.password}", known_parts=known)
        self.sandbox = Sandbox(options)
        inner = SandboxAdapter(self.sandbox, sleep=lambda seconds: None)
        super().__init__(f"sandbox+http://hub:{self.password}@erp.test/erp", "http://erp.test", inner)

    def orders_with(self, reference: str) -> int:
        return len(self.sandbox.state.erp_orders.find("reference", reference))

    def ship(self, number: str, rows: Rows | None = None, parcels: Sequence[str] = ()) -> None:
        self._clerk("ship", number, parcels=list(parcels), **_written(rows))

    def invoice(self, number: str) -> None:
        self._clerk("invoice", number)

    def credit(self, number: str) -> None:
        self._clerk("credit", number)

    def cancel(self, number: str) -> None:
        self._clerk("cancel", number)

    def move_customer(self, code: str, city: str) -> None:
        address = vars(ADDRESS) | {"city": city}
        change_customer(self.sandbox.state, code, {"address": address})

    def rename_customer(self, code: str, name: str) -> None:
        change_customer(self.sandbox.state, code, {"name": name})

    def change_email(self, code: str, email: str) -> None:
        change_customer(self.sandbox.state, code, {"email": email})

    def retire_customer(self, code: str) -> None:
        change_customer(self.sandbox.state, code, {"active": False})

    def refuse_login(self) -> Erp:
        return self.erp("sandbox+http://hub:wrong@erp.test/erp")

    def _clerk(self, deed: str, number: str, **wanted: Any) -> None:
        path = f"/_sandbox/erp/orders/{quote(number, safe='')}/{deed}"
        answer = self.sandbox.handle(Request.of("POST", path, JSON, json.dumps(wanted).encode()))
        assert answer.status == 200, answer.body


def _written(rows: Rows | None) -> dict[str, Any]:
    return {} if rows is None else {"rows": {str(line_no): str(quantity) for line_no, quantity in rows.items()}}
