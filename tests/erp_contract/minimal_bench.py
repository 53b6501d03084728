"""The workbench of the minimal adapter: its wire counts, loses and kills as that of the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from connectors.erp.base import Erp, ErpCredit, ErpDelivery, ErpInvoice
from connectors.errors import TransientError
from tests.erp_contract.minimal import Kept, MinimalErp, Store, change, done, parcels_of, rows_of
from tests.erp_contract.workbench import Rows, Workbench

ADDRESS = "http://minimal.test"
CENT = Decimal("0.01")


class Here(HTTPAdapter):
    """Does a deed of this process in place of a request, so that `Wire` can harm it as any other."""

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        answer = requests.Response()
        answer.deed = request.deed()  # type: ignore[attr-defined]
        answer.raw = BytesIO()
        return answer


class MinimalWorkbench(Workbench):
    """An ERP of dictionaries and its clerk."""

    name = "minimal"

    def __init__(self) -> None:
        self.store = Store(parts=frozenset({*self.parts, self.fee}), password=self.password)
        super().__init__("", ADDRESS, Here())

    def erp(self, url: str = "") -> Erp:
        return MinimalErp(store=self.store, password=url or self.password, call=self._call)

    def orders_with(self, reference: str) -> int:
        return len([row for row in self.store.orders.values() if row.order and row.order.reference == reference])

    def ship(self, number: str, rows: Rows | None = None, parcels: Sequence[str] = ()) -> None:
        kept = self._kept(number)
        left = self._left(kept, kept.deliveries, fees=False)
        made = ErpDelivery(
            number=f"{number}-D{len(kept.deliveries) + 1}",
            delivered_at=datetime.now(UTC),
            rows=rows_of(kept.order, dict(rows) if rows is not None else left),
            parcels=parcels_of(parcels),
        )
        change(kept, deliveries=[*kept.deliveries, made])

    def invoice(self, number: str) -> None:
        kept = self._kept(number)
        due = {n: left - self._undelivered(kept, n) for n, left in self._left(kept, kept.invoices, fees=True).items()}
        rows = rows_of(kept.order, due)
        made = ErpInvoice(
            number=f"{number}-F{len(kept.invoices) + 1}",
            invoiced_at=datetime.now(UTC),
            due_at=datetime.now(UTC),
            currency=kept.order.currency,
            total=sum((row.quantity * (row.unit_price + row.unit_vat) for row in rows), Decimal(0)).quantize(CENT),
            rows=rows,
        )
        change(kept, invoices=[*kept.invoices, made])

    def credit(self, number: str) -> None:
        kept = self._kept(number)
        invoice = kept.invoices[-1]
        made = ErpCredit(
            number=f"{number}-K{len(kept.credits) + 1}",
            credited_invoice=invoice.number,
            credited_at=datetime.now(UTC),
            currency=invoice.currency,
            total=invoice.total,
            rows=invoice.rows,
        )
        change(kept, credits=[*kept.credits, made])

    def cancel(self, number: str) -> None:
        change(self._kept(number), cancelled=True)

    def move_customer(self, code: str, city: str) -> None:
        kept = self._party(code)
        change(kept, party=replace(kept.party, address=replace(kept.party.address, city=city)))

    def rename_customer(self, code: str, name: str) -> None:
        kept = self._party(code)
        change(kept, party=replace(kept.party, name=name))

    def change_email(self, code: str, email: str) -> None:
        kept = self._party(code)
        change(kept, party=replace(kept.party, email=email))

    def retire_customer(self, code: str) -> None:
        kept = self._party(code)
        change(kept, party=replace(kept.party, active=False))

    def refuse_login(self) -> Erp:
        return self.erp("wrong")

    def _call(self, method: str, deed: Callable[[], Any]) -> Any:
        request = requests.PreparedRequest()
        request.method, request.url, request.deed = method, ADDRESS, deed  # type: ignore[attr-defined]
        try:
            return self.wire.send(request).deed  # type: ignore[attr-defined]
        except requests.ConnectTimeout as error:
            raise TransientError("The ERP cannot be reached.") from error
        except requests.ReadTimeout as error:
            raise TransientError("The ERP did not answer.", outcome_unknown=method == "POST") from error

    def _kept(self, number: str) -> Any:
        return self.store.orders[int(number.removeprefix("M"))]

    def _party(self, code: str) -> Any:
        return self.store.parties[int(code.removeprefix("C"))]

    def _left(self, kept: Any, documents: Sequence[Any], *, fees: bool) -> dict[int, Decimal]:
        lines = [line for line in kept.order.lines if fees or not line.is_fee]
        return {line.line_no: line.quantity - done(documents, line.line_no) for line in lines}

    def _undelivered(self, kept: Kept, line_no: int) -> Decimal:
        return self._left(kept, kept.deliveries, fees=False).get(line_no, Decimal(0))
