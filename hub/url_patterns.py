"""Addresses of pages in Norce's admin and in an ERP, as people write them: with a name in braces for what differs."""

from __future__ import annotations

from string import Formatter
from typing import Any
from urllib.parse import quote, urlsplit

from django.core.exceptions import ValidationError
from django.utils.deconstruct import deconstructible
from django.utils.translation import gettext_lazy as _


@deconstructible
class UrlPattern:
    """Accepts a web address in whose path, query or fragment the given names may stand in braces."""

    def __init__(self, *names: str) -> None:
        """Take the names."""
        self.names = names

    def __call__(self, pattern: str) -> None:
        """Raise ValidationError that says what is wrong and how it is written."""
        try:
            parts = list(Formatter().parse(pattern))
            address = urlsplit(pattern)
        except ValueError as error:
            text = _("A brace or bracket has no partner: write for example {%(name)s}.")
            raise ValidationError(text, "braces", {"name": self.names[0]}) from error
        if address.scheme not in ("http", "https") or not address.hostname or "{" in address.netloc:
            raise ValidationError(_("Write a whole address that begins with https:// or http://."), "address")
        for _text, name, spec, conversion in parts:
            if name is not None and (name not in self.names or spec or conversion):
                raise ValidationError(
                    _("{%(wrong)s} is not known here: write %(names)s."),
                    "name",
                    {"wrong": name, "names": ", ".join(f"{{{one}}}" for one in self.names)},
                )

    def __eq__(self, other: object) -> bool:
        """Compare by the names, so that migrations see no change."""
        return isinstance(other, UrlPattern) and other.names == self.names

    def __hash__(self) -> int:
        """Return the hash of the names."""
        return hash(self.names)


def filled(pattern: str, **values: Any) -> str:
    """Return the address for some values, each quoted; "" where there is no pattern or a value of it is not known."""
    names = {name for _text, name, _spec, _conversion in Formatter().parse(pattern) if name}
    if not all(values.get(name) for name in names):
        return ""
    return pattern.format_map({name: quote(str(value), safe="") for name, value in values.items()})
