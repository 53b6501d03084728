"""What the front page says besides work: kinds of events that have fallen silent, and alerts."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hub.admin.alerts import recent_alerts
from hub.admin.links import list_url
from hub.models import EventSource
from hub.panels import Need, Panel, Part, bounded
from hub.work_titles import work_title

# So many quiet kinds of events are named; the list has them all.
NAMED = 3


def count(before: dict[str, Any]) -> dict[str, Any]:
    """Return the types of the sources that are quiet, the longest first, and how many alerts there are."""
    quiet = EventSource.objects.exclude(alarmed_at=None).order_by("alarmed_at")
    return {
        "quiet": list(quiet.values_list("event_type", flat=True)),
        "alerts": bounded(recent_alerts().order_by("pk")),
    }


def show(request: HttpRequest, figures: dict[str, Any]) -> Panel:
    """Return what is no stopped work and needs a person all the same, as far as the user may see it."""
    needs = {
        "hub.view_eventsource": _quiet_sources(figures.get("quiet", [])),
        "hub.view_alert": Need(
            title=_("Alerts of the last day"),
            count=figures.get("alerts", 0),
            url=list_url("hub_alert", recent="yes"),
        ),
    }
    return Panel(needs=tuple(need for right, need in needs.items() if request.user.has_perm(right)))


def _quiet_sources(types: list[str]) -> Need:
    """Kinds of events that have not come for longer than usual."""
    names = list(dict.fromkeys(map(work_title, types)))
    what = ", ".join(names[:NAMED]) + (" …" if names[NAMED:] else "")
    title = _("Norce is quieter than usual: %(what)s") % {"what": what}
    return Need(title=title, count=len(types), url=list_url("hub_eventsource", quiet="yes"))


PART = Part(name="news", title=gettext_lazy("Quiet events and alerts"), count=count, show=show)
