"""The page that shows what sending an order again would change, and asks which way and why."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hub.admin.base import LegalButtonsAdmin
from hub.admin.links import item_url, list_url
from hub.admin.reasons import back_to
from hub.admin.theme import action
from hub.by_hand import NotAllowed
from orders.models import Order
from orders.replay_preview import Preview, preview
from orders.replaying import replay, stopped

AS_SENT = "as_sent"


class ReplayAdmin(LegalButtonsAdmin):
    """The button *Retry* of an order that has stopped on its way to the ERP, for who may choose how it is sent."""

    def has_replay_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Whether the user may choose how an order is sent again."""
        return request.user.has_perm("hub.replay")

    def get_actions_detail(self, request: HttpRequest, object_id: str) -> list[Any]:
        """Return one *Retry*: the page with the choice where it may be had, else the plain one."""
        buttons = super().get_actions_detail(request, object_id)
        chosen = any(button.action_name.endswith("_replay") for button in buttons)
        return [button for button in buttons if not (chosen and button.action_name.endswith("_retry"))]

    @action(description=_("Retry"), icon="replay", permissions=["replay"])
    def replay(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show what would change; with a reason, send the order again the way that was pressed, as it was shown."""
        order = self.get_object(request, unquote(object_id))
        if order is None:
            return back_to(request, list_url("orders_order"))
        try:
            stopped(order)
        except NotAllowed as error:
            messages.error(request, str(error))
            return back_to(request, item_url(order))
        seen, reason = preview(order), request.POST.get("reason", "").strip()
        if request.method == "POST" and request.POST.get("shown") != seen.digest:
            messages.warning(request, gettext("What would be sent has changed in the meantime: look once more."))
        elif reason:
            return self._send(request, object_id, reason)
        return TemplateResponse(request, "admin/orders/order/replay.html", self._shown(request, order, seen, reason))

    def _send(self, request: HttpRequest, object_id: str, reason: str) -> HttpResponse:
        as_sent = request.POST.get("how") == AS_SENT
        done = gettext("The order will be sent as it was.") if as_sent else gettext("The order will be tried again.")
        return self.do(request, object_id, lambda row, by: replay(row, as_sent=as_sent, by=by, reason=reason), done)

    def _shown(self, request: HttpRequest, order: Order, seen: Preview, reason: str) -> dict[str, Any]:
        return {
            **self.admin_site.each_context(request),
            "title": gettext("Send order %(number)s again") % {"number": order},
            "opts": self.opts,
            "original": order,
            "preview": seen,
            "reason": reason,
            "reason_missing": request.method == "POST" and not reason,
            "back_url": item_url(order),
        }
