"""How much of Norce's quota the last hours have used."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hub.admin.links import link, list_url
from hub.admin.records import connect_calls
from hub.admin.run_words import grouped
from hub.bars import Bar, bars
from hub.counted import HOUR, MINUTE, Counts, at, up_to_date
from hub.panels import Panel, Part, Table

HOURS = 6


def count(before: dict[str, Any]) -> dict[str, Any]:
    """Return the calls to Norce Connect by minute."""
    first = _hours()[-1]
    return {"calls": up_to_date(before.get("calls", {}), connect_calls(), "created_at", first=first, step=MINUTE)}


def show(request: HttpRequest, figures: dict[str, Any]) -> Panel:
    """Return the last hours with their minutes, to those who may see the calls."""
    if not request.user.has_perm("hub.view_apicall"):
        return Panel()
    calls, limit = figures.get("calls", {}), settings.NORCE_REQUESTS_PER_MINUTE
    note = _("Calls to Norce Connect each minute; it allows %(limit)d.") % {"limit": limit}
    top = max([limit, 1, *calls.values()])
    return Panel(
        plots=(
            Table(
                title=_("Norce calls used"),
                note=note if limit else _("Calls to Norce Connect each minute; no limit is set."),
                headers=(_("Hour"), _("Minutes"), _("Calls"), _("Most in a minute")),
                rows=tuple(_row(hour, calls, top) for hour in _hours()) if calls else (),
                url=list_url("hub_apicall", quota="connect"),
                empty=_("Norce has not been called in the last hours."),
            ),
        )
    )


def _hours() -> list[datetime]:
    """Return where the last hours begin, the latest first."""
    now = timezone.now().astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return [now - number * HOUR for number in range(HOURS)]


def _row(hour: datetime, calls: Counts, top: int) -> tuple[Any, ...]:
    minutes = [at(calls, hour + timedelta(minutes=number)) for number in range(60)]
    url = list_url(
        "hub_apicall", quota="connect", created_at__gte=hour.isoformat(), created_at__lt=(hour + HOUR).isoformat()
    )
    drawn = bars([Bar(parts=(("busy", number),)) for number in minutes], top=top)
    return f"{timezone.localtime(hour):%H:%M}", drawn, link(url, grouped(sum(minutes))), grouped(max(minutes))


PART = Part(name="budget", title=gettext_lazy("Norce calls used"), count=count, show=show)
