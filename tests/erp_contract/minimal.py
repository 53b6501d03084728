"""The smallest adapter that keeps the contract, on an ERP of dictionaries: `docs/erp-adapters.md` explains it.

A real adapter differs in one thing: what `MinimalErp.call` does here goes over `connectors.http.Http` there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from connectors.erp.base import (
    ErpCredit,
    ErpDelivery,
    ErpDocumentRow,
    ErpInvoice,
    ErpOrder,
    ErpOrderLine,
    ErpOrderNews,
    ErpOrderRef,
    ErpOrderSummary,
    ErpParcel,
    ErpParty,
    ErpRow,
    ErpStatus,
    ErpTotals,
    HistoryPage,
    NewsPage,
    PartyKind,
    PartyPage,
)
from connectors.errors import ConfigError, PermanentError

ZERO, CENT = Decimal(0), Decimal("0.01")


@dataclass(kw_only=True)
class Kept:
    """A customer or an order with the number and the moment of its last change that the ERP gives it."""

    number: int
    changed: datetime
    party: ErpParty | None = None
    order: ErpOrder | None = None
    cancelled: bool = False
    deliveries: list[ErpDelivery] = field(default_factory=list)
    invoices: list[ErpInvoice] = field(default_factory=list)
    credits: list[ErpCredit] = field(default_factory=list)


@dataclass(kw_only=True)
class Store:
    """The ERP's tables."""

    parts: frozenset[str]
    password: str
    parties: dict[int, Kept] = field(default_factory=dict)
    orders: dict[int, Kept] = field(default_factory=dict)

    def keep(self, table: dict[int, Kept], **content: Any) -> Kept:
        """Add a row under the next number."""
        number = len(table) + 1
        table[number] = Kept(number=number, changed=datetime.now(UTC), **content)
        return table[number]


@dataclass(kw_only=True)
class MinimalErp:
    """The adapter. ``call`` carries each deed to the ERP: it may lose the answer, as any wire."""

    store: Store
    password: str
    call: Callable[[str, Callable[[], Any]], Any]

    def ping(self) -> str:
        self._ask(lambda: None)
        return "Minimal ERP"

    def find_parties(
        self, kind: PartyKind, *, code: str = "", email: str = "", organisation_no: str = "", vat_no: str = ""
    ) -> list[ErpParty]:
        wanted = {"code": code, "email": email, "organisation_no": organisation_no, "vat_no": vat_no}
        rows = self._ask(lambda: list(self.store.parties.values()))
        return [party for party in map(_party, rows) if party.active and _fits(party, wanted)]

    def list_parties(
        self, kind: PartyKind, *, since: datetime | None = None, after: str = "", limit: int = 1000
    ) -> PartyPage:
        rows, following = self._ask(lambda: _page(self.store.parties, since, after, limit))
        return PartyPage(parties=tuple(map(_party, rows)), next=following)

    def create_party(self, party: ErpParty) -> str:
        return f"C{self._write(lambda: self.store.keep(self.store.parties, party=party)).number}"

    def update_party(self, code: str, party: ErpParty, fields: frozenset[str]) -> None:
        [kept] = [row for row in self.store.parties.values() if f"C{row.number}" == code] or [None]
        if kept is None:
            raise PermanentError(f"There is no customer {code}.")
        values = {name: getattr(party, name) for name in fields}
        self._write(lambda: change(kept, party=replace(_party(kept), **values)))

    def find_order(self, reference: str) -> ErpOrderRef | None:
        rows = self._ask(lambda: [row for row in self.store.orders.values() if _order(row).reference == reference])
        return _ref(rows[0]) if rows else None

    def create_order(self, order: ErpOrder) -> ErpOrderRef:
        missing = {line.part_no for line in order.lines if line.known} - self.store.parts
        if missing:
            raise PermanentError(f"There is no part {', '.join(sorted(missing))}.")
        if not self.find_parties(PartyKind.ANY, code=order.customer_code):
            raise PermanentError(f"There is no customer {order.customer_code}.")
        if abs(_sum(order.lines) - order.total) > 1:
            raise PermanentError(f"The rows come to {_sum(order.lines):.2f}, the buyer pays {order.total:.2f}.")
        return _ref(self._write(lambda: self.store.keep(self.store.orders, order=order)))

    def cancel_order(self, number: str, reason: str) -> None:
        kept = self._kept(number)
        if kept is None or kept.deliveries or kept.invoices:
            raise PermanentError(f"Order {number} is not there, or delivered or invoiced in part.")
        self._write(lambda: change(kept, cancelled=True))

    def withdraw_order(self, reference: str) -> None:
        """An order is made in one deed: none is half made."""

    def list_news(self, *, since: datetime, after: str = "", limit: int = 100) -> NewsPage:
        rows, following = self._ask(lambda: _page(self.store.orders, since, after, limit))
        return NewsPage(orders=tuple(map(_news, rows)), next=following)

    def order_news(self, number: str) -> ErpOrderNews | None:
        kept = self._ask(lambda: self._kept(number))
        return _news(kept) if kept else None

    def list_orders(self, customer_code: str, *, after: str = "", limit: int = 20) -> HistoryPage:
        rows = [row for row in self.store.orders.values() if _order(row).customer_code == customer_code][::-1]
        rest = [row for row in rows if not after or row.number < int(after)]
        following = str(rest[limit - 1].number) if len(rest) > limit else ""
        return HistoryPage(orders=tuple(map(_summary, rest[:limit])), next=following)

    def totals(self, since: datetime, until: datetime, prefix: str) -> ErpTotals:
        rows = [row for row in self.store.orders.values() if since <= row.changed < until]
        ours = [_order(row) for row in rows if _order(row).reference.startswith(prefix)]
        sums = {one.currency: sum((each.total for each in ours if each.currency == one.currency), ZERO) for one in ours}
        return ErpTotals(
            count=len(ours), sums=tuple(sorted((name, total.quantize(CENT)) for name, total in sums.items()))
        )

    def _kept(self, number: str) -> Kept | None:
        return next((row for row in self.store.orders.values() if f"M{row.number}" == number), None)

    def _ask(self, deed: Callable[[], Any]) -> Any:
        return self._send("GET", deed)

    def _write(self, deed: Callable[[], Any]) -> Any:
        return self._send("POST", deed)

    def _send(self, method: str, deed: Callable[[], Any]) -> Any:
        if self.password != self.store.password:
            raise ConfigError("The ERP does not know the password.", remedy="Correct it, then Retry.")
        return self.call(method, deed)


