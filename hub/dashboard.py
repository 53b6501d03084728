"""The front page of the admin: what needs a person, what goes on now, how it went lately, what happened last."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from hub import panels, summary
from hub.durations import in_words


def figures(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Return the page's context with what the user may see; the figures are the workers' of the last minute."""
    counted = summary.read()
    shown = [part.show(request, counted.contents[part.name]) for part in panels.parts()]
    age = timezone.now() - counted.counted_at if counted.counted_at else None
    return context | {
        "needs": [need for panel in shown for need in panel.needs if need.count],
        "facts": [fact for panel in shown for fact in panel.facts],
        "plots": [plot for panel in shown for plot in panel.plots],
        # What takes the whole width goes first, or it would leave a hole beside the card before it.
        "tables": sorted((table for panel in shown for table in panel.tables), key=lambda table: not table.wide),
        "counted_at": counted.counted_at,
        "uncounted": [_uncounted(part, last) for part, last in counted.failed],
        "stale": in_words(age) if age and age > summary.STALE else "",
        "steps": [step for panel in shown for step in panel.steps],
    }


def _uncounted(part: panels.Part, counted_at: datetime | None) -> str:
    """Return in words that a part has failed, and how old what is shown of it is."""
    if counted_at is None:
        return _("%(part)s: never counted, nothing is shown") % {"part": part.title}
    age = in_words(timezone.now() - counted_at)
    return _("%(part)s: what is shown is %(age)s old") % {"part": part.title, "age": age}


def environment(request: HttpRequest) -> tuple[str, str]:
    """Return the words and colour that say where this is: the sandbox on this machine, or which Norce."""
    host = urlsplit(settings.NORCE_BASE_URL).hostname or ""
    if host in settings.LOOPBACK_HOSTS:
        return _("Sandbox"), "info"
    return (host, "warning") if host else (_("Norce is not set up"), "danger")
