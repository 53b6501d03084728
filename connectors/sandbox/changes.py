"""Notifications of changed people and companies: one for each of Norce's tables that a change touches."""

from __future__ import annotations

from collections.abc import Iterable

from connectors.sandbox.applications import APPLICATION_IDS, CLIENT_ID
from connectors.sandbox.events import raise_event
from connectors.sandbox.state import State
from connectors.sandbox.table import Record

# The members that are kept in tables of their own (query-event.md § 3.4); which they are in is inferred from the names.
CUSTOMER_TABLES = {
    "InvoiceAddress": "tClientCustomerAddress",
    "DeliveryAddresses": "tClientCustomerAddress",
    "Accounts": "tApplicationAccount",
    "AdditionalInfo": "tClientCustomerInfo",
    "Flags": "tClientCustomerFlag",
    "PriceLists": "tClientCustomerPriceList",
}
COMPANY_TABLES = {
    "InvoiceAddress": "tClientCompanyAddress",
    "DeliveryAddresses": "tClientCompanyAddress",
    "AdditionalInfo": "tClientCompanyInfo",
    "DeliveryMethods": "tClientCompanyDeliveryMethod",
    "Discounts": "tClientCompanyDiscount",
    "Flags": "tClientCompanyFlag",
    "PaymentMethods": "tClientCompanyPaymentMethod",
    "PriceLists": "tClientCompanyPriceList",
}


def changed_members(before: Record, after: Record, names: Iterable[str]) -> list[str]:
    """Return those of the members that have another value than before; an empty value and none are the same."""
    return [name for name in names if (after.get(name) or None) != (before.get(name) or None)]


def raise_customer_changed(state: State, record: Record, members: Iterable[str]) -> None:
    """Raise CustomerChangedNotification for the tables in which these members of a customer are."""
    tables = (CUSTOMER_TABLES.get(member, "tClientCustomer") for member in members)
    _raise(state, "CustomerChangedNotification", {"CustomerId": record["Id"]}, record, tables)


def raise_company_changed(state: State, record: Record, members: Iterable[str]) -> None:
    """Raise CompanyChangedNotification for the tables in which these members of a company are."""
    tables = (COMPANY_TABLES.get(member, "tClientCompany") for member in members)
    _raise(state, "CompanyChangedNotification", {"CompanyId": record["Id"]}, record, tables)


def raise_relation_changed(state: State, company_id: int) -> None:
    """Raise CompanyChangedNotification for the table of a company's people; there is none for the person."""
    company = state.companies.get(company_id)
    if company:
        _raise(state, "CompanyChangedNotification", {"CompanyId": company_id}, company, ["tClientCustomerCompany"])


def _raise(state: State, event_type: str, about: Record, record: Record, tables: Iterable[str]) -> None:
    """The application is told only of a record that is unique to one."""
    key = (record.get("ApplicationKey") or "").lower()
    application = {"ApplicationId": APPLICATION_IDS[key]} if key in APPLICATION_IDS else {}
    for table in dict.fromkeys(tables):
        raise_event(state, event_type, {"ClientId": CLIENT_ID, **application, **about, "EntityChanged": table})
