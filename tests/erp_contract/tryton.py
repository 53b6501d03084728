"""The workbench of a real Tryton."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from requests.adapters import HTTPAdapter

from connectors.erp.base import Erp
from tests.erp_contract.workbench import Rows, Workbench
from tests.tryton.clerk import clerk_of
from tests.tryton.server import Server


class TrytonWorkbench(Workbench):
    """A server of its own process, and a clerk with a session of their own."""

    name = "tryton"

    def __init__(self, server: Server) -> None:
        super().__init__(server.url, server.address, HTTPAdapter())
        self.password = server.password
        self.clerk = clerk_of(server)

    def orders_with(self, reference: str) -> int:
        return len(self.clerk.find("sale.sale", [["web_id", "=", reference]]))

    def ship(self, number: str, rows: Rows | None = None, parcels: Sequence[str] = ()) -> None:
        self.clerk.ship(number, rows, parcels)

    def invoice(self, number: str) -> None:
        self.clerk.invoice(number)

    def credit(self, number: str) -> None:
        self.clerk.credit(number)

    def ways_to_credit(self) -> Sequence[Callable[[str], None]]:
        return (self.credit, lambda number: self.clerk.credit(number, with_refund=True))

    def cancel(self, number: str) -> None:
        self.clerk.cancel(number)

    def move_customer(self, code: str, city: str) -> None:
        [address, *_] = self.clerk.find("party.address", [["party.code", "=", code]])
        self.clerk.do("party.address", "write", [address["id"]], {"city": city})

    def rename_customer(self, code: str, name: str) -> None:
        self._write(code, name=name)

    def change_email(self, code: str, email: str) -> None:
        kept = [["party.code", "=", code], ["type", "=", "email"]]
        [mechanism] = self.clerk.find("party.contact_mechanism", kept)
        self.clerk.do("party.contact_mechanism", "write", [mechanism["id"]], {"value": email})

    def retire_customer(self, code: str) -> None:
        self._write(code, active=False)

    def refuse_login(self) -> Erp:
        self.session.headers.pop("Authorization", None)
        return self.erp(self.url.replace(self.password, "a-wrong-password"))

    def _write(self, code: str, **values: str | bool) -> None:
        [party] = self.clerk.find("party.party", [["code", "=", code]])
        self.clerk.do("party.party", "write", [party["id"]], values)
