"""What the admin's pages share: nothing is editable unless it says so, big tables are never counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.admin import ShowFacets, display
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hub import by_hand
from hub.admin.attempts import lines
from hub.admin.badges import state_badge
from hub.admin.bulk import bulk_page
from hub.admin.links import item_url, short
from hub.admin.reasons import ReasonForm, attempt, back_to, reason_dialog
from hub.admin.theme import ActionVariant, InfinitePaginator, ModelAdmin, action
from hub.admin.trouble import Trouble, trouble_of
from hub.admin.work_filters import ErrorCodeFilter
from hub.alike import alike
from hub.models import BulkAction, WorkItem


class BigTableAdmin(ModelAdmin):
    """A list over a table of any size: pages without a COUNT, newest first."""

    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    paginator = InfinitePaginator
    list_per_page = 50
    list_disable_select_all = True

    def get_ordering(self, request: HttpRequest) -> Any:
        """Return the list's own order, else the newest rows first."""
        return self.ordering or ("-pk",)


class ReadOnlyAdmin(BigTableAdmin):
    """Rows that people read and nobody edits."""

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Return the row with the words that head its page (`unfold/helpers/header_title.html`)."""
        item: Any = super().get_object(request, object_id, from_field)
        if item is not None:
            item.page_title = self.page_title(item)
        return item

    def page_title(self, item: Any) -> str:
        """Return what a row's page is called: Python's name of it is often the hub's own word."""
        return str(item)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody edits; buttons have permissions of their own."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody deletes; `prune` does."""
        return False


# As many digits as any number of a key's column may have.
BIGINT_DIGITS = 18


def typed_number(text: str, digits: int = 9) -> int | None:
    """Return the number that somebody has typed, None for another text and for one that no column can hold."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= digits else None


class LegalButtonsAdmin(ReadOnlyAdmin):
    """Pages whose buttons appear only in the states in which they may be pressed."""

    def legal_buttons(self, obj: Any) -> set[str]:
        """Return the names of the buttons that an object's state allows."""
        raise NotImplementedError

    def get_actions_detail(self, request: HttpRequest, object_id: str) -> list[Any]:
        """Return the buttons that both the user's permissions and the object's state allow."""
        obj = self.get_object(request, unquote(str(object_id)))
        legal = self.legal_buttons(obj) if obj else set()
        prefix = f"{self.opts.app_label}_{self.opts.model_name}_"
        buttons = super().get_actions_detail(request, object_id)  # type: ignore[misc]
        return [button for button in buttons if button.action_name.removeprefix(prefix) in legal]

    def do(self, request: HttpRequest, object_id: str, deed: Callable[[Any, str], None], done: str) -> HttpResponse:
        """Let ``deed(object, user name)`` happen or say why not; go back to the object's page."""
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            return back_to(request, reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"))
        if attempt(request, lambda: deed(obj, request.user.get_username()), done):
            self.log_change(request, obj, done)
        return back_to(request, item_url(obj))


class WorkItemAdmin(LegalButtonsAdmin):
    """A table of work: state, reason and remedy in words, *Retry* and *Cancel* with a typed reason."""

    actions = ("retry_selected", "cancel_selected")
    actions_detail: tuple[str, ...] = ("retry", "cancel")
    change_form_outer_before_template = "admin/hub/trouble.html"

    def get_list_filter(self, request: HttpRequest) -> Any:
        """Add the filter by the errors' codes."""
        return (*super().get_list_filter(request), ErrorCodeFilter)

    def legal_buttons(self, obj: WorkItem) -> set[str]:
        """Retry what has stopped; cancel what has not ended and, unless it is a run, is not being worked on."""
        legal = {"retry": by_hand.RETRYABLE, "cancel": by_hand.cancellable(obj)}
        return {name for name, states in legal.items() if obj.state in states}

    def has_retry_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Whether the user may retry and cancel work."""
        return request.user.has_perm("hub.retry")

    def get_urls(self) -> list[URLPattern]:
        """Add the page that asks before all items with the same error are retried."""
        view = self.admin_site.admin_view(self.alike_view)
        return [path("<path:object_id>/alike/", view, name=f"hub_{self.opts.model_name}_alike"), *super().get_urls()]

    def alike_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask why, then retry everything that has stopped by the same cause as an item."""
        item = self.get_object(request, unquote(object_id))
        if not self.has_retry_permission(request):
            raise PermissionDenied
        if item is None:
            raise Http404
        context = {"back": item_url(item), "cause": item.cause}
        return bulk_page(self, request, alike(item), **context) or back_to(request, item_url(item))

    def trouble(self, obj: WorkItem) -> Trouble | None:
        """Return the box on top of the item's page, if any."""
        return trouble_of(obj)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """Add the box and the attempts to the page."""
        obj = kwargs.get("obj")
        if obj is not None:
            context["trouble"] = self.trouble(obj)
        return super().render_change_form(request, context, *args, **kwargs)

    @action(
        description=_("Retry"),
        icon="replay",
        permissions=["retry"],
        variant=ActionVariant.PRIMARY,
        dialog=reason_dialog(
            _("Try this again?"),
            _("The same work is done again. What the other side has already, it keeps."),
            _("Retry"),
        ),
    )
    def retry(self, request: HttpRequest, form: ReasonForm, object_id: str) -> HttpResponse:
        """Let the item start again."""
        reason = form.cleaned_data["reason"]
        return self.do(
            request,
            object_id,
            lambda item, by: by_hand.retry(item, by=by, reason=reason),
            gettext("It will be tried again."),
        )

    @action(
        description=_("Cancel"),
        icon="block",
        permissions=["retry"],
        dialog=reason_dialog(
            _("Give this up?"), _("It is not done, and later work about the same goes on."), _("Give it up")
        ),
    )
    def cancel(self, request: HttpRequest, form: ReasonForm, object_id: str) -> HttpResponse:
        """Give the item up."""
        reason = form.cleaned_data["reason"]
        return self.do(
            request, object_id, lambda item, by: by_hand.cancel(item, by=by, reason=reason), gettext("It is cancelled.")
        )

    @action(description=_("Retry what is held or failed…"), permissions=["retry"])
    def retry_selected(self, request: HttpRequest, queryset: QuerySet[WorkItem]) -> HttpResponse | None:
        """Ask before the selected items are retried."""
        return bulk_page(self, request, queryset)

    @action(description=_("Cancel what has not ended…"), permissions=["retry"])
    def cancel_selected(self, request: HttpRequest, queryset: QuerySet[WorkItem]) -> HttpResponse | None:
        """Ask before the selected items are given up."""
        return bulk_page(self, request, queryset, deed=BulkAction.Deed.CANCEL)

    @display(description=_("state"), ordering="state")
    def state_badge(self, item: WorkItem) -> SafeString:
        """Return the state as a badge."""
        return state_badge(item)

    @display(description=_("reason"))
    def short_reason(self, item: WorkItem) -> str:
        """Return the reason, cut for a list."""
        return short(item.cause)

    @display(description=_("attempts"))
    def attempt_list(self, item: WorkItem) -> SafeString:
        """Return every try and deed with its outcome, newest first."""
        return render_to_string("admin/hub/attempts.html", {"attempts": lines(item)})
