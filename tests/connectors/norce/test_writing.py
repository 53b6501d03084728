"""Writing what we send: UNSET and null apart, limits and required members held, money exact."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from connectors.norce.message import Message
from connectors.norce.types.customers import Address, CompanyIdentifier, Customer
from connectors.norce.types.order_updates import (
    CancelOrderRequest,
    CancelPayment,
    CreditInvoice,
    DeliveryNote,
    DeliveryNoteItem,
    Invoice,
    InvoiceItem,
    OrderInfo,
    OrderStatus,
    SendOrderStatusRequest,
)
from connectors.norce.types.orders import OrderItem, OrderRequest, Payment
from connectors.norce.types.warehouse import Shipment
from connectors.norce.wire import UNSET, WireError, encode, write
from tests.connectors.norce.contracts import ORDER, complaints

DAY = datetime(2026, 3, 2)
INVOICE = Invoice(
    erp_order_no="SO1",
    invoice_no="F1",
    currency_code="SEK",
    invoice_date=DAY,
    invoice_due_date=DAY,
    delivery_date=DAY,
    is_last_invoice_for_order=False,
    items=(InvoiceItem(part_no="A", quantity=1, unit_price=Decimal("9.90")),),
    payment=Payment(payment_ref="psp-1", amount=Decimal("12.38")),
)
NOTE = DeliveryNote(delivery_date=DAY, note_no="N1", order_no="SO1", status_id=OrderStatus.DELIVERED.id)
STATUS = SendOrderStatusRequest(order_status=OrderStatus.CONFIRMED, client_order_ref=5100236)


def test_unset_is_left_out_and_none_is_sent_as_null() -> None:
    assert write(Customer(id=1, code=None, title=UNSET)) == {"Code": None, "Id": 1}


def test_an_invoice_is_written_as_the_contract_has_it() -> None:
    written = write(INVOICE)
    assert complaints(ORDER, "Invoice", written) == []
    assert written["IsLastInvoiceForOrder"] is False
    assert written["InvoiceDate"] == "2026-03-02T00:00:00"
    assert written["Payment"] == {"PaymentRef": "psp-1", "Amount": Decimal("12.38")}


@pytest.mark.parametrize("name", ["is_last_invoice_for_order", "delivery_date", "invoice_due_date"])
def test_an_invoice_must_say_what_is_dangerous_to_leave_out(name: str) -> None:
    values = {field: value for field, value in vars(INVOICE).items() if field != name}
    with pytest.raises(TypeError, match=name):
        Invoice(**values)


def test_a_status_goes_by_name_and_an_empty_reference_does_not_count() -> None:
    assert write(STATUS) == {"ClientOrderRef": 5100236, "OrderStatus": "Confirmed"}
    with pytest.raises(WireError, match=r"^SendOrderStatusRequest: expected ClientOrderRef or ErpOrderNo, got none"):
        write(SendOrderStatusRequest(order_status=OrderStatus.CONFIRMED, erp_order_no=""))


@pytest.mark.parametrize(
    ("message", "text"),
    [
        (CancelOrderRequest(), "CancelOrderRequest: expected ClientOrderRef or ErpOrderNo"),
        (replace(INVOICE, erp_order_no=UNSET), "Invoice: expected ClientOrderRef or ErpOrderNo"),
        (replace(INVOICE, payment=Payment(amount=Decimal(1))), "Payment: expected PaymentCode or PaymentRef"),
        (Shipment(**dict.fromkeys(("application_key", "shipment_no", "source_warehouse_code"), "x"),
                  target_warehouse_code="x", invoice_no="F1"),
         "Shipment: expected DeliveryNoteNo or InvoiceNo with Items"),
        (Customer(first_name="Ida"), "Customer: expected Id or Code or EmailAddress"),
    ],
)  # fmt: skip
def test_either_or_rules_are_held(message: Message, text: str) -> None:
    with pytest.raises(WireError) as caught:
        write(message)
    assert str(caught.value).startswith(text)


@pytest.mark.parametrize(
    ("message", "text"),
    [
        (replace(INVOICE, invoice_no=""), "InvoiceNo: expected a value, got nothing."),
        (replace(INVOICE, invoice_no="F" * 51), "InvoiceNo: expected at most 50 characters, got 51."),
        (replace(NOTE, delivery_name="🦊" * 51), "DeliveryName: expected at most 100 characters, got 102."),
        (Customer(id=1, delivery_addresses=(Address(), Address(country_code="SWE"))),
         "DeliveryAddresses[1].CountryCode: expected at most 2 characters, got 3."),
        (replace(STATUS, client_order_ref=2**31),
         "ClientOrderRef: expected a number of 32 bits (at most 2147483647), got the number 2147483648."),
        (replace(STATUS, infos=(OrderInfo(code="A"), OrderInfo(code=""))),
         "Infos[1].Code: expected a value, got nothing."),
        (CancelOrderRequest(client_order_ref=1, payments=(CancelPayment(payment_ref=""),)),
         "Payments[0].PaymentRef: expected a value, got nothing."),
        (OrderRequest(items=(OrderItem(line_no=1),)), "Items[0].Discount: expected a value, got nothing."),
    ],
)  # fmt: skip
def test_missing_members_and_limits_are_named_with_path_length_and_limit(message: Message, text: str) -> None:
    with pytest.raises(WireError) as caught:
        write(message)
    assert str(caught.value) == text


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"items": (InvoiceItem(part_no="A", quantity=Decimal("1.5"), unit_price=Decimal(1)),)}, "Items[0].Quantity"),  # type: ignore[arg-type]
        ({"items": (InvoiceItem(part_no="A", quantity=1, unit_price=1.1),)}, "Items[0].UnitPrice"),  # type: ignore[arg-type]
        ({"vat": Decimal("NaN")}, "Vat"),
        ({"is_last_invoice_for_order": None}, "IsLastInvoiceForOrder"),
        ({"suppress_psp_call": "no"}, "SuppressPspCall"),
        ({"invoice_date": "2026-03-02"}, "InvoiceDate"),
        ({"client_order_ref": None}, "ClientOrderRef"),
    ],
)
def test_a_wrong_type_is_refused_with_its_path(change: dict[str, Any], path: str) -> None:
    with pytest.raises(WireError) as caught:
        write(replace(INVOICE, **change))
    assert caught.value.path == path


def test_a_credit_must_name_its_invoice() -> None:
    values = vars(INVOICE) | {"invoice_no": "K1", "credited_invoice_no": ""}
    with pytest.raises(WireError, match=r"^CreditedInvoiceNo: expected a value"):
        write(CreditInvoice(**values))


def test_a_company_list_is_always_a_delta_unless_said_otherwise() -> None:
    customer = Customer(id=1, companies=(CompanyIdentifier(code="B-1"),))
    assert write(customer)["IsCompanyListDelta"] is True
    assert write(replace(customer, is_company_list_delta=False))["IsCompanyListDelta"] is False
    assert "IsCompanyListDelta" not in write(Customer(id=1))


def test_extra_is_never_written() -> None:
    assert write(Customer(id=1, extra={"Password": "secret"})) == {"Id": 1}


def test_money_is_encoded_as_it_is_written_by_people() -> None:
    item = DeliveryNoteItem(item_no="A", qty=Decimal("100").normalize(), row_number=Decimal("1.10"))
    assert encode(item) == b'{"ItemNo":"A","Qty":100,"RowNumber":1.10}'


def test_a_list_is_encoded_as_an_array_and_an_error_names_its_index() -> None:
    assert encode([Customer(id=1), Customer(code="Å")]) == b'[{"Id":1},{"Code":"\\u00c5"}]'
    with pytest.raises(WireError, match=r"^\[1\]\.Title: expected at most 10 characters, got 11"):
        encode([Customer(id=1), Customer(id=2, title="x" * 11)])
