"""The Erp protocol: what the hub asks of any ERP, and the dataclasses it is asked and answered in.

An adapter is one file with one class. It translates these calls to its ERP and every failure to one
of `connectors.errors`; it keeps no state of its own and never repeats a write by itself, because the
hub looks (`find_order`, `find_parties`) before it writes again.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from connectors.erp.documents import (
    ErpCredit,
    ErpDelivery,
    ErpDocumentRow,
    ErpInvoice,
    ErpOrderNews,
    ErpOrderSummary,
    ErpParcel,
    ErpRow,
    ErpStatus,
    ErpTotals,
    HistoryPage,
    NewsPage,
    ParcelStatus,
)
from connectors.erp.late_writes import ErpLateWrites
from connectors.erp.orders import (
    ErpOrder,
    ErpOrderLine,
    ErpOrderRef,
    ErpPayment,
)
from connectors.erp.parties import (
    DiscountKind,
    ErpAddress,
    ErpChoice,
    ErpContact,
    ErpDiscount,
    ErpLogin,
    ErpLogo,
    ErpParty,
    ErpPriceList,
    ErpRelation,
    PartyKind,
    PartyPage,
)
from connectors.erp.webhooks import ErpChange, ErpWebhooks

__all__ = [
    "DiscountKind",
    "Erp",
    "ErpAddress",
    "ErpChange",
    "ErpChoice",
    "ErpContact",
    "ErpCredit",
    "ErpDelivery",
    "ErpDiscount",
    "ErpDocumentRow",
    "ErpInvoice",
    "ErpLateWrites",
    "ErpLogin",
    "ErpLogo",
    "ErpOrder",
    "ErpOrderLine",
    "ErpOrderNews",
    "ErpOrderRef",
    "ErpOrderSummary",
    "ErpParcel",
    "ErpParty",
    "ErpPayment",
    "ErpPriceList",
    "ErpRelation",
    "ErpRow",
    "ErpStatus",
    "ErpTotals",
    "ErpWebhooks",
    "HistoryPage",
    "NewsPage",
    "ParcelStatus",
    "PartyKind",
    "PartyPage",
]


class Erp(Protocol):
    """What the hub needs from an ERP.

    Every method makes outside calls, so none may be used inside a database transaction. All raise
    TransientError (worth repeating; ``outcome_unknown`` when a write may have happened),
    PermanentError (refused: the text is shown to people) or ConfigError (address, password, rights).
    """

    def ping(self) -> str:
        """Answer who is there, as a short text for people; raise when it cannot be used."""

    def find_parties(
        self,
        kind: PartyKind,
        *,
        code: str = "",
        email: str = "",
        organisation_no: str = "",
        vat_no: str = "",
    ) -> list[ErpParty]:
        """Return the active customers that have any one of the given identifiers, compared exactly.

        Case is ignored in e-mail addresses, everything but letters and digits in the two numbers.
        The adapter compares once more itself where the ERP searches loosely (Fortnox: ILIKE).
        """

    def list_parties(
        self, kind: PartyKind, *, since: datetime | None = None, after: str = "", limit: int = 1000
    ) -> PartyPage:
        """Return one page of the register, inactive customers too: all, or what was changed at or after ``since``.

        ``kind`` is ANY where the ERP does not separate. Pages go by a key that never changes
        (keyset), never by position: what is made, changed or deleted while the pages are read must
        neither hide a record nor show one twice. ``after`` is the ``next`` of the page before.
        """

    def create_party(self, party: ErpParty) -> str:
        """Create a customer and return the code the ERP gave it. Not idempotent: search first."""

    def update_party(self, code: str, party: ErpParty, fields: frozenset[str]) -> None:
        """Bring the attributes named in ``fields`` (of `ErpParty`: "email", "address") to what ``party`` says.

        All others are left alone, and doing it twice changes nothing. An attribute is written whole; an
        empty one is cleared. Raises PermanentError when nobody has the code.
        """

    def cancel_order(self, number: str, reason: str) -> None:
        """Cancel an order, so that nothing of it is delivered or invoiced; one that is cancelled stays so.

        Raises PermanentError, whose text says why, when it cannot be any more (a delivery has begun).
        """

    def find_order(self, reference: str) -> ErpOrderRef | None:
        """Return the order with our reference, wherever the ERP keeps it by now (orders, drafts,
        invoices), or None. Two of them are a PermanentError that names both."""

    def create_order(self, order: ErpOrder) -> ErpOrderRef:
        """Create the order so that the ERP will deliver it, or finish one that an earlier try left
        half made. Never called before `find_order` has said None."""

    def withdraw_order(self, reference: str) -> None:
        """Take away what `create_order` has left half made, so that nobody goes on with it; a finished order stays.

        Called when the shop has cancelled an order that `find_order` does not know.
        """

    def list_news(self, *, since: datetime, after: str = "", limit: int = 100) -> NewsPage:
        """Return one page of the orders that changed, or whose documents did, at or after ``since``.

        Each with all it has now. Pages go by a key that never changes, as those of `list_parties`; an
        order that changes meanwhile may come twice. Orders that are not the shop's may be left out.
        """

    def order_news(self, number: str) -> ErpOrderNews | None:
        """Return one order with all it has now, None when the ERP has it no more (which is not cancelled:
        Business Central deletes an order that is invoiced in full)."""

    def list_orders(self, customer_code: str, *, after: str = "", limit: int = 20) -> HistoryPage:
        """Return one page of a customer's orders, the latest first, those of other channels too."""

    def totals(self, since: datetime, until: datetime, prefix: str) -> ErpTotals:
        """Return how many orders whose reference begins with ``prefix`` were made from ``since`` until before
        ``until``, cancelled ones too, and what they come to."""
