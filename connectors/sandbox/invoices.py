"""Norce's invoices and credits: captures from the reservations, refunds of what was captured."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from connectors.sandbox.contracts import check
from connectors.sandbox.faults import FaultBoard
from connectors.sandbox.http import Refusal, Request, Response
from connectors.sandbox.order_events import raise_capture_completed
from connectors.sandbox.orders import find_order, find_payment, left_of, record, release
from connectors.sandbox.placing import dated
from connectors.sandbox.state import State
from connectors.sandbox.table import Record

CENT = Decimal("0.01")


class Invoices:
    """The calls CreateInvoice and CreditPayment."""

    def __init__(self, state: State, faults: FaultBoard) -> None:
        self._state = state
        self._faults = faults

    def create_invoice(self, request: Request) -> Response:
        """Keep the invoice, capture its amount and set Invoiced.

        IsLastInvoiceForOrder left out or null counts as true: it gives the rest of the reservations
        back, and no further invoice is taken. A capture that fails leaves the reservations as they were;
        that the invoice stands all the same is inferred.
        """
        data = request.json()
        check("order", "Invoice", data)
        order = find_order(self._state, data)
        if order["closed"]:
            raise Refusal(400, "The order is closed: an earlier invoice was the last one (IsLastInvoiceForOrder).")
        self._refuse_known_number(data["InvoiceNo"])
        amount = _amount(data)
        payment = _payment_to_capture(order, data, amount)
        is_last = data.get("IsLastInvoiceForOrder") is not False
        captured = payment if payment and not self._faults.norce.fail_capture() else None
        if captured:
            _capture(order, data["InvoiceNo"], captured, amount)
        _close(order, is_last=is_last, is_captured=captured is not None)
        invoice = {
            "Id": self._state.take_number("invoice"),
            "invoice_no": data["InvoiceNo"],
            "date": dated(data.get("InvoiceDate"), self._state.now()),
            "amount": amount,
            "credited": Decimal(0),
            "captured_from": _name_of(captured) if captured else None,
            "is_last": is_last,
        }
        order["invoices"].append(invoice)
        if payment:
            raise_capture_completed(self._state, order, invoice["Id"], is_captured=captured is not None)
        record(self._state, order, "CreateInvoice", "Invoiced", invoice_no=data["InvoiceNo"], amount=amount)
        return Response()

    def credit_payment(self, request: Request) -> Response:
        """Keep the credit and refund it; refuse an unknown invoice and more than was invoiced."""
        data = request.json()
        check("order", "CreditInvoice", data)
        order = find_order(self._state, data)
        number = data.get("InvoiceNo")
        if number:
            self._refuse_known_number(number)
        invoice = _credited_invoice(order, data["CreditedInvoiceNo"])
        # The sign of a credit is not documented, so both are taken as the amount to pay back.
        amount = abs(_amount(data))
        left = invoice["amount"] - invoice["credited"]
        if not 0 < amount <= left:
            raise Refusal(400, f"The credit is {amount}; {left} is left of invoice {invoice['invoice_no']}.")
        payment = _payment_to_refund(order, invoice, data)
        if payment:
            payment["refunded"] += amount
            order["refunds"].append({"invoice_no": number, "payment_ref": payment["payment_ref"], "amount": amount})
        invoice["credited"] += amount
        credited = {"invoice_no": number, "credited_invoice_no": invoice["invoice_no"], "amount": amount}
        made = {"Id": self._state.take_number("invoice"), "date": dated(data.get("InvoiceDate"), self._state.now())}
        order["credits"].append(credited | made)
        record(self._state, order, "CreditPayment", order["status"], **credited)
        return Response()

    def _refuse_known_number(self, number: str) -> None:
        if self._state.orders.find("invoice_no", number):
            raise Refusal(400, f"InvoiceNo {number} is already registered; it must be unique.")


def _amount(data: Record) -> Decimal:
    """Payment.Amount, else the items' sum including VAT."""
    named = (data.get("Payment") or {}).get("Amount")
    if named is not None:
        return Decimal(named)
    total = sum((_row_amount(item) for item in data.get("Items") or []), Decimal(0))
    return total.quantize(CENT, ROUND_HALF_UP)


def _row_amount(item: Record) -> Decimal:
    price = Decimal(item["UnitPrice"])
    vat = item.get("UnitVat")
    if vat is None:
        vat = price * Decimal(item.get("VatRate") or 0) / 100
    return (price + Decimal(vat)) * Decimal(item["Quantity"])


def _payment_to_capture(order: Record, data: Record, amount: Decimal) -> Record | None:
    """The reservation that pays, None when no capture is wanted or there is nothing reserved."""
    if data.get("SuppressPspCall") or not order["payments"]:
        return None
    if not data.get("Items"):
        raise Refusal(400, "Items: mandatory for a capture; send the rows, or SuppressPspCall true for no capture.")
    if not data.get("Payment") and len(order["payments"]) > 1:
        raise Refusal(400, "Payment: the order has several; name the one to capture by PaymentCode or PaymentRef.")
    payment = find_payment(order, data.get("Payment") or {})
    if data["CurrencyCode"] != payment["currency"]:
        raise Refusal(400, f"CurrencyCode: {data['CurrencyCode']} is not the reservation's {payment['currency']}.")
    if not 0 < amount <= left_of(payment):
        raise Refusal(400, f"Payment.Amount: {amount} cannot be captured; {left_of(payment)} is left reserved.")
    return payment


def _capture(order: Record, number: str, payment: Record, amount: Decimal) -> None:
    payment["captured"] += amount
    order["captures"].append({"invoice_no": number, "payment_ref": payment["payment_ref"], "amount": amount})


def _close(order: Record, *, is_last: bool, is_captured: bool) -> None:
    order["closed"] = is_last
    if is_last and is_captured:
        for payment in order["payments"]:
            release(payment)


def _credited_invoice(order: Record, number: str) -> Record:
    for invoice in order["invoices"]:
        if invoice["invoice_no"] == number:
            found: Record = invoice
            return found
    raise Refusal(400, f"CreditedInvoiceNo: {number} is not an invoice of this order.")


def _payment_to_refund(order: Record, invoice: Record, data: Record) -> Record | None:
    if data.get("SuppressPspCall") or not invoice["captured_from"]:
        return None
    return find_payment(order, invoice["captured_from"])


def _name_of(payment: Record) -> Record:
    return {"PaymentCode": payment["payment_code"], "PaymentRef": payment["payment_ref"]}
