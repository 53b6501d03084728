"""Orders that Norce has, pushed or not, what a run makes of them, and the figures that it keeps."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from connectors.sandbox.core import Sandbox
from connectors.sandbox.registration import register_order
from hub import runs
from hub.models import OutboxMessage, SyncRun
from orders.day_count import DayCount
from orders.figures import Figure, of_json
from tests.conftest import sample

Work = Callable[[], int]
ORDERS = "Orders/Orders"


def in_norce(
    sandbox: Sandbox, reference: str = "5100231", *, age: float = 2.0, name: str = "01", **changes: Any
) -> Any:
    """Let Norce have an order that is some hours old and was not pushed; return what Query shows of it."""
    order = register_order(sandbox.state, sample(name, ClientOrderRef=reference, **changes))
    made = datetime.now(UTC) - timedelta(hours=age)
    order["Created"] = made.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]
    return sandbox.state.placed.get(order["Id"])


def cancel_in_norce(sandbox: Sandbox, reference: str) -> None:
    """Let somebody cancel an order in Norce Admin."""
    [order] = sandbox.state.orders.find("ref", reference)
    order["status"] = "Cancelled"


def compare(work: Work, mode: str = "delta", *, dry_run: bool = False) -> SyncRun:
    """Look for lost orders; return the run."""
    run = runs.start(resource="lost_orders", by="test", mode=mode, dry_run=dry_run)
    assert run is not None
    work()
    run.refresh_from_db()
    return run


def day(hours_ago: float = 2.0) -> date:
    """Return the local day of some hours ago."""
    return timezone.localdate(timezone.now() - timedelta(hours=hours_ago))


def count_of(when: date | None = None) -> DayCount:
    """Return the figures of a day, that of `in_norce` by itself."""
    return DayCount.objects.get(day=when or day())


def figure(number: int, total: str = "", currency: str = "SEK") -> Figure:
    """Return a figure with at most one currency."""
    return Figure(count=number, sums={currency: Decimal(total)} if total else {})


def figures(row: DayCount) -> tuple[Figure, Figure, Figure, Figure | None]:
    """Return a day's figures in Norce, hub, hub to ERP, and ERP."""
    return of_json(row.norce), of_json(row.hub), of_json(row.sent), of_json(row.erp) if row.erp else None


def fetching() -> OutboxMessage:
    """Return the one piece of work that fetches an order."""
    return OutboxMessage.objects.get(kind="norce.fetch_order")
