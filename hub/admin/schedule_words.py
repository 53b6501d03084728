"""Periodic tasks in words: what they do, and how often."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from hub.work_titles import resource_title

HOUR = 60
DAY = 24 * HOUR
WEEK = 7 * DAY


def schedule_title(name: str) -> str:
    """Return what the task that `hub.schedules` calls ``name`` does: "Customers to Norce, in full"."""
    chores = {
        "sweep": _("Take up work that was left lying"),
        "count figures": _("Count the figures of the front page"),
        "watch inbox": _("Notice when Norce's events fall silent"),
        "tell operators": _("Mail to the operators what needs a person"),
        "renew ERP events": _("Have the ERPs tell what has changed there"),
        "prune": _("Delete what need not be kept any longer"),
    }
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
    for unit, words in ((WEEK, _weeks), (DAY, _days), (HOUR, _hours)):
        number, rest = divmod(minutes, unit)
        if not rest:
            return words(number)
    return ngettext("every minute", "every %(n)d minutes", minutes) % {"n": minutes}


def _weeks(number: int) -> str:
    return ngettext("every week", "every %(n)d weeks", number) % {"n": number}


def _days(number: int) -> str:
    return ngettext("every day", "every %(n)d days", number) % {"n": number}


def _hours(number: int) -> str:
    return ngettext("every hour", "every %(n)d hours", number) % {"n": number}
