"""Work that is held or failed, counted by cause, with the lists that show just that."""

from __future__ import annotations

from typing import Any, NamedTuple, Self

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from hub.admin.error_catalogue import in_general
from hub.admin.links import list_url
from hub.models import WorkItem
from hub.models.work import TROUBLED, ErrorKind, State
from hub.panels import Need

# How many there are of each cause, by its key: "held:mapping:value_unmapped".
Causes = dict[str, int]


class Cause(NamedTuple):
    """Why work has stopped: its state, the kind of error, and the code of an error that the catalogue has."""

    state: str
    kind: str
    code: str = ""

    @classmethod
    def of(cls, key: str) -> Self:
        """Return the cause of a key."""
        return cls(*key.split(":"))

    @property
    def key(self) -> str:
        """What stands for the cause in JSON."""
        return ":".join(self)

    @property
    def title(self) -> str:
        """The state and the kind of error in words."""
        kind = str(ErrorKind(self.kind).label) if self.kind else _("no reason given")
        return f"{State(self.state).label}: {kind[:1].lower()}{kind[1:]}"

    @property
    def text(self) -> str:
        """What the catalogue says of the error in general, "" for one that it does not have."""
        return in_general(self.code)

    @property
    def tone(self) -> str:
        """What is held waits, what has failed is bad."""
        return "wait" if self.state == State.HELD else "bad"


def count_by_cause(rows: QuerySet[Any]) -> Causes:
    """Return how many of some rows of a work table are held or failed, by cause."""
    found = rows.filter(state__in=TROUBLED).order_by().values_list("state", "error_kind", "error_code")
    return {Cause(*cause).key: number for *cause, number in found.annotate(number=Count("pk"))}


def needs_of(title: str, model: type[WorkItem], causes: Causes, **about: str) -> list[Need]:
    """Return a need for each cause; ``about`` are the filters under which the table's list shows the same rows."""
    return [
        Need(
            title=f"{title} – {cause.title}",
            text=cause.text,
            count=count,
            url=list_url(f"hub_{model._meta.model_name}", **_filters(cause), **about),
            tone=cause.tone,
        )
        for cause, count in sorted((Cause.of(key), count) for key, count in causes.items())
    ]


def _filters(cause: Cause) -> dict[str, str]:
    return {"state__exact": cause.state, "error_kind__exact": cause.kind, "error_code__exact": cause.code}
