"""The front page of the admin: what needs a person, what goes on now, what happened last."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from connectors.models import RateBucket
from connectors.ratelimit import MARGIN, WINDOW
from hub import beats, panels
from hub.admin.jobs import late_jobs
from hub.admin.links import item_url, link, list_url
from hub.admin.run_words import grouped, mode_words, run_badge, run_title
from hub.durations import clock, in_words
from hub.models import InboxEvent, NorceJob, OutboxMessage, SyncRun, WorkItem
from hub.models.work import TROUBLED, ErrorKind, State
from hub.panels import MOST, Need, Panel, Table, at_most, bounded

BADGE_SECONDS = 30
LATEST = 5
ORDERS = "order:"


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One figure of what goes on now; ``tone`` is good, bad, busy or plain."""

    title: str
    value: str
    text: str = ""
    tone: str = "plain"
    url: str = ""


def figures(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Return the page's context with the figures added, as far as the user may see them."""
    parts = [*panels.collect(request), _work(request)]
    facts = [*_waiting(), _quota(), _workers()] if request.user.has_perm("hub.view_outboxmessage") else []
    return context | {
        "needs": panels.needs_first(parts),
        "facts": facts,
        # What takes the whole width goes first, or it would leave a hole beside the card before it.
        "tables": sorted((table for part in parts for table in part.tables), key=lambda table: not table.wide),
    }


def orders_in_trouble() -> str:
    """Return how many work items about orders wait for a person ("" for none); at most half a minute old."""
    count = str(cache.get_or_set(panels.TROUBLE_COUNT, _count_orders_in_trouble, BADGE_SECONDS))
    return "" if count == "0" else count


def environment(request: HttpRequest) -> tuple[str, str]:
    """Return the words and colour that say where this is: the sandbox on this machine, or which Norce."""
    host = urlsplit(settings.NORCE_BASE_URL).hostname or ""
    if host in settings.LOOPBACK_HOSTS:
        return _("Sandbox"), "info"
    return (host, "warning") if host else (_("Norce is not set up"), "danger")


def trouble_by_cause(model: type[WorkItem], **about: str) -> Counter[tuple[str, str]]:
    """Return how many rows of a work table are held or failed, by (state, kind of error); counts to 1001."""
    rows = model._default_manager.filter(state__in=TROUBLED, **about).order_by("pk")
    return Counter(rows.values_list("state", "error_kind")[: MOST + 1])


def cause_title(state: str, error_kind: str) -> str:
    """Return a state and a cause in words."""
    cause = ErrorKind(error_kind).label if error_kind else _("no reason given")
    return f"{State(state).label}: {cause}"


def _count_orders_in_trouble() -> str:
    rows = OutboxMessage.objects.filter(state__in=TROUBLED, subject__startswith=ORDERS).order_by("pk")
    return at_most(bounded(rows))


def _work(request: HttpRequest) -> Panel:
    """What needs a person besides orders (mail to the operators too), and the last runs."""
    mail = {"system__exact": "mail"}
    tables: tuple[tuple[str, type[WorkItem], dict[str, str]], ...] = (
        ("hub_syncrun", SyncRun, {}),
        ("hub_norcejob", NorceJob, {}),
        ("hub_inboxevent", InboxEvent, {}),
        ("hub_outboxmessage", OutboxMessage, mail),
    )
    needs = [
        Need(
            title=f"{model._meta.verbose_name_plural} – {cause_title(state, kind)}".capitalize(),
            count=count,
            url=list_url(name, state__exact=state, **about),
            tone="wait" if state == State.HELD else "bad",
        )
        for name, model, about in tables
        if request.user.has_perm(f"hub.view_{model._meta.model_name}")
        for (state, kind), count in trouble_by_cause(model, **about).items()
    ]
    if request.user.has_perm("hub.view_norcejob"):
        needs.append(_late_jobs())
    if not request.user.has_perm("hub.view_syncrun"):
        return Panel(needs=tuple(needs))
    held = any(need.url.startswith(list_url("hub_syncrun")) and need.tone == "wait" for need in needs)
    return Panel(needs=tuple(needs), tables=(_held_runs(), _last_runs()) if held else (_last_runs(),))


def _late_jobs() -> Need:
    """Jobs that Norce has not ended in time; they keep later runs of their kind out."""
    return Need(
        title=_("Norce jobs that have taken over %(minutes)d minutes") % {"minutes": settings.HUB_JOB_LEAD_MINUTES},
        count=bounded(late_jobs().order_by("pk")),
        url=list_url("hub_norcejob", late="yes"),
    )


def _held_runs() -> Table:
    """The runs that a person must approve or cancel, with what they would do."""
    runs = SyncRun.objects.filter(state=State.HELD).order_by("-pk")[:LATEST]
    rows = tuple(
        (
            link(item_url(run), run_title(run)),
            mode_words(run),
            grouped(run.count_new),
            grouped(run.count_changed),
            grouped(run.count_deactivated),
            grouped(run.count_refused),
            run.error,
        )
        for run in runs
    )
    headers = (_("What"), _("Mode"), _("New"), _("Changed"), _("Deactivated"), _("Refused"), _("Reason"))
    url = list_url("hub_syncrun", state__exact=State.HELD)
    return Table(title=_("Held runs and what they would do"), headers=headers, rows=rows, url=url, empty="", wide=True)


def _last_runs() -> Table:
    rows = SyncRun.objects.order_by("-pk")[:LATEST]
    return Table(
        title=_("Last runs"),
        headers=(_("What"), _("State"), _("Read"), _("Sent"), _("Failed"), _("Started")),
        rows=tuple(
            (
                link(item_url(run), run_title(run)),
                run_badge(run),
                grouped(run.count_read),
                grouped(run.count_sent),
                grouped(run.count_failed),
                _brief(run.created_at),
            )
            for run in rows
        ),
        url=list_url("hub_syncrun"),
        empty=_("No run yet: ERP codes are reported every few minutes when there are any."),
    )


def _brief(moment: datetime) -> SafeString:
    """Return a moment in few signs, the whole of it as a hint: "22:36" today, "11-21 22:36" on another day."""
    local = timezone.localtime(moment)
    shown = f"{local:%H:%M}" if local.date() == timezone.localdate() else f"{local:%m-%d %H:%M}"
    return format_html('<time datetime="{}" title="{}">{}</time>', local.isoformat(), clock(moment), shown)


def _waiting() -> list[Fact]:
    """Work that waits, by destination, with the age of the oldest."""
    rows = OutboxMessage.objects.filter(state=State.PENDING).order_by("pk")
    found = list(rows.values_list("system", "created_at")[: MOST + 1])
    names = {"erp": _("Waiting for the ERP"), "norce": _("Waiting for Norce")}
    facts = []
    for system in dict.fromkeys([*names, *(name for name, _created in found)]):
        since = [created for name, created in found if name == system]
        oldest = in_words(timezone.now() - min(since)) if since else ""
        facts.append(
            Fact(
                title=names.get(system, system),
                value=at_most(len(since)),
                text=_("oldest: %(age)s") % {"age": oldest} if oldest else _("nothing waits"),
                tone="busy" if since else "good",
                url=list_url("hub_outboxmessage", state__exact=State.PENDING, system__exact=system),
            )
        )
    return facts


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
