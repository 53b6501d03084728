"""ErpOrder → a sales order of Business Central with its lines: pure functions."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.translation import gettext_noop as _

from connectors.catalogue.sentences import sentence
from connectors.erp.base import ErpOrder, ErpOrderLine
from connectors.erp.bc.address import Address
from connectors.erp.bc.fields import fitting
from connectors.errors import ConfigError, MappingError, PermanentError

# A line's sequence is fixed once inserted and travels into shipments and invoices, so it tells our row;
# clerks insert theirs in between, as Business Central itself numbers by ten thousand.
STEP = 10_000
LAST_ROW = (2**31 - 1) // STEP - 2
CENT = Decimal("0.01")
ARTICLE_NUMBER = sentence(_("The article number of row %(row)s"))
# Norce rounds to whole units of a currency at most; more is no rounding.
MOST = Decimal(1)
LONGEST_NUMBER, LONGEST_TEXT, LONGEST_UNIT = 20, 100, 10
# Field of the order → attribute of an address, and the lengths of the AL tables.
PLACE = {
    "AddressLine1": ("line1", 100),
    "AddressLine2": ("line2", 50),
    "City": ("city", 30),
    "State": ("region", 30),
    "Country": ("country", 10),
    "PostCode": ("postal_code", 20),
}


def body(order: ErpOrder, address: Address) -> dict[str, Any]:
    """Return the body that creates an order with its lines in one call (deep insert).

    What the page has no field for (delivery method, pick-up point, the buyer's own references and comment)
    goes as comment lines; payments have no place. Raises MappingError for what does not fit, ConfigError when an
    account of the connection's URL is missing.
    """
    head = {
        "externalDocumentNumber": order.reference,
        "customerNumber": fitting("customerNumber", order.customer_code, LONGEST_NUMBER),
        "orderDate": order.ordered_at[:10],
        "currencyCode": fitting("currencyCode", order.currency, 10),
        "shipToName": fitting("shipToName", order.ship_to.name, 100),
        "shipToContact": fitting("shipToContact", order.ship_to.care_of or order.contact_name, 100),
        "phoneNumber": fitting("phoneNumber", order.contact_phone, 30),
        "email": fitting("email", order.contact_email, 80),
        "salesperson": fitting("salesperson", order.sales_contact, 20),
        **_place("shipTo", order.ship_to),
        **_place("sellTo", order.bill_to),
    }
    return {
        **{name: value for name, value in head.items() if value},
        "pricesIncludeTax": False,
        "partialShipping": not order.ship_complete,
        "salesOrderLines": list(_lines(order, address)),
    }


def rounding(order: ErpOrder) -> Decimal:
    """Return what must be added to the rows as Business Central sums them up: each net to the cent, VAT by rate.

    That it rounds the VAT of each rate together is inferred from its VAT amount lines.
    """
    nets: dict[Decimal, Decimal] = {}
    for line in order.lines:
        nets[line.vat_rate] = nets.get(line.vat_rate, Decimal(0)) + _cents(line.quantity * line.unit_price)
    rows = sum((net + _cents(net * rate / 100) for rate, net in nets.items()), Decimal(0))
    return order.total - rows


def meets(order: ErpOrder, total: Decimal) -> bool:
    """Return whether a sum is what the buyer pays, to the cent."""
    return abs(total - order.total) < CENT


def _rest(order: ErpOrder) -> Decimal:
    """Return the rounding; raise PermanentError for more than a rounding can be."""
    rest = rounding(order)
    if abs(rest) > MOST:
        raise PermanentError("bc_sums", order=order.reference, amount=rest)
    return rest


def _cents(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)


def _place(prefix: str, address: Any) -> dict[str, str]:
    fields = {f"{prefix}{name}": (getattr(address, member), length) for name, (member, length) in PLACE.items()}
    return {name: fitting(name, value, length) for name, (value, length) in fields.items()}


def _lines(order: ErpOrder, address: Address) -> Iterator[dict[str, Any]]:
    yield from _comments(1, _told(order))
    for line in order.lines:
        yield _line(line, address)
        yield from _comments(line.line_no * STEP + 1, [line.comment])
    rest = _rest(order)
    if rest:
        yield _rounding_line(rest, max(line.line_no for line in order.lines) + 1, address)


def _told(order: ErpOrder) -> list[str]:
    return [
        order.buyer_reference,
        order.invoice_reference,
        order.delivery_method,
        order.pickup_point,
        order.comment,
    ]


def _comments(first: int, texts: list[str]) -> Iterator[dict[str, Any]]:
    rows = [row for text in texts for line in text.splitlines() for row in _cut(line)]
    for place, row in enumerate(rows):
        yield {"sequence": first + place, "lineType": "Comment", "description": row}


def _cut(text: str) -> list[str]:
    return [text[start : start + LONGEST_TEXT] for start in range(0, len(text), LONGEST_TEXT)]


def _line(line: ErpOrderLine, address: Address) -> dict[str, Any]:
    if not 0 < line.line_no <= LAST_ROW:
        raise MappingError("bc_row_number", row=line.line_no)
    kind, number = _sold(line, address)
    row = {
        "sequence": line.line_no * STEP,
        "lineType": kind,
        "lineObjectNumber": fitting(ARTICLE_NUMBER % {"row": line.line_no}, number, LONGEST_NUMBER),
        "description": line.description[:LONGEST_TEXT],
        "quantity": line.quantity,
        "unitPrice": line.unit_price,
    }
    if line.unit and kind == "Item":
        row["unitOfMeasureCode"] = fitting("unitOfMeasureCode", line.unit, LONGEST_UNIT)
    return row


def _sold(line: ErpOrderLine, address: Address) -> tuple[str, str]:
    """Return the type and number of what a row sells."""
    if line.is_fee:
        return "Item" if line.part_no in address.fee_items else address.fees, line.part_no
    if line.known:
        return "Item", line.part_no
    if not address.unknown_account:
        raise ConfigError("bc_no_article", article=line.part_no)
    return "Account", address.unknown_account


def _rounding_line(amount: Decimal, line_no: int, address: Address) -> dict[str, Any]:
    if not address.rounding_account:
        raise ConfigError("bc_no_rounding", amount=amount)
    return {
        "sequence": line_no * STEP,
        "lineType": "Account",
        "lineObjectNumber": address.rounding_account,
        "description": "Rounding",
        "quantity": Decimal(1),
        "unitPrice": amount,
    }
