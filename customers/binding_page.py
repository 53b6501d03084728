"""What the page of a customer or company shows below its form: the three columns, and what runs have done with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import simplejson
from django.db.models import QuerySet
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from connectors.redaction import shown_to_all
from customers import comparing, sides
from customers.comparing import Cell, Line
from customers.models import Binding
from customers.sides import Side
from hub import revealing
from hub.admin.badges import TONES, badge
from hub.admin.links import item_url
from hub.models import ErpConnection, OutboxMessage, SyncRow
from hub.models.work import UNFINISHED, State
from hub.work_titles import run_title

ROWS_SHOWN = 20


@dataclass(frozen=True, kw_only=True)
class Column:
    """One side's heading, and why it is empty, if it is."""

    title: str
    problem: str


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One cell in words, with its mark; ``quiet`` is what is no value."""

    text: str
    quiet: bool = False
    mark: SafeString | str = ""


def page(binding: Binding, *, with_rows: bool) -> dict[str, Any]:
    """Return what the page shows without asking anybody: what was sent last, and for who may see them the run rows."""
    sent = sides.sent_last(binding)
    lines = _lines(binding, Side(), Side(), sent)
    return _table({_("Last sent"): sent}, {line.name: (line.left, [line.sent]) for line in lines}) | {
        "changes": changes(binding),
        "with_rows": with_rows,
        "run_rows": [(item_url(row.run), run_title(row.run), row) for row in run_rows(binding)] if with_rows else [],
    }


def comparison(binding: Binding) -> dict[str, Any]:
    """Return the three columns with what the ERP and Norce say now; makes outside calls, never in a transaction."""
    erp, norce, sent = sides.erp_now(binding), sides.norce_now(binding), sides.sent_last(binding)
    lines = _lines(binding, erp, norce, sent)
    return _table(
        {_("ERP now"): erp, _("Norce now"): norce, _("Last sent"): sent},
        {line.name: (line.left, [line.erp, line.norce, line.sent]) for line in lines},
    ) | {"differences": sum(line.differs for line in lines)}


def personal_data(binding: Binding) -> list[revealing.Shown]:
    """Return each side's record unmasked, but for what nobody needs to see; makes outside calls, as `comparison`."""
    named = {
        _("ERP now"): sides.erp_now(binding),
        _("Norce now"): sides.norce_now(binding),
        _("Last sent"): sides.sent_last(binding),
    }
    return [
        revealing.Shown(title=title, text=side.problem or revealing.whole(side.record or {}))
        for title, side in named.items()
    ]


def changes(binding: Binding) -> list[tuple[str, SafeString, OutboxMessage]]:
    """Return the work about a customer or company that has not ended, each with its page and its state as a badge."""
    rows = OutboxMessage.objects.filter(subject=binding.subject, state__in=UNFINISHED).order_by("pk")
    return [
        (item_url(row), badge(str(row.get_state_display()), TONES.get(State(row.state), "plain")), row) for row in rows
    ]


def run_rows(binding: Binding) -> QuerySet[SyncRow]:
    """Return the latest rows of runs about a customer or company."""
    rows = SyncRow.objects.filter(subject=binding.subject).select_related("run").order_by("-pk")
    return rows.defer("payload", "changes")[:ROWS_SHOWN]


def _lines(binding: Binding, erp: Side, norce: Side, sent: Side) -> list[Line]:
    connection = ErpConnection.objects.filter(name=binding.erp_connection).first()
    return comparing.compare(
        erp=erp.record,
        norce=norce.record,
        sent=sent.record,
        norce_names=norce.names,
        left_to_norce=connection.left_to_norce if connection else (),
    )


def _table(columns: Mapping[str, Side], lines: Mapping[str, tuple[bool, Sequence[Cell]]]) -> dict[str, Any]:
    """Return the columns by title and the lines by field name as the template shows them."""
    problems = [side.problem for side in columns.values()]
    return {
        "columns": [Column(title=title, problem=side.problem) for title, side in columns.items()],
        "has_problem": any(problems),
        "lines": [
            (name, left, [_cell(name, cell, problem) for cell, problem in zip(cells, problems, strict=True)])
            for name, (left, cells) in lines.items()
        ],
    }


def _cell(name: str, cell: Cell, problem: str) -> Shown:
    if problem:
        return Shown(text="")
    if not cell.asked:
        return Shown(text=_("not asked"), quiet=True)
    mark = badge(_("differs"), "wait") if cell.differs else ""
    if cell.value in (None, "", []):
        return Shown(text="–", quiet=True, mark=mark)
    return Shown(text=_text(shown_to_all(name, cell.value)), mark=mark)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return simplejson.dumps(value, ensure_ascii=False) if isinstance(value, Mapping | list) else str(value)
