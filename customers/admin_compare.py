"""The lower half of a customer's or company's page, and the button that asks both sides what they have now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext

from customers import binding_page
from customers.links_out import links_out
from customers.models import Binding
from hub.admin.base import BigTableAdmin
from hub.admin.reveals import RevealingAdmin
from hub.revealing import Shown


def is_forgotten(row: object) -> bool:
    """Return whether a row is of a customer whom Norce has forgotten; the theme also gives keys, which tell nothing."""
    return isinstance(row, Binding) and row.forgotten_at is not None


class CompareAdmin(RevealingAdmin, BigTableAdmin):
    """Pages that show what was sent last, and on request what the ERP and Norce have now.

    The page itself calls nobody. The comparison is a view of its own, because Django saves a form
    in a transaction, in which no call may be made.
    """

    change_form_outer_after_template = "admin/customers/binding/page.html"

    def get_urls(self) -> list[URLPattern]:
        """Add the comparison."""
        view = self.admin_site.admin_view(self.compare)
        return [path("<path:object_id>/compare/", view, name=self._page_name("compare")), *super().get_urls()]

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """Add what the page shows below its form; a forgotten customer has nothing there."""
        row = kwargs.get("obj")
        if row is not None and not is_forgotten(row):
            context |= binding_page.page(row, with_rows=request.user.has_perm("hub.view_syncrow"))
            context["links_out"] = links_out(row)
            context["compare_url"] = reverse(f"admin:{self._page_name('compare')}", args=[row.pk])
        return super().render_change_form(request, context, *args, **kwargs)

    def compare(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask the ERP and Norce and show the three columns; only when a person has pressed the button."""
        row = self.get_object(request, unquote(object_id))
        if row is None or not self.has_view_or_change_permission(request, row):
            raise PermissionDenied
        back_url = reverse(f"admin:{self._page_name('change')}", args=[row.pk])
        if request.method != "POST" or is_forgotten(row):
            return HttpResponseRedirect(back_url)
        context = {
            **self.admin_site.each_context(request),
            **binding_page.comparison(row),
            "title": gettext("The ERP and Norce now: %(code)s") % {"code": row},
            "opts": self.opts,
            "code": row.erp_code,
            "original": row,
            "reveal_url": self.reveal_url(request, row),
            "back_url": back_url,
        }
        return TemplateResponse(request, "admin/customers/binding/compare.html", context)

    def has_personal_data(self, obj: Binding) -> bool:
        """Return whether the row is of somebody whom Norce has not forgotten."""
        return not is_forgotten(obj)

    def personal_data(self, obj: Binding) -> Sequence[Shown]:
        """Return what the ERP and Norce have now and what was sent last; only when a person has asked for it."""
        return binding_page.personal_data(obj)

    def _page_name(self, name: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{name}"
