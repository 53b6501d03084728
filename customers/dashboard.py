"""What the admin's front page says about customers and companies."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.hearing import KIND
from customers.models import REFUSED_REPORTS, CompanyBinding, CustomerBinding
from hub.admin.links import list_url
from hub.causes import count_by_cause, needs_of
from hub.models import OutboxMessage
from hub.panels import Need, Panel, Part, bounded


def count(before: dict[str, Any]) -> dict[str, Any]:
    """Return how many codes Norce refused or did not know, and which changes from the shop have stopped."""
    return {
        "customers": _refused(CustomerBinding),
        "companies": _refused(CompanyBinding),
        "changes": count_by_cause(OutboxMessage.objects.filter(kind=KIND)),
    }


def show(request: HttpRequest, figures: dict[str, Any]) -> Panel:
    """Return what of that the user may see."""
    listed = (
        ("customers", _("Customers' codes refused by Norce"), "customers_customerbinding"),
        ("companies", _("Companies' codes refused by Norce"), "customers_companybinding"),
    )
    needs = [
        Need(title=title, count=figures.get(name, 0), url=list_url(page, report="refused"))
        for name, title, page in listed
        if request.user.has_perm(page.replace("_", ".view_", 1))
    ]
    if request.user.has_perm("hub.view_outboxmessage"):
        changes = figures.get("changes", {})
        needs += needs_of(_("Changes from the shop"), OutboxMessage, changes, kind__exact=KIND)
    return Panel(needs=tuple(needs))


def _refused(table: type[CustomerBinding] | type[CompanyBinding]) -> int:
    return bounded(table._default_manager.filter(report__in=REFUSED_REPORTS))


PART = Part(name="customers", title=gettext_lazy("Customers and companies"), count=count, show=show)
