"""Columns of texts that rows keep in English, shown in the reader's language."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.admin import display

from connectors.catalogue.sentences import told
from hub.admin.links import short


def kept(name: str, description: Any, *, most: int = 0) -> Callable[[Any, Any], str]:
    """Return what shows the text in a row's column ``name``, for a list cut after ``most`` characters."""

    @display(description=description)
    def words(admin: Any, row: Any) -> str:
        text = told(getattr(row, name))
        return short(text, most) if most else text

    return words
