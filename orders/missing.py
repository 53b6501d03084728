"""Which values of an order have no translation: asked of the same mapping that sends it."""

from __future__ import annotations

from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from connectors.norce.types.orders import OrderRequest
from hub.models import Application
from hub.models.configuration import ValueKind
from hub.values import translator
from orders.drafts import draft


def mapping_links(request: OrderRequest, application: Application, *, about: str) -> tuple[tuple[str, str], ...]:
    """Return a text and the address of the filled-in form for each missing value; it leads back to ``about``."""
    form = reverse("admin:hub_valuemapping_add")
    known = {"application_key": application.key, "about": about}
    return tuple(
        (
            _("Add a value mapping for %(kind)s %(value)s") % {"kind": ValueKind(kind).label, "value": value},
            f"{form}?{urlencode({'kind': kind.value, 'norce_value': value} | known)}",
        )
        for kind, value in draft(request, application, translator(application)).missing
    )
