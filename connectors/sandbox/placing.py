"""What the checkout leaves in Norce of an order: its basket, lines and parties as Query will show them."""

from __future__ import annotations

from datetime import UTC
from decimal import Decimal

from connectors.norce.moments import parse_moment
from connectors.sandbox.applications import APPLICATION_IDS, CLIENT_ID
from connectors.sandbox.core_lists import COUNTRIES, CURRENCIES, DELIVERY_METHODS, PAYMENT_METHODS, number_of
from connectors.sandbox.state import State, written
from connectors.sandbox.table import Record

LARGEST_INT32 = 2**31 - 1
SYSTEM_ACCOUNT = 9
PARTIES = {"Buyer": "SellTo", "Payer": "BillTo", "ShipTo": "ShipTo"}
# More than an order has lines: a line's id is its order's with a place.
LINES_EACH = 1000


def quotation_id(state: State, reference: str) -> int:
    """Return the basket's id: the reference when it can be one, else a number of its own (inferred)."""
    is_one = reference.isdecimal() and reference.isascii() and 0 < int(reference) <= LARGEST_INT32
    return int(reference) if is_one else state.take_number("quotation")


def placed(state: State, order: Record, request: Record, buyer: Record) -> Record:
    """Return what Query shows of an order and never changes: ``header``, ``Items``, parties, ``Infos``, ``basket``.

    ``order`` is the tenant's, ``buyer`` has the ids and codes of whoever was registered.
    """
    parties = {name: _party(state, order, request.get(given) or {}) for name, given in PARTIES.items()}
    items = [_item(order, place, item) for place, item in enumerate(request.get("Items") or [], start=1)]
    known = {"ClientId": CLIENT_ID, "ApplicationId": APPLICATION_IDS.get(order["application_key"].lower(), 0)}
    return {
        "Id": order["Id"],
        "key": order["key"],
        "QuotationId": order["QuotationId"],
        "header": known | buyer | _header(order, request, items) | _delivery(request, parties["ShipTo"] or {}),
        "Items": items,
        **parties,
        "Infos": [_info(order, place, info) for place, info in enumerate(request.get("AdditionalInfo") or [], start=1)],
        "basket": known | _basket(order, request, parties, buyer),
    }


def currency_id(code: str | None) -> int:
    """Return the id of a currency. Every row has one, so that of a currency the sandbox does not list is 0."""
    return number_of(CURRENCIES, code) or 0


def dated(text: str | None, otherwise: str) -> str:
    """Return a date as Query writes it, in UTC unless it says another zone; another moment when it cannot be read."""
    moment = parse_moment(text)
    if moment is None:
        return f"{otherwise}Z"
    return f"{written(moment if moment.tzinfo else moment.replace(tzinfo=UTC))}Z"


def _header(order: Record, request: Record, items: list[Record]) -> Record:
    method = _payment_method(request)
    return {
        "OrderDate": dated(request.get("SubmitDate"), order["Created"]),
        "Source": request.get("Source"),
        "PaymentTerms": method,
        "PaymentMethodId": number_of(PAYMENT_METHODS, method),
        "CurrencyId": currency_id(request.get("CurrencyCode")),
        # The lines' are real; the header's was seen as 0 (query-event.md § 2.6).
        "VatRate": Decimal(0),
        "CashDiscount": Decimal(0),
        "LineDiscount": Decimal(0),
        "FreightCost": sum((item["LineAmount"] for item in items if item["Type"] == "Freight"), Decimal(0)),
        "OrderFee": Decimal(0),
        "DeliveryMark": request.get("CustomerOrderRef"),
        "InvoiceMark": request.get("CustomerInvoiceRef"),
        "TypeId": request["OrderType"] if isinstance(request.get("OrderType"), int) else 1,
        "CreatedBy": SYSTEM_ACCOUNT,
        "IsForgotten": False,
    }


def _delivery(request: Record, party: Record) -> Record:
    advice = request.get("ShippingAdvice") or {}
    person = " ".join(filter(None, (party.get("FirstName"), party.get("LastName")))) or None
    names = ("CareOf", "AddressLine1", "AddressLine2", "ZipCode", "City", "Region", "CountryId")
    return {
        "DeliveryMode": advice.get("DeliveryMethodCode"),
        "IsPartDelivery": not advice.get("IsComplete"),
        "DeliveryName": party.get("CompanyName") or person,
        "DeliveryAttention": person,
        **{f"Delivery{name}": party.get(name) for name in names},
    }


