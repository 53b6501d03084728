"""An order as it exists in Norce after the checkout, with its buyer and its reserved payments."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from decimal import Decimal

from connectors.sandbox.changes import raise_company_changed, raise_customer_changed, raise_relation_changed
from connectors.sandbox.order_events import raise_order_received
from connectors.sandbox.placing import SYSTEM_ACCOUNT, placed, quotation_id
from connectors.sandbox.state import State, folded, letters_and_digits
from connectors.sandbox.table import Record, Table

SWEDISH_VAT_NO = re.compile(r"SE(\d{10})01")


def register_order(state: State, request: Record) -> Record:
    """Keep the OrderRequest as an order of the tenant and return it; a known one is returned as it is.

    Payments become reservations. The buyer (SellTo) becomes a customer by e-mail address and, when
    the company has a name, a company by number, both without a code unless the order carries one.
    What Query shows of the order is kept beside it.
    """
    key = "/".join((_application(request), request.get("Source") or "", request.get("ClientOrderRef") or ""))
    known = state.orders.get(key)
    if known:
        return known
    order = _new_order(state, key, request)
    # Norce raises it before the order exists (query-event.md § 3.3).
    raise_order_received(state, order)
    state.orders.save(order)
    state.placed.save(placed(state, order, request, _register_buyer(state, request.get("SellTo") or {})))
    return order


def new_customer(state: State, values: Record) -> Record:
    """Return a new Norce customer with the next id, not yet saved; ``values`` are import members."""
    return _new(state, "customer", {"Code": None, "EmailAddress": None, "IsForgotten": False, **values})


def new_company(state: State, values: Record) -> Record:
    """Return a new Norce company with the next id, not yet saved; ``values`` are import members."""
    return _new(state, "company", {"Code": None, "OrganizationNo": None, "VatNo": None, **values})


def relate(state: State, customer_id: int, company_id: int, *, is_active: bool, is_primary: bool = False) -> None:
    """Keep the relation between a customer and a company."""
    relation = {
        "key": f"{customer_id}:{company_id}",
        "CustomerId": customer_id,
        "CompanyId": company_id,
        "IsActive": is_active,
        "IsPrimary": is_primary,
    }
    if state.relations.get(relation["key"]) != relation:
        raise_relation_changed(state, company_id)
    state.relations.save(relation)


def _new_order(state: State, key: str, request: Record) -> Record:
    """An order of which nothing has happened yet."""
    reference = request.get("ClientOrderRef") or ""
    return {
        "key": key,
        "Id": state.take_number("order"),
        "QuotationId": quotation_id(state, reference),
        "Created": state.now(),
        "Updated": None,
        "client_order_ref": reference,
        "application_key": _application(request),
        "source": request.get("Source") or "",
        "erp_order_no": None,
        "status": "Created",
        "currency": request.get("CurrencyCode"),
        "contact": _contact(request),
        "drop_point": ((request.get("ShippingAdvice") or {}).get("PickupStore") or {}).get("Code"),
        "history": [],
        "repeats": 0,
        "rows": _rows(request.get("Items") or []),
        "payments": [_reservation(payment) for payment in request.get("Payments") or []],
        "delivery_notes": [],
        "invoices": [],
        "captures": [],
        "credits": [],
        "refunds": [],
        "closed": False,
    }


def _application(request: Record) -> str:
    return (request.get("Header") or {}).get("ApplicationKey") or ""


def _new(state: State, series: str, values: Record) -> Record:
    return {
        **values,
        "Id": state.take_number(series),
        "Key": str(uuid.uuid4()),
        "IsActive": values.get("IsActive") is not False,
        "Flags": {},
        "Created": state.now(),
        "CreatedBy": SYSTEM_ACCOUNT,
        "Updated": None,
        "UpdatedBy": None,
    }


def _contact(request: Record) -> Record:
    """The buyer as events name one."""
    person = (request.get("SellTo") or {}).get("Person") or {}
    return {name: person.get(name) for name in ("Email", "CellPhone", "FirstName", "LastName")}


def _rows(items: list[Record]) -> dict[str, Record]:
    """Ordered quantities by part number; rows with the same part are one."""
    rows: dict[str, Record] = {}
    for item in items:
        row = rows.setdefault(
            item["PartNo"],
            {"ordered": Decimal(0), "delivered": Decimal(0), "physical": False, "erp_part_no": item.get("ErpPartNo")},
        )
        quantity = item.get("Quantity2")
        row["ordered"] += Decimal(str(item["Quantity"] if quantity is None else quantity))
        row["physical"] |= item["TypeGroup"] == "Physical"
    return rows


def _reservation(payment: Record) -> Record:
    return {
        "payment_code": payment.get("PaymentCode"),
        "payment_ref": payment.get("PaymentRef"),
        "method": payment.get("PaymentMethodCode"),
        "currency": payment.get("CurrencyCode"),
        "reserved": Decimal(str(payment.get("Amount") or 0)),
        "captured": Decimal(0),
        "refunded": Decimal(0),
        "released": Decimal(0),
    }


def _register_buyer(state: State, buyer: Record) -> Record:
    """Register who buys; return their ids and codes as an order names them."""
    person = buyer.get("Person") or {}
    address = _address(person.get("Address") or {})
    customer = _register_person(state, person, address)
    company = _register_company(state, buyer.get("Company") or {}, address)
    if customer and company:
        relate(state, customer["Id"], company["Id"], is_active=True)
    return {
        f"Buyer{kind}{name}": record[member] if record else None
        for kind, record in (("Customer", customer), ("Company", company))
        for name, member in (("Id", "Id"), ("Code", "Code"))
    }


def _address(given: Record) -> Record | None:
    """An order's address as an import would set it, None when there is none."""
    address = {
        "CareOf": given.get("CareOf"),
        "AddressLine1": given.get("Line1") or given.get("Box"),
        "AddressLine2": given.get("Line2"),
        "ZipCode": given.get("ZipCode"),
        "City": given.get("City"),
        "Region": given.get("Region"),
        "CountryCode": given.get("Country"),
    }
    return address if any(address.values()) else None


