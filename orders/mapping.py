"""OrderRequest → ErpOrder, status → SendOrderStatus: pure functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from hashlib import blake2b

from connectors.erp.base import ErpOrder, ErpOrderLine, ErpPayment
from connectors.errors import MappingError
from connectors.norce.message import UNSET
from connectors.norce.types.order_updates import OrderInfo, OrderItemStatus, OrderStatus, SendOrderStatusRequest
from connectors.norce.types.orders import (
    OrderItem,
    OrderRequest,
    Payment,
    Person,
    ShippingAdvice,
)
from customers.mapping import full_name, phone, to_address
from hub.models.configuration import ValueKind
from hub.values import Translate
from orders.identifying import NORCE_SOURCE, basket_id
from orders.sums import Reading, quantity

LONGEST_REFERENCE = 35
FEE_GROUPS = ("Fee", "AddedFee")
# A managed structure exists in Norce only; the ERP gets its parts (orders.md § 8).
NORCE_ONLY = ("ManagedStructure",)
# The extended assortment: sold by the shop, not known to the ERP (orders.md § 4.2).
UNKNOWN_TO_ERP = ("Standard", "Standard2")


def reference(*, application: int, source: str, client_order_ref: str) -> str:
    """Return our reference in the ERP: readable, at most 35 characters, different for every order.

    ``1901-5100231`` for an order of Norce itself. Other sources bring numbers of their own, so a hash
    of source and number makes those single; so it does where the number is too long. It depends on
    nothing of the hub's, so a restored database finds its orders again.
    """
    plain = f"{application}-{client_order_ref}"
    if source == NORCE_SOURCE and len(plain) <= LONGEST_REFERENCE:
        return plain
    mark = blake2b(f"{source}\x00{client_order_ref}".encode(), digest_size=5).hexdigest()
    return f"{plain[: LONGEST_REFERENCE - len(mark) - 1]}~{mark}"


def to_erp_order(request: OrderRequest, *, reading: Reading, reference: str, translate: Translate) -> ErpOrder:
    """Return the order for the ERP without its customer's code.

    Raises MappingError for a value that must have a translation and has none; WireError has been
    raised by reading for values of a wrong type.
    """
    buyer = (request.sell_to.person if request.sell_to else None) or Person()
    advice = request.shipping_advice or ShippingAdvice()
    return ErpOrder(
        reference=reference,
        customer_code="",
        currency=request.currency_code or "",
        total=reading.paid if request.payments else reading.rows,
        lines=to_lines(request, reading, translate),
        payments=tuple(_payment(payment, request, translate) for payment in request.payments),
        bill_to=to_address(request.bill_to or request.sell_to),
        ship_to=to_address(request.ship_to or request.sell_to),
        contact_name=full_name(buyer),
        contact_email=buyer.email or "",
        contact_phone=phone(buyer),
        buyer_reference=request.customer_order_ref or "",
        invoice_reference=request.customer_invoice_ref or "",
        comment=request.customer_order_comment or "",
        delivery_method=translate(ValueKind.DELIVERY_METHOD, advice.delivery_method_code or ""),
        pickup_point=_pickup_point(advice),
        ship_complete=bool(advice.is_complete),
        sales_contact=translate(ValueKind.SALES_CONTACT, request.sales_contact_code or ""),
        sales_division=request.sales_contact_division or "",
        ordered_at=request.submit_date or "",
    )


def to_lines(request: OrderRequest, reading: Reading, translate: Translate) -> tuple[ErpOrderLine, ...]:
    """Return the rows that count, then order fees and order discounts as rows of their own."""
    rows = [_line(item, translate) for item in reading.items if not _norce_only(item)]
    last = max((item.line_no or 0 for item in request.items), default=0)
    for fee in request.fees:
        last += 1
        code = translate(ValueKind.FEE, "SHIPPING" if str(fee.type) == "0" else "INVOICE")
        rows.append(_amount(last, code, fee.description or code, fee.amount or Decimal(0), fee.vat_rate))
    for discount in request.discounts:
        last += 1
        code = translate(ValueKind.FEE, discount.code or "DISCOUNT")
        rows.append(_amount(last, code, discount.code or code, -abs(discount.amount or Decimal(0)), None))
    return tuple(rows)


def order_status(
    *,
    client_order_ref: str,
    source: str,
    erp_order_no: str,
    status: str,
    account_id: int,
    infos: dict[str, str],
    rows: Mapping[str, str],
) -> SendOrderStatusRequest:
    """Return what tells Norce a status of an order, with the ERP's number if there is one.

    ``infos`` are values by info code, ``rows`` statuses by row number.

    An external order's own number does not fit, and is left out for the ERP's number to identify the
    order. Raises MappingError for an order that has neither.
    """
    number = basket_id(client_order_ref, source)
    if number is None and not erp_order_no:
        raise MappingError("status_unnumbered", wanted=status)
    return SendOrderStatusRequest(
        client_order_ref=number or UNSET,
        erp_order_no=erp_order_no or UNSET,
        order_status=OrderStatus.from_name(status),
        account_id=account_id,
        infos=tuple(OrderInfo(code=code, value=value) for code, value in infos.items()) if infos else UNSET,
        item_statuses=tuple(_row_status(line_no, told) for line_no, told in rows.items()) or UNSET,
    )


def _row_status(line_no: str, status: str) -> OrderItemStatus:
    return OrderItemStatus(line_no=line_no, item_status=OrderStatus.from_name(status))


def _line(item: OrderItem, translate: Translate) -> ErpOrderLine:
    is_fee = item.type_group in FEE_GROUPS
    part_no = item.erp_part_no or item.part_no or ""
    return ErpOrderLine(
        line_no=item.line_no or 0,
        parent_line_no=item.parent_line_no,
        part_no=translate(ValueKind.FEE, part_no) if is_fee else part_no,
        description=item.description or part_no,
        quantity=quantity(item),
        unit=translate(ValueKind.UNIT, item.unit_of_measure or ""),
        unit_price=item.unit_price or Decimal(0),
        unit_vat=item.unit_vat or Decimal(0),
        vat_rate=_vat_rate(item.vat_rate, translate),
        discount=item.discount or Decimal(0),
        is_fee=is_fee,
        known=item.type not in UNKNOWN_TO_ERP,
        comment=item.comment or "",
    )


def _amount(line_no: int, part_no: str, text: str, amount: Decimal, vat_rate: Decimal | None) -> ErpOrderLine:
    """A fee or discount of the whole order: its amount includes VAT, of which the rate gives the share."""
    rate = vat_rate or Decimal(0)
    net = (amount * 100 / (100 + rate)).quantize(Decimal("0.01"))
    return ErpOrderLine(
        line_no=line_no,
        part_no=part_no,
        description=text,
        quantity=Decimal(1),
        unit_price=net,
        unit_vat=amount - net,
        vat_rate=rate,
        is_fee=True,
    )


def _payment(payment: Payment, request: OrderRequest, translate: Translate) -> ErpPayment:
    return ErpPayment(
        method=translate(ValueKind.PAYMENT_METHOD, payment.payment_method_code or ""),
        amount=payment.amount or Decimal(0),
        currency=payment.currency_code or request.currency_code or "",
        reference=payment.payment_ref or str(payment.payment_code or ""),
        name=payment.payment_name or "",
    )


def _vat_rate(rate: Decimal | None, translate: Callable[[ValueKind, str], str]) -> Decimal:
    text = f"{(rate or Decimal(0)).normalize():f}"
    translated = translate(ValueKind.VAT_RATE, text)
    try:
        number = Decimal(translated)
    except ArithmeticError:
        number = Decimal("NaN")
    if number.is_finite():
        return number
    raise MappingError("vat_rate_no_number", rate=text, mapped=translated)


def _norce_only(item: OrderItem) -> bool:
    return item.type in NORCE_ONLY and not item.unit_price


def _pickup_point(advice: ShippingAdvice) -> str:
    store = advice.pickup_store
    return (store.code or store.name or "") if store else ""
