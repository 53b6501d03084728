"""An OrderRequest made of what Norce Query tells of an order: what Norce would have pushed, without payments. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from connectors.errors import PermanentError
from connectors.norce.types.orders import (
    Address,
    ClientCustomer,
    CodeValue,
    Company,
    Header,
    OrderItem,
    OrderRequest,
    Person,
    ShippingAdvice,
)
from connectors.norce.types.query import CompanyRow, OrderItemRow, OrderPersonRow, OrderRow
from orders.norce_rows import reference

ZERO = Decimal(0)
# Fine enough that a price times any quantity is the line's amount again, to the öre.
FINEST = Decimal("1E-10")
# Travels with the body, so that it is gone once Norce has pushed the real one.
MARK = "HubFetchedFromQuery"
UNKNOWN = "Undefined"
FREIGHT = ("Freight", "Fee")


@dataclass(frozen=True, kw_only=True)
class Known:
    """What is known beside the order's row: the application's key, codes, the buying company, fee articles."""

    application_key: str
    currency: str
    country: Callable[[int | None], str]
    company: CompanyRow | None = None
    fees: Collection[str] = ()


def is_fetched(request: OrderRequest) -> bool:
    """Return whether a request was made here and not by Norce."""
    return bool(request.do_hold) and any(info.code2 == MARK for info in request.additional_info)


def to_request(row: OrderRow, known: Known) -> OrderRequest:
    """Return the request, which asks to be held; PermanentError names a line that makes no sense.

    Query tells neither payments nor the kinds of articles (query-event.md § 2.5), so there are no payments, and
    of the lines only fees are told apart, see `_is_fee`.
    """
    return OrderRequest(
        header=Header(application_key=known.application_key),
        client_order_ref=reference(row),
        order_type=row.type_id,
        source=row.source or None,
        submit_date=row.order_date or row.created,
        currency_code=known.currency,
        sell_to=_buyer(row, known),
        bill_to=_party(row.payer, known),
        ship_to=_party(row.ship_to, known) or _receiver(row, known),
        customer_order_ref=row.delivery_mark or None,
        customer_invoice_ref=row.invoice_mark or None,
        do_hold=True,
        shipping_advice=ShippingAdvice(delivery_method_code=row.delivery_mode) if row.delivery_mode else None,
        items=tuple(_item(item, is_fee=_is_fee(item, row, known)) for item in row.items),
        additional_info=(CodeValue(code2=MARK, value=str(row.id)),),
    )


def _buyer(row: OrderRow, known: Known) -> ClientCustomer | None:
    company, buyer = known.company or CompanyRow(), row.buyer or OrderPersonRow()
    code, name = row.buyer_company_code or company.company_code, buyer.company_name or company.name
    firm = Company(code=code or None, name=name or None, vat_no=company.vat_no or None)
    if row.buyer is None and not firm.is_filled:
        return None
    person = _person(buyer, known, code=row.buyer_customer_code)
    return ClientCustomer(company=firm if firm.is_filled else None, person=person)


def _party(party: OrderPersonRow | None, known: Known) -> ClientCustomer | None:
    if party is None:
        return None
    company = Company(name=party.company_name) if party.company_name else None
    return ClientCustomer(company=company, person=_person(party, known))


def _person(party: OrderPersonRow, known: Known, code: str | None = None) -> Person:
    address = Address(
        care_of=party.care_of or None,
        line1=party.address_line1 or None,
        line2=party.address_line2 or None,
        zip_code=party.zip_code or None,
        city=party.city or None,
        region=party.region or None,
        country=known.country(party.country_id) or None,
    )
    return Person(
        customer_code=code or None,
        first_name=party.first_name or None,
        last_name=party.last_name or None,
        email=party.email_address or None,
        cell_phone=party.cell_phone_number or None,
        private_phone=party.phone_number or None,
        address=address,
    )


def _receiver(row: OrderRow, known: Known) -> ClientCustomer | None:
    """Return who the header delivers to, for an order without a ShipTo of its own."""
    if not row.delivery_address_line1:
        return None
    first, _, last = (row.delivery_name or "").rpartition(" ")
    party = OrderPersonRow(
        first_name=first,
        last_name=last,
        care_of=row.delivery_care_of,
        address_line1=row.delivery_address_line1,
        address_line2=row.delivery_address_line2,
        zip_code=row.delivery_zip_code,
        city=row.delivery_city,
        country_id=row.delivery_country_id,
    )
    return _party(party, known)


def _is_fee(item: OrderItemRow, row: OrderRow, known: Known) -> bool:
    """Return whether a line is freight or a fee: its article is mapped as one, or it alone is the header's freight."""
    freight = [each for each in row.items if row.freight_cost and each.line_amount == row.freight_cost]
    return item.part_no in known.fees or freight == [item]


def _item(row: OrderItemRow, *, is_fee: bool) -> OrderItem:
    quantity, rate = row.qty_ordered or ZERO, row.vat_rate or ZERO
    price = _unit_price(row, quantity)
    kind, group = FREIGHT if is_fee else (UNKNOWN, UNKNOWN)
    return OrderItem(
        line_no=_line_no(row.line_number),
        parent_line_no=None if row.parent_line_number is None else _line_no(row.parent_line_number),
        part_no=row.part_no or "",
        description=row.product_name or None,
        type=kind,
        type_group=group,
        quantity=int(quantity.to_integral_value(ROUND_HALF_UP)),
        quantity2=quantity,
        unit_price=price,
        unit_vat=_fine(price * rate / 100),
        unit_price_original=price if row.price_sale is None else row.price_sale,
        vat_rate=rate,
        discount=row.discount_amount or ZERO,
    )


def _unit_price(row: OrderItemRow, quantity: Decimal) -> Decimal:
    """Return the price after discounts. Whether DiscountAmount is per unit or line is not told; LineAmount is sure."""
    if row.line_amount is None or not (quantity or row.line_amount):
        return row.price_sale or ZERO
    if not quantity:
        raise PermanentError("fetch_no_quantity", row=row.line_number)
    return _fine(row.line_amount / quantity)


def _line_no(number: Decimal | None) -> int:
    if number is None or number != number.to_integral_value():
        raise PermanentError("fetch_row_number", number=number)
    return int(number)


def _fine(amount: Decimal) -> Decimal:
    return amount.quantize(FINEST, ROUND_HALF_UP).normalize()