def _register_person(state: State, person: Record, address: Record | None) -> Record | None:
    email, code = person.get("Email"), person.get("CustomerCode")
    if not email and not code:
        return None
    known = _known(state.customers, code, {"natural": folded(email)})
    values = {
        "Code": code,
        "EmailAddress": email,
        "FirstName": person.get("FirstName"),
        "LastName": person.get("LastName"),
        "CellPhoneNumber": person.get("CellPhone"),
        "PhoneNumber": person.get("PrivatePhone") or person.get("WorkPhone"),
        "InvoiceAddress": address,
    }
    customer = known or new_customer(state, values)
    state.customers.save(customer)
    if not known:
        raise_customer_changed(state, customer, values)
    return customer


def _register_company(state: State, company: Record, address: Record | None) -> Record | None:
    """An empty Company object comes with consumer orders too (orders.md P6), so one field must be filled."""
    code, name, vat_no = company.get("Code"), company.get("Name"), company.get("VatNo")
    if not (code or name or vat_no):
        return None
    number = letters_and_digits(vat_no)
    swedish = SWEDISH_VAT_NO.fullmatch(number)
    organisation_no = swedish[1] if swedish else None
    numbers = {"vat_no": number, "natural": organisation_no or number}
    known = _known(state.companies, code, numbers)
    values = {"Code": code, "Name": name, "VatNo": vat_no, "OrganizationNo": organisation_no}
    values["InvoiceAddress"] = address
    registered = known or new_company(state, values)
    state.companies.save(registered)
    if not known:
        raise_company_changed(state, registered, values)
    return registered


def _known(table: Table, code: str | None, numbers: Mapping[str, str]) -> Record | None:
    """The record with this code; else the first with one of the numbers, which then takes the code."""
    candidates = table.find("code", code or "")
    for index, value in numbers.items():
        candidates += table.find(index, value)
    first = candidates[0] if candidates else None
    if first is not None and code and not first["Code"]:
        first["Code"] = code
    return first