def change(kept: Kept, **values: Any) -> None:
    """Change a row and the moment of its last change."""
    for name, value in (values | {"changed": datetime.now(UTC)}).items():
        setattr(kept, name, value)


def rows_of(order: ErpOrder, quantities: dict[int, Decimal]) -> tuple[ErpDocumentRow, ...]:
    """Return the rows of a document."""
    return tuple(
        ErpDocumentRow(
            part_no=line.part_no,
            quantity=quantities[line.line_no],
            line_no=line.line_no,
            unit_price=line.unit_price,
            unit_vat=line.unit_vat,
            vat_rate=line.vat_rate,
        )
        for line in order.lines
        if quantities.get(line.line_no)
    )


def parcels_of(numbers: Iterable[str]) -> tuple[ErpParcel, ...]:
    """Return parcels by their tracking numbers."""
    return tuple(ErpParcel(number=number) for number in numbers)


def done(documents: Iterable[ErpDelivery | ErpInvoice], line_no: int) -> Decimal:
    """Return how much of a row is in documents."""
    return sum((row.quantity for one in documents for row in one.rows if row.line_no == line_no), ZERO)


def _page(table: dict[int, Kept], since: datetime | None, after: str, limit: int) -> tuple[list[Kept], str]:
    rows = [row for number, row in table.items() if number > int(after or 0) and (not since or row.changed >= since)]
    return rows[:limit], str(rows[limit - 1].number) if len(rows) > limit else ""


def _party(row: Kept) -> ErpParty:
    assert row.party is not None
    return replace(row.party, code=f"C{row.number}", kind=PartyKind.ANY)


def _order(row: Kept) -> ErpOrder:
    assert row.order is not None
    return row.order


def _ref(row: Kept) -> ErpOrderRef:
    order = _order(row)
    return ErpOrderRef(number=f"M{row.number}", reference=order.reference, customer_code=order.customer_code)


def _fits(party: ErpParty, wanted: dict[str, str]) -> bool:
    def folded(value: str, name: str) -> str:
        return value if name == "code" else value.casefold() if name == "email" else "".join(filter(str.isalnum, value))

    return any(value and folded(getattr(party, name), name) == folded(value, name) for name, value in wanted.items())


def _sum(lines: Iterable[ErpOrderLine]) -> Decimal:
    return sum((line.quantity * (line.unit_price + line.unit_vat) for line in lines), ZERO)


def _news(row: Kept) -> ErpOrderNews:
    order = _order(row)
    return ErpOrderNews(
        number=f"M{row.number}",
        reference=order.reference,
        status=ErpStatus.CANCELLED if row.cancelled else ErpStatus.OPEN,
        customer_code=order.customer_code,
        rows=tuple(
            ErpRow(
                line_no=line.line_no,
                part_no=line.part_no,
                ordered=line.quantity,
                delivered=done(row.deliveries, line.line_no),
                invoiced=done(row.invoices, line.line_no),
                is_fee=line.is_fee,
            )
            for line in order.lines
        ),
        deliveries=tuple(row.deliveries),
        invoices=tuple(row.invoices),
        credits=tuple(row.credits),
    )


def _summary(row: Kept) -> ErpOrderSummary:
    order = _order(row)
    return ErpOrderSummary(
        number=f"M{row.number}",
        reference=order.reference,
        customer_code=order.customer_code,
        status=_news(row).status,
        ordered_at=row.changed,
        currency=order.currency,
        total=order.total.quantize(CENT),
    )
