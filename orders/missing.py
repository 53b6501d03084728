"""Which values of an order have no translation: asked of the same mapping that sends it."""

from __future__ import annotations

from contextlib import suppress
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from connectors.errors import HubError, MappingError
from connectors.norce.types.orders import OrderRequest
from hub.models import Application
from hub.models.configuration import ValueKind
from hub.values import translator
from orders.mapping import to_erp_order
from orders.sums import readings


def missing_values(request: OrderRequest, application: Application) -> list[tuple[ValueKind, str]]:
    """Return every (kind, Norce value) of an order that must have a mapping and has none, in the order's order."""
    translate = translator(application)
    missing: dict[tuple[ValueKind, str], None] = {}

    def note(kind: ValueKind, value: str) -> str:
        try:
            return translate(kind, value)
        except MappingError:
            missing[kind, value] = None
            return value

    # A mapping that is there and wrong stops the rest; its own text says what to correct.
    with suppress(HubError):
        to_erp_order(request, reading=readings(request)[0], reference="", translate=note)
    return list(missing)


def mapping_links(request: OrderRequest, application: Application) -> tuple[tuple[str, str], ...]:
    """Return a text and the address of the filled-in form for each missing value."""
    form = reverse("admin:hub_valuemapping_add")
    return tuple(
        (
            _("Add a value mapping for %(kind)s %(value)s") % {"kind": ValueKind(kind).label, "value": value},
            f"{form}?{urlencode({'kind': kind.value, 'norce_value': value, 'application_key': application.key})}",
        )
        for kind, value in missing_values(request, application)
    )
