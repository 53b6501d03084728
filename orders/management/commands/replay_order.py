"""Send a stopped order again: the same deed as the admin's button."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any

from django.core.management.base import CommandError

from hub.by_hand import NotAllowed
from hub.management.base import Row, TableCommand
from orders.models import Order
from orders.replay_preview import preview
from orders.replaying import replay


class Command(TableCommand):
    """``replay_order 5100231 --reason "mapping corrected"`` maps the order again; ``--as-sent`` sends it as it was."""

    help = "Send an order again that has stopped on its way to the ERP; the table shows what changes."

    def arguments(self, parser: ArgumentParser) -> None:
        """The order, which way, why, and whose decision it is."""
        parser.add_argument("order", help="Norce's number, or order:17 where several have that number")
        parser.add_argument("--as-sent", action="store_true", help="send it as it was mapped the last time")
        parser.add_argument("--reason", required=True)
        parser.add_argument("--by", default="command", help="who decided (default: command)")

    def rows(self, **options: Any) -> Sequence[Row]:
        """Replay the order; return a row for each field that is sent otherwise than before, else one row."""
        order, as_sent = _find(options["order"]), options["as_sent"]
        changes = [] if as_sent else preview(order).differences
        try:
            replay(order, as_sent=as_sent, by=options["by"], reason=options["reason"])
        except NotAllowed as error:
            raise CommandError(str(error)) from error
        answer = "will be sent as it was" if as_sent else "will be mapped again and sent"
        row = {"order": str(order), "answer": answer, "field": "", "before": "", "now": "", "ok": True}
        told = [row | {"field": field, "before": before, "now": now} for field, before, now in changes]
        return told or [row]


def _find(name: str) -> Order:
    key = name.removeprefix("order:")
    wanted = {"pk": key} if name.startswith("order:") and key.isdigit() else {"client_order_ref": name}
    found = list(Order.objects.filter(**wanted).defer("body").order_by("pk")[:20])
    if len(found) == 1:
        return found[0]
    several = ", ".join(f"{one.subject} ({one.application_key}, {one.source})" for one in found)
    raise CommandError(f"Several orders have the number {name}: {several}." if found else f"There is no order {name}.")
