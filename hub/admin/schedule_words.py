"""Periodic tasks in words: what they do, and how often."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from hub.admin.run_words import resource_title

HOUR = 60
DAY = 24 * HOUR
WEEK = 7 * DAY


def schedule_title(name: str) -> str:
    """Return what the task that `hub.schedules` calls ``name`` does: "Customers to Norce, in full"."""
    chores = {"sweep": _("Take up work that was left lying"), "prune": _("Delete what need not be kept any longer")}
    if name in chores:
        return chores[name]
    resource, *rest = name.split(maxsplit=3)
    what = {"what": resource_title(resource)}
    if not rest:
        return _("%(what)s, what has changed") % what
    if len(rest) == 1:
        return _("%(what)s, in full") % what
    application = f" ({rest[2]})" if rest[2:] else ""
    return _("%(what)s, in full, tried again") % what + application


def interval(minutes: int) -> str:
    """Return an interval in the largest unit that it is a whole number of: "every 10 minutes", "every week"."""
    if minutes % WEEK == 0:
        return _number(minutes // WEEK, ngettext("every week", "every %(n)d weeks", minutes // WEEK))
    if minutes % DAY == 0:
        return _number(minutes // DAY, ngettext("every day", "every %(n)d days", minutes // DAY))
    if minutes % HOUR == 0:
        return _number(minutes // HOUR, ngettext("every hour", "every %(n)d hours", minutes // HOUR))
    return _number(minutes, ngettext("every minute", "every %(n)d minutes", minutes))


def _number(number: int, text: str) -> str:
    return text % {"n": number}
