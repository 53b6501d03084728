"""What a small company keeps: customers, articles, orders and posted documents, with Business Central's rules."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from itertools import count
from typing import Any

from django.utils import timezone

Row = dict[str, Any]
CENT = Decimal("0.01")
COMMENT = "_x0020_"
POSTED_TYPES = {"Comment": COMMENT, "Account": "G_x002F_L_x0020_Account", "Charge": "Charge_x0020__x0028_Item_x0029_"}
SHIPPED = ("sequence", "description", "lineObjectNumber", "unitPrice", "taxPercent")
CARRIED = ("externalDocumentNumber", "customerNumber", "currencyCode", "pricesIncludeTax", "email", "phoneNumber")
SETS = ("customers", "salesOrders", "salesShipments", "salesInvoices", "salesCreditMemos", "subscriptions")
SHIP_TO = ("Name", "AddressLine1", "AddressLine2", "City", "Country", "State", "PostCode")


class Refused(Exception):
    """A business rule says no: code and message of the error body."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.status = status


@dataclass
class Books:
    """One company. ``vat`` is the rate of each article; ``accounts`` are G/L accounts with theirs."""

    vat: dict[str, int] = field(default_factory=dict)
    accounts: dict[str, int] = field(default_factory=dict)
    sets: dict[str, dict[str, Row]] = field(default_factory=dict)
    tracking: list[Row] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.company = str(uuid.uuid4())
        self.series = {
            "C": count(10001),
            "SO": count(101001),
            "SS": count(102001),
            "SI": count(103001),
            "CM": count(104001),
        }
        self.versions = count(1)
        for name in (
            "customers",
            "salesOrders",
            "salesShipments",
            "salesInvoices",
            "salesCreditMemos",
            "subscriptions",
        ):
            self.sets[name] = {}

    def number(self, series: str) -> str:
        return f"{series}{next(self.series[series])}"

    def keep(self, name: str, row: Row) -> Row:
        """Store a row with a new ETag and moment of change."""
        row.setdefault("id", str(uuid.uuid4()))
        row["@odata.etag"] = f'W/"JzQ0O{next(self.versions)}"'
        row["lastModifiedDateTime"] = datetime.now(UTC).isoformat().replace("+00:00", "Z")
        self.sets[name][row["id"]] = row
        return row

    def one(self, name: str, number: str) -> Row:
        return next(row for row in self.sets[name].values() if row["number"] == number)

    def add_customer(self, body: Row) -> Row:
        if not body.get("displayName"):
            raise Refused("Application_DialogException", "A displayName must be provided.")
        empty = {"addressLine1": "", "city": "", "postalCode": "", "phoneNumber": "", "email": "", "currencyCode": ""}
        row = {"type": "Company", "blocked": COMMENT, "taxRegistrationNumber": "", **empty, **body}
        return self.keep("customers", {"number": self.number("C"), **row})

    def change_customer(self, number: str, **changes: Any) -> None:
        self.keep("customers", self.one("customers", number) | changes)

    def add_order(self, body: Row) -> Row:
        """Create an order with its lines, or nothing of it."""
        customer = next((c for c in self.sets["customers"].values() if c["number"] == body.get("customerNumber")), None)
        if customer is None:
            raise Refused("Application_DialogException", 'A "customerNumber" or a "customerId" must be provided.')
        lines = [self._line(line) for line in body.pop("salesOrderLines", [])]
        today = timezone.localdate().isoformat()
        row = {"orderDate": today, "currencyCode": "SEK", "externalDocumentNumber": "", **body}
        row |= {"number": self.number("SO"), "customerName": customer["displayName"], "status": "Draft"}
        row |= {"fullyShipped": False, "postingDate": today, "salesOrderLines": lines, **totals(lines)}
        return self.keep("salesOrders", row)

    def _line(self, body: Row) -> Row:
        line = {"id": str(uuid.uuid4()), **body}
        if body["lineType"] == "Comment":
            return line | {"quantity": 0, "shippedQuantity": 0, "invoicedQuantity": 0}
        known = self.vat if body["lineType"] == "Item" else self.accounts
        number = body["lineObjectNumber"]
        if number not in known:
            table = "Item" if body["lineType"] == "Item" else "G/L Account"
            text = f"The field No. contains a value ({number}) that cannot be found in the related table ({table})."
            raise Refused("Internal_RecordNotFound", text)
        return priced(line | {"shippedQuantity": 0, "invoicedQuantity": 0}, known[number], body["quantity"])

    def ship(self, number: str, rows: Mapping[int, Decimal] | None = None, parcels: Sequence[str] = ()) -> Row:
        """Post a shipment of goods by sequence, or of all that is left; accounts go along with the first."""
        order = self.one("salesOrders", number)
        lines = []
        for line in order["salesOrderLines"]:
            left = line["quantity"] - line["shippedQuantity"]
            wanted = left if rows is None or line["lineType"] != "Item" else rows.get(line["sequence"], Decimal(0))
            lines.append((line, min(left, wanted)))
        document = self._posted("SS", order)
        document["salesShipmentLines"] = [_shipped(line, quantity) for line, quantity in lines]
        for line, quantity in lines:
            line["shippedQuantity"] += quantity
        order["fullyShipped"] = all(line["shippedQuantity"] == line["quantity"] for line, _ in lines)
        self.keep("salesOrders", order)
        self.tracking += [{"number": document["number"], "packageTrackingNo": parcel} for parcel in parcels]
        return self.keep("salesShipments", document)

    def invoice(self, number: str, *, draft: bool = False) -> Row:
        """Post an invoice of what is shipped; the order is deleted when nothing is left to invoice."""
        order = self.one("salesOrders", number)
        lines = [(line, line["shippedQuantity"] - line["invoicedQuantity"]) for line in order["salesOrderLines"]]
        document = self._posted("SI", order)
        document |= {"orderId": order["id"], "status": "Draft" if draft else "Open", "dueDate": "0001-01-01"}
        document |= _billed(lines, "salesInvoiceLines")
        if not draft:
            for line, quantity in lines:
                line["invoicedQuantity"] += quantity
            if all(line["invoicedQuantity"] == line["quantity"] for line, _ in lines):
                del self.sets["salesOrders"][order["id"]]
            else:
                self.keep("salesOrders", order)
        return self.keep("salesInvoices", document)

    def credit(self, number: str, *, names_invoice: bool = True) -> Row:
        """Post a credit memo of the order's last invoice."""
        invoices = [row for row in self.sets["salesInvoices"].values() if row["orderNumber"] == number]
        invoice = [row for row in invoices if row["status"] != "Draft"][-1]
        memo = {name: invoice[name] for name in CARRIED if name in invoice}
        memo |= {"number": self.number("CM"), "status": "Open", "creditMemoDate": timezone.localdate().isoformat()}
        memo |= {"postingDate": memo["creditMemoDate"], "salesCreditMemoLines": invoice["salesInvoiceLines"]}
        memo |= {name: invoice[name] for name in invoice if name.startswith("total")}
        if names_invoice:
            memo |= {"invoiceNumber": invoice["number"], "invoiceId": invoice["id"]}
        return self.keep("salesCreditMemos", memo)

    def delete_order(self, number: str) -> None:
        order = self.one("salesOrders", number)
        if any(line["shippedQuantity"] != line["invoicedQuantity"] for line in order["salesOrderLines"]):
            raise Refused(
                "Application_DialogException", "You cannot delete the order line: it is shipped, not invoiced."
            )
        del self.sets["salesOrders"][order["id"]]

    def _posted(self, series: str, order: Row) -> Row:
        today = timezone.localdate().isoformat()
        document = {member: order[member] for member in CARRIED if member in order}
        document |= {f"shipTo{part}": order[f"shipTo{part}"] for part in SHIP_TO if f"shipTo{part}" in order}
        return document | {
            "number": self.number(series),
            "orderNumber": order["number"],
            "postingDate": today,
            "invoiceDate": today,
        }


