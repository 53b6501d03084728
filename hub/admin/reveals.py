"""The button that reveals personal data, its answer page, and the list of who has looked at what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.contrib.admin import register
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hub.admin.links import item_url
from hub.admin.subjects import SubjectAdmin
from hub.admin.theme import ModelAdmin
from hub.by_hand import NotAllowed
from hub.models import Reveal
from hub.revealing import Shown, reveal

REVEAL = "hub.reveal_personal_data"


class RevealingAdmin(ModelAdmin):
    """Pages that mask personal data and show it to who has the right and says why, on one answer that nobody keeps."""

    def has_personal_data(self, obj: Any) -> bool:
        """Return whether there is anything to reveal of a row."""
        raise NotImplementedError

    def personal_data(self, obj: Any) -> Sequence[Shown]:
        """Return what there is to reveal of a row; only asked for when it is shown."""
        raise NotImplementedError

    def get_urls(self) -> list[URLPattern]:
        """Add the page that asks why and answers with the data."""
        view = self.admin_site.admin_view(self.reveal)
        return [path("<path:object_id>/reveal/", view, name=self._reveal_name()), *super().get_urls()]

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """Add where the row's personal data is revealed."""
        row = kwargs.get("obj")
        context["reveal_url"] = self.reveal_url(request, row) if row is not None else ""
        return super().render_change_form(request, context, *args, **kwargs)

    def reveal_url(self, request: HttpRequest, obj: Any) -> str:
        """Return where the row's personal data is revealed, "" for who may not see it and where there is none."""
        allowed = request.user.has_perm(REVEAL) and self.has_personal_data(obj)
        return reverse(f"admin:{self._reveal_name()}", args=[obj.pk]) if allowed else ""

    def reveal(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask why; answer a reason with the data, which is on no other page."""
        row = self.get_object(request, unquote(object_id))
        allowed = request.user.has_perm(REVEAL) and self.has_view_or_change_permission(request, row)
        if row is None or not allowed:
            raise PermissionDenied
        reason, exists = request.POST.get("reason", "").strip(), self.has_personal_data(row)
        if exists and not reason:
            return self._page(request, row, shown=(), missing=request.method == "POST")
        shown = self.personal_data(row) if exists else ()
        try:
            parts = reveal(row.subject, shown, by=request.user.get_username(), reason=reason)
        except NotAllowed as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(item_url(row))
        return self._page(request, row, shown=parts)

    def _reveal_name(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_reveal"

    def _page(self, request: HttpRequest, row: Any, *, shown: Sequence[Shown], missing: bool = False) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Personal data of %(row)s") % {"row": row},
            "opts": self.opts,
            "original": row,
            "shown": shown,
            "reason_missing": missing,
            "back_url": item_url(row),
        }
        answer = TemplateResponse(request, "admin/hub/reveal.html", context)
        add_never_cache_headers(answer)
        return answer


@register(Reveal)
class RevealAdmin(SubjectAdmin):
    """Who has looked at whose data, and why."""

    list_display = ("revealed_at", "revealed_by", "about", "what", "reason")
    search_fields = ("subject__exact", "revealed_by__exact")
    search_help_text = _("Exact: Norce order number, order:17 or a user name")
    fieldsets = ((None, {"fields": (("revealed_at", "revealed_by"), "about", "what", "reason")}),)
