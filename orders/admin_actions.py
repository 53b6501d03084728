"""The buttons of the order pages: Retry, Release and Cancel, each with a typed reason."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hub import by_hand
from hub.admin.bulk import bulk_page
from hub.admin.reasons import ReasonForm, reason_dialog
from hub.admin.theme import ActionVariant, action
from hub.models import OutboxMessage
from hub.models.work import TROUBLED, State
from orders.about import about
from orders.models import Order
from orders.order_page import releasable
from orders.releasing import effects_of, held_work, question_of, release
from orders.replay_admin import ReplayAdmin
from orders.replaying import is_stopped_on_its_way
from orders.troubles import PREFIX


class ReleaseForm(ReasonForm):
    """Shows the question that the release answers; ``question`` names it, so that no other one is answered."""

    form_before_template = "admin/orders/order/question.html"

    question = forms.CharField(required=False, widget=forms.HiddenInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Look the question up."""
        super().__init__(*args, **kwargs)
        self.held = held_work(f"{PREFIX}{self.object_id}").first()
        self.fields["question"].initial = question_of(self.held) if self.held else ""

    def get_before_template_context(self, request: HttpRequest, object_id: str | None = None) -> dict[str, Any]:
        """Return the held message, none when it is held for another question than the dialog was opened with."""
        now = self.fields["question"].initial
        shown = self.held if self.data.get("question", now) == now else None
        return {"message": shown, "effects": effects_of(shown) if shown else ()}


def retry_order(order: Order, *, by: str, reason: str) -> None:
    """Let an order's stopped work start again: what is held or failed, else what was cancelled.

    Raises NotAllowed when nothing has stopped (a try may be under way) or the reason is empty.
    """
    stopped = work_of(order, *TROUBLED) or work_of(order, State.CANCELLED)
    if not stopped:
        raise by_hand.NotAllowed(gettext("Nothing of this order has stopped: there is nothing to retry."))
    with transaction.atomic():
        for message in stopped:
            by_hand.retry(message, by=by, reason=reason)


def cancel_order(order: Order, *, by: str, reason: str) -> None:
    """Give up all work of an order that has not ended.

    Raises NotAllowed while some of it is being worked on, when there is none, or without a reason.
    """
    if work_of(order, State.RUNNING):
        raise by_hand.NotAllowed(gettext("The order is being worked on just now: look again in a minute."))
    unfinished = work_of(order, *by_hand.CANCELLABLE)
    if not unfinished:
        raise by_hand.NotAllowed(gettext("All work of this order has ended: there is nothing to cancel."))
    with transaction.atomic():
        for message in unfinished:
            by_hand.cancel(message, by=by, reason=reason)


def work_of(order: Order, *states: str) -> list[OutboxMessage]:
    """Return an order's work in some states, oldest first."""
    return list(OutboxMessage.objects.filter(subject=order.subject, state__in=states).order_by("pk"))


class OrderActions(ReplayAdmin):
    """The buttons, shown where the order's state and the user's permissions allow them."""

    actions = ("retry_selected",)
    actions_detail = ("release", "retry", "replay", "cancel")

    def legal_buttons(self, obj: Order) -> set[str]:
        """Retry what has stopped, release what a question holds, cancel what has not ended and is not running."""
        found = about(obj).own_work
        states = {message.state for message in found}
        legal = {
            "retry": not states.isdisjoint(by_hand.RETRYABLE),
            "replay": not obj.erp_order_no and any(is_stopped_on_its_way(message) for message in found),
            "cancel": not states.isdisjoint(by_hand.CANCELLABLE) and State.RUNNING not in states,
            "release": State.HELD in states and releasable(obj) is not None,
        }
        return {name for name, allowed in legal.items() if allowed}

    @action(
        description=_("Release"),
        icon="check",
        permissions=["retry"],
        variant=ActionVariant.PRIMARY,
        dialog=reason_dialog(
            _("Let this order go on?"),
            _("You answer the question with yes."),
            _("Release"),
            ReleaseForm,
        ),
    )
    def release(self, request: HttpRequest, form: ReleaseForm, object_id: str) -> HttpResponse:
        """Wave the order's question through."""
        said = {name: form.cleaned_data[name] for name in ("question", "reason")}
        done = gettext("The order is released and goes on.")
        return self.do(request, object_id, lambda order, by: release(order, by=by, **said), done)

    @action(
        description=_("Retry"),
        icon="replay",
        permissions=["retry"],
        dialog=reason_dialog(
            _("Try this order again?"),
            _("It is mapped with today's settings. An order that the ERP has already is not created twice."),
            _("Retry"),
        ),
    )
    def retry(self, request: HttpRequest, form: ReasonForm, object_id: str) -> HttpResponse:
        """Let the order's stopped work start again."""
        reason = form.cleaned_data["reason"]
        done = gettext("The order will be tried again.")
        return self.do(request, object_id, lambda order, by: retry_order(order, by=by, reason=reason), done)

    @action(
        description=_("Cancel"),
        icon="block",
        permissions=["retry"],
        dialog=reason_dialog(
            _("Give this order up here?"),
            _("The hub stops working on it. What Norce and the ERP have already stays there."),
            _("Give it up"),
        ),
    )
    def cancel(self, request: HttpRequest, form: ReasonForm, object_id: str) -> HttpResponse:
        """Give the order's unfinished work up."""
        reason = form.cleaned_data["reason"]
        done = gettext("The hub has given this order up.")
        return self.do(request, object_id, lambda order, by: cancel_order(order, by=by, reason=reason), done)

    def has_retry_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Whether the user may retry, release and cancel orders."""
        # A dotted permission on the action would make the theme's system check read the database, before `migrate` too.
        return request.user.has_perm("hub.retry")

    @action(description=_("Retry what is held or failed…"), permissions=["retry"])
    def retry_selected(self, request: HttpRequest, queryset: QuerySet[Order]) -> HttpResponse | None:
        """Ask before the selected orders are retried."""
        orders = {order.subject: str(order) for order in queryset}
        items: QuerySet[Any] = OutboxMessage.objects.filter(subject__in=orders)
        stopped = items.filter(state__in=TROUBLED).order_by("pk").values_list("subject", flat=True)
        return bulk_page(self, request, items, labels=[orders[subject] for subject in dict.fromkeys(stopped)])
