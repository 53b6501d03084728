"""The members of Norce's Customer and Company that are records themselves, from the ERP's: pure functions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from connectors.erp.base import (
    DiscountKind,
    ErpAddress,
    ErpChoice,
    ErpContact,
    ErpDiscount,
    ErpLogin,
    ErpParty,
    ErpPriceList,
    ErpRelation,
)
from connectors.errors import MappingError
from connectors.norce.moments import parse_moment
from connectors.norce.types.customers import (
    Account,
    AccountRole,
    AccountStatus,
    Address,
    CompanyIdentifier,
    Contact,
    DeliveryMethod,
    Discount,
    DiscountType,
    Flag,
    Image,
    Info,
    PaymentMethod,
    PriceList,
)
from connectors.norce.wire import UNSET, Omittable
from hub.models.configuration import ValueKind

T = TypeVar("T")
M = TypeVar("M")

# Entries without IsActive can only end by being absent from a list that is sent, so an empty list says something.
_REPLACED = {"AdditionalInfo", "DeliveryAddresses", "Discounts", "PriceLists"}
_DISCOUNTS = {
    DiscountKind.CATEGORY: DiscountType.CATEGORY,
    DiscountKind.CLASS: DiscountType.PRODUCT_DISCOUNT_CLASS,
    DiscountKind.FLAG: DiscountType.PRODUCT_FLAG,
}
_NOWHERE = Address()


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What mapping needs beside the party.

    ``application_key`` is what companies and logins belong to, and people too when they are kept
    ``by_application``; else all applications share them. ``owns_relations`` ends the relations of a
    person to the companies that the ERP does not list. ``left_to_norce`` are wire names ("PhoneNumber")
    that are never sent; Code and ApplicationKey always are. ``translate`` gives Norce's value for the
    ERP's and may raise MappingError (`hub.values.norce_translator`).
    """

    application_key: str
    by_application: bool
    owns_relations: bool
    left_to_norce: frozenset[str]
    translate: Callable[[ValueKind, str], str]


def many(
    scope: Scope, name: str, values: Iterable[T] | None, build: Callable[[T, Scope], M]
) -> Omittable[tuple[M, ...]]:
    """Return the list ``name`` of what ``build`` makes of each value.

    UNSET when the ERP does not keep it, when it is left to Norce, and when it is empty, unless an
    empty list is the only way to say that nothing is left.
    """
    if values is None or name in scope.left_to_norce:
        return UNSET
    built = tuple([build(value, scope) for value in values])
    return built if built or name in _REPLACED else UNSET


def address(source: ErpAddress, _: Scope) -> Address:
    """Return a postal address; the name on it has no place in Norce."""
    return Address(
        address_line1=source.line1 or UNSET,
        address_line2=source.line2 or UNSET,
        care_of=source.care_of or UNSET,
        city=source.city or UNSET,
        code=source.code or UNSET,
        country_code=source.country.upper() or UNSET,
        gln=source.gln or UNSET,
        is_primary=UNSET if source.primary is None else source.primary,
        is_validated=UNSET if source.validated is None else source.validated,
        region=source.region or UNSET,
        shipping_phone_number=source.phone or UNSET,
        zip_code=source.postal_code or UNSET,
    )


def invoice_address(party: ErpParty, scope: Scope) -> Omittable[Address]:
    """Return the invoice address, UNSET when nothing of it is known."""
    mapped = address(party.address, scope)
    return UNSET if mapped == _NOWHERE else mapped


def accounts(party: ErpParty, scope: Scope) -> Omittable[tuple[Account, ...]]:
    """Return the login, without a password; raise MappingError for two, Norce takes one per application (guide 000)."""
    mapped = many(scope, "Accounts", party.logins, _account)
    if mapped and len(mapped) > 1:
        raise MappingError("many_logins", name=party.code or party.name, number=len(mapped))
    return mapped


def companies(party: ErpParty, scope: Scope) -> Omittable[tuple[CompanyIdentifier, ...]]:
    """Return a person's companies; none at all is said only when the ERP's list is whole."""
    mapped = many(scope, "Companies", party.companies, _company)
    ends_all = scope.owns_relations and party.companies == () and "Companies" not in scope.left_to_norce
    return () if ends_all else mapped


def contact(source: ErpContact, _: Scope) -> Contact:
    """Return a company's contact by code."""
    return Contact(code=source.code, is_active=source.active)


def info(source: tuple[str, str], _: Scope) -> Info:
    """Return a value of the client's own."""
    code, value = source
    return Info(code=code, value=value)


def flag(source: ErpChoice, scope: Scope) -> Flag:
    """Return a flag."""
    return Flag(code=scope.translate(ValueKind.FLAG, source.code), is_active=source.active)


def price_list(source: ErpPriceList, scope: Scope) -> PriceList:
    """Return a price list."""
    return PriceList(code=scope.translate(ValueKind.PRICE_LIST, source.code), is_exclusive=source.exclusive)


def delivery_method(source: ErpChoice, scope: Scope) -> DeliveryMethod:
    """Return a delivery method of a company."""
    return DeliveryMethod(code=scope.translate(ValueKind.DELIVERY_METHOD, source.code), is_active=source.active)


def payment_method(source: ErpChoice, scope: Scope) -> PaymentMethod:
    """Return a payment method of a company."""
    return PaymentMethod(
        code=scope.translate(ValueKind.PAYMENT_METHOD, source.code),
        invoice_capture_settings_code=source.settings or UNSET,
        is_active=source.active,
    )


def discount(source: ErpDiscount, _: Scope) -> Discount:
    """Return a company's discount."""
    return Discount(
        discount_percentage=source.percent,
        price_list_type_id_seed=source.price_list_types or UNSET,
        type=_DISCOUNTS[source.kind],
        value_code=source.code or UNSET,
    )


def logo(party: ErpParty, scope: Scope) -> Omittable[Image]:
    """Return a company's logo; raise MappingError when the moment of its last change cannot be read."""
    source = party.logo
    if source is None or "LogoImage" in scope.left_to_norce:
        return UNSET
    changed_at = parse_moment(source.changed_at)
    if source.changed_at and changed_at is None:
        raise MappingError("logo_moment", moment=source.changed_at, name=party.code or party.name)
    return Image(
        external_code=source.code,
        file_type_name=source.file_type,
        url=source.url,
        filename=source.filename or UNSET,
        last_modified=changed_at or UNSET,
    )


def _account(login: ErpLogin, scope: Scope) -> Account:
    roles = tuple(AccountRole(code=scope.translate(ValueKind.ROLE, role), is_active=True) for role in login.roles or ())
    return Account(
        application_key=scope.application_key,
        login_name=login.name,
        roles=roles or UNSET,
        status=AccountStatus.ACTIVE if login.active else AccountStatus.INACTIVE,
    )


def _company(relation: ErpRelation, _: Scope) -> CompanyIdentifier:
    return CompanyIdentifier(code=relation.code, is_primary=relation.primary)