def _shipped(line: Row, quantity: Decimal) -> Row:
    shown = {
        name: line[name]
        for name in ("sequence", "description", "lineObjectNumber", "unitPrice", "taxPercent")
        if name in line
    }
    return {
        **shown,
        "id": str(uuid.uuid4()),
        "lineType": POSTED_TYPES.get(line["lineType"], line["lineType"]),
        "quantity": quantity,
    }


def _billed(lines: Sequence[tuple[Row, Decimal]], name: str) -> Row:
    own = ("shippedQuantity", "invoicedQuantity", "invoiceQuantity", "shipQuantity")
    billed = []
    for line, quantity in lines:
        row = {key: value for key, value in line.items() if key not in own} | {"id": str(uuid.uuid4())}
        billed.append(priced(row, line["taxPercent"], quantity) if "taxPercent" in line else row)
    return {name: billed, **totals(billed)}


def priced(line: Row, rate: int, quantity: Any) -> Row:
    """Return a line with its amounts; each net and VAT is rounded to the cent."""
    net = (Decimal(quantity) * Decimal(line["unitPrice"])).quantize(CENT, ROUND_HALF_UP)
    tax = (net * rate / 100).quantize(CENT, ROUND_HALF_UP)
    amounts = {"netAmount": net, "netTaxAmount": tax, "netAmountIncludingTax": net + tax}
    amounts |= {"amountExcludingTax": net, "totalTaxAmount": tax, "amountIncludingTax": net + tax}
    return line | {"quantity": Decimal(quantity), "taxPercent": rate, **amounts}


def totals(lines: Sequence[Row]) -> Row:
    """Return a document's totals; the VAT of one rate is rounded together."""
    nets: dict[int, Decimal] = {}
    for line in lines:
        if "taxPercent" in line:
            nets[line["taxPercent"]] = nets.get(line["taxPercent"], Decimal(0)) + line["netAmount"]
    net = sum(nets.values(), Decimal(0))
    tax = sum(((value * rate / 100).quantize(CENT, ROUND_HALF_UP) for rate, value in nets.items()), Decimal(0))
    return {"totalAmountExcludingTax": net, "totalTaxAmount": tax, "totalAmountIncludingTax": net + tax}
