"""Norce Query: read one customer, company, order or what hangs on it, or a page of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from connectors.norce import odata, reads
from connectors.norce.api import NorceApi
from connectors.norce.query_rows import QueryRows
from connectors.norce.types.query import (
    Application,
    CodedRow,
    CompanyRow,
    CustomerRow,
    DeliveryNoteRow,
    InvoiceRow,
    OrderRow,
)

_IDENTITY = ("Id", "ApplicationId", "IsActive")
CUSTOMER_IDENTITY = (*_IDENTITY, "CustomerCode", "EmailAddress", "FirstName", "LastName", "IsForgotten")
COMPANY_IDENTITY = (*_IDENTITY, "CompanyCode", "OrganizationNo", "Name")
_FORGETTABLE = {"Customers": reads.CUSTOMERS, "Companies": reads.COMPANIES}


@dataclass(kw_only=True)
class NorceQuery:
    """Query of one tenant. Errors as of `connectors.http.Http.call`, PermanentError for an answer without rows.

    The application header is sent always: without it several sets answered 500 (query-event.md). One row is
    looked up by a filter, so that "not there" is an empty page and no status that Norce does not publish.
    Whole rows are read without ``$select``, which makes one name the tenant lacks refuse all; what it lacks
    says `manage.py check_connections`. ``version`` is that of the base address: it decides how names are sent.
    """

    api: NorceApi
    version: str = "2.0"

    def applications(self) -> list[Application]:
        """Read every application of the tenant. Never from the cache: who asks has just changed one."""
        return self._rows.every(reads.APPLICATIONS)

    def customer(self, id: int, *, fresh: bool = False) -> CustomerRow | None:
        """Read a customer with its addresses, at most a minute old, or as it is now; None when Norce has nobody."""
        return self._rows.one(reads.CUSTOMERS, id, fresh=fresh)

    def company(self, id: int, *, fresh: bool = False) -> CompanyRow | None:
        """Read a company as `customer` does. The set's name is inferred; without it Norce answers 404."""
        return self._rows.one(reads.COMPANIES, id, fresh=fresh)

    def forget(self, kind: Literal["Customers", "Companies"], id: int) -> None:
        """Let a customer or company be read anew, by everybody who shares the cache (see `QueryCache`)."""
        self._rows.forget(_FORGETTABLE[kind], id)

    def changed_customers(self, since: datetime, after: int) -> list[CustomerRow]:
        """Read the next customers by Id, whole, that were made or changed since; empty when there are no more.

        Take the moment when the reading began as the next ``since``, less some hours (query-event.md § 2.3).
        """
        return self._rows.page(reads.CUSTOMERS, after, odata.changed_since(since))

    def changed_companies(self, since: datetime, after: int) -> list[CompanyRow]:
        """Read the next companies by Id that were made or changed since, as `changed_customers` does."""
        return self._rows.page(reads.COMPANIES, after, odata.changed_since(since))

    def customers_by_email(self, emails: Sequence[str]) -> list[CustomerRow]:
        """Read the customers that have one of these e-mail addresses (a few dozen at most), without addresses."""
        return self._rows.every(reads.CUSTOMERS, odata.among("EmailAddress", emails))

    def companies_by_organisation_no(self, numbers: Sequence[str]) -> list[CompanyRow]:
        """Read the companies with one of these organisation numbers, as they are written in Norce."""
        return self._rows.every(reads.COMPANIES, odata.among("OrganizationNo", numbers))

    def customers_after(self, number: int, condition: str = "") -> list[CustomerRow]:
        """Read who the next customers by Id are, at most 500; ``condition`` is a further one of `odata`."""
        return self._rows.page(reads.CUSTOMERS, number, condition, select=CUSTOMER_IDENTITY)

    def companies_after(self, number: int, condition: str = "") -> list[CompanyRow]:
        """Read who the next companies by Id are, as `customers_after` does."""
        return self._rows.page(reads.COMPANIES, number, condition, select=COMPANY_IDENTITY)

    def order(self, id: int, *, application_id: int | None = None) -> OrderRow | None:
        """Read an order with its lines and parties. The header does not restrict orders: name the application too."""
        return self._rows.first(reads.ORDERS, odata.identified("Id", id), _of_application(application_id))

    def order_of_basket(self, quotation_id: int, application_id: int) -> OrderRow | None:
        """Read the order that a basket (ClientOrderRef) became; the first of them, should there be several."""
        wanted = odata.identified("QuotationId", quotation_id)
        return self._rows.first(reads.ORDERS, wanted, _of_application(application_id))

    def orders_numbered(self, order_no: str, application_id: int) -> list[OrderRow]:
        """Read the orders with this number: the ERP's, or the basket's until it is known."""
        wanted = odata.compared("OrderNo", "eq", order_no)
        return self._rows.whole(reads.ORDERS, wanted, _of_application(application_id))

    def invoice(self, id: int) -> InvoiceRow | None:
        """Read an invoice by Norce's id; its order is ``reference_order_id``."""
        return self._rows.first(reads.INVOICES, odata.identified("Id", id))

    def invoices_numbered(self, invoice_no: str) -> list[InvoiceRow]:
        """Read the invoices and credits with a number, of whichever order."""
        return self._rows.whole(reads.INVOICES, odata.compared("InvoiceNo", "eq", invoice_no))

    def orders_created(self, since: datetime, until: datetime, application_id: int, after: int) -> list[OrderRow]:
        """Read the next orders by Id of an application that were made from ``since`` until before ``until``."""
        span = f"{odata.compared('Created', 'ge', since)} and {odata.compared('Created', 'lt', until)}"
        return self._rows.page(reads.ORDERS, after, f"{odata.identified('ApplicationId', application_id)} and {span}")

    def delivery_notes(self, order_id: int) -> list[DeliveryNoteRow]:
        """Read an order's deliveries with their parcels. The set's name is inferred."""
        return self._rows.whole(reads.DELIVERY_NOTES, odata.identified("ReferenceOrderId", order_id))

    def country_code(self, id: int | None) -> str:
        """Return the two letters of a country's id, "" when there is none."""
        return _code(self._rows.listed(reads.COUNTRIES, id))

    def currency_code(self, id: int | None) -> str:
        """Return the three letters of a currency's id, "" when there is none."""
        return _code(self._rows.listed(reads.CURRENCIES, id))

    def metadata(self, namespace: str) -> bytes:
        """Read the OData model of a namespace, in XML; PermanentError with the status 404 when it has none."""
        headers = {"Accept": "application/xml"}
        return self.api.call("GET", f"{odata.named(namespace)}/$metadata", headers=headers, bulk=True).body

    @property
    def _rows(self) -> QueryRows:
        return QueryRows(api=self.api, version=self.version)


def _of_application(number: int | None) -> str:
    return "" if number is None else odata.identified("ApplicationId", number)


def _code(row: CodedRow | None) -> str:
    return row.code or "" if row else ""
