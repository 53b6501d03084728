"""What the tenant and the ERP know, kept in memory."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime

from connectors.sandbox.table import Record, Table

FIRST_NUMBERS = {
    "customer": 50001,
    "company": 7001,
    "job": 1001,
    "erp_customer": 10001,
    "erp_order": 100001,
    "erp_delivery": 70001,
    "erp_invoice": 80001,
    "erp_credit": 90001,
    "order": 9900001,
    "order_party": 660001,
    "quotation": 1500000001,
    "invoice": 440001,
    "delivery_note": 550001,
    "event": 1,
}


def written(moment: datetime) -> str:
    """Return a moment as both sides write it, so that texts compare as moments do: UTC, milliseconds, no offset."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]


def letters_and_digits(text: str | None) -> str:
    """Return a number as registers compare it: ``556677-8899`` and ``5566778899`` are the same."""
    return "".join(character for character in text or "" if character.isalnum()).upper()


def folded(text: str | None) -> str:
    """Return a text as it is compared when case does not matter."""
    return (text or "").strip().casefold()


class State:
    """Everything both sides keep. Whoever reads or writes it holds ``lock``; ``clock`` gives epoch seconds.

    ``raises_events`` False means that every type of event is switched off in Norce: none is recorded.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock
        self.lock = threading.RLock()
        self.raises_events = False
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self._clear_norce()
        self._clear_erp()
        self.numbers: Counter[str] = Counter(FIRST_NUMBERS)
        self.calls: Record = {"total": 0, "throttled": 0, "by_minute": {}}
        self.tokens: dict[str, float] = {}

    @property
    def tables(self) -> dict[str, Table]:
        """Return the tables by name."""
        return {name: value for name, value in vars(self).items() if isinstance(value, Table)}

    def take_number(self, series: str) -> int:
        """Return the next number of a series of `FIRST_NUMBERS`."""
        number = self.numbers[series]
        self.numbers[series] += 1
        return number

    def now(self) -> str:
        """Return the present time as Connect writes it."""
        return written(datetime.fromtimestamp(self.clock(), UTC))

    def _clear_norce(self) -> None:
        self.orders = Table(
            "key",
            ref=lambda order: [order["client_order_ref"]],
            erp_order_no=lambda order: [order["erp_order_no"]],
            note_no=lambda order: [note["note_no"] for note in order["delivery_notes"]],
            invoice_no=lambda order: [row["invoice_no"] for row in order["invoices"] + order["credits"]],
        )
        self.placed = Table("Id", quotation=lambda row: [str(row["QuotationId"])])
        self.customers = Table(
            "Id",
            code=lambda row: [row["Code"]],
            natural=lambda row: [folded(row["EmailAddress"])],
            forgotten=lambda row: ["True"] if row["IsForgotten"] else [],
        )
        self.refilled = Table("Id")
        self.companies = Table(
            "Id",
            code=lambda row: [row["Code"]],
            natural=lambda row: [letters_and_digits(row["OrganizationNo"])],
            vat_no=lambda row: [letters_and_digits(row["VatNo"])],
        )
        self.relations = Table(
            "key",
            customer=lambda row: [str(row["CustomerId"])],
            company=lambda row: [str(row["CompanyId"])],
        )
        self.jobs = Table("JobId", open=lambda job: [] if job["IsFinished"] else ["yes"])
        self.payloads = Table("JobId")
        self.events = Table("key")
        self.event_counts = Table("type")

    def _clear_erp(self) -> None:
        self.erp_customers = Table(
            "code",
            kind=lambda row: [row["kind"]],
            email=lambda row: [folded(row["email"])],
            organisation_no=lambda row: [letters_and_digits(row["organisation_no"])],
            vat_no=lambda row: [letters_and_digits(row["vat_no"])],
        )
        self.erp_orders = Table(
            "number",
            reference=lambda order: [order["reference"]],
            customer=lambda order: [order.get("customer_code")],
        )
