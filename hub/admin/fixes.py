"""Where an error is mended: the pages that the catalogue's entries name, with the place that the error tells."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from hub.admin.links import list_url, subject_url
from hub.models import NorceJob, SyncRun, WorkItem
from hub.models.configuration import ValueKind

EDIT_MAPPING = "hub.edit_mapping"


class Link(NamedTuple):
    """A way to where something is mended, in words; who lacks the ``right`` to do so reads ``instead`` whom to ask."""

    text: str
    url: str
    right: str = ""
    instead: str = ""


def fix_links(item: WorkItem) -> tuple[Link, ...]:
    """Return the way to the page on which an item's error is mended, where the catalogue names one."""
    if item.entry is None or not item.entry.fix:
        return ()
    found = FIXES[item.entry.fix](item)
    return (found,) if found.url else ()


def mapping_link(kind: str, value: str, **filled: str) -> Link:
    """Return the way to the form of a new value mapping, filled in."""
    named = {"kind": ValueKind(kind).label, "value": value}
    text = _("Add a value mapping for %(kind)s %(value)s") % named
    instead = _("Somebody with the right to edit value mappings must add the one for %(kind)s %(value)s.") % named
    url = f"{reverse('admin:hub_valuemapping_add')}?{urlencode({'kind': kind} | filled)}"
    return Link(text, url, EDIT_MAPPING, instead)


def _list(title: Callable[[], str], page: str) -> Callable[[WorkItem], Link]:
    return lambda item: Link(title(), list_url(page))


def _subject(item: WorkItem) -> Link:
    titles = {"order": _("Open the order"), "customer": _("Open the customer"), "company": _("Open the company")}
    subject = getattr(item, "subject", "")
    return Link(titles.get(subject.partition(":")[0], _("Open it")), subject_url(subject))


def _calls(item: WorkItem) -> Link:
    """What was said: the calls about the item's subject."""
    subject = getattr(item, "subject", "")
    return Link(_("Look at the calls"), list_url("hub_apicall", **({"q": subject} if subject else {})))


def _rows(item: WorkItem) -> Link:
    run = item.run_id if isinstance(item, NorceJob) else item.pk if isinstance(item, SyncRun) else None
    return Link(_("Look at the rows"), list_url("hub_syncrow", run__id__exact=str(run)) if run else "")


def _mapping(column: str) -> Callable[[WorkItem], Link]:
    """The form of a new mapping, filled in."""

    def fix(item: WorkItem) -> Link:
        kind, value, key = (item.error_params.get(name, "") for name in ("kind", "value", "application_key"))
        about = getattr(item, "subject", "")
        return mapping_link(kind, value, **{column: value}, application_key=key, about=about)

    return fix


def _mappings(item: WorkItem) -> Link:
    params = item.error_params
    wrong = params.get("value", params.get("mapped", ""))
    return Link(_("Look at the value mappings"), list_url("hub_valuemapping", q=wrong))


FIXES: dict[str, Callable[[WorkItem], Link]] = {
    "subject": _subject,
    "calls": _calls,
    "rows": _rows,
    "value_mapping": _mapping("norce_value"),
    "erp_value_mapping": _mapping("erp_value"),
    "value_mappings": _mappings,
    "applications": _list(lambda: _("Look at the applications"), "hub_application"),
    "erp_connection": _list(lambda: _("Look at the ERP connections"), "hub_erpconnection"),
    "customers": _list(lambda: _("Look at the customers"), "customers_customerbinding"),
    "mail_templates": _list(lambda: _("Look at the mail templates"), "orders_noticetemplate"),
}
"""The pages by the name that entries give as their ``fix``; those of other apps by the names of their lists."""
