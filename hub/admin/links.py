"""Links between the admin's pages, also to the business's, which are named as strings."""

from __future__ import annotations

from urllib.parse import urlencode

from django.db.models import Model
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator

# A subject names its row by primary key, or by what its list finds exactly.
PAGES = {"order": "admin:orders_order_change", "bulk": "admin:hub_bulkaction_change"}
LISTS = {
    "customer": "customers_customerbinding",
    "company": "customers_companybinding",
    "norce_customer": "customers_customerbinding",
    "norce_company": "customers_companybinding",
    "norce_job": "hub_norcejob",
    "norce_order": "orders_order",
}


def subject_url(subject: str) -> str:
    """Return the address of the page about a subject ("order:17"), or "" when it has none.

    For ``customer:default:C10001``, ``norce_order:1901:5100231`` and ``norce_job:330915`` that is the
    list that shows just them.
    """
    kind, _, key = subject.partition(":")
    if kind in LISTS and key:
        return list_url(LISTS[kind], q=key.partition(":")[2] or key)
    return reverse(PAGES[kind], args=[key]) if kind in PAGES and key else ""


def link(url: str, text: object) -> SafeString:
    """Return a link in the theme's style."""
    return format_html('<a class="hub-link" href="{}">{}</a>', url, text)


def item_url(item: Model) -> str:
    """Return the address of a row's page."""
    return reverse(f"admin:{item._meta.app_label}_{item._meta.model_name}_change", args=[item.pk])


def list_url(page: str, **filters: str) -> str:
    """Return the address of a list (``orders_order``) with filters set."""
    url = reverse(f"admin:{page}_changelist")
    return f"{url}?{urlencode(filters)}" if filters else url


def short(text: str, length: int = 90) -> str:
    """Return a text cut for a list."""
    return Truncator(text).chars(length)
