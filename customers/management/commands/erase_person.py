"""Erase one person from everything the hub keeps."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any

from connectors.errors import PermanentError
from customers.erasing import person_by
from hub import erasing
from hub.management.base import Row, TableCommand
from hub.models import Erasure
from hub.models.erasures import hash_of
from hub.person import Person


class Command(TableCommand):
    """``erase_person --email E --reason TEXT --dry-run`` shows what would be scrambled; without --dry-run it is."""

    help = "Scramble what the hub keeps about one person; numbers, references and sums stay. Leaves a proof."

    def arguments(self, parser: ArgumentParser) -> None:
        """Who, why, and by whom."""
        who = parser.add_mutually_exclusive_group(required=True)
        who.add_argument("--email", default="")
        who.add_argument("--code", default="", help="the person's code in the ERP")
        who.add_argument("--norce-id", type=int)
        parser.add_argument("--reason", required=True, help="kept with the proof")
        parser.add_argument("--by", default="command", help="who asked for it")
        parser.add_argument("--dry-run", action="store_true", help="count, and change nothing")
        parser.add_argument("--even-unfinished", action="store_true", help="though work for the person has not ended")

    def rows(self, **options: Any) -> Sequence[Row]:
        """Find the person, erase them, and return one row for each table."""
        asked = person_by(email=options["email"], code=options["code"], norce_id=options["norce_id"])
        person = erasing.known(asked)
        if not person.emails and not person.subjects:
            raise PermanentError("erasure_nobody")
        before = Erasure.objects.filter(identifier_hash=hash_of(person.identifier)).order_by("pk").last()
        counts = erasing.preview(person)
        # One that was interrupted after its last table has nothing left to scramble, and still to be ended.
        if not any(counts.values()) and not (before and before.state == Erasure.State.RUNNING):
            raise _nothing(before)
        if not options["dry_run"]:
            counts = _erase(person, options).counts
        return [{"table": name, "rows": number} for name, number in sorted(counts.items())]


def _erase(person: Person, options: dict[str, Any]) -> Erasure:
    return erasing.erase(person, by=options["by"], reason=options["reason"], even_unfinished=options["even_unfinished"])


def _nothing(before: Erasure | None) -> PermanentError:
    if before and before.finished_at:
        return PermanentError("erasure_done", date=f"{before.finished_at:%Y-%m-%d}", number=before.pk)
    return PermanentError("erasure_nothing")