def _basket(order: Record, request: Record, parties: Record, buyer: Record) -> Record:
    method = (request.get("ShippingAdvice") or {}).get("DeliveryMethodCode")
    names = {"FirstName": "FirstName", "LastName": "LastName", "CellPhoneNumber": "CellPhoneNumber"}
    names |= {"Email": "EmailAddress"}
    return {
        "Id": order["QuotationId"],
        # What the statuses of a basket mean is not published; 1 is that of the samples.
        "StatusId": 1,
        "PaymentMethodId": number_of(PAYMENT_METHODS, _payment_method(request)),
        "DeliveryMethodId": number_of(DELIVERY_METHODS, method),
        "CurrencyId": currency_id(request.get("CurrencyCode")),
        "CustomerOrderReference": request.get("CustomerOrderRef"),
        "CustomerInvoiceReference": request.get("CustomerInvoiceRef"),
        "DiscountCode": request.get("DiscountCode"),
        "BuyerCustomerId": buyer["BuyerCustomerId"],
        "BuyerCompanyId": buyer["BuyerCompanyId"],
        "IsLocked": True,
        "Created": f"{order['Created']}Z",
        "CreatedBy": SYSTEM_ACCOUNT,
        **{
            f"{party}{name}": (parties[party] or {}).get(member)
            for party in ("Buyer", "Payer")
            for name, member in names.items()
        },
    }


def _payment_method(request: Record) -> str | None:
    payments = request.get("Payments") or []
    return payments[0].get("PaymentMethodCode") if payments else None


def _party(state: State, order: Record, given: Record) -> Record | None:
    person, company = given.get("Person") or {}, given.get("Company") or {}
    if not person and not company.get("Name"):
        return None
    address = person.get("Address") or {}
    return {
        "Id": state.take_number("order_party"),
        "FirstName": person.get("FirstName"),
        "LastName": person.get("LastName"),
        "EmailAddress": person.get("Email") or company.get("Email"),
        "PhoneNumber": person.get("PrivatePhone") or person.get("WorkPhone"),
        "CellPhoneNumber": person.get("CellPhone"),
        "CompanyName": company.get("Name"),
        "CareOf": address.get("CareOf"),
        "AddressLine1": address.get("Line1") or address.get("Box"),
        "AddressLine2": address.get("Line2"),
        "ZipCode": address.get("ZipCode"),
        "City": address.get("City"),
        "Region": address.get("Region"),
        "CountryId": number_of(COUNTRIES, address.get("Country")),
        "ClientId": CLIENT_ID,
        "Created": f"{order['Created']}Z",
        "CreatedBy": SYSTEM_ACCOUNT,
    }


def _item(order: Record, place: int, item: Record) -> Record:
    """A line; ``Type`` is not Query's. The unit's price is what is paid for it, after the discount and without VAT."""
    quantity = Decimal(str(item["Quantity"] if item.get("Quantity2") is None else item["Quantity2"]))
    price = Decimal(str(item["UnitPrice"]))
    parent = item.get("ParentLineNo")
    return {
        "Id": order["Id"] * LINES_EACH + place,
        "OrderId": order["Id"],
        "LineNumber": Decimal(item["LineNo"]),
        "ParentLineNumber": None if parent is None else Decimal(parent),
        "PartNo": item["PartNo"],
        "ProductName": item.get("Description"),
        "QtyOrdered": quantity,
        "CurrencyId": currency_id(order["currency"]),
        "VatRate": Decimal(str(item["VatRate"])),
        "PriceSale": price,
        "DiscountAmount": Decimal(str(item["Discount"])),
        "LineAmount": price * quantity,
        "Created": f"{order['Created']}Z",
        "CreatedBy": SYSTEM_ACCOUNT,
        "ClientId": CLIENT_ID,
        "Type": item["Type"],
    }


def _info(order: Record, place: int, info: Record) -> Record:
    return {
        "Id": order["Id"] * LINES_EACH + place,
        "OrderId": order["Id"],
        "TypeId": info.get("Id") or 0,
        "Value": info.get("Value"),
        "Updated": f"{order['Created']}Z",
        "UpdatedBy": SYSTEM_ACCOUNT,
        "ClientId": CLIENT_ID,
    }
