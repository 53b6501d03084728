"""Webhooks of Business Central: subscriptions that live for three days, and the notifications that they bring."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from typing import Any

import simplejson
from django.utils import timezone

from connectors.erp.bc.api import BcApi
from connectors.erp.webhooks import ErpChange
from connectors.errors import PermanentError

Row = dict[str, Any]
# Contacts and salesShipments are not among what can be subscribed to; a shipment changes its order.
SETS = {
    "customers": ErpChange.CUSTOMERS,
    "salesOrders": ErpChange.ORDERS,
    "salesInvoices": ErpChange.ORDERS,
    "salesCreditMemos": ErpChange.ORDERS,
}
# Asked for twice a day, so that a day on which nothing works leaves one more.
SOON = timedelta(days=2)


def heard(body: bytes, secret: str) -> frozenset[ErpChange] | None:
    """Return what a call's notifications with our clientState are about, None when there is none.

    Several subscriptions may share a call; the clientState is all that tells that they are ours.
    """
    try:
        rows = simplejson.loads(body)["value"]
        ours = [row for row in rows if _is_ours(row, secret)]
        names = [_set_of(str(row["resource"])) for row in ours]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None
    return frozenset(SETS[name] for name in names if name in SETS) if ours else None


def subscribe(api: BcApi, address: str, secret: str) -> list[str]:
    """Make the subscriptions that are missing and renew those that end soon; return the sets of both.

    For each, Business Central asks ``address`` for a handshake before it answers.
    """
    known = {
        _set_of(str(row.get("resource"))): row
        for row in api.all("list subscriptions", "subscriptions")
        if row.get("notificationUrl") == address
    }
    changed = []
    for name in SETS:
        body = {"notificationUrl": address, "resource": api.company_resource(name), "clientState": secret}
        row = known.get(name)
        if row is None:
            api.call("subscribe", "POST", api.global_path("subscriptions"), body=body)
        elif _ends_soon(row) or row.get("clientState") not in (None, secret):
            _renew(api, row, body)
        else:
            continue
        changed.append(name)
    return changed


def _renew(api: BcApi, row: Row, body: Row) -> None:
    path = f"{api.global_path('subscriptions')}('{row['subscriptionId']}')"
    try:
        api.call("renew subscription", "PATCH", path, headers={"If-Match": row["@odata.etag"]}, body=body)
    except PermanentError as error:
        # It has ended meanwhile: the answer to our handshake was not heard, or somebody deleted it.
        if error.status != 404:
            raise
        api.call("subscribe", "POST", api.global_path("subscriptions"), body=body)


def _ends_soon(row: Row) -> bool:
    return datetime.fromisoformat(row["expirationDateTime"]) < timezone.now() + SOON


def _is_ours(row: Row, secret: str) -> bool:
    return hmac.compare_digest(str(row.get("clientState") or "").encode(), secret.encode())


def _set_of(resource: str) -> str:
    """Return the set that a resource ``…/companies(<id>)/<set>``, ``…(<id>)`` or ``…?$filter=…`` is of."""
    return resource.rpartition(")/")[2].partition("?")[0].partition("(")[0]
