"""Where a customer or company is looked at in Norce's admin and in the ERP."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from customers.models import Binding
from hub.models import Application, ErpConnection
from hub.url_patterns import filled


def links_out(binding: Binding) -> list[tuple[str, str]]:
    """Return text and address of the pages outside that are set up."""
    return [(text, url) for text, url in _all(binding) if url]


def _all(binding: Binding) -> Iterator[tuple[str, str]]:
    for connection in ErpConnection.objects.filter(name=binding.erp_connection):
        yield _("Open in the ERP"), filled(connection.customer_url, code=binding.erp_code)
    # Customers that applications share are in Norce under any of them.
    rows = Application.objects.filter(erp_connection__name=binding.erp_connection).exclude(customer_url="")
    own = rows.filter(key=binding.application_key) if binding.application_key else rows
    for application in own.order_by("number")[:1]:
        values = {"id": binding.norce_id, "code": binding.erp_code, "application": application.number}
        yield _("Open in Norce"), filled(application.customer_url, **values)
