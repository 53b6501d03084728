"""The admin's look: name, menu and badges for django-unfold."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

SEEN = ("view", "change")


def _file(name: str) -> Any:
    return lambda request: static(name)


class _Badge:
    """A number beside a line of the menu, asked for once on a page: the theme copies the menu for each page.

    The theme gives the name of a function a box even when its answer is empty, and calls a function twice.
    """

    def __init__(self, name: str) -> None:
        self.name = name

    @cached_property
    def text(self) -> str:
        """What stands in the box; no box for nothing."""
        return str(import_string(self.name)())

    def __bool__(self) -> bool:
        return bool(self.text)

    def __str__(self) -> str:
        return self.text


def _entry(title: str | Promise, icon: str, page: str, **more: Any) -> dict[str, Any]:
    """Return one line of the menu; ``page`` is an admin URL's name, or a model's list when it has a dot."""
    view = f"{page.replace('.', '_')}_changelist" if "." in page else page
    return {"title": title, "icon": icon, "link": reverse_lazy(f"admin:{view}"), "permission": _seen(page), **more}


def _seen(page: str) -> Callable[[HttpRequest], bool]:
    """Return a function that says whether somebody sees a page, so that the menu leads nobody to a refusal."""
    app, _, model = page.partition(".")
    return lambda request: not model or any(request.user.has_perm(f"{app}.{deed}_{model}") for deed in SEEN)


OPERATIONS = [
    _entry(_("Overview"), "dashboard", "index"),
    _entry(_("Orders"), "shopping_cart", "orders.order", badge=_Badge("orders.dashboard.in_trouble")),
    _entry(_("Work"), "outbox", "hub.outboxmessage"),
    _entry(_("Runs"), "sync", "hub.syncrun"),
    _entry(_("Reconciliation"), "balance", "orders.daycount"),
    _entry(_("Norce jobs"), "work_history", "hub.norcejob"),
    _entry(_("Norce events"), "notifications", "hub.inboxevent"),
    _entry(_("Event sources"), "sensors", "hub.eventsource"),
    _entry(_("Rejected messages"), "report", "hub.rejectedmessage"),
    _entry(_("Calls out"), "call_made", "hub.apicall"),
    _entry(_("Alerts"), "notification_important", "hub.alert"),
    _entry(_("Bulk actions"), "checklist", "hub.bulkaction"),
    _entry(_("Error catalogue"), "menu_book", "hub_attempt_errors"),
    _entry(_("Erasures"), "person_off", "hub.erasure"),
    _entry(_("Looks at personal data"), "visibility", "hub.reveal"),
]
CUSTOMERS = [
    _entry(_("Customers"), "person", "customers.customerbinding"),
    _entry(_("Companies"), "domain", "customers.companybinding"),
]
SET_UP = [
    _entry(_("Applications"), "storefront", "hub.application"),
    _entry(_("ERP connections"), "lan", "hub.erpconnection"),
    _entry(_("Value mappings"), "swap_horiz", "hub.valuemapping"),
    _entry(_("Mail templates"), "mail", "orders.noticetemplate"),
    _entry(_("API clients"), "key", "hub.apiclient"),
    _entry(_("Schedules"), "schedule", "django_q.schedule"),
    _entry(_("Users"), "person_add", "auth.user"),
    _entry(_("Groups"), "group", "auth.group"),
    _entry(_("Deeds"), "history", "admin.logentry"),
    _entry(_("Failed sign-ins"), "gpp_bad", "axes.accessfailurelog"),
    _entry(_("Kept out"), "lock_clock", "axes.accessattempt"),
    _entry(_("Second factors"), "key_vertical", "mfa.authenticator"),
]


def _account_links(request: HttpRequest) -> list[dict[str, Any]]:
    """Return what the menu under a person's name leads to."""
    links = [(_("Change password"), "admin:password_change")]
    if settings.SIGN_IN_ACCOUNTS:
        links.append((_("Second factor"), "mfa_index"))
    return [{"title": title, "link": reverse_lazy(page)} for title, page in links]


UNFOLD: dict[str, Any] = {
    "ACCOUNT": {"navigation": _account_links},
    "SITE_TITLE": _("Norce hub"),
    "SITE_HEADER": _("Norce hub"),
    "SITE_SUBHEADER": _("Norce Commerce ↔ ERP"),
    "SITE_SYMBOL": "sync_alt",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": _file("hub/favicon.svg")}],
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_LANGUAGES": True,
    "ENVIRONMENT": "hub.dashboard.environment",
    "STYLES": [_file("hub/admin.css"), _file("hub/theme.css")],
    "SCRIPTS": [_file("hub/theme.js")],
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
