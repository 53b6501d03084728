"""Keep the subscriptions to the ERPs' notifications alive; without them polling reads the same, only later."""

from __future__ import annotations

import structlog
from django.conf import settings

from connectors.errors import HubError
from hub import erp_events
from hub.models import ErpConnection

log = structlog.get_logger(__name__)


def renew() -> list[str]:
    """Subscribe to each ERP that sends notifications, or renew what ends soon; return what was, by connection.

    An ERP reaches the hub over https only, so nothing is done while HUB_URL is another address. A
    failure is logged and tried again the next time.
    """
    if not settings.HUB_URL.startswith("https://"):
        return []
    names = ErpConnection.objects.filter(application__is_active=True).values_list("name", flat=True).distinct()
    return [f"{name}: {what}" for name in names.order_by("name") for what in _renew(name)]


def _renew(connection: str) -> list[str]:
    adapter = erp_events.webhooks(connection)
    if adapter is None:
        return []
    address = f"{settings.HUB_URL.rstrip('/')}/erp/{connection}/events"
    try:
        return adapter.subscribe(address, erp_events.secret_of(connection))
    except HubError as error:
        log.warning("notifications not subscribed to", connection=connection, error=str(error))
        return []
