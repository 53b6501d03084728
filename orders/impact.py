"""How orders would be mapped by other value mappings: the last ones, and those that have stopped for a mapping."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import groupby
from operator import attrgetter, itemgetter
from time import monotonic

from django.utils.translation import gettext as _

from hub.impact import Impact, Proposal
from hub.models import Application
from hub.models.configuration import ValueKind
from hub.values import erp_value, translator
from orders.impact_words import case, figures
from orders.models import Order
from orders.outcomes import TOLD, Outcome, sides
from orders.waiting import orders_of, request_of, stopped

KINDS = (
    ValueKind.PAYMENT_METHOD,
    ValueKind.DELIVERY_METHOD,
    ValueKind.FEE,
    ValueKind.UNIT,
    ValueKind.VAT_RATE,
    ValueKind.SALES_CONTACT,
)
LOOKED_AT = 500
# Huge orders take longer to read than a person waits.
SECONDS = 5.0
SHOWN = 20
CHUNK = 100
_effect_of = attrgetter("effect")


def order_impact(proposal: Proposal) -> Impact:
    """Return what a proposal would do to the last orders of the applications that it concerns."""
    title = _("Orders")
    if not any(kind in KINDS for kind, _key, _value in proposal.keys):
        return Impact(title=title, note=_("Orders have no values of this kind."))
    applications = concerned(proposal)
    if not applications:
        return Impact(title=title, note=_("The orders of no application are concerned."))
    deadline = monotonic() + SECONDS
    waits, has_more = stopped()
    outcomes = list(_outcomes(proposal, applications, waits, deadline))
    told = [one for one in outcomes if one.effect in TOLD]
    return Impact(
        title=title,
        figures=figures(outcomes, has_more=has_more or monotonic() > deadline),
        cases=tuple(case(one) for one in _first(told)),
        more=max(len(told) - SHOWN, 0),
        note=_("What the ERP has stays as it is: orders that come, or are tried again, from now on are mapped so."),
        asks=bool(told),
    )


def _first(told: Iterable[Outcome]) -> list[Outcome]:
    """Return some orders of each effect, the gravest effect first, those that have stopped before others."""
    ordered = sorted(told, key=lambda one: (one.effect, not one.is_stopped))
    ranks = [(rank, one) for _effect, alike in groupby(ordered, _effect_of) for rank, one in enumerate(alike)]
    shown = sorted(ranks, key=itemgetter(0))[:SHOWN]
    return sorted((one for _rank, one in shown), key=_effect_of)


def concerned(proposal: Proposal) -> dict[str, Application]:
    """Return by key the applications for whose orders a proposal gives some value another name."""
    values = {(kind, value) for kind, _key, value in proposal.keys if kind in KINDS}

    def differs(key: str) -> bool:
        before, after = proposal.before, proposal.after
        return any(erp_value(before, key, *value) != erp_value(after, key, *value) for value in values)

    return {row.key: row for row in Application.objects.select_related("erp_connection") if differs(row.key)}


def _outcomes(
    proposal: Proposal, applications: dict[str, Application], waits: Collection[int], deadline: float
) -> Iterator[Outcome]:
    """Yield what becomes of each order, the latest first, as many as can be read in the time there is."""
    last = _last(applications)
    tables = (proposal.before, proposal.after)
    translators = {key: [translator(row, table) for table in tables] for key, row in applications.items()}
    orders = orders_of(applications).filter(pk__in={*last, *waits})
    for order in orders.iterator(chunk_size=CHUNK):
        key = order.application_key
        request = request_of(order)
        yield Outcome(
            order=order,
            sides=sides(request, applications[key], *translators[key]) if request else None,
            is_last=order.pk in last,
            is_stopped=order.pk in waits,
        )
        if monotonic() > deadline:
            return


def _last(application_keys: Iterable[str]) -> set[int]:
    """Return the last orders of some applications; each one's are found by index, however rare they are."""
    rows = Order.objects.order_by("-received_at", "-pk").values_list("received_at", "pk")
    found = [row for key in application_keys for row in rows.filter(application_key=key)[:LOOKED_AT]]
    return {pk for _received_at, pk in sorted(found, reverse=True)[:LOOKED_AT]}
