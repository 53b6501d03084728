"""What the front page says of work besides orders and customers: what has stopped, and the last runs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from connectors.moments import clock
from hub.admin.inbox import ORDERS
from hub.admin.jobs import late_jobs
from hub.admin.links import item_url, link, list_url
from hub.admin.run_words import grouped, mode_words, run_badge
from hub.causes import count_by_cause, needs_of
from hub.models import InboxEvent, NorceJob, OutboxMessage, SyncRun, WorkItem
from hub.models.work import MAIL, State
from hub.panels import Need, Panel, Part, Table, bounded
from hub.work_titles import run_title

LATEST = 5


def count(before: dict[str, Any]) -> dict[str, Any]:
    """Return what has stopped by table and cause, and how many Norce jobs are late."""
    return {
        "runs": count_by_cause(SyncRun.objects.all()),
        "jobs": count_by_cause(NorceJob.objects.all()),
        "events": count_by_cause(InboxEvent.objects.exclude(subject__startswith=ORDERS)),
        "mail": count_by_cause(OutboxMessage.objects.filter(system=MAIL)),
        "late": bounded(late_jobs().order_by("pk")),
    }


def show(request: HttpRequest, figures: dict[str, Any]) -> Panel:
    """Return what needs a person besides orders and customers (mail to the operators too), and the last runs."""
    listed: tuple[tuple[str, str, type[WorkItem], dict[str, str]], ...] = (
        ("runs", _("Runs"), SyncRun, {}),
        ("jobs", _("Norce jobs"), NorceJob, {}),
        ("events", _("Norce events"), InboxEvent, {"about": "others"}),
        ("mail", _("Mail"), OutboxMessage, {"system__exact": MAIL}),
    )
    needs = [
        need
        for name, title, model, about in listed
        if request.user.has_perm(f"hub.view_{model._meta.model_name}")
        for need in needs_of(title, model, figures.get(name, {}), **about)
    ]
    if request.user.has_perm("hub.view_norcejob"):
        needs.append(_late_jobs(figures.get("late", 0)))
    tables = _runs() if request.user.has_perm("hub.view_syncrun") else ()
    return Panel(needs=tuple(needs), tables=tables)


def _late_jobs(number: int) -> Need:
    """Jobs that Norce has not ended in time; they keep later runs of their kind out."""
    return Need(
        title=_("Norce jobs that have taken over %(minutes)d minutes") % {"minutes": settings.HUB_JOB_LEAD_MINUTES},
        count=number,
        url=list_url("hub_norcejob", late="yes"),
    )


def _runs() -> tuple[Table, ...]:
    held = list(SyncRun.objects.filter(state=State.HELD).order_by("-pk")[:LATEST])
    return (_held_runs(held), _last_runs()) if held else (_last_runs(),)


def _held_runs(runs: list[SyncRun]) -> Table:
    """The runs that a person must approve or cancel, with what they would do."""
    rows = tuple(
        (
            link(item_url(run), run_title(run)),
            mode_words(run),
            grouped(run.count_new),
            grouped(run.count_changed),
            grouped(run.count_deactivated),
            grouped(run.count_refused),
            run.cause,
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
                brief(run.created_at),
            )
            for run in rows
        ),
        url=list_url("hub_syncrun"),
        empty=_("No run yet: ERP codes are reported every few minutes when there are any."),
    )


def brief(moment: datetime) -> SafeString:
    """Return a moment in few signs, the whole of it as a hint: "22:36" today, "11-21 22:36" on another day."""
    local = timezone.localtime(moment)
    shown = f"{local:%H:%M}" if local.date() == timezone.localdate() else f"{local:%m-%d %H:%M}"
    return format_html('<time datetime="{}" title="{}">{}</time>', local.isoformat(), clock(moment), shown)


PART = Part(name="work", title=gettext_lazy("Runs, Norce jobs, events and mail"), count=count, show=show)
