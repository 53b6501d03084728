"""What rows are about, by the numbers that people know: a list's orders are named by one statement."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.admin import display
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from hub import registry
from hub.admin.base import ReadOnlyAdmin
from hub.admin.links import subject_url
from hub.admin.theme import ChangeList

WORDS = {
    "order": _("Order %(number)s"),
    "norce_order": _("Norce order %(number)s"),
    "customer": _("Customer %(number)s"),
    "company": _("Company %(number)s"),
    "norce_customer": _("Norce customer %(number)s"),
    "norce_company": _("Norce company %(number)s"),
    "norce_job": _("Norce job %(number)s"),
    "bulk": _("Bulk action %(number)s"),
}


class SubjectList(ChangeList):
    """A page of rows that knows the names of what they are about."""

    def get_results(self, request: HttpRequest) -> None:
        """Read the page and the names."""
        super().get_results(request)
        self.result_list = named(self.result_list)


class SubjectAdmin(ReadOnlyAdmin):
    """Pages of rows with a ``subject``, shown in the column ``about``."""

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """Return the list that reads the names at once."""
        return SubjectList

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Return the row with the name of what it is about."""
        row = super().get_object(request, object_id, from_field)
        return row and named([row])[0]

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Any], search_term: str) -> Any:
        """Find by the number that people know, else by what the list's own fields hold."""
        subjects = registry.find(search_term.strip().lstrip("#"))
        if subjects:
            return queryset.filter(subject__in=subjects), False
        return super().get_search_results(request, queryset, search_term)

    @display(description=_("about"))
    def about(self, row: Any) -> SafeString | str:
        """Return a link to what a row is about, named by the number that people know."""
        url, text = subject_url(row.subject), words(row.subject, row.subject_name)
        return format_html('<a class="hub-link" href="{}" title="{}">{}</a>', url, row.subject, text) if url else text


def named(rows: Iterable[Any]) -> list[Any]:
    """Return rows, each with the ``subject_name`` of what it is about: "" where only its subject tells it."""
    found = list(rows)
    names = registry.names({row.subject for row in found})
    for row in found:
        row.subject_name = names.get(row.subject, "")
    return found


def words(subject: str, name: str = "") -> str:
    """Return what a subject is called: "Order 5100231", "Customer C10001"; the subject itself where nobody knows."""
    kind, _colon, key = subject.partition(":")
    number = name or ("" if kind == "order" else key.partition(":")[2] or key)
    return str(WORDS[kind] % {"number": number}) if kind in WORDS and number else subject
