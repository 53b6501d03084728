"""What the suite needs of an ERP: an adapter on a wire that can be harmed, and a clerk who works in the ERP."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from typing import Any, ClassVar

import requests
from requests.adapters import HTTPAdapter

from connectors.erp import schemes
from connectors.erp.base import Erp, ErpAddress, ErpOrder, ErpOrderLine, ErpParty, PartyKind
from connectors.http import CallRecord, Http
from tests.erp_contract.wire import Wire

Rows = Mapping[int, Decimal]
ADDRESS = ErpAddress(line1="Exempelgatan 12", postal_code="123 45", city="Exempelstad", country="SE")
_numbers = count(1)


def unique() -> int:
    """Return a number that no other test of this process uses."""
    return next(_numbers)


class Workbench(ABC):
    """One ERP with everything that the suite does to it from outside.

    ``parts`` are two kinds of goods and ``fee`` is freight, all known to the ERP; ``unknown`` is a part that it has
    not. ``kind`` is what the ERP answers of a person: ANY where its register does not tell. ``password`` is the one
    in ``url``. ``keeps_cancelled`` False: a cancelled order is deleted, and the ERP knows nothing of it any more.
    ``tick`` is how many microseconds apart two moments are that the ERP can tell from each other.
    """

    name: ClassVar[str]
    kind: ClassVar[PartyKind] = PartyKind.ANY
    currency: ClassVar[str] = "SEK"
    vat_rate: ClassVar[Decimal] = Decimal(25)
    parts: ClassVar[tuple[str, str]] = ("TR-1001-M", "SO-2002")
    fee: ClassVar[str] = "FREIGHT-HOME"
    unknown: ClassVar[str] = "NO-SUCH-PART"
    keeps_cancelled: ClassVar[bool] = True
    password: ClassVar[str] = "the-clerks-secret"
    tick: ClassVar[int] = 1

    def __init__(self, url: str, address: str, inner: HTTPAdapter) -> None:
        """Speak to the ERP at the connection URL ``url``, whose calls to ``address`` go over ``inner``."""
        self.url = url
        self.wire = Wire(inner)
        self.session = requests.Session()
        self.session.mount(address, self.wire)
        self.records: list[CallRecord] = []

    def erp(self, url: str = "") -> Erp:
        """Return a new adapter, as each piece of work of the hub gets one."""
        http = Http(system=f"erp:{self.name}", base_url="", session=self.session, record=self.records.append)
        return schemes.connect(url or self.url, http)

    def party(self, **changes: Any) -> ErpParty:
        """Return a person that the ERP has not yet."""
        party = ErpParty(
            kind=PartyKind.PERSON,
            name="Maja Provberg",
            first_name="Maja",
            last_name="Provberg",
            email=f"maja.{self.name}.{unique()}@example.com",
            phone="+46701740605",
            currency=self.currency,
            address=ADDRESS,
        )
        return replace(party, **changes)

    def order(self, customer_code: str, *quantities: int, **changes: Any) -> ErpOrder:
        """Return an order of so many of each of ``parts`` (default one each) and freight, that the ERP has not yet."""
        wanted = quantities or (1, 1)
        prices = (Decimal("1079.28"), Decimal("79.20"))
        lines = [self.line(n, self.parts[n - 1], quantity, prices[n - 1]) for n, quantity in enumerate(wanted, 1)]
        lines.append(self.line(len(lines) + 1, self.fee, 1, Decimal("39.20"), is_fee=True))
        order = ErpOrder(
            reference=f"1901-{self.name}-{unique()}",
            customer_code=customer_code,
            currency=self.currency,
            total=sum((line.quantity * (line.unit_price + line.unit_vat) for line in lines), Decimal(0)),
            lines=tuple(lines),
            bill_to=replace(ADDRESS, name="Maja Provberg"),
            ship_to=replace(ADDRESS, name="Maja Provberg", line1="Provgatan 7"),
        )
        return replace(order, **changes)

    def line(self, line_no: int, part_no: str, quantity: int, price: Decimal, *, is_fee: bool = False) -> ErpOrderLine:
        """Return a row with the ERP's VAT."""
        return ErpOrderLine(
            line_no=line_no,
            part_no=part_no,
            description=f"Part {part_no}",
            quantity=Decimal(quantity),
            unit_price=price,
            unit_vat=price * self.vat_rate / 100,
            vat_rate=self.vat_rate,
            is_fee=is_fee,
        )

    def watermark(self) -> datetime:
        """Wait for a moment that is after all that was done so far and not after what is done next; return it."""
        moment = (time.time_ns() // 1000 // self.tick + 1) * self.tick
        while (left := moment * 1000 - time.time_ns()) > 0:
            time.sleep(left / 1e9)
        return datetime.fromtimestamp(moment // 1_000_000, UTC).replace(microsecond=moment % 1_000_000)

    def ways_to_credit(self) -> Sequence[Callable[[str], None]]:
        """Return the ways in which a clerk can credit all of an order's last invoice."""
        return (self.credit,)

    def close(self) -> None:
        """Raise AssertionError for what has come to light behind the adapter's back."""
        return None

    @abstractmethod
    def orders_with(self, reference: str) -> int:
        """Return how many orders the ERP itself has with our reference, half made ones too."""

    @abstractmethod
    def ship(self, number: str, rows: Rows | None = None, parcels: Sequence[str] = ()) -> None:
        """Deliver quantities by line of an order, or all that is left, in parcels with tracking numbers."""

    @abstractmethod
    def invoice(self, number: str) -> None:
        """Post an invoice of what is delivered and not invoiced yet, and of fees."""

    @abstractmethod
    def credit(self, number: str) -> None:
        """Post a credit note of all of the order's last invoice."""

    @abstractmethod
    def cancel(self, number: str) -> None:
        """Cancel an order of which nothing is delivered, as a clerk does it in this ERP."""

    @abstractmethod
    def move_customer(self, code: str, city: str) -> None:
        """Change nothing but the city of a customer's address."""

    @abstractmethod
    def rename_customer(self, code: str, name: str) -> None:
        """Change the name of a customer."""

    @abstractmethod
    def change_email(self, code: str, email: str) -> None:
        """Change nothing but the e-mail address of a customer."""

    @abstractmethod
    def retire_customer(self, code: str) -> None:
        """Make a customer inactive."""

    @abstractmethod
    def refuse_login(self) -> Erp:
        """Return an adapter with a wrong password."""
