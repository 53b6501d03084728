"""What an ERP may do besides: tell the hub that something has changed, instead of waiting to be asked."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Protocol, runtime_checkable


class ErpChange(StrEnum):
    """What a notification is about; what exactly has changed is read from the ERP."""

    ORDERS = "orders"
    CUSTOMERS = "customers"


@runtime_checkable
class ErpWebhooks(Protocol):
    """An adapter whose ERP sends notifications to ``POST /erp/<connection>/events``.

    They only ring: whatever is lost or doubled, the next poll reads it. ``secret`` is what the ERP sends back
    with each of them. `handshake` and `heard` make no outside calls.
    """

    def handshake(self, query: Mapping[str, str]) -> str | None:
        """Return what a request that only asks whether we are there must be answered with, None for any other."""

    def heard(self, body: bytes, secret: str) -> frozenset[ErpChange] | None:
        """Return what a request's notifications are about; None when none of them is the ERP's.

        The secret is compared in constant time.
        """

    def subscribe(self, address: str, secret: str) -> list[str]:
        """Have notifications sent to ``address`` for some days more; return what was subscribed to or renewed.

        Raises as the methods of `Erp`.
        """
