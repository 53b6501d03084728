"""With which delivery nothing is left to deliver: by part, whatever the ERP tells of lines, fees and cuts."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from connectors.erp.base import ErpAddress, ErpDelivery, ErpDocumentRow, ErpOrderNews, ErpRow, ErpStatus
from orders.completing import is_completed_by
from orders.contents import norce_rows
from orders.models import Order
from orders.norce_documents import UNORDERED, delivery_note

NOW = datetime(2026, 11, 21, tzinfo=UTC)
BODY = b"""{"ClientOrderRef": "1", "Items": [
    {"LineNo": 1, "PartNo": "JACKET", "ErpPartNo": "E-1"},
    {"LineNo": 2, "PartNo": "SOCKS"},
    {"LineNo": 3, "PartNo": "SOCKS"}
]}"""


def ordered(line_no: int, part_no: str, quantity: str, cancelled: str = "0", **members: bool) -> ErpRow:
    return ErpRow(line_no=line_no, part_no=part_no, ordered=Decimal(quantity), cancelled=Decimal(cancelled), **members)


def delivery(number: str, *rows: tuple[str, str, int | None]) -> ErpDelivery:
    told = tuple(ErpDocumentRow(part_no=part, quantity=Decimal(number), line_no=line) for part, number, line in rows)
    return ErpDelivery(number=number, delivered_at=NOW, rows=told)


def completes(rows: list[ErpRow], *deliveries: ErpDelivery, status: ErpStatus = ErpStatus.OPEN) -> bool:
    news = ErpOrderNews(number="1", reference="r", status=status, rows=tuple(rows), deliveries=deliveries)
    return is_completed_by(news, deliveries[-1])


JACKETS = [ordered(1, "JACKET", "2"), ordered(2, "FREIGHT", "1", is_fee=True)]


@pytest.mark.parametrize("line", [1, None])
def test_all_goods_complete_an_order_whether_lines_are_told_or_not(line: int | None) -> None:
    first, second = delivery("D1", ("JACKET", "1", line)), delivery("D2", ("JACKET", "1", line))
    assert (completes(JACKETS, first), completes(JACKETS, first, second)) == (False, True)


def test_a_part_on_two_rows_and_in_pieces_is_counted_together() -> None:
    rows = [ordered(1, "WIRE", "1.25"), ordered(2, "WIRE", "2")]
    assert not completes(rows, delivery("D1", ("WIRE", "3.24", None)))
    assert completes(rows, delivery("D1", ("WIRE", "2.25", None), ("WIRE", "1", 2)))


def test_another_part_in_place_of_a_row_counts_for_it_and_what_is_cut_need_not_come() -> None:
    rows = [ordered(1, "JACKET", "2", cancelled="1"), ordered(2, "SOCKS", "1", cancelled="1")]
    assert completes(rows, delivery("D1", ("JACKET-NEW", "1", 1)))


@pytest.mark.parametrize(("status", "is_whole"), [(ErpStatus.INVOICED, True), (ErpStatus.OPEN, False)])
def test_an_order_without_rows_is_what_its_status_says(status: ErpStatus, is_whole: bool) -> None:
    assert completes([], delivery("D1", ("JACKET", "1", None)), status=status) is is_whole
    assert ErpOrderNews(number="1", reference="r", status=status).is_invoiced_in_full is is_whole


def test_of_an_order_without_rows_only_the_latest_delivery_completes_it() -> None:
    deliveries = delivery("D1", ("JACKET", "1", None)), delivery("D2", ("JACKET", "1", None))
    news = ErpOrderNews(number="1", reference="r", status=ErpStatus.INVOICED, deliveries=deliveries)
    assert [is_completed_by(news, one) for one in deliveries] == [False, True]


def test_rows_find_their_line_by_their_part_and_others_are_no_row_of_the_order() -> None:
    order = Order(client_order_ref="1", body=BODY)
    told = [ErpDocumentRow(part_no=part, quantity=Decimal(1)) for part in ("SOCKS", "E-1", "GIFT")]
    rows = norce_rows(order, told)
    assert [(row.part_no, row.line_no) for row in rows] == [("SOCKS", 2), ("JACKET", 1), ("GIFT", None)]
    note = delivery_note(
        order_no="1",
        number="D1",
        delivered_at=NOW,
        completes=True,
        rows=rows,
        parcels=(),
        address=ErpAddress(),
        method="",
    )
    items = note.delivery_note_items
    assert items and [item.row_number for item in items] == [2, 1, UNORDERED + 3]
