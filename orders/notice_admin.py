"""Mail templates in the admin: what is shipped and what is changed, a preview on a real order, a test, a way back.

The list has a row for each kind and language from the start. A row that nobody has changed has no
texts: it shows the shipped ones, and keeps to them when a new version of the hub improves them.
"""

from __future__ import annotations

from typing import Any

from django.contrib.admin import display, register
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from connectors.errors import HubError
from connectors.redaction import mask_email
from hub.admin.badges import badge
from hub.admin.configuration import ApplicationFilter
from hub.admin.history import HistoryAdmin
from hub.admin.reasons import ReasonForm, back_to, because, reason_dialog
from hub.admin.reveals import REVEAL
from hub.admin.theme import action
from hub.models import Application, OutboxMessage
from hub.models.configuration import NoticeKind
from orders.models import NoticeTemplate
from orders.notice_forms import AddForm, OrderForm, TemplateForm, TestForm
from orders.notice_preview import KIND, preview, put_test
from orders.notice_samples import made_up
from orders.notice_templates import PARTS, in_force, inherited
from orders.notice_words import variables


@register(NoticeTemplate)
class NoticeTemplateAdmin(HistoryAdmin):
    """The texts of the mails to buyers."""

    form = TemplateForm
    list_display = ("title", "language", "application", "texts", "changed_at")
    list_filter = ("kind", "language", ApplicationFilter)
    ordering = ("application_key", "pk")
    actions = None
    actions_detail = ("send_test", "restore")
    readonly_fields = ("title", "application", "language", "texts", "written")
    change_form_outer_after_template = "admin/orders/noticetemplate/help.html"
    fieldsets = (
        (None, {"fields": (("title", "application"), ("language", "texts"))}),
        (None, {"fields": PARTS}),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """A new row has no texts yet, only what it is for; who may not change them reads those that hold."""
        if obj is None:
            return self.with_reason(request, obj, ((None, {"fields": ("kind", "application_key", "language")}),))
        if self.has_change_permission(request, obj):
            return self.with_reason(request, obj, self.fieldsets)
        return (self.fieldsets[0], (None, {"fields": ("written",)}))

    def get_queryset(self, request: HttpRequest) -> QuerySet[NoticeTemplate]:
        """Add the applications' names in the same query."""
        name = Application.objects.filter(key=OuterRef("application_key")).values("name")[:1]
        rows: QuerySet[NoticeTemplate] = super().get_queryset(request)
        return rows.annotate(application_name=Subquery(name))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What a row is for is chosen once."""
        return self.readonly_fields if obj else ()

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Ask first for what the texts are, then for the texts."""
        return super().get_form(request, obj, change, **kwargs if obj else {"form": AddForm, **kwargs})

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Rows for all applications stay: Restore brings their shipped texts back."""
        return bool(obj is None or obj.application_key) and super().has_delete_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: NoticeTemplate, form: Any, change: bool) -> None:
        """Keep texts only where they differ from those that would hold without them."""
        if change and own_parts(obj) == inherited(obj).parts:
            clear(obj)
        elif change:
            obj.changed_at = timezone.now()
        super().save_model(request, obj, form, change)

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        """Lead from a new row to its texts."""
        return back_to(request, template_url(obj))

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """Add what the texts may show, and where their preview is."""
        row = kwargs.get("obj")
        if row is not None:
            context |= {
                "variables": variables(made_up(row.kind)[0]),
                "preview_url": reverse("admin:orders_noticetemplate_preview", args=[row.pk]),
                "may_preview": self.has_change_permission(request, row),
                "may_reveal": request.user.has_perm(REVEAL),
                "last_test": OutboxMessage.objects.filter(subject=f"notice_template:{row.pk}", kind=KIND).last(),
            }
        return super().render_change_form(request, context, *args, **kwargs)

    def get_urls(self) -> list[Any]:
        """Add the preview."""
        view = self.admin_site.admin_view(self.preview)
        return [path("<int:pk>/preview/", view, name="orders_noticetemplate_preview"), *super().get_urls()]

    def preview(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the mail as the posted texts, saved or not, would make it of an order. Nothing is sent.

        An order's number counts for who may reveal its buyer, and says why.
        """
        row = self.get_object(request, str(pk))
        if row is None:
            raise Http404
        if request.method != "POST" or not self.has_change_permission(request, row):
            raise PermissionDenied
        order = OrderForm(request.POST if request.user.has_perm(REVEAL) else {})
        context = {**self.admin_site.each_context(request), "title": gettext("Preview"), "opts": self.opts, "row": row}
        context |= _previewed(TemplateForm(request.POST, instance=row), order, by=request.user.get_username())
        return TemplateResponse(request, "admin/orders/noticetemplate/preview.html", context)

    @action(
        description=_("Send a test"),
        icon="outgoing_mail",
        permissions=["change"],
        dialog=reason_dialog(
            _("Send a test?"),
            _(
                "The saved texts go to this address, filled in with a made-up order; the subject is marked as a test. "
                "Who may reveal personal data can choose a real order and says why."
            ),
            _("Send"),
            TestForm,
        ),
    )
    def send_test(self, request: HttpRequest, form: TestForm, object_id: str) -> HttpResponse:
        """Put a test mail; a worker sends it."""
        row = self._row(request, object_id)
        said = {"number": "", "why": "", **form.cleaned_data}
        put_test(row, to=said["to"], number=said["number"], by=request.user.get_username(), reason=said["why"])
        self.log_change(request, row, because(said["why"], _test(said["to"], said["number"])))
        self.message_user(request, gettext("The test is on its way; how it went is at the bottom of this page."))
        return back_to(request, template_url(row))

    @action(
        description=_("Restore the shipped text"),
        icon="settings_backup_restore",
        permissions=["change"],
        dialog=reason_dialog(
            _("Restore the shipped text?"),
            _("The texts written here are given up. An application's mail is then as that for all applications."),
            _("Restore"),
        ),
    )
    def restore(self, request: HttpRequest, form: ReasonForm, object_id: str) -> HttpResponse:
        """Give up a row's own texts, and keep why."""
        row = self._row(request, object_id)
        clear(row)
        done = because(form.cleaned_data["reason"], gettext("Restore the shipped text"))
        row._change_reason = done  # type: ignore[attr-defined]
        row.save()
        self.log_change(request, row, done)
        self.message_user(request, gettext("The shipped text is restored."))
        return back_to(request, template_url(row))

    def _row(self, request: HttpRequest, object_id: str) -> NoticeTemplate:
        row: NoticeTemplate | None = self.get_object(request, object_id)
        if row is None:
            raise Http404
        if not self.has_change_permission(request, row):
            raise PermissionDenied
        return row

    @display(description=_("mail"), ordering="kind")
    def title(self, row: NoticeTemplate) -> str:
        """Return the kind in words."""
        return str(NoticeKind(row.kind).label)

    @display(description=_("application"), ordering="application_key")
    def application(self, row: Any) -> str:
        """Return the application's name, or that the row is for all."""
        return row.application_name or row.application_key or gettext("All applications")

    @display(description=_("texts"))
    def texts(self, row: NoticeTemplate) -> SafeString:
        """Return whose texts hold."""
        if row.subject:
            return badge(gettext("Own text"), "good", "edit")
        if row.application_key:
            return badge(gettext("As for all applications"), "plain")
        return badge(gettext("Shipped text"), "plain")

    @display(description=_("texts"))
    def written(self, row: NoticeTemplate) -> SafeString:
        """Return the texts that hold, one below the other."""
        return format_html_join("", '<pre class="hub-pre">{}</pre>', ((part,) for part in in_force(row).parts))


def own_parts(row: NoticeTemplate) -> tuple[str, str, str]:
    """Return a row's texts, to be compared."""
    return row.subject, row.text, row.html


def clear(row: NoticeTemplate) -> None:
    """Take a row's own texts away, in memory."""
    row.subject = row.text = row.html = ""
    row.changed_at = None


def template_url(row: NoticeTemplate) -> str:
    """Return the address of a template's page."""
    return reverse("admin:orders_noticetemplate_change", args=[row.pk])


def _test(to: str, number: str) -> str:
    words = {"to": mask_email(to), "number": number}
    if number:
        return gettext("A test of order %(number)s to %(to)s") % words
    return gettext("A test of a made-up order to %(to)s") % words


def _previewed(form: TemplateForm, order: OrderForm, *, by: str) -> dict[str, Any]:
    if problems := [*_problems(form), *_problems(order)]:
        return {"problems": problems}
    chosen = order.cleaned_data
    try:
        return {"shown": preview(form.instance, form.texts(), number=chosen["number"], by=by, reason=chosen["why"])}
    except HubError as error:
        return {"problems": [error.told]}


def _problems(form: Any) -> list[str]:
    return [f"{form.fields[part].label}: {text}" for part, texts in form.errors.items() for text in texts]
