"""What the shop is told of orders, and what it may ask: one declaration for the answers and their schema.

Decimals are texts, so that no program rounds them; moments carry their offset. Addresses are left out:
the shop has its own, and what is not sent cannot leak.
"""

from __future__ import annotations

from typing import Any

from rest_framework.serializers import (
    BooleanField,
    CharField,
    ChoiceField,
    DateTimeField,
    DecimalField,
    IntegerField,
    Serializer,
    ValidationError,
)

from connectors.erp.base import ErpStatus, ParcelStatus

LONGEST_CODE = 50
LONGEST_CURSOR = 4000
STATUSES = [(status.value, status.name) for status in ErpStatus]
PARCEL_STATUSES = [(status.value, status.name) for status in ParcelStatus]


def amount(help_text: str = "") -> DecimalField:
    """Return a field for an exact decimal of any size."""
    return DecimalField(max_digits=None, decimal_places=None, help_text=help_text)


def is_code(text: str) -> bool:
    """Return whether a text can be a code or a number of an ERP.

    One without a letter or digit, as "..", would lead an ERP's address elsewhere.
    """
    return len(text) <= LONGEST_CODE and text.isprintable() and any(map(str.isalnum, text))


def _check_code(text: str) -> None:
    if not is_code(text):
        raise ValidationError("Send a code of the ERP: letters or digits must be in it.")


class OrderQuery(Serializer[Any]):
    """What may be asked of one order."""

    application = CharField(
        required=False,
        default="",
        allow_blank=True,
        max_length=64,
        help_text="Key or Norce id of the application that asks. Needed by a client with several.",
    )
    customer = CharField(
        required=False,
        default="",
        allow_blank=True,
        max_length=LONGEST_CODE,
        validators=[_check_code],
        help_text="The ERP's code of the person whose orders are meant.",
    )
    company = CharField(
        required=False,
        default="",
        allow_blank=True,
        max_length=LONGEST_CODE,
        validators=[_check_code],
        help_text="The ERP's code of the company whose orders are meant, in place of customer.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse both codes at once; put the one that is given under ``code``."""
        if attrs["customer"] and attrs["company"]:
            raise ValidationError({"customer": "Send customer or company, not both."})
        return attrs | {"code": attrs["customer"] or attrs["company"]}


class OrdersQuery(OrderQuery):
    """What must and may be asked of a list."""

    after = CharField(
        required=False,
        default="",
        allow_blank=True,
        max_length=LONGEST_CURSOR,
        help_text="The next of the page before, as it came; with the same application and code.",
    )
    limit = IntegerField(required=False, default=20, min_value=1, max_value=100, help_text="The most orders of a page.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for one of the two codes."""
        read = super().validate(attrs)
        if not read["code"]:
            raise ValidationError({"customer": "Send exactly one of customer and company."})
        return read


class HistoryEntry(Serializer[Any]):
    """An order in a list."""

    number = CharField(help_text="The ERP's number.")
    norce_order = CharField(help_text="Norce's ClientOrderRef; empty when the order did not come through the hub.")
    reference = CharField(help_text="What the ERP has as the order's reference; the hub's own for orders of Norce.")
    status = ChoiceField(STATUSES, help_text="Where the ERP says that the order stands.")
    ordered_at = DateTimeField()
    currency = CharField()
    total = amount("With VAT.")


class HistoryPage(Serializer[Any]):
    """A page of a buyer's orders, the latest first; it may hold fewer than asked for and be followed by another."""

    orders = HistoryEntry(many=True)
    next = CharField(help_text="Send it as after for the following page; empty at the end.")


class HistoryRow(Serializer[Any]):
    """A row of the order and how far it has come. A fee is invoiced and never delivered."""

    line_no = IntegerField()
    part_no = CharField()
    is_fee = BooleanField()
    status = ChoiceField(STATUSES, allow_null=True, help_text="null where the ERP keeps none for a row.")
    ordered = amount()
    delivered = amount()
    invoiced = amount()
    cancelled = amount()


class HistoryDocumentRow(Serializer[Any]):
    """A row of a document; prices are per unit without VAT, vat_rate is in percent."""

    line_no = IntegerField(allow_null=True, help_text="The order's row; null where the ERP cannot tell.")
    part_no = CharField()
    description = CharField()
    quantity = amount()
    unit_price = amount()
    unit_vat = amount()
    vat_rate = amount()


class HistoryParcel(Serializer[Any]):
    """A parcel."""

    number = CharField(help_text="Its tracking number.")
    status = ChoiceField(PARCEL_STATUSES)


class HistoryDelivery(Serializer[Any]):
    """A delivery that has left."""

    number = CharField()
    delivered_at = DateTimeField()
    method = CharField()
    rows = HistoryDocumentRow(many=True)
    parcels = HistoryParcel(many=True)


class HistoryInvoice(Serializer[Any]):
    """An invoice; total with VAT."""

    number = CharField()
    invoiced_at = DateTimeField()
    due_at = DateTimeField()
    currency = CharField()
    total = amount()
    rows = HistoryDocumentRow(many=True)


class HistoryCredit(Serializer[Any]):
    """A credit note of an invoice; quantities and total are positive."""

    number = CharField()
    credited_invoice = CharField()
    credited_at = DateTimeField()
    currency = CharField()
    total = amount()
    rows = HistoryDocumentRow(many=True)


class HistoryOrder(Serializer[Any]):
    """An order with all that has become of it; documents in the order in which they were made."""

    number = CharField(help_text="The ERP's number.")
    norce_order = CharField(help_text="Norce's ClientOrderRef; empty when the order did not come through the hub.")
    reference = CharField()
    status = ChoiceField(STATUSES, help_text="Where the ERP says that the order stands.")
    rows = HistoryRow(many=True)
    deliveries = HistoryDelivery(many=True)
    invoices = HistoryInvoice(many=True)
    credits = HistoryCredit(many=True)
