"""What happens to orders by other value mappings, in words: figures, and the orders one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from hub.admin.links import subject_url
from hub.impact import Case, Figure, at_least
from orders.outcomes import Effect, Outcome


def figures(outcomes: Collection[Outcome], *, has_more: bool) -> tuple[Figure, ...]:
    """Return how many orders would be otherwise, and in what way; ``has_more``: others too have stopped."""
    last = Counter(one.effect for one in outcomes if one.is_last)
    return (*_stopped(Counter(one.effect for one in outcomes if one.is_stopped), has_more), *_last(last))


def case(one: Outcome) -> Case:
    """Return an order with a link, the word for what happens to it, and its fields."""
    word, tone = {
        Effect.BROKEN: (_("No longer maps"), "bad"),
        Effect.MENDED: (_("Can go on") if one.is_stopped else _("Maps now"), "good"),
        Effect.STILL_LACKING: (_("Lacks another"), "wait"),
        Effect.CHANGED: (_("Differs"), "busy"),
    }[one.effect]
    return Case(label=str(one.order), url=subject_url(one.order.subject), word=word, tone=tone, lines=one.lines())


def _stopped(effects: Counter[Effect], has_more: bool) -> Iterator[Figure]:
    if freed := effects[Effect.MENDED]:
        text = ngettext(
            "%(n)s stopped order can go on with it.", "%(n)s stopped orders can go on with it.", freed + has_more
        )
        yield text % {"n": at_least(freed, has_more=has_more)}, "good"
    if lacking := effects[Effect.STILL_LACKING]:
        text = ngettext(
            "%(n)s stopped order still lacks another mapping.",
            "%(n)s stopped orders still lack another mapping.",
            lacking + has_more,
        )
        yield text % {"n": at_least(lacking, has_more=has_more)}, "wait"


def _last(effects: Counter[Effect]) -> Iterator[Figure]:
    looked_at = effects.total()
    words = {
        Effect.BROKEN: (_("%(n)d of the last %(all)d orders would no longer map."), "bad"),
        Effect.MENDED: (_("%(n)d of the last %(all)d orders would map that do not now."), "good"),
        Effect.CHANGED: (_("%(n)d of the last %(all)d orders would be mapped otherwise."), "busy"),
        Effect.UNMAPPED: (_("%(n)d of the last %(all)d orders do not map either way."), "plain"),
        Effect.UNREADABLE: (_("%(n)d of the last %(all)d orders cannot be read."), "plain"),
    }
    if not looked_at:
        yield _("No order that it concerns has come lately."), "plain"
    elif effects[Effect.BROKEN] + effects[Effect.MENDED] + effects[Effect.CHANGED] == 0:
        text = ngettext("The last order is mapped as before.", "The last %(n)d orders are mapped as before.", looked_at)
        yield text % {"n": looked_at}, "good"
    for effect, (text, tone) in words.items():
        if effects[effect]:
            yield text % {"n": effects[effect], "all": looked_at}, tone
