"""Adapter to the sandbox ERP: the plain REST example to copy for a real one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, TypeVar
from urllib.parse import unquote, urlsplit

import simplejson

from connectors.erp import sandbox_documents as documents
from connectors.erp.base import (
    DiscountKind,
    ErpAddress,
    ErpChoice,
    ErpContact,
    ErpDiscount,
    ErpLogin,
    ErpLogo,
    ErpOrder,
    ErpOrderNews,
    ErpOrderRef,
    ErpParty,
    ErpPriceList,
    ErpRelation,
    ErpTotals,
    HistoryPage,
    NewsPage,
    PartyKind,
    PartyPage,
)
from connectors.erp.reading import reading
from connectors.errors import PermanentError
from connectors.http import Http, segment

Item = TypeVar("Item")
# The members of a customer that are text: spelled out, because a full run reads some hundred thousand of them.
TEXTS = (
    *("code", "name", "first_name", "middle_name", "last_name", "title", "email", "phone", "cell_phone", "currency"),
    *("organisation_no", "vat_no", "social_security_number", "crm_id", "parent_code"),
)


@dataclass(kw_only=True)
class SandboxErp:
    """The ERP at ``sandbox+http://[user:password@]host:port/erp``."""

    http: Http

    def ping(self) -> str:
        """Return the ERP's name."""
        return str(self.http.get("ping", "ping").json()["name"])

    def find_parties(
        self,
        kind: PartyKind,
        *,
        code: str = "",
        email: str = "",
        organisation_no: str = "",
        vat_no: str = "",
    ) -> list[ErpParty]:
        """Search the customer register; the sandbox compares as the protocol asks."""
        wanted = {"code": code, "email": email, "organisation_no": organisation_no, "vat_no": vat_no}
        params = _of_kind(kind) | {name: value for name, value in wanted.items() if value}
        found = _member(self.http.get("find customers", "customers", params=params).json(), "customers")
        return _parties(found)

    def list_parties(
        self, kind: PartyKind, *, since: datetime | None = None, after: str = "", limit: int = 1000
    ) -> PartyPage:
        """Read a page of the register; the sandbox pages by code, so ``after`` is the last code of a page."""
        params = _of_kind(kind) | {"after": after, "limit": str(limit)}
        if since:
            params["since"] = since.isoformat()
        answer = self.http.get("list customers", "customers/list", params=params).json()
        parties = _parties(_member(answer, "customers"))
        return PartyPage(parties=tuple(parties), next=answer.get("next") or "", total=answer.get("total"))

    def create_party(self, party: ErpParty) -> str:
        """Create a customer; the sandbox accepts duplicates, as most ERPs do."""
        body = {name: value for name, value in asdict(party).items() if name != "code"}
        return str(_member(self._post("create customer", "customers", body), "code"))

    def update_party(self, code: str, party: ErpParty, fields: frozenset[str]) -> None:
        """Replace members of a customer."""
        body = {name: value for name, value in asdict(party).items() if name in fields}
        self._send("PUT", "change customer", f"customers/{segment(code)}", body)

    def cancel_order(self, number: str, reason: str) -> None:
        """Cancel an order; the sandbox refuses one that it has begun to deliver."""
        self._post("cancel order", f"orders/{segment(number)}/cancel", {"reason": reason})

    def find_order(self, reference: str) -> ErpOrderRef | None:
        """Search by our reference."""
        found = _member(self.http.get("find order", "orders", params={"reference": reference}).json(), "orders")
        if len(found) > 1:
            numbers = ", ".join(row["number"] for row in found)
            raise PermanentError("erp_doubled", number=len(found), reference=reference, numbers=numbers)
        return _order_ref(found[0]) if found else None

    def create_order(self, order: ErpOrder) -> ErpOrderRef:
        """Create the order in one call."""
        return _order_ref(self._post("create order", "orders", asdict(order)))

    def withdraw_order(self, reference: str) -> None:
        """Do nothing: an order is made in one call, so none is half made."""

    def list_news(self, *, since: datetime, after: str = "", limit: int = 100) -> NewsPage:
        """Read a page of changed orders; the sandbox pages by number."""
        params = {"since": since.isoformat(), "after": after, "limit": str(limit)}
        return reading(documents.news_page, self.http.get("list news", "orders/changed", params=params).json())

    def order_news(self, number: str) -> ErpOrderNews | None:
        """Read one order; the sandbox answers 404 for one that it has not."""
        try:
            answer = self.http.get("read order", f"orders/{segment(number)}").json()
        except PermanentError as error:
            if error.status == 404:
                return None
            raise
        return reading(documents.news, answer)

    def list_orders(self, customer_code: str, *, after: str = "", limit: int = 20) -> HistoryPage:
        """Read a page of a customer's orders."""
        params = {"after": after, "limit": str(limit)}
        path = f"customers/{segment(customer_code)}/orders"
        return reading(documents.history_page, self.http.get("list orders", path, params=params).json())

    def totals(self, since: datetime, until: datetime, prefix: str) -> ErpTotals:
        """Count the orders of a span."""
        params = {"since": since.isoformat(), "until": until.isoformat(), "prefix": prefix}
        return reading(documents.totals, self.http.get("totals", "orders/totals", params=params).json())

    def _post(self, operation: str, path: str, body: dict[str, Any]) -> Any:
        return self._send("POST", operation, path, body)

    def _send(self, method: Literal["POST", "PUT"], operation: str, path: str, body: dict[str, Any]) -> Any:
        encoded = simplejson.dumps(body, use_decimal=False, default=_text).encode()
        headers = {"Content-Type": "application/json"}
        return self.http.call(operation, method, path, headers=headers, body=encoded).json()


