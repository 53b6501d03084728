"""What goes on now: what waits by destination, what is left of Norce's quota, and whether workers work."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Min
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from connectors.models import RateBucket
from connectors.ratelimit import MARGIN, WINDOW
from hub import beats
from hub.admin.links import list_url
from hub.admin.run_words import grouped
from hub.durations import in_words
from hub.models import OutboxMessage
from hub.models.work import MAIL, State
from hub.panels import Fact, Panel, Part


def count(before: dict[str, Any]) -> dict[str, Any]:
    """Return how many messages wait for each system, and since when the oldest does."""
    waiting = OutboxMessage.objects.filter(state=State.PENDING).order_by("system").values_list("system")
    found = waiting.annotate(number=Count("pk"), oldest=Min("created_at"))
    return {system: {"number": number, "oldest": oldest.isoformat()} for system, number, oldest in found}


def show(request: HttpRequest, figures: dict[str, Any]) -> Panel:
    """Return what waits, the quota and the workers, to those who may see the work."""
    if not request.user.has_perm("hub.view_outboxmessage"):
        return Panel()
    ours = [] if any(system.startswith("erp") for system in figures) else ["erp"]
    systems = dict.fromkeys([*ours, *sorted(figures), "norce"])
    return Panel(facts=(*(_waiting(system, figures.get(system)) for system in systems), _quota(), _workers()))


def _waiting(system: str, found: dict[str, Any] | None) -> Fact:
    return Fact(
        title=_destination(system),
        value=grouped(found["number"] if found else 0),
        text=_("oldest: %(age)s") % {"age": _age(found["oldest"])} if found else _("nothing waits"),
        tone="busy" if found else "good",
        url=list_url("hub_outboxmessage", state__exact=State.PENDING, system__exact=system),
    )


def _destination(system: str) -> str:
    titles = {"norce": _("Waiting for Norce"), MAIL: _("Waiting mail"), "erp": _("Waiting for the ERP")}
    connection = system.partition(":")[2]
    if connection in ("", "default"):
        return titles.get(system.partition(":")[0], system)
    return _("Waiting for the ERP (%(connection)s)") % {"connection": connection}


def _age(moment: str) -> str:
    return in_words(timezone.now() - datetime.fromisoformat(moment))


def _quota() -> Fact:
    """Norce calls left in this minute."""
    limit = settings.NORCE_REQUESTS_PER_MINUTE
    bucket = RateBucket.objects.filter(name="norce-connect").first()
    now = timezone.now().timestamp()
    used = sum(1 for at in bucket.calls if now - WINDOW - MARGIN < at <= now) if bucket else 0
    if bucket and bucket.blocked_until > now:
        pause = in_words(timedelta(seconds=bucket.blocked_until - now))
        return Fact(
            title=_("Norce calls left"),
            value="0",
            text=_("Norce asked for a pause of %(span)s") % {"span": pause},
            tone="bad",
        )
    if not limit:
        return Fact(title=_("Norce calls left"), value="–", text=_("no limit is set"))
    left = max(limit - used, 0)
    return Fact(
        title=_("Norce calls left"),
        value=str(left),
        text=_("of %(limit)d this minute") % {"limit": limit},
        tone="good" if left else "busy",
    )


def _workers() -> Fact:
    """When the workers last gave a sign of life."""
    last = beats.last_beat()
    if last is None:
        return Fact(title=_("Workers"), value=_("never seen"), text=_("Start one: make worker"), tone="bad")
    alive = last >= beats.stall_limit()
    return Fact(
        title=_("Workers"),
        value=_("at work") if alive else _("silent"),
        text=_("last sign of life %(age)s ago") % {"age": in_words(timezone.now() - last)},
        tone="good" if alive else "bad",
    )


PART = Part(name="now", title=gettext_lazy("What waits for other systems"), count=count, show=show)
