"""Made-up orders to try a mail template on: some that have everything, and some with only what must be there."""

from __future__ import annotations

from decimal import Decimal

from connectors.norce.types.events import OrderReceivedEvent
from connectors.norce.types.query import DeliveryNoteRow, OrderItemRow, OrderPersonRow, OrderRow, PackageRow
from hub.models.configuration import NoticeKind
from orders.notice_content import Names, delivery, ordered, pickup, received

SHOP = "Exempelbutiken"
BUYER = OrderPersonRow(
    first_name="Elin",
    last_name="Exempelsson",
    email_address="elin.exempelsson@example.com",
    company_name="Exempelbygg AB",
    care_of="c/o Provgren",
    address_line1="Provvägen 22",
    address_line2="Port B",
    zip_code="999 01",
    city="Exempelstad",
    country_id=1,
)
LINES = (
    OrderItemRow(
        line_number=Decimal(1),
        part_no="CHAIR-OAK-01",
        product_name="Stol Ek",
        qty_ordered=Decimal(2),
        price_sale=Decimal("499.2"),
        line_amount=Decimal("998.4"),
        vat_rate=Decimal(25),
    ),
    OrderItemRow(
        line_number=Decimal(2),
        parent_line_number=Decimal(1),
        part_no="BOOK-07",
        product_name="Skötselråd",
        qty_ordered=Decimal("1"),
        price_sale=Decimal(100),
        line_amount=Decimal(100),
        vat_rate=Decimal(6),
    ),
    OrderItemRow(
        line_number=Decimal(3),
        part_no="FREIGHT-HOME",
        product_name="Hemleverans",
        qty_ordered=Decimal(1),
        price_sale=Decimal(49),
        line_amount=Decimal(49),
        vat_rate=Decimal(25),
    ),
)
ORDER = OrderRow(
    id=9900123,
    application_id=1901,
    quotation_id=881204,
    order_no="SO-100245",
    order_date="2025-03-11T08:02:10.2Z",
    buyer=BUYER,
    ship_to=BUYER,
    items=LINES,
)
SPARSE = OrderRow(id=1, items=(OrderItemRow(line_amount=Decimal(0), vat_rate=Decimal(0)),))
NOTE = DeliveryNoteRow(
    note_no="DN-70011",
    delivery_date="2025-03-12T00:00:00Z",
    packages=(PackageRow(shipping_no="EXAMPLE-PARCEL-0001"), PackageRow(shipping_no="EXAMPLE-PARCEL-0002")),
)
EVENT = OrderReceivedEvent(
    client_id=1,
    application_id=1901,
    client_order_ref="881204",
    email=BUYER.email_address,
    first_name=BUYER.first_name,
    last_name=BUYER.last_name,
    source="WEB",
)


def made_up(kind: str) -> tuple[Names, ...]:
    """Return what a kind of mail shows of an order that has everything, then of one that lacks all it can, and more."""
    if kind == NoticeKind.ORDER_RECEIVED:
        nobody = OrderReceivedEvent(client_id=1, application_id=1, client_order_ref="1", source="WEB")
        return received(EVENT, shop=SHOP), received(nobody, shop=SHOP)
    full = ordered(ORDER, shop=SHOP, currency="SEK", country="SE")
    sparse = ordered(SPARSE, shop=SHOP, currency="", country="")
    if kind == NoticeKind.READY_FOR_PICKUP:
        return {**full, **pickup("STORE-17")}, {**sparse, **pickup(None)}
    if kind == NoticeKind.DELIVERED:
        parts = ((full, NOTE, True), (sparse, None, False), (full, NOTE, False), (sparse, None, True))
        return tuple({**names, **delivery(note, partial=partial)} for names, note, partial in parts)
    return full, sparse
