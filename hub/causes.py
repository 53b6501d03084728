"""Work that is held or failed, counted by cause, with the lists that show just that."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from hub.admin.links import list_url
from hub.models import WorkItem
from hub.models.work import TROUBLED, ErrorKind, State
from hub.panels import Need

# How many there are of each state and cause: "held:mapping".
Causes = dict[str, int]


def count_by_cause(rows: QuerySet[Any]) -> Causes:
    """Return how many of some rows of a work table are held or failed, by cause."""
    found = rows.filter(state__in=TROUBLED).order_by().values_list("state", "error_kind")
    return {f"{state}:{kind}": number for state, kind, number in found.annotate(number=Count("pk"))}


def cause_title(state: str, error_kind: str) -> str:
    """Return a state and a cause in words."""
    cause = str(ErrorKind(error_kind).label) if error_kind else _("no reason given")
    return f"{State(state).label}: {cause[:1].lower()}{cause[1:]}"


def tone_of(state: str) -> str:
    """Return the tone of stopped work: what is held waits, what has failed is bad."""
    return "wait" if state == State.HELD else "bad"


def needs_of(title: str, model: type[WorkItem], causes: Causes, **about: str) -> list[Need]:
    """Return a need for each cause; ``about`` are the filters under which the table's list shows the same rows."""
    needs = []
    for (state, kind), count in ((cause.split(":"), number) for cause, number in sorted(causes.items())):
        url = list_url(f"hub_{model._meta.model_name}", state__exact=state, error_kind__exact=kind, **about)
        needs.append(Need(title=f"{title} – {cause_title(state, kind)}", count=count, url=url, tone=tone_of(state)))
    return needs