def _text(value: object) -> str:
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(type(value).__name__)


def _of_kind(kind: PartyKind) -> dict[str, str]:
    return {} if kind == PartyKind.ANY else {"kind": kind.value}


def _parties(rows: list[dict[str, Any]]) -> list[ErpParty]:
    try:
        return [_party(row) for row in rows]
    except (LookupError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
        # The error's own text may quote the customer, and this one is kept and shown.
        raise PermanentError("erp_customer_unreadable", fault=type(error).__name__) from error


def _party(row: dict[str, Any]) -> ErpParty:
    infos, logo = row.get("infos"), row.get("logo")
    return ErpParty(
        **{name: row.get(name) or "" for name in TEXTS},
        kind=PartyKind(row["kind"]),
        active=row.get("active") is not False,
        address=ErpAddress(**row.get("address") or {}),
        addresses=_items(row, "addresses", ErpAddress),
        companies=_items(row, "companies", ErpRelation),
        contacts=_items(row, "contacts", ErpContact),
        price_lists=_items(row, "price_lists", ErpPriceList),
        flags=_items(row, "flags", ErpChoice),
        infos=None if infos is None else tuple((code, value) for code, value in infos),
        logins=_items(row, "logins", _login),
        delivery_methods=_items(row, "delivery_methods", ErpChoice),
        payment_methods=_items(row, "payment_methods", ErpChoice),
        discounts=_items(row, "discounts", _discount),
        logo=ErpLogo(**logo) if logo else None,
    )


def _items(row: dict[str, Any], name: str, read: Callable[..., Item]) -> tuple[Item, ...] | None:
    """Return a list of the customer; None stays None, because it says that the ERP does not keep it."""
    items = row.get(name)
    return None if items is None else tuple([read(**item) for item in items])


def _login(*, roles: list[str] | None = None, **members: Any) -> ErpLogin:
    return ErpLogin(roles=None if roles is None else tuple(roles), **members)


def _discount(*, kind: str, percent: str, **members: Any) -> ErpDiscount:
    return ErpDiscount(kind=DiscountKind(kind), percent=Decimal(percent), **members)


def _order_ref(row: Any) -> ErpOrderRef:
    number, reference = str(_member(row, "number")), str(_member(row, "reference"))
    return ErpOrderRef(number=number, reference=reference, customer_code=row.get("customer_code") or "")


def _member(answer: Any, name: str) -> Any:
    """Return a member the answer must have; an empty number would be taken for an order that is not there."""
    value = answer.get(name) if isinstance(answer, dict) else None
    if value in (None, ""):
        raise PermanentError("erp_lacks", name=name)
    return value


def connect(url: str, http: Http) -> SandboxErp:
    """Return the adapter for a connection URL; ``http`` comes with the hub's hooks and gets its address here."""
    parts = urlsplit(url.removeprefix("sandbox+"))
    host = parts.netloc.rpartition("@")[2]
    http.base_url = f"{parts.scheme}://{host}{parts.path}".rstrip("/")
    if parts.username:
        http.auth = (unquote(parts.username), unquote(parts.password or ""))
    return SandboxErp(http=http)
