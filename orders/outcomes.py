"""What becomes of one order by other value mappings: how that is meant, and field by field."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

from django.utils.translation import gettext as _

from connectors.norce.types.orders import OrderRequest
from hub.impact import Line
from hub.models import Application
from hub.models.configuration import ValueKind
from hub.values import Translate
from orders.draft_changes import changes
from orders.drafts import Draft, Missing, draft
from orders.models import Order


class Effect(IntEnum):
    """What other mappings do to an order, the gravest first."""

    BROKEN = 1
    MENDED = 2
    STILL_LACKING = 3
    CHANGED = 4
    UNMAPPED = 5
    UNREADABLE = 6
    SAME = 7


TOLD = (Effect.BROKEN, Effect.MENDED, Effect.STILL_LACKING, Effect.CHANGED)


@dataclass(frozen=True, kw_only=True)
class Side:
    """An order by one table of mappings."""

    draft: Draft
    translate: Translate

    def of(self, value: Missing) -> str:
        """Return what a value is called here, or that it has no mapping."""
        return _("no mapping") if value in self.draft.missing else self.translate(*value)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """An order by both tables, None for one that cannot be read.

    ``is_last`` says that it is one of the last orders, ``is_stopped`` that it has stopped for a mapping.
    """

    order: Order
    sides: tuple[Side, Side] | None
    is_last: bool
    is_stopped: bool

    @cached_property
    def effect(self) -> Effect:
        """What the other mappings do to it."""
        if self.sides is None:
            return Effect.UNREADABLE
        before, after = (side.draft for side in self.sides)
        if before.maps or after.maps:
            both = Effect.CHANGED if before.order != after.order else Effect.SAME
            return {(True, True): both, (True, False): Effect.BROKEN}.get((before.maps, after.maps), Effect.MENDED)
        same = (before.missing, before.problem) == (after.missing, after.problem)
        return Effect.UNMAPPED if same else Effect.STILL_LACKING

    def lines(self) -> tuple[Line, ...]:
        """Return what differs: the fields of an order that would go to the ERP, else the mappings that it lacks."""
        if self.sides is None:
            return ()
        before, after = (side.draft for side in self.sides)
        fields = changes(before.order, after.order) if before.order and after.order and after.maps else []
        return tuple(fields or _lacks(*self.sides))


def sides(request: OrderRequest, application: Application, old: Translate, new: Translate) -> tuple[Side, Side]:
    """Return an order mapped by two tables."""
    before, after = (Side(draft=draft(request, application, one), translate=one) for one in (old, new))
    return before, after


def _lacks(before: Side, after: Side) -> list[Line]:
    values = dict.fromkeys((*before.draft.missing, *after.draft.missing))
    lines = [(f"{ValueKind(value[0]).label} {value[1]}", before.of(value), after.of(value)) for value in values]
    problems = (before.draft.problem, after.draft.problem)
    return [*lines, (_("Fault"), *problems)] if problems[0] != problems[1] else lines
