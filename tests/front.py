"""The front page as people see it a minute later: counted first, then opened."""

from __future__ import annotations

from typing import Any

from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from hub import summary
from hub.panels import Need


def front_page(client: Client) -> Any:
    """Return the page's answer, with figures of now."""
    summary.refresh()
    cache.clear()
    return client.get(reverse("admin:index"))


def text_of(client: Client) -> str:
    """Return the page's HTML, with figures of now."""
    return str(front_page(client).content.decode())


def needs(client: Client) -> dict[str, Need]:
    """Return what needs a person, by title and, where it says more, the text after it."""
    return {": ".join(filter(None, (need.title, need.text))): need for need in front_page(client).context["needs"]}


def behind(client: Client, url: str) -> list[Any]:
    """Return the rows of the list that a figure leads to."""
    return list(client.get(url).context["cl"].result_list)
