"""What happened, for reading: attempts, calls out, messages that were refused."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import SimpleListFilter, display, register
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from connectors.redaction import redact_body
from hub.admin import error_catalogue
from hub.admin.badges import badge
from hub.admin.base import ReadOnlyAdmin
from hub.admin.kept import kept
from hub.admin.links import short
from hub.admin.subjects import SubjectAdmin
from hub.models import ApiCall, Attempt, RejectedMessage
from hub.work_titles import system_title

OUTCOME_TONES = {
    Attempt.Outcome.DONE: "good",
    Attempt.Outcome.FAILED: "bad",
    Attempt.Outcome.LOST: "bad",
    Attempt.Outcome.HELD: "wait",
    Attempt.Outcome.RUNNING: "busy",
    Attempt.Outcome.RETRY: "busy",
    Attempt.Outcome.POSTPONED: "busy",
}


def preformatted(text: str) -> SafeString | str:
    """Return a text as it is spaced, or "" for none."""
    return format_html('<pre class="hub-pre" tabindex="0">{}</pre>', text) if text else ""


@register(Attempt)
class AttemptAdmin(SubjectAdmin):
    """One try; reached from its work item, so it is not in the menu."""

    list_display = ("started_at", "about", "number", "outcome_badge", "asked_by", "short_error")
    list_filter = ("outcome", "error_kind")
    search_fields = ("subject__exact",)
    search_help_text = _("Exact: Norce order number or order:17")
    fieldsets = (
        (None, {"fields": (("about", "number"), ("outcome_badge", "error_kind"), "whole_error")}),
        (None, {"fields": (("asked_by", "why"), "worker", ("started_at", "finished_at"))}),
    )

    why = kept("reason", _("why"))

    def get_urls(self) -> list[URLPattern]:
        """Add the page of the error catalogue."""
        view = self.admin_site.admin_view(error_catalogue.page)
        return [path("errors/", view, name="hub_attempt_errors"), *super().get_urls()]

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Keep it out of the menu."""
        return False

    def page_title(self, item: Attempt) -> str:
        """Return which try it was, and how it ended."""
        words = {"number": item.number, "outcome": item.get_outcome_display()}
        return gettext("Attempt %(number)s: %(outcome)s") % words

    @display(description=_("outcome"), ordering="outcome")
    def outcome_badge(self, row: Attempt) -> SafeString:
        """Return the outcome as a badge."""
        outcome = Attempt.Outcome(row.outcome)
        return badge(str(outcome.label), OUTCOME_TONES.get(outcome, "plain"))

    @display(description=_("reason"))
    def whole_error(self, row: Attempt) -> str:
        """Return the reason in the reader's language."""
        return row.cause

    @display(description=_("reason"))
    def short_error(self, row: Attempt) -> str:
        """Return the reason, cut for a list."""
        return short(row.cause)


class AnswerFilter(SimpleListFilter):
    """Calls that were answered well, and those that were not."""

    title = _("answer")
    parameter_name = "answer"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return the two choices."""
        return [("good", _("Answered")), ("bad", _("Refused or not answered"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ApiCall]) -> QuerySet[ApiCall]:
        """Keep the calls of the choice."""
        if self.value() is None:
            return queryset
        return queryset.filter(error="") if self.value() == "good" else queryset.exclude(error="")


def connect_calls() -> QuerySet[ApiCall]:
    """Return the calls that count against Norce's limit: those to Connect."""
    return ApiCall.objects.filter(system="norce", url__contains="/commerce/connect/")


class QuotaFilter(SimpleListFilter):
    """Calls that count against Norce's limit."""

    title = _("Norce's limit")
    parameter_name = "quota"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return the one choice."""
        return [("connect", _("Calls that count against it"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ApiCall]) -> QuerySet[ApiCall]:
        """Keep the calls that count."""
        return queryset & connect_calls() if self.value() else queryset


@register(ApiCall)
class ApiCallAdmin(SubjectAdmin):
    """One call out, redacted when it was made."""

    list_display = ("created_at", "system", "operation", "answer", "ms", "about", "attempt", "short_error")
    list_filter = (AnswerFilter, QuotaFilter)
    search_fields = ("subject__exact", "request_id__exact")
    search_help_text = _("Exact: Norce order number, order:17 or the other side's request id")
    fieldsets = (
        (None, {"fields": (("created_at", "ms"), ("system", "operation"), ("answer", "request_id"), "about")}),
        (None, {"fields": ("address", "request_text", "response_text", "whole_error")}),
    )

    whole_error = kept("error", _("error"))
    short_error = kept("error", _("error"), most=60)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiCall]:
        """Leave the bodies in the database."""
        return super().get_queryset(request).defer("request", "response")

    def page_title(self, item: ApiCall) -> str:
        """Return whom was asked for what."""
        return f"{system_title(item.system)} · {item.operation}"

    @display(description=_("status"), ordering="status")
    def answer(self, row: ApiCall) -> SafeString:
        """Return the status, or that there was no answer, as a badge."""
        good = row.status is not None and row.status < 400
        return badge(str(row.status or gettext("no answer")), "good" if good else "bad")

    @display(description=_("address"))
    def address(self, row: ApiCall) -> str:
        """Return method and address."""
        return f"{row.method} {row.url}"

    @display(description=_("request"))
    def request_text(self, row: ApiCall) -> SafeString | str:
        """Return the request as it was kept."""
        return preformatted(row.request)

    @display(description=_("answer"))
    def response_text(self, row: ApiCall) -> SafeString | str:
        """Return the answer as it was kept."""
        return preformatted(row.response)


@register(RejectedMessage)
class RejectedMessageAdmin(ReadOnlyAdmin):
    """What was received and could not be used."""

    list_display = ("received_at", "endpoint", "sender", "address", "size", "short_reason")
    fieldsets = (
        (
            None,
            {"fields": ("whole_reason", ("received_at", "endpoint"), ("sender", "address"), ("content_type", "size"))},
        ),
        (None, {"fields": ("body_text",)}),
    )

    whole_reason = kept("reason", _("reason"))
    short_reason = kept("reason", _("reason"), most=120)

    def get_queryset(self, request: HttpRequest) -> QuerySet[RejectedMessage]:
        """Leave the bodies in the database."""
        return super().get_queryset(request).defer("body")

    @display(description=_("body (masked)"))
    def body_text(self, row: RejectedMessage) -> SafeString | str:
        """Return the body as text, what cannot be read replaced, personal data masked."""
        return preformatted(redact_body(bytes(row.body)))
