"""Let stopped work start again."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any

from hub import by_hand
from hub.drain import WORK_MODELS
from hub.management.base import Row, TableCommand
from hub.models import WorkItem

KINDS: dict[str, type[WorkItem]] = {model._meta.model_name or "": model for model in WORK_MODELS}


class Command(TableCommand):
    """``retry outboxmessage 17 18 --reason "the ERP is back"``; the reason is kept with the next attempt."""

    help = "Let failed, held or cancelled work start again with a fresh allowance."

    def arguments(self, parser: ArgumentParser) -> None:
        """Kind, ids, reason and who asks."""
        parser.add_argument("kind", choices=sorted(KINDS))
        parser.add_argument("ids", nargs="+", type=int)
        parser.add_argument("--reason", required=True)
        parser.add_argument("--by", default="command")

    def rows(self, **options: Any) -> Sequence[Row]:
        """Retry each and say of each whether it was allowed."""
        return [_retry(KINDS[options["kind"]], pk, options["by"], options["reason"]) for pk in options["ids"]]


def _retry(model: type[WorkItem], pk: int, by: str, reason: str) -> Row:
    item = model._default_manager.filter(pk=pk).first()
    if item is None:
        return {"id": pk, "ok": False, "answer": "There is no such row."}
    try:
        by_hand.retry(item, by=by, reason=reason)
    except by_hand.NotAllowed as error:
        return {"id": pk, "ok": False, "answer": str(error)}
    return {"id": pk, "ok": True, "answer": "will be tried again"}
