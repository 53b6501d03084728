"""The proofs that people were erased, for reading."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import display, register
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from hub.admin.badges import badge
from hub.admin.base import ReadOnlyAdmin
from hub.models import Erasure
from hub.models.erasures import hash_of

TONES = {Erasure.State.RUNNING: "busy", Erasure.State.DONE: "good"}


@register(Erasure)
class ErasureAdmin(ReadOnlyAdmin):
    """Who asked for an erasure, when and why, and how much was scrambled; found by the e-mail address."""

    list_display = ("started_at", "state_badge", "asked_by", "reason", "number")
    list_filter = ("state",)
    search_fields = ("identifier_hash__exact",)
    search_help_text = _("Exact: the e-mail address that was erased, or its hash")
    fieldsets = (
        (None, {"fields": (("state_badge", "asked_by"), "reason", ("started_at", "finished_at"))}),
        (None, {"fields": ("identifier_hash", "rows")}),
    )

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Erasure], search_term: str) -> Any:
        """Find by the hash, or by the address whose hash it is."""
        term = search_term.strip()
        if not term:
            return queryset, False
        return queryset.filter(Q(identifier_hash=term) | Q(identifier_hash=hash_of(term.lower()))), False

    @display(description=_("state"), ordering="state")
    def state_badge(self, row: Erasure) -> SafeString:
        """Return the state as a badge."""
        return badge(row.get_state_display(), TONES[Erasure.State(row.state)])

    @display(description=_("rows scrambled"))
    def number(self, row: Erasure) -> int:
        """Return how many rows were scrambled in all."""
        return sum(row.counts.values())

    @display(description=_("rows scrambled"))
    def rows(self, row: Erasure) -> str:
        """Return how many rows were scrambled in each table that had any."""
        return ", ".join(f"{name}: {number}" for name, number in sorted(row.counts.items()) if number)
