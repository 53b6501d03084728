"""Links between the admin's pages, also to the business's, which are named as strings."""

from __future__ import annotations

from urllib.parse import urlencode

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from hub.models import WorkItem

PAGES = {
    "order": "admin:orders_order_change",
    "customerbinding": "admin:customers_customerbinding_change",
    "companybinding": "admin:customers_companybinding_change",
}


def subject_url(subject: str) -> str:
    """Return the address of the page about a subject (``order:17``), or "" when it has none."""
    kind, _, key = subject.partition(":")
    return reverse(PAGES[kind], args=[key]) if kind in PAGES and key else ""


def subject_link(subject: str) -> SafeString | str:
    """Return a link to the page about a subject, or its name where there is no page."""
    url = subject_url(subject)
    return link(url, subject) if url else subject


def link(url: str, text: object) -> SafeString:
    """Return a link in the theme's style."""
    return format_html('<a class="hub-link" href="{}">{}</a>', url, text)


def item_url(item: WorkItem) -> str:
    """Return the address of a work item's page."""
    return reverse(f"admin:{item._meta.app_label}_{item._meta.model_name}_change", args=[item.pk])


def list_url(page: str, **filters: str) -> str:
    """Return the address of a list (``orders_order``) with filters set."""
    url = reverse(f"admin:{page}_changelist")
    return f"{url}?{urlencode(filters)}" if filters else url


def short(text: str, length: int = 90) -> str:
    """Return a text cut for a list."""
    return Truncator(text).chars(length)
