"""What differs between two drafts of one order for the ERP, field by field, in words and with personal data masked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import astuple, fields
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from connectors.erp.base import ErpAddress, ErpOrder
from connectors.redaction import mask_email
from orders.masking import mask_address, mask_phone, mask_text

Change = tuple[str, str, str]
MASKS: dict[str, Callable[[Any], Any]] = {
    "bill_to": mask_address,
    "ship_to": mask_address,
    "contact_email": mask_email,
    "contact_phone": mask_phone,
    "buyer_reference": mask_text,
    "invoice_reference": mask_text,
    "comment": mask_text,
}
# A field in words, with its value as it is and as it may be seen.
Told = tuple[str, tuple[str, str]]
NONE = ("", "")
WORDS = {
    "reference": gettext_lazy("Reference"),
    "customer_code": gettext_lazy("Customer in the ERP"),
    "currency": gettext_lazy("Currency"),
    "total": gettext_lazy("Total"),
    "bill_to": gettext_lazy("Invoice to"),
    "ship_to": gettext_lazy("Deliver to"),
    "contact_name": gettext_lazy("Contact"),
    "contact_email": gettext_lazy("E-mail"),
    "contact_phone": gettext_lazy("Phone"),
    "buyer_reference": gettext_lazy("The buyer's reference"),
    "invoice_reference": gettext_lazy("Invoice reference"),
    "comment": gettext_lazy("Comment"),
    "delivery_method": gettext_lazy("Delivery method"),
    "pickup_point": gettext_lazy("Pick-up point"),
    "ship_complete": gettext_lazy("Deliver all at once"),
    "sales_contact": gettext_lazy("Sales contact"),
    "sales_division": gettext_lazy("Sales division"),
    "ordered_at": gettext_lazy("Ordered"),
    "parent_line_no": gettext_lazy("Part of row"),
    "part_no": gettext_lazy("Article"),
    "description": gettext_lazy("Text"),
    "quantity": gettext_lazy("Quantity"),
    "unit": gettext_lazy("Unit"),
    "unit_price": gettext_lazy("Price excl. VAT"),
    "unit_vat": gettext_lazy("VAT"),
    "vat_rate": gettext_lazy("VAT %"),
    "discount": gettext_lazy("Discount"),
    "is_fee": gettext_lazy("Is a fee"),
    "known": gettext_lazy("Known to the ERP"),
    "method": gettext_lazy("Payment method"),
    "amount": gettext_lazy("Amount"),
    "name": gettext_lazy("Name"),
}


def changes(before: ErpOrder, after: ErpOrder) -> list[Change]:
    """Return (field, old, new) for whatever differs; rows are told apart by their number, payments by their place."""
    if before == after:
        return []
    old, new = dict(_told(before)), dict(_told(after))
    return [
        (name, old.get(name, NONE)[1], new.get(name, NONE)[1])
        for name in dict.fromkeys((*old, *new))
        if old.get(name, NONE) != new.get(name, NONE)
    ]


def _told(order: ErpOrder) -> Iterator[Told]:
    yield from _members(order, but=("lines", "payments"))
    for line in order.lines:
        yield from _under(_("Row %(n)d") % {"n": line.line_no}, _members(line, but=("line_no",)))
    for number, payment in enumerate(order.payments, 1):
        yield from _under(_("Payment %(n)d") % {"n": number}, _members(payment))


def _under(title: str, members: Iterable[Told]) -> Iterator[Told]:
    return ((f"{title} · {name}", value) for name, value in members)


def _members(record: Any, *, but: Iterable[str] = ()) -> Iterator[Told]:
    for field in fields(record):
        if field.name not in but:
            value = getattr(record, field.name)
            mask = MASKS.get(field.name, _same)
            yield str(WORDS[field.name]), (_text(value), _text(mask(value)))


def _same(value: Any) -> Any:
    return value


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return _("yes") if value else _("no")
        case Decimal() if value.is_finite():
            return f"{value.normalize():f}"
        case ErpAddress():
            return ", ".join(str(part) for part in astuple(value) if part and part is not True)
        case _:
            return str(value)
