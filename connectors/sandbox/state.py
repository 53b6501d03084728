"""What the tenant and the ERP know: tables with indexes, kept in memory."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import simplejson

Record = dict[str, Any]
IndexValues = Callable[[Record], Iterable[str | None]]

FIRST_NUMBERS = {"customer": 50001, "company": 7001, "job": 1001, "erp_customer": 10001, "erp_order": 100001}


def letters_and_digits(text: str | None) -> str:
    """Return a number as registers compare it: ``556677-8899`` and ``5566778899`` are the same."""
    return "".join(character for character in text or "" if character.isalnum()).upper()


def folded(text: str | None) -> str:
    """Return a text as it is compared when case does not matter."""
    return (text or "").strip().casefold()


class Table:
    """Records by their key, found through indexes without ever walking over all of them.

    A record may be changed in place; it counts only when it has been given to `save` again.
    """

    def __init__(self, key: str, **indexes: IndexValues) -> None:
        self._key = key
        self._indexes = indexes
        self._rows: dict[Any, Record] = {}
        self._found: dict[tuple[str, str], dict[Any, None]] = {}
        self._entries: dict[Any, list[tuple[str, str]]] = {}
        self._encoded: dict[Any, str] = {}
        self._unsaved: dict[Any, None] = {}

    def __iter__(self) -> Iterator[Record]:
        return iter(self._rows.values())

    def __len__(self) -> int:
        return len(self._rows)

    def get(self, key: Any) -> Record | None:
        """Return the record with this key, None when there is none."""
        return self._rows.get(key)

    def find(self, index: str, value: str) -> list[Record]:
        """Return the records that have this value in the index, oldest first."""
        return [self._rows[key] for key in self._found.get((index, value), ())]

    def save(self, record: Record) -> None:
        """Keep a new record, or a changed one together with its index entries."""
        key = record[self._key]
        for entry in self._entries.get(key, ()):
            self._found[entry].pop(key, None)
        entries = [(name, value) for name, values in self._indexes.items() for value in values(record) if value]
        for entry in entries:
            self._found.setdefault(entry, {})[key] = None
        self._entries[key] = entries
        self._rows[key] = record
        self._unsaved[key] = None

    @property
    def changed(self) -> bool:
        """Tell whether a record was saved since the last call of `lines`."""
        return bool(self._unsaved)

    def lines(self) -> list[str]:
        """Return every record as JSON. Only those saved since the last call are encoded anew."""
        for key in self._unsaved:
            self._encoded[key] = simplejson.dumps(self._rows[key], use_decimal=True)
        self._unsaved.clear()
        return list(self._encoded.values())


class State:
    """Everything both sides keep. Whoever reads or writes it holds ``lock``; ``clock`` gives epoch seconds."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock
        self.lock = threading.RLock()
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self.orders = Table(
            "key",
            ref=lambda order: [order["client_order_ref"]],
            erp_order_no=lambda order: [order["erp_order_no"]],
            note_no=lambda order: [note["note_no"] for note in order["delivery_notes"]],
            invoice_no=lambda order: [row["invoice_no"] for row in order["invoices"] + order["credits"]],
        )
        self.customers = Table(
            "Id",
            code=lambda row: [row["Code"]],
            natural=lambda row: [folded(row["EmailAddress"])],
        )
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
        self.erp_customers = Table(
            "code",
            email=lambda row: [folded(row["email"])],
            organisation_no=lambda row: [letters_and_digits(row["organisation_no"])],
            vat_no=lambda row: [letters_and_digits(row["vat_no"])],
        )
        self.erp_orders = Table("number", reference=lambda order: [order["reference"]])
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
        """Return the present time as Connect writes it: UTC, milliseconds, no offset."""
        return datetime.fromtimestamp(self.clock(), UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]
