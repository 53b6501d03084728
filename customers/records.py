"""A customer of the ERP as Norce's Customer or Company, member by member: pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

from connectors.erp.base import ErpParty, PartyKind
from connectors.norce import header
from connectors.norce.header import fields_with_id, with_id
from connectors.norce.plan import plan_of
from connectors.norce.types.customers import Company, Customer, CustomerType
from connectors.norce.wire import UNSET, Omittable, encoded
from customers import members
from customers.differences import changes, cleared, digest
from customers.members import Scope

__all__ = [
    "Scope",
    "changes",
    "cleared",
    "digest",
    "encoded",
    "fields_key",
    "fields_with_id",
    "missing_for_insert",
    "names_of",
    "to_company",
    "to_customer",
    "untold",
    "with_id",
]

R = TypeVar("R", Customer, Company)

# Without these a record cannot be told apart, so they are sent whatever is left to Norce.
_ALWAYS_SENT = {"Code", "ApplicationKey"}
_SWITCHED = {
    "Flags": "flags",
    "Contacts": "contacts",
    "DeliveryMethods": "delivery_methods",
    "PaymentMethods": "payment_methods",
}
_NEW_CUSTOMER = ("Code", "EmailAddress", "FirstName", "LastName")
_NEW_COMPANY = ("Code", "OrganizationNo", "Name")


def to_customer(party: ErpParty, scope: Scope) -> Customer:
    """Return a person as Norce's Customer (customers-jobs-auth.md § 4).

    Empty text and a list that is None leave Norce's alone. An empty list is sent where absence is the
    only way to say that nothing is left: price lists, infos, addresses, and companies of an ERP that
    owns the relations. IsActive is always said, and so is IsCompanyListDelta, whose default ends
    relations. A password is never sent. Raises MappingError.
    """
    first_name, last_name = names_of(party)
    companies = members.companies(party, scope)
    customer = Customer(
        accounts=members.accounts(party, scope),
        additional_info=members.many(scope, "AdditionalInfo", party.infos, members.info),
        application_key=scope.application_key if scope.by_application else UNSET,
        cell_phone_number=party.cell_phone or UNSET,
        code=party.code or UNSET,
        companies=companies,
        crm_id=party.crm_id or UNSET,
        delivery_addresses=members.many(scope, "DeliveryAddresses", party.addresses, members.address),
        email_address=party.email or UNSET,
        first_name=first_name or UNSET,
        flags=members.many(scope, "Flags", party.flags, members.flag),
        invoice_address=members.invoice_address(party, scope),
        is_active=party.active,
        is_company_list_delta=not scope.owns_relations or companies is UNSET,
        last_name=last_name or UNSET,
        middle_name=party.middle_name or UNSET,
        phone_number=party.phone or UNSET,
        price_lists=members.many(scope, "PriceLists", party.price_lists, members.price_list),
        social_security_number=party.social_security_number or UNSET,
        title=party.title or UNSET,
        type=_type(party),
    )
    return _without(customer, scope.left_to_norce) if scope.left_to_norce else customer


def to_company(party: ErpParty, scope: Scope) -> Company:
    """Return a company as Norce's Company, by the rules of `to_customer`.

    Its people go as Contacts, by code, and must be in Norce already (customers-jobs-auth.md § 4). The
    organisation number is sent as the ERP writes it. Norce has one telephone number for a company.
    """
    company = Company(
        application_key=scope.application_key,
        additional_info=members.many(scope, "AdditionalInfo", party.infos, members.info),
        code=party.code or UNSET,
        contacts=members.many(scope, "Contacts", party.contacts, members.contact),
        delivery_addresses=members.many(scope, "DeliveryAddresses", party.addresses, members.address),
        delivery_methods=members.many(scope, "DeliveryMethods", party.delivery_methods, members.delivery_method),
        discounts=members.many(scope, "Discounts", party.discounts, members.discount),
        email_address=party.email or UNSET,
        flags=members.many(scope, "Flags", party.flags, members.flag),
        invoice_address=members.invoice_address(party, scope),
        is_active=party.active,
        is_customer_list_delta=True,
        logo_image=members.logo(party, scope),
        name=party.name or UNSET,
        organization_no=party.organisation_no or UNSET,
        parent_company_code=party.parent_code or UNSET,
        payment_methods=members.many(scope, "PaymentMethods", party.payment_methods, members.payment_method),
        phone_number=party.phone or party.cell_phone or UNSET,
        price_lists=members.many(scope, "PriceLists", party.price_lists, members.price_list),
        vat_no=party.vat_no or UNSET,
    )
    return _without(company, scope.left_to_norce) if scope.left_to_norce else company


def untold(party: ErpParty, scope: Scope) -> frozenset[str]:
    """Return the wire names of which nothing may be cleared: left to Norce, or lists that the ERP does not keep."""
    lists = {name for name, attribute in _SWITCHED.items() if getattr(party, attribute) is None}
    roles = {"Roles"} if any(login.roles is None for login in party.logins or ()) else set()
    return scope.left_to_norce | lists | roles


def missing_for_insert(record: Mapping[str, Any], kind: PartyKind) -> list[str]:
    """Return the members without which Norce does not take ``record`` as a new one (customers-jobs-auth.md § 4)."""
    needed = _NEW_CUSTOMER if kind == PartyKind.PERSON else _NEW_COMPANY
    return [name for name in needed if not record.get(name)]


def fields_key(record: Mapping[str, Any], kind: PartyKind, *, replaces_flags: bool = False) -> str:
    """Return the field lists of one written record's header as JSON; records with equal ones may share a call.

    See `connectors.norce.header.fields_key`, which also says what raises WireError.
    """
    return header.fields_key(record, Customer if kind == PartyKind.PERSON else Company, replace_flags=replaces_flags)


def names_of(party: ErpParty) -> tuple[str, str]:
    """Return first and last name; an ERP with one name only is taken to write the last name last."""
    if party.first_name or party.last_name:
        return party.first_name, party.last_name
    first_name, _, last_name = party.name.strip().rpartition(" ")
    return first_name.rstrip(), last_name


def _type(party: ErpParty) -> Omittable[CustomerType]:
    """Return what a person is to the shop; an ERP that keeps no relations cannot tell a contact from a customer."""
    if party.companies is None:
        return UNSET
    return CustomerType.COMPANY_CONTACT if party.companies else CustomerType.CUSTOMER


def _without(record: R, left: frozenset[str]) -> R:
    names = left - _ALWAYS_SENT
    absent: dict[str, Any] = {one.attribute: UNSET for one in plan_of(type(record)).members if one.name in names}
    return replace(record, **absent)
