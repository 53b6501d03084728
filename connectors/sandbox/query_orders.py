"""Orders, baskets, invoices and delivery notes as Query shows them, with what hangs on them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from connectors.norce.types.order_updates import OrderStatus
from connectors.sandbox.applications import CLIENT_ID
from connectors.sandbox.filters import Filter
from connectors.sandbox.placing import SYSTEM_ACCOUNT
from connectors.sandbox.query_customers import Indexes, candidates
from connectors.sandbox.query_sets import Navigation, RowSet, shape
from connectors.sandbox.state import State
from connectors.sandbox.table import Record

ORDER = shape(
    "Order",
    "Id ClientId ApplicationId QuotationId OrderNo OrderDate StatusId TypeId Source CurrencyId PaymentMethodId"
    " PaymentTerms BuyerCustomerId BuyerCustomerCode BuyerCompanyId BuyerCompanyCode VatRate CashDiscount LineDiscount"
    " FreightCost OrderFee IsPartDelivery DeliveryMode DeliveryName DeliveryAttention DeliveryCareOf"
    " DeliveryAddressLine1 DeliveryAddressLine2 DeliveryZipCode DeliveryCity DeliveryRegion DeliveryCountryId"
    " DeliveryMark InvoiceMark IsForgotten Created CreatedBy Updated UpdatedBy",
)
ITEM = shape(
    "OrderItem",
    "Id OrderId LineNumber ParentLineNumber StatusId PartNo ProductName QtyOrdered CurrencyId VatRate PriceSale"
    " DiscountAmount LineAmount Created CreatedBy Updated UpdatedBy ClientId",
)
INFO = shape("OrderInfo", "Id OrderId TypeId Value Updated UpdatedBy ClientId")
PARTY = shape(
    "OrderCustomerInfo",
    "Id FirstName LastName EmailAddress PhoneNumber CellPhoneNumber CompanyName CareOf AddressLine1 AddressLine2"
    " ZipCode City Region CountryId ShippingPhoneNumber Gln ClientId Created CreatedBy",
)
QUOTATION = shape(
    "Quotation",
    "Id ApplicationId ClientId StatusId PaymentMethodId DeliveryMethodId CurrencyId IsLocked DiscountCode"
    " CustomerOrderReference CustomerInvoiceReference BuyerCustomerId BuyerCompanyId BuyerFirstName BuyerLastName"
    " BuyerCellPhoneNumber BuyerEmail PayerFirstName PayerLastName PayerCellPhoneNumber PayerEmail Created CreatedBy",
)
INVOICE = shape(
    "Invoice",
    "Id ClientId InvoiceNo TypeId ReferenceOrderId BuyerCustomerId BuyerCompanyId InvoiceDate Source CurrencyId"
    " InvoiceAmount",
)
NOTE = shape(
    "DeliveryNote",
    "Id ClientId NoteNo TypeId ReferenceOrderId DeliveryDate DeliveryMode DeliveryName DeliveryAttention"
    " DeliveryCareOf DeliveryAddressLine1 DeliveryAddressLine2 DeliveryZipCode DeliveryCity DeliveryRegion"
    " DeliveryCountryId Source",
)
PACKAGE = shape("DeliveryNotePackage", "Id DeliveryNoteId ShippingNo StatusId Created CreatedBy Updated UpdatedBy")
# An order's, an invoice's and a note's type: of a customer's order.
OF_ORDER = 1
# That of a credit is inferred: it is no debit invoice.
CREDIT = 2
INDEXES: Indexes = {"QuotationId": ("quotation", str)}


class OrderSets:
    """The sets of the namespace Orders. The documented set OrderItems answered 404 and is left out (§ 2.5)."""

    def __init__(self, state: State) -> None:
        self._state = state

    def sets(self) -> list[RowSet]:
        """Return the sets."""
        parties = {name: self._leads(PARTY, name, many=False) for name in ("Buyer", "Payer", "ShipTo")}
        lines = {"Items": Navigation(shape=ITEM, found=self._items), "Infos": self._leads(INFO, "Infos")}
        packages = {"Packages": Navigation(shape=PACKAGE, found=self._packages)}
        return [
            RowSet(path="Orders/Orders", shape=ORDER, found=self._orders, navigations=lines | parties),
            RowSet(path="Orders/Quotations", shape=QUOTATION, found=self._quotations),
            RowSet(path="Orders/Invoices", shape=INVOICE, found=self._invoices),
            RowSet(path="Orders/DeliveryNotes", shape=NOTE, found=self._notes, navigations=packages),
        ]

    def _orders(self, wanted: Filter | None) -> Iterable[Record]:
        return map(self._order_row, candidates(self._state.placed, INDEXES, wanted))

    def _quotations(self, wanted: Filter | None) -> Iterable[Record]:
        baskets = (QUOTATION.row(placed["basket"]) for placed in self._state.placed)
        return sorted(baskets, key=lambda row: int(row["Id"]))

    def _invoices(self, wanted: Filter | None) -> Iterable[Record]:
        """Credits are invoices too, of another type (query-event.md § 2.5)."""
        rows = (*self._documents("invoices", _invoice_row, wanted), *self._documents("credits", _credit_row, wanted))
        return sorted(rows, key=lambda row: int(row["Id"]))

    def _notes(self, wanted: Filter | None) -> Iterable[Record]:
        return self._documents("delivery_notes", _note_row, wanted)

    def _documents(self, name: str, row: Callable[[Record, Record], Record], wanted: Filter | None) -> Iterable[Record]:
        rows = [row(placed, each) for placed, order in self._orders_of(wanted) for each in order[name]]
        return sorted(rows, key=lambda row: int(row["Id"]))

    def _orders_of(self, wanted: Filter | None) -> Iterator[tuple[Record, Record]]:
        """What was placed and the order, of those whose documents may match: their own ids are not indexed."""

        def look_up(field: str, value: Any) -> set[int] | None:
            return {int(value)} if field == "ReferenceOrderId" and value is not None else None

        keys = wanted.candidates(look_up) if wanted else None
        for placed in self._state.placed if keys is None else filter(None, map(self._state.placed.get, keys)):
            yield placed, self._order_of(placed)

    def _order_of(self, placed: Record) -> Record:
        order = self._state.orders.get(placed["key"])
        assert order is not None, "What was placed is of an order that is kept."
        return order

    def _order_row(self, placed: Record) -> Record:
        order = self._order_of(placed)
        changed = {"Updated": order["Updated"] and f"{order['Updated']}Z", "Created": f"{order['Created']}Z"}
        number = order["erp_order_no"] or str(placed["QuotationId"])
        return ORDER.row(placed["header"] | placed | changed | {"OrderNo": number, "StatusId": _status(order)})

    def _items(self, row: Record) -> list[Record]:
        return [ITEM.row(item | {"StatusId": row["StatusId"]}) for item in self._placed(row["Id"])["Items"]]

    def _packages(self, row: Record) -> list[Record]:
        order = self._order_of(self._placed(row["ReferenceOrderId"]))
        [note] = [note for note in order["delivery_notes"] if note["Id"] == row["Id"]]
        made = {"DeliveryNoteId": note["Id"], "Created": f"{note['Created']}Z", "CreatedBy": SYSTEM_ACCOUNT}
        return [PACKAGE.row(package | made) for package in note["packages"]]

    def _leads(self, kind: Any, name: str, *, many: bool = True) -> Navigation:
        def found(row: Record) -> Any:
            rows = self._placed(row["Id"])[name]
            return [kind.row(each) for each in rows] if many else rows and kind.row(rows)

        return Navigation(shape=kind, many=many, found=found)

    def _placed(self, number: int) -> Record:
        placed = self._state.placed.get(number)
        assert placed is not None, "A row that is shown is of an order that is kept."
        return placed


def _status(order: Record) -> int:
    return OrderStatus.from_name(order["status"]).id


def _invoice_row(placed: Record, invoice: Record) -> Record:
    own = {
        "Id": invoice["Id"],
        "InvoiceNo": invoice["invoice_no"],
        "InvoiceDate": invoice["date"],
        "InvoiceAmount": invoice["amount"],
        "TypeId": OF_ORDER,
        "ReferenceOrderId": placed["Id"],
    }
    return INVOICE.row(placed["header"] | own)


def _credit_row(placed: Record, credit: Record) -> Record:
    return _invoice_row(placed, credit) | {"TypeId": CREDIT}


def _note_row(placed: Record, note: Record) -> Record:
    own = {
        "Id": note["Id"],
        "NoteNo": note["note_no"],
        "DeliveryDate": note["date"],
        "TypeId": OF_ORDER,
        "ReferenceOrderId": placed["Id"],
        "ClientId": CLIENT_ID,
    }
    return NOTE.row(placed["header"] | own)
