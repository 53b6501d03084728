"""Filters that the lists of work share."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hub.admin.error_catalogue import in_general


class ErrorCodeFilter(SimpleListFilter):
    """Work with one error of the catalogue: where a link led to it, it is shown and can be taken away."""

    title = _("Error")
    parameter_name = "error_code__exact"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the error that the address names, if any."""
        code = request.GET.get(self.parameter_name)
        return [] if code is None else [(code, in_general(code) or code or gettext("Without a code"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the items with the error."""
        return queryset if self.value() is None else queryset.filter(error_code=self.value())
