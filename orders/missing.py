"""Which values of an order have no translation: asked of the same mapping that sends it."""

from __future__ import annotations

from connectors.norce.types.orders import OrderRequest
from hub.admin.fixes import Link, mapping_link
from hub.models import Application
from hub.values import translator
from orders.drafts import draft


def mapping_links(request: OrderRequest, application: Application, *, about: str) -> tuple[Link, ...]:
    """Return the way to the filled-in form for each missing value; it leads back to ``about``."""
    return tuple(
        mapping_link(kind, value, norce_value=value, application_key=application.key, about=about)
        for kind, value in draft(request, application, translator(application)).missing
    )
