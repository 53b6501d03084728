"""Adapter to Dynamics 365 Business Central, API v2.0 over OData with OAuth2."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, TypeVar

from connectors.erp.base import (
    ErpChange,
    ErpOrder,
    ErpOrderNews,
    ErpOrderRef,
    ErpParty,
    ErpTotals,
    HistoryPage,
    NewsPage,
    PartyKind,
    PartyPage,
)
from connectors.erp.bc import address, changes, documents, gathering, history, making, register, subscriptions
from connectors.erp.bc.api import WRITE_SECONDS, BcApi
from connectors.erp.reading import reading, reading_each
from connectors.errors import PermanentError
from connectors.http import Http
from connectors.oauth import ClientToken
from connectors.ratelimit import Quota

T = TypeVar("T")
SCOPE = "https://api.businesscentral.dynamics.com/.default"


@dataclass(kw_only=True)
class BusinessCentral:
    """One company at ``businesscentral://client:secret@tenant/environment/company``.

    Business Central has no idempotency: our reference is the order's external document number, looked up in
    orders, invoices and shipments. It deletes an order that is invoiced in full, and a cancelled order is
    a deleted one without documents, so `order_news` says None of that. It may carry a call out long after it came.
    """

    api: BcApi
    write_seconds: ClassVar[float] = WRITE_SECONDS

    def ping(self) -> str:
        """Return the company's name."""
        wanted = self.api.company().rpartition("(")[2].rstrip(")")
        names = [row["name"] for row in self.api.companies() if str(row["id"]).lower() == wanted.lower()]
        if not names:
            raise PermanentError("bc_no_company", company=wanted)
        return f"Business Central {names[0]}"

    def find_parties(
        self,
        kind: PartyKind,
        *,
        code: str = "",
        email: str = "",
        organisation_no: str = "",
        vat_no: str = "",
    ) -> list[ErpParty]:
        """Search the customers by number, e-mail and VAT number, which holds the organisation number."""
        if not (code or email or organisation_no or vat_no):
            return []
        wanted = {"code": code, "email": email, "organisation_no": organisation_no, "vat_no": vat_no}
        return self._read(lambda: register.find(self.api, kind, **wanted))

    def list_parties(
        self, kind: PartyKind, *, since: datetime | None = None, after: str = "", limit: int = 1000
    ) -> PartyPage:
        """Read a page of the customers; ``after`` is the last number of a page."""
        return self._read(lambda: register.page(self.api, kind, since, after, limit))

    def create_party(self, party: ErpParty) -> str:
        """Create a customer, whose contacts are left out: the page has none."""
        return self._read(lambda: register.create(self.api, party))

    def update_party(self, code: str, party: ErpParty, fields: frozenset[str]) -> None:
        """Change a customer unless somebody has just done so; then it is read once more."""
        self._read(lambda: register.update(self.api, code, party, fields))

    def cancel_order(self, number: str, reason: str) -> None:
        """Delete an order, which is how Business Central cancels: it keeps neither the order nor a reason.

        One that is gone without documents is cancelled already. Raises PermanentError when anything was posted.
        """
        self._read(lambda: making.cancel(self.api, number))

    def find_order(self, reference: str) -> ErpOrderRef | None:
        """Search orders, invoices and shipments in one call."""
        return self._read(lambda: making.find(self.api, reference))

    def create_order(self, order: ErpOrder) -> ErpOrderRef:
        """Create the order in one call, and delete it again when it comes to another sum than the buyer pays."""
        return self._read(lambda: making.create(self.api, order))

    def withdraw_order(self, reference: str) -> None:
        """Do nothing: an order is made in one call, so none is half made."""

    def list_news(self, *, since: datetime, after: str = "", limit: int = 100) -> NewsPage:
        """Read a page of what has changed: orders, then shipments, invoices and credit memos, each with its order."""
        return self._read(lambda: self._list_news(since, after, limit))

    def order_news(self, number: str) -> ErpOrderNews | None:
        """Read one order with its documents, or the documents alone where the order is gone."""
        return self._read(lambda: documents.news(gathering.gather(self.api, [number])[0], self.api.address))

    def list_orders(self, customer_code: str, *, after: str = "", limit: int = 20) -> HistoryPage:
        """Read a page of a customer's orders, those that are invoiced in full by their invoices."""
        return self._read(lambda: history.history(self.api, customer_code, after, limit))

    def totals(self, since: datetime, until: datetime, prefix: str) -> ErpTotals:
        """Count our orders by day, as far as Business Central keeps them (see `history.totals`)."""
        return self._read(lambda: history.totals(self.api, since, until, prefix))

    def handshake(self, query: Mapping[str, str]) -> str | None:
        """Return the token that a new or renewed subscription must be answered with, None for a notification."""
        return query.get("validationToken")

    def heard(self, body: bytes, secret: str) -> frozenset[ErpChange] | None:
        """Return what the notifications with our clientState are about, None when there is none."""
        return subscriptions.heard(body, secret)

    def subscribe(self, address: str, secret: str) -> list[str]:
        """Subscribe to customers and documents, or renew what ends soon; return the sets that were."""
        return self._read(lambda: subscriptions.subscribe(self.api, address, secret))

    def _read(self, read: Callable[[], T]) -> T:
        return reading(lambda _: read(), None)

    def _list_news(self, since: datetime, after: str, limit: int) -> NewsPage:
        changed, following = changes.changed(self.api, since, changes.place_of(after), limit)
        news, unreadable = reading_each(
            lambda one: documents.news(one, self.api.address), changed, lambda one: one.number
        )
        return NewsPage(orders=tuple(one for one in news if one), next=following, unreadable=unreadable)


def connect(url: str, http: Http) -> BusinessCentral:
    """Return the adapter for a connection URL; ``http`` comes with the hub's hooks and gets its address here."""
    there = address.read(url)
    http.base_url = there.api
    token = ClientToken(
        http=http,
        url=there.token_url,
        client_id=there.client_id,
        client_secret=there.client_secret,
        scope=SCOPE,
        who="Business Central",
        settings="ERP_URL (client, secret, tenant)",
        quota=Quota(name=f"bc-token:{there.client_id}"[:100], per_minute=0),
    )
    quota = Quota(name=f"bc:{there.client_id}"[:100], per_minute=there.per_minute)
    return BusinessCentral(api=BcApi(http=http, token=token, quota=quota, address=there))
