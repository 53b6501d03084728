"""Where an error is mended: the pages that the catalogue's entries name, with the place that the error tells."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from hub.admin.links import list_url, subject_url
from hub.models import NorceJob, SyncRun, WorkItem
from hub.models.configuration import ValueKind

Link = tuple[str, str]


def fix_links(item: WorkItem) -> tuple[Link, ...]:
    """Return a text and an address for the page on which an item's error is mended, where the catalogue names one."""
    if item.entry is None or not item.entry.fix:
        return ()
    text, url = FIXES[item.entry.fix](item)
    return ((text, url),) if url else ()


def _list(title: Callable[[], str], page: str) -> Callable[[WorkItem], Link]:
    return lambda item: (title(), list_url(page))


def _subject(item: WorkItem) -> Link:
    titles = {"order": _("Open the order"), "customer": _("Open the customer"), "company": _("Open the company")}
    subject = getattr(item, "subject", "")
    return titles.get(subject.partition(":")[0], _("Open it")), subject_url(subject)


def _calls(item: WorkItem) -> Link:
    """What was said: the calls about the item's subject."""
    subject = getattr(item, "subject", "")
    return _("Look at the calls"), list_url("hub_apicall", **({"q": subject} if subject else {}))


def _rows(item: WorkItem) -> Link:
    run = item.run_id if isinstance(item, NorceJob) else item.pk if isinstance(item, SyncRun) else None
    return _("Look at the rows"), list_url("hub_syncrow", run__id__exact=str(run)) if run else ""


def _mapping(column: str) -> Callable[[WorkItem], Link]:
    """The form of a new mapping, filled in."""

    def fix(item: WorkItem) -> Link:
        params = item.error_params
        filled = {"kind": params["kind"], column: params["value"], "application_key": params.get("application_key", "")}
        filled["about"] = getattr(item, "subject", "")
        named = {"kind": ValueKind(params["kind"]).label, "value": params["value"]}
        text = _("Add a value mapping for %(kind)s %(value)s") % named
        return text, f"{reverse('admin:hub_valuemapping_add')}?{urlencode(filled)}"

    return fix


def _mappings(item: WorkItem) -> Link:
    params = item.error_params
    wrong = params.get("value", params.get("mapped", ""))
    return _("Look at the value mappings"), list_url("hub_valuemapping", q=wrong)


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
