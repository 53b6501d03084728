"""The admin's look: name, menu and badges for django-unfold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _


def _file(name: str) -> Any:
    return lambda request: static(name)


def _badge(name: str) -> Callable[[], str]:
    """Return a function that the menu's template calls: the theme gives a name a box even when its answer is empty."""
    return lambda: str(import_string(name)())


def _entry(title: str | Promise, icon: str, page: str, **more: Any) -> dict[str, Any]:
    """Return one line of the menu; ``page`` is an admin URL's name, or a model's list when it has a dot."""
    view = f"{page.replace('.', '_')}_changelist" if "." in page else page
    return {"title": title, "icon": icon, "link": reverse_lazy(f"admin:{view}"), **more}


OPERATIONS = [
    _entry(_("Overview"), "dashboard", "index"),
    _entry(_("Orders"), "shopping_cart", "orders.order", badge=_badge("hub.dashboard.orders_in_trouble")),
    _entry(_("Work"), "outbox", "hub.outboxmessage"),
    _entry(_("Runs"), "sync", "hub.syncrun"),
    _entry(_("Norce jobs"), "work_history", "hub.norcejob"),
    _entry(_("Norce events"), "notifications", "hub.inboxevent"),
    _entry(_("Rejected messages"), "report", "hub.rejectedmessage"),
    _entry(_("Calls out"), "call_made", "hub.apicall"),
    _entry(_("Erasures"), "person_off", "hub.erasure"),
]
CUSTOMERS = [
    _entry(_("Customers"), "person", "customers.customerbinding"),
    _entry(_("Companies"), "domain", "customers.companybinding"),
]
SET_UP = [
    _entry(_("Applications"), "storefront", "hub.application"),
    _entry(_("ERP connections"), "lan", "hub.erpconnection"),
    _entry(_("Value mappings"), "swap_horiz", "hub.valuemapping"),
    _entry(_("Schedules"), "schedule", "django_q.schedule"),
    _entry(_("Users"), "group", "auth.user"),
]

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": _("Norce hub"),
    "SITE_HEADER": _("Norce hub"),
    "SITE_SUBHEADER": _("Norce Commerce ↔ ERP"),
    "SITE_SYMBOL": "sync_alt",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": _file("hub/favicon.svg")}],
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_LANGUAGES": True,
    "ENVIRONMENT": "hub.dashboard.environment",
    "STYLES": [_file("hub/admin.css")],
    "DASHBOARD_CALLBACK": "hub.dashboard.figures",
    "SIDEBAR": {
        "show_search": True,
        "show_all_applications": False,
        "navigation": [
            {"title": _("Operations"), "items": OPERATIONS},
            {"title": _("Customers"), "items": CUSTOMERS},
            {"title": _("Set-up"), "items": SET_UP},
        ],
    },
}
