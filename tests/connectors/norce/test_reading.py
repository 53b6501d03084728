"""Reading what Norce sends: tolerant of form, exact with money, clear about what cannot be read."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from connectors.norce.types.jobs import Job, JobResponse, JobStatus
from connectors.norce.types.order_updates import DeliveryNote, Invoice, OrderItemStatus, OrderStatus
from connectors.norce.types.orders import Fee, OrderRequest, OrderType, Promotion
from connectors.norce.types.query import CustomerRow
from connectors.norce.wire import WireError, decode, read
from tests.connectors.norce.contracts import ORDER, SAMPLES, complaints


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_a_sample_order_is_valid_and_wholly_understood(sample: Path) -> None:
    data = decode(sample.read_bytes())
    order = read(OrderRequest, data)
    assert complaints(ORDER, "OrderRequest", data) == []
    assert [order.extra, *(item.extra for item in order.items)] == [{}] * (1 + len(order.items))
    assert order.submitted_at is not None and order.submitted_at.year == 2026
    assert sum(p.amount or 0 for p in order.payments) == _total(order)


def _total(order: OrderRequest) -> Decimal:
    return sum(((i.unit_price or 0) + (i.unit_vat or 0)) * Decimal(i.quantity or 0) for i in order.items) or Decimal(0)


def test_null_empty_text_and_absence_are_the_same() -> None:
    assert read(OrderRequest, {"Source": None, "Items": None}) == read(OrderRequest, {"Source": "", "Items": ""})
    assert read(OrderRequest, {"Source": None}) == OrderRequest()


def test_unknown_members_are_kept() -> None:
    order = read(OrderRequest, {"Novelty": {"A": 1}, "Items": [{"LineNo": 1, "Colour": "red"}]})
    assert order.extra == {"Novelty": {"A": 1}}
    assert order.items[0].extra == {"Colour": "red"}


def test_names_match_in_any_case_and_in_known_misspellings() -> None:
    assert read(OrderRequest, {"clientorderref": "5"}).client_order_ref == "5"
    assert read(Job, {"Inserts": 3}).insert == 3
    assert read(Invoice, _invoice() | {"InoviceNo": "F1", "ContryCode": "SE"}).country_code == "SE"


def test_the_delivery_note_items_are_found_in_the_docs_spelling() -> None:
    data = {"DeliveryDate": "2026-03-02", "NoteNo": "N1", "OrderNo": "1", "StatusId": 4}
    note = read(DeliveryNote, data | {"DeliverynoteItems": [{"ItemNo": "A", "Qty": 1, "RowNumber": 1}]})
    assert note.delivery_note_items and note.delivery_note_items[0].item_no == "A"


def test_a_second_spelling_of_a_member_is_kept_beside_the_first() -> None:
    job = read(Job, {"Insert": 3, "Inserts": 4})
    assert (job.insert, job.extra) == (3, {"Inserts": 4})


@pytest.mark.parametrize("value", [10, "10", Decimal("10.0"), 10.0])
def test_a_whole_number_is_read_in_every_form(value: Any) -> None:
    assert read(OrderRequest, {"Items": [{"Quantity": value}]}).items[0].quantity == 10


@pytest.mark.parametrize("value", ["19.90", 19.90, Decimal("19.90")])
def test_money_is_exact_in_every_form(value: Any) -> None:
    assert read(Fee, {"Amount": value}).amount == Decimal("19.9")


@pytest.mark.parametrize(("value", "expected"), [("TRUE", True), ("0", False), (1, True), (False, False)])
def test_true_and_false_are_read_in_every_form(value: Any, expected: bool) -> None:
    assert read(OrderRequest, {"DoHold": value}).do_hold is expected


def test_a_number_is_read_where_text_is_expected() -> None:
    assert read(OrderRequest, {"ClientOrderRef": 5100236}).client_order_ref == "5100236"


@pytest.mark.parametrize("value", [3, "3", "RecurringOrder", "recurring_order"])
def test_an_order_type_is_read_by_number_and_name(value: Any) -> None:
    assert read(OrderRequest, {"OrderType": value}).order_type is OrderType.RECURRING_ORDER


def test_an_order_type_that_norce_adds_later_is_kept() -> None:
    assert read(OrderRequest, {"OrderType": 9}).order_type == 9
    assert read(OrderRequest, {"OrderType": "Gift"}).order_type == "Gift"


@pytest.mark.parametrize(("value", "expected"), [(7, 7), ("7", 7), ("007", "007"), ("SUMMER", "SUMMER")])
def test_an_id_of_two_types_is_read_without_loss(value: Any, expected: Any) -> None:
    assert read(Promotion, {"Id": value}).id == expected


@pytest.mark.parametrize("value", [8, "8", "PartlyDelivered", "partlydelivered"])
def test_a_status_is_read_by_number_and_name(value: Any) -> None:
    assert read(OrderItemStatus, {"ItemStatus": value}).item_status is OrderStatus.PARTLY_DELIVERED


@pytest.mark.parametrize(
    ("data", "path"),
    [
        ({"Items": [{}, {}, {"UnitPrice": "abc"}]}, "Items[2].UnitPrice"),
        ({"Items": [{"Quantity": Decimal("1.5")}]}, "Items[0].Quantity"),
        ({"Items": [{"UnitPrice": True}]}, "Items[0].UnitPrice"),
        ({"Items": [{"UnitPrice": "1_000"}]}, "Items[0].UnitPrice"),
        ({"Items": [{"UnitPrice": Decimal("1E+999999999")}]}, "Items[0].UnitPrice"),
        ({"Items": [{"PriceLists": {}}]}, "Items[0].PriceLists"),
        ({"SellTo": {"Person": {"Address": "here"}}}, "SellTo.Person.Address"),
        ({"SellTo": {"Person": {"SSN": ["a"]}}}, "SellTo.Person.SSN"),
        ({"DoHold": "perhaps"}, "DoHold"),
        ([], "OrderRequest"),
    ],
)
def test_a_wrongly_typed_value_is_named_by_its_full_path(data: Any, path: str) -> None:
    with pytest.raises(WireError) as caught:
        read(OrderRequest, data)
    assert caught.value.path == path
    assert str(caught.value).startswith(f"{path}: expected ")


def test_a_missing_member_without_default_is_named() -> None:
    with pytest.raises(WireError, match=r"^InvoiceNo: expected a value, got nothing\.$"):
        read(Invoice, _invoice())


def test_an_unknown_job_status_is_tolerated_and_not_terminal() -> None:
    assert read(Job, {"StatusId": 2}).is_terminal
    assert not read(Job, {"StatusId": 6, "IsFinished": True}).is_terminal
    assert read(Job, {"StatusId": 99}).status_id == 99
    assert read(Job, {"StatusId": 99, "IsFinished": True}).is_terminal
    assert JobStatus.VALIDATION_FAILED.is_terminal


def test_a_job_id_is_read_as_text_and_as_number() -> None:
    assert read(JobResponse, {"JobId": "17"}) == read(JobResponse, {"JobId": 17})


def test_a_query_row_keeps_what_the_hub_does_not_use() -> None:
    row = read(CustomerRow, {"Id": 5, "IsForgotten": True, "Suffix": "jr"})
    assert (row.id, row.is_forgotten, row.extra) == (5, True, {"Suffix": "jr"})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2020-11-17 14:19:47", datetime(2020, 11, 17, 14, 19, 47)),
        ("2026-03-02T14:19:47.1234567Z", datetime(2026, 3, 2, 14, 19, 47, 123456, UTC)),
        ("/Date(1605622787000+0100)/", datetime(2020, 11, 17, 14, 19, 47, tzinfo=UTC)),
        ("soon", None),
    ],
)
def test_the_submit_date_is_read_in_every_form_seen(text: str, expected: datetime | None) -> None:
    assert read(OrderRequest, {"SubmitDate": text}).submitted_at == expected


@pytest.mark.parametrize("text", ["", "{", "NaN", "1" * 5000, "[" * 100_000, b"\xff"])
def test_what_is_not_json_is_refused(text: str | bytes) -> None:
    with pytest.raises(WireError, match="expected JSON"):
        decode(text)


def test_a_byte_order_mark_is_passed_over() -> None:
    assert decode(b'\xef\xbb\xbf{"A": 1.10}') == {"A": Decimal("1.10")}


def test_a_social_security_number_is_not_shown() -> None:
    order = read(OrderRequest, {"SellTo": {"Person": {"SSN": "990101-0000"}}, "Odd": "990101-0000"})
    assert "990101" not in repr(order)


def _invoice() -> dict[str, Any]:
    date = "2026-03-02T00:00:00"
    return {"InvoiceDate": date, "DeliveryDate": date, "InvoiceDueDate": date} | {
        "CurrencyCode": "SEK",
        "IsLastInvoiceForOrder": False,
    }
