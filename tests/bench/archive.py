"""As many orders as one likes, with their work, attempts, calls and documents, made by the database itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.db import connection, models
from django.utils import timezone

from hub.models import ApiCall, Application, Attempt, ErpConnection, OutboxMessage
from orders.models import DeliveryNote, Invoice, Order

SAMPLES = Path("connectors/sandbox/samples")
KEY = "7f0c2d1a-4b52-4f6e-9a31-0d5b6f1e2c10"
FIRST_REFERENCE = 5_000_000
DAYS = 100
# Of the newest orders some wait; further back some are held or failed.
WAITING, TROUBLED = 500, 500


def fill(orders: int) -> None:
    """Make so many orders, spread over the last hundred days: two messages and tries and three calls for each."""
    erp, _ = ErpConnection.objects.get_or_create(name="default")
    Application.objects.get_or_create(key=KEY, defaults={"number": 1901, "name": "Exempel SE", "erp_connection": erp})
    archive = _Archive(orders)
    archive.orders()
    archive.work()
    archive.documents()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


class _Archive:
    """Orders 1 to ``number``, the last one the newest; columns are SQL of the row's number ``i``."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.begin = timezone.now().timestamp() - DAYS * 86_400
        self.every = DAYS * 86_400 / (number + 1)
        self.waits = f"i > {number - min(WAITING, number // 10)}"
        self.stops = f"(i % {max(number // TROUBLED, 20)} = 0 AND NOT {self.waits})"

    def orders(self) -> None:
        """Nearly all have been brought to the ERP, acknowledged, delivered and invoiced."""
        open_ = f"({self.waits} OR {self.stops})"
        self._insert(
            Order,
            id="i",
            application_key=f"'{KEY}'",
            source="'WEB'",
            client_order_ref=f"CAST({FIRST_REFERENCE} + i AS TEXT)",
            received_at=self._at(),
            body="%(body)s",
            buyer_email="'buyer' || i % 100000 || '@example.com'",
            buyer_name="'Buyer ' || i % 100000",
            status=f"CASE WHEN {open_} THEN 'received' ELSE 'invoiced' END",
            currency="'SEK'",
            total="100 + i % 900",
            erp_order_no=f"CASE WHEN {open_} THEN '' ELSE 'SO' || i END",
            erp_ordered_at=f"CASE WHEN {open_} THEN NULL ELSE {self._at('2 + i % 60')} END",
            acknowledged_at=f"CASE WHEN {open_} THEN NULL ELSE {self._at('5 + i % 120')} END",
            invoiced_in_full=f"NOT {open_}",
        )

    def work(self) -> None:
        """What was to do for each order, the tries and the calls out."""
        state = f"CASE WHEN {self.waits} THEN 'pending' WHEN {self.stops} THEN 'failed' ELSE 'done' END"
        about = {"subject": "'order:' || i", "created_at": self._at("1")}
        for place, (kind, system) in enumerate((("norce.order_status", "norce"), ("erp.order", "erp:default"))):
            kinds = {"kind": f"'{kind}'", "key": f"'{kind}:' || i", "system": f"'{system}'"}
            cause = f"CASE WHEN {self.stops} THEN 'mapping' ELSE '' END"
            which = state if kind == "erp.order" else "'done'"
            self._insert(OutboxMessage, id=f"2 * i - {place}", state=which, error_kind=cause, **kinds, **about)
            tried = {"item_kind": "'outboxmessage'", "item_id": f"2 * i - {place}", "number": "1"}
            at = {"started_at": self._at("1"), "finished_at": self._at("2"), "outcome": "'done'"}
            self._insert(Attempt, id=f"2 * i - {place}", subject=about["subject"], **tried, **at)
        address = "'https://example.com/commerce/connect/4.0/call'"
        called = {"method": "'POST'", "url": address, "status": "200", "ms": "i % 300", **about}
        text = "'{\"order\": ' || i || ', \"rows\": \"' || %(padding)s || '\"}'"
        for place, system in enumerate(("erp:default", "erp:default", "norce")):
            which = {"id": f"3 * i - {place}", "system": f"'{system}'", "operation": "'call'"}
            self._insert(ApiCall, request=text, response=text, **which, **called)

    def documents(self) -> None:
        """A delivery note and an invoice for each order, also for those that wait: nobody looks at that."""
        about = {"id": "i", "order_id": "i", "number": "'D' || i", "created_at": self._at("86400"), "completes": "TRUE"}
        self._insert(DeliveryNote, made_at=self._at("80000"), content='\'{"rows": [], "parcels": []}\'', **about)
        about = {"id": "i", "order_id": "i", "number": "'F' || i", "created_at": self._at("90000")}
        self._insert(Invoice, made_at=self._at("85000"), currency="'SEK'", total="100 + i % 900", **about)

    def _at(self, later: str = "0") -> str:
        """Return the SQL of a moment so many seconds after the order came."""
        seconds = f"{self.begin} + i * {self.every} + {later}"
        return f"to_timestamp({seconds})" if connection.vendor == "postgresql" else f"datetime({seconds}, 'unixepoch')"

    def _insert(self, model: type[models.Model], **given: str) -> None:
        columns = {field.column: _default(field) for field in model._meta.concrete_fields if not field.primary_key}
        columns |= given
        numbers = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {self.number})"
        target = f"INSERT INTO {model._meta.db_table} ({', '.join(columns)})"
        statement = f"{numbers} {target} SELECT {', '.join(columns.values())} FROM n"
        with connection.cursor() as cursor:
            cursor.execute(statement.replace("i %", "i %%"), {"body": _body(), "padding": "x" * 200})


def _default(field: models.Field[Any, Any]) -> str:
    """Return a column's default as SQL."""
    if field.default is timezone.now:
        return "CURRENT_TIMESTAMP"
    value = field.get_db_prep_save(field.get_default(), connection)
    return "NULL" if value is None else "'" + str(getattr(value, "obj", value)) + "'"


def _body() -> bytes:
    sample = json.loads(next(SAMPLES.glob("order-01*")).read_text())
    return json.dumps(sample, separators=(",", ":")).encode()
