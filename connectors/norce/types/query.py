"""The rows of Norce Query that the hub reads; members without a use here stay in ``extra``."""

from __future__ import annotations

from dataclasses import dataclass, field

from connectors.norce.message import Message


@dataclass(frozen=True, kw_only=True)
class Application(Message):
    """A row of Core/Applications; ``key`` is the ApplicationKey that Connect uses."""

    id: int | None = None
    key: str | None = None
    name: str | None = None
    url: str | None = None
    host_client_id: int | None = None
    is_active: bool | None = None
    parent_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class CustomerRow(Message):
    """A row of Customers/Customers. A forgotten one is anonymised: never fill it again."""

    id: int | None = None
    key: str | None = None
    client_id: int | None = None
    application_id: int | None = None
    customer_code: str | None = None
    type_id: int | None = None
    email_address: str | None = None
    social_security_number: str | None = field(default=None, repr=False)
    title: str | None = None
    first_name: str | None = None
    middle_name: str | None = None
    last_name: str | None = None
    phone_number: str | None = None
    cell_phone_number: str | None = None
    crm_id: str | None = None
    replacement_customer_id: int | None = None
    is_active: bool | None = None
    is_forgotten: bool | None = None
    stopped_date: str | None = None
    created: str | None = None
    created_by: int | None = None
    updated: str | None = None
    updated_by: int | None = None


@dataclass(frozen=True, kw_only=True)
class CompanyRow(Message):
    """A row of Customers/Companies; ``normalized_organization_no`` is the number without punctuation."""

    id: int | None = None
    key: str | None = None
    client_id: int | None = None
    application_id: int | None = None
    company_code: str | None = None
    type_id: int | None = None
    organization_no: str | None = None
    normalized_organization_no: str | None = None
    vat_no: str | None = None
    name: str | None = None
    email_address: str | None = None
    phone_number: str | None = None
    parent_company_id: int | None = None
    is_active: bool | None = None
    created: str | None = None
    created_by: int | None = None
    updated: str | None = None
    updated_by: int | None = None
