"""What the admin's front page says about customers and companies."""

from __future__ import annotations

from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import gettext as _

from customers.models import Binding, CompanyBinding, CustomerBinding
from hub.admin.links import list_url
from hub.panels import Need, Panel, bounded

# No index covers refused codes, and they change with a run, not with a click.
KEPT_SECONDS = 60


def refused_codes(request: HttpRequest) -> Panel:
    """Return how many codes Norce refused or did not know."""
    titles = {
        CustomerBinding: _("Customers' codes refused by Norce"),
        CompanyBinding: _("Companies' codes refused by Norce"),
    }
    needs = []
    for table, title in titles.items():
        name = f"customers_{table._meta.model_name}"
        if request.user.has_perm(f"customers.view_{table._meta.model_name}"):
            count = cache.get_or_set(f"refused:{name}", lambda table=table: _refused(table), KEPT_SECONDS)
            needs.append(Need(title=title, count=count or 0, url=list_url(name, report="refused")))
    return Panel(needs=tuple(needs))


def _refused(table: type[CustomerBinding] | type[CompanyBinding]) -> int:
    return bounded(table._default_manager.filter(report__in=(Binding.Report.FAILED, Binding.Report.UNKNOWN)))
