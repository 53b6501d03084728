"""POST /erp/<connection>/events: an ERP rings; what has changed there is read by the runs that poll it, only sooner."""

from __future__ import annotations

import structlog
from django.conf import settings
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_noop as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from connectors.catalogue.sentences import sentence
from connectors.erp.base import ErpChange, ErpWebhooks
from connectors.errors import ConfigError, TransientError
from hub import gateways, inbox, registry, runs
from hub.models import InboxEvent

log = structlog.get_logger(__name__)

EVENT = "ErpChanged"
PREFIX = "erp_change:"
RUNS = {ErpChange.ORDERS: ("order_news",), ErpChange.CUSTOMERS: ("companies", "customers")}
LONGEST_TOKEN = 2048
# A run that is under way may have read the place already; then another one follows it.
AGAIN = 5.0
NOTHING_WANTED = sentence(_("There is nothing to ask the ERP about."))
STARTED = sentence(_("Started %(runs)s."))


@csrf_exempt
@require_POST
def receive(request: HttpRequest, connection: str) -> HttpResponse:
    """Take notifications from an ERP; 200 when they are kept or it only asks whether we are there.

    404 for a connection that is none, or whose ERP sends no notifications; 401 when none is the ERP's
    own; 413 over the size of a thousand changes; 503 when they could not be kept: the ERP then sends them again.
    """
    adapter = webhooks(connection)
    if adapter is None:
        return HttpResponse(status=404)
    token = adapter.handshake(request.GET.dict())
    if token is not None:
        known = HttpResponse(token, content_type="text/plain", headers={"X-Content-Type-Options": "nosniff"})
        return known if len(token) <= LONGEST_TOKEN else HttpResponse(status=400)
    if int(request.META.get("CONTENT_LENGTH") or 0) > settings.ERP_EVENT_BODY_LIMIT:
        return HttpResponse(status=413)
    changes = adapter.heard(request.body, secret_of(connection))
    if changes is None:
        return HttpResponse(status=401)
    return _keep(changes)


def webhooks(connection: str) -> ErpWebhooks | None:
    """Return the adapter of a connection whose ERP sends notifications, None where there is none."""
    try:
        adapter = gateways.erp(connection)
    except ConfigError:
        return None
    return adapter if isinstance(adapter, ErpWebhooks) else None


def secret_of(connection: str) -> str:
    """Return what an ERP must send back with its notifications: derived, so that nobody has to invent or keep it."""
    return salted_hmac("hub.erp_events", connection, algorithm="sha256").hexdigest()


def identify(message: object) -> tuple[str, str]:
    """Return nobody: an ERP's notification never comes to the addresses of Norce's events."""
    return "", ""


def start_run(event: InboxEvent) -> None:
    """Start the run that reads what has changed; raise TransientError while one that began earlier is under way."""
    resource = event.subject.removeprefix(PREFIX)
    known = registry.resource(resource)
    if not known.wanted():
        return inbox.note(event, NOTHING_WANTED)
    if any(runs.active(resource=resource, application_key=key) for key in known.applications()):
        raise TransientError("run_active", retry_after=AGAIN, counts=False)
    started = runs.start_all(resource=resource, by="the ERP")
    return inbox.note(event, STARTED % {"runs": ", ".join(map(str, started))})


def _keep(changes: frozenset[ErpChange]) -> HttpResponse:
    """Keep each run that is to be started as an event, folded into one that waits."""
    try:
        for resource in (name for change in sorted(changes) for name in RUNS[change]):
            inbox.keep(InboxEvent(event_type=EVENT, subject=f"{PREFIX}{resource}", body=b""))
    except DatabaseError as error:
        log.error("notification not stored", error=type(error).__name__)
        return HttpResponse(status=503)
    return HttpResponse()
