"""The workbench of Business Central: the stub that holds every call against its OpenAPI document."""

from __future__ import annotations

from collections.abc import Sequence

from connectors.erp.base import Erp, PartyKind
from connectors.erp.bc.orders import STEP
from tests.business_central.books import Books
from tests.business_central.server import BusinessCentralStub
from tests.business_central.wire import StubAdapter
from tests.erp_contract.workbench import Rows, Workbench

OPTIONS = "rounding_account=3740&unknown_account=3990&tracking=exempel/shop/v1.0/shipmentTracking&base=https://bc.test"


def address(secret: str, options: str = OPTIONS) -> str:
    """Return a connection URL to the stub."""
    return f"businesscentral://hub:{secret}@tenant.example.com/production/CRONUS%20SE?{options}"


class BusinessCentralWorkbench(Workbench):
    """A stub in this process; freight is a G/L account, and a cancelled order is one that is deleted."""

    name = "bc"
    kind = PartyKind.PERSON
    fee = "3540"
    keeps_cancelled = False

    def __init__(self) -> None:
        books = Books(vat=dict.fromkeys(self.parts, 25), accounts={self.fee: 25, "3740": 0, "3990": 25})
        self.stub = BusinessCentralStub(books=books, secret=self.password)
        super().__init__(address(self.password), "https://bc.test", StubAdapter(self.stub))

    def close(self) -> None:
        assert self.stub.complaints == []

    def orders_with(self, reference: str) -> int:
        rows = self.stub.books.sets["salesOrders"].values()
        return sum(row["externalDocumentNumber"] == reference for row in rows)

    def ship(self, number: str, rows: Rows | None = None, parcels: Sequence[str] = ()) -> None:
        wanted = None if rows is None else {line_no * STEP: quantity for line_no, quantity in rows.items()}
        self.stub.books.ship(number, wanted, parcels)

    def invoice(self, number: str) -> None:
        self.stub.books.invoice(number)

    def credit(self, number: str) -> None:
        self.stub.books.credit(number)

    def cancel(self, number: str) -> None:
        self.stub.books.delete_order(number)

    def move_customer(self, code: str, city: str) -> None:
        self.stub.books.change_customer(code, city=city)

    def rename_customer(self, code: str, name: str) -> None:
        self.stub.books.change_customer(code, displayName=name)

    def change_email(self, code: str, email: str) -> None:
        self.stub.books.change_customer(code, email=email)

    def retire_customer(self, code: str) -> None:
        self.stub.books.change_customer(code, blocked="All")

    def refuse_login(self) -> Erp:
        return self.erp(address("wrong"))
