"""All tags and filters that a mail template may use: what shows and chooses, nothing that loads, runs or unescapes."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.template import Library, defaultfilters, defaulttags
from django.utils.formats import date_format, number_format
from django.utils.translation import get_language
from django.utils.translation import gettext_noop as _

from connectors.catalogue.sentences import sentence

register = Library()

TAGS = ("if", "for", "with", "firstof", "comment", "spaceless")
FILTERS = "capfirst default first join last length linebreaksbr lower pluralize title truncatechars upper yesno"
# Signs that everybody reads; other currencies go by their codes.
SIGNS = {"sv": {"SEK": "kr", "EUR": "€"}, "en": {"EUR": "€", "GBP": "£", "USD": "$"}}
SPACE = "\N{NO-BREAK SPACE}"
NO_AMOUNT = sentence(_("money and number are for amounts, quantities and rates."))

for tag in TAGS:
    register.tag(tag, defaulttags.register.tags[tag])
for name in FILTERS.split():
    register.filter(name, defaultfilters.register.filters[name])


@register.filter
def money(amount: Any, currency: str = "") -> str:
    """Return an amount as the reader's language writes it: "1 309,25 kr", "1,309.25 SEK"."""
    shown = number_format(_decimal(amount), 2, use_l10n=True, force_grouping=True)
    sign = SIGNS.get(get_language() or "", {}).get(currency, currency)
    return f"{shown}{SPACE}{sign}".strip()


@register.filter
def number(value: Any) -> str:
    """Return a quantity or a rate without decimals that say nothing: "2", "1,5"."""
    plain = f"{_decimal(value):f}"
    return number_format(plain.rstrip("0").rstrip(".") if "." in plain else plain, use_l10n=True, force_grouping=True)


@register.filter(expects_localtime=True)
def day(moment: Any) -> str:
    """Return a date in words, "11 mars 2025"; of none, nothing."""
    return date_format(moment, "j F Y") if isinstance(moment, datetime) else ""


def _decimal(value: Any) -> Decimal:
    if not isinstance(value, Decimal):
        raise ValueError(NO_AMOUNT)
    return value
