"""What the small ERP's clerk does with an order, and what is refused: nothing is done to more than there is."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.connectors.sandbox.conftest import Caller, Clock
from tests.connectors.sandbox.erp import LINES, clerk, line, place, quantities, read, refusal


@pytest.fixture
def erp(sandbox: Caller) -> Caller:
    """An ERP with one order of 4 jackets, 2 hats and freight: 800.00 with VAT."""
    assert place(sandbox) == "SO100001"
    return sandbox


def came_to(erp: Caller) -> dict[int, tuple[str, str, str]]:
    """Return by line what is delivered, invoiced and cancelled."""
    return {row["line_no"]: (row["delivered"], row["invoiced"], row["cancelled"]) for row in read(erp)["lines"]}


def test_a_delivery_takes_all_goods_and_no_fee(erp: Caller) -> None:
    note = clerk(erp, "ship", parcels=["PARCEL-1", 2])
    assert (note["number"], quantities(note)) == ("D70001", {1: "4", 2: "2"})
    assert note["parcels"] == [{"number": "PARCEL-1", "status": "sent"}, {"number": "2", "status": "sent"}]
    assert came_to(erp) == {1: ("4", "0", "0"), 2: ("2", "0", "0"), 3: ("0", "0", "0")}


def test_a_delivery_in_parts_takes_what_is_asked_for_and_then_the_rest(erp: Caller) -> None:
    first, rest = clerk(erp, "ship", rows={"1": "1.5"}), clerk(erp, "ship")
    assert (quantities(first), quantities(rest)) == ({1: "1.5"}, {1: "2.5", 2: "2"})
    assert [note["number"] for note in read(erp)["deliveries"]] == ["D70001", "D70002"]


def test_a_delivery_says_where_it_went_and_how(sandbox: Caller) -> None:
    place(sandbox, ship_to={"city": "Exempelstad"}, delivery_method="BOX")
    note = clerk(sandbox, "ship")
    assert (note["address"], note["method"]) == ({"city": "Exempelstad"}, "BOX")


def test_an_invoice_takes_what_is_delivered_and_the_fees_once(erp: Caller) -> None:
    clerk(erp, "ship", rows={"1": "1"})
    first = clerk(erp, "invoice")
    clerk(erp, "ship", rows={"1": "2"})
    second = clerk(erp, "invoice")
    assert [(bill["total"], quantities(bill)) for bill in (first, second)] == [
        ("175.00", {1: "1", 3: "1"}),
        ("250.00", {1: "2"}),
    ]


def test_an_invoice_before_the_delivery_takes_all_or_the_rows_that_are_asked_for(erp: Caller) -> None:
    assert quantities(clerk(erp, "invoice", rows={"2": 1})) == {2: "1"}
    whole = clerk(erp, "invoice", all=True)
    assert (whole["total"], quantities(whole)) == ("675.00", {1: "4", 2: "1", 3: "1"})


def test_the_closing_invoice_takes_what_rounding_left(sandbox: Caller) -> None:
    place(sandbox, [line(1, "3", "0.335", "0")], total="1.00")
    totals = [clerk(sandbox, "invoice", rows={"1": "1"})["total"] for _ in range(3)]
    assert totals == ["0.34", "0.34", "0.32"]


def test_an_order_that_is_paid_rounded_is_invoiced_rounded(sandbox: Caller) -> None:
    place(sandbox, [line(1, "1", "99.60", "24.90")], total="125.00")
    assert clerk(sandbox, "invoice", all=True)["total"] == "125.00"


def test_hundreds_of_small_invoices_come_to_the_order_and_to_no_more(sandbox: Caller) -> None:
    place(sandbox, [line(1, "300", "0.005", "0")])
    totals = [Decimal(clerk(sandbox, "invoice", rows={"1": "1"})["total"]) for _ in range(300)]
    assert (sum(totals), max(totals), min(totals)) == (Decimal("1.5"), Decimal("0.01"), 0)


def test_a_cut_order_is_invoiced_by_its_rows(erp: Caller) -> None:
    clerk(erp, "cancel", rows={"1": "1"})
    assert clerk(erp, "invoice", all=True)["total"] == "675.00"


def test_a_credit_takes_all_of_the_last_invoice(erp: Caller) -> None:
    clerk(erp, "invoice", rows={"1": "4"})
    clerk(erp, "invoice", rows={"2": "2"})
    note = clerk(erp, "credit")
    assert (note["number"], note["invoice"], note["total"], quantities(note)) == (
        "K90001",
        "F80002",
        "250.00",
        {2: "2"},
    )


def test_credits_in_parts_come_to_the_invoice(sandbox: Caller) -> None:
    place(sandbox, [line(1, "3", "0.335", "0")], total="1.00")
    number = clerk(sandbox, "invoice", all=True)["number"]
    totals = [clerk(sandbox, "credit", invoice=number, rows={"1": "1"})["total"] for _ in range(3)]
    assert totals == ["0.34", "0.34", "0.32"]


def test_a_part_of_an_order_is_cancelled_and_not_delivered_or_invoiced_any_more(erp: Caller) -> None:
    clerk(erp, "ship", rows={"1": "1"})
    clerk(erp, "cancel", rows={"1": "1"})
    assert clerk(erp, "cancel", rows={"1": "1", "2": "2"})["cancelled"] == {"1": "2", "2": "2"}
    assert (quantities(clerk(erp, "ship")), read(erp)["status"]) == ({1: "1"}, "open")
    assert quantities(clerk(erp, "invoice")) == {1: "2", 3: "1"}


def test_a_whole_order_is_cancelled_once_with_its_reason(erp: Caller, clock: Clock) -> None:
    once = clerk(erp, "cancel", reason="The buyer asked")
    clock.pass_seconds(60)
    assert clerk(erp, "cancel") == once
    assert (once["status"], once["cancel_reason"]) == ("cancelled", "The buyer asked")


def test_the_hub_cancels_an_order_as_the_clerk_does(erp: Caller) -> None:
    assert erp.erp("orders/SO100001/cancel", {"reason": "Norce"}).status_code == 200
    assert (read(erp)["status"], read(erp)["cancel_reason"]) == ("cancelled", "Norce")
    assert erp.erp("orders/SO9/cancel", {}).status_code == 404


@pytest.mark.parametrize("status", ["allocation", "back_order", "ready_for_pickup", "invoiced"])
def test_a_clerk_sets_a_status(erp: Caller, status: str) -> None:
    assert (clerk(erp, "status", status=status)["status"], read(erp)["status"]) == (status, status)


@pytest.mark.parametrize("name", ["deliveries", "invoices", "credits"])
def test_a_document_is_deleted_and_can_be_made_anew(erp: Caller, name: str) -> None:
    made = {"deliveries": clerk(erp, "ship"), "invoices": clerk(erp, "invoice"), "credits": clerk(erp, "credit")}
    clerk(erp, "delete", document=made[name]["number"])
    kept = {other: len(read(erp)[other]) for other in made}
    assert kept == {other: int(other != name) for other in made}
    again = clerk(erp, {"deliveries": "ship", "invoices": "invoice", "credits": "credit"}[name])
    assert again["rows"] == made[name]["rows"] and again["number"] != made[name]["number"]


def test_an_order_is_deleted(erp: Caller) -> None:
    assert clerk(erp, "delete") == {}
    assert (erp.erp("orders/SO100001").status_code, refusal(erp, "ship")[0]) == (404, 404)


@pytest.mark.parametrize("deed", ["ship", "invoice", "cancel", "status", "delete"])
def test_what_is_done_to_an_order_makes_it_changed(erp: Caller, clock: Clock, deed: str) -> None:
    before = clerk(erp, "invoice", rows={"2": "1"})
    clock.pass_seconds(60)
    wanted = {"status": {"status": "open"}, "cancel": {"rows": {"1": "1"}}, "delete": {"document": before["number"]}}
    clerk(erp, deed, **wanted.get(deed, {}))
    assert read(erp)["changed"] > before["date"]


WRONG: list[tuple[str, dict[str, Any], str]] = [
    *(("ship", {"rows": rows}, "rows: write quantities by line") for rows in (["1"], {"one": "1"}, {"1": "two"}, "1")),
    *(("ship", {"rows": {"1": value}}, "of line 1 cannot be delivered; 4 is left") for value in ("4.01", "-1", "NaN")),
    ("ship", {"rows": {"1": "Infinity"}}, "rows: Infinity of line 1 cannot be delivered"),
    ("ship", {"rows": {"3": "1"}}, "of line 3 cannot be delivered; 0 is left"),
    ("ship", {"rows": {"9": "1"}}, "of line 9 cannot be delivered; 0 is left"),
    ("ship", {"rows": {"1": "0"}}, "rows: there is nothing to be delivered"),
    ("ship", {"parcels": "PARCEL-1"}, "parcels: write their numbers as a list"),
    ("ship", {"parcels": 7}, "parcels: write their numbers as a list"),
    ("invoice", {"rows": {"3": "1.5"}}, "of line 3 cannot be invoiced; 1 is left"),
    ("cancel", {"rows": {"2": "3"}}, "of line 2 cannot be cancelled; 2 is left"),
    ("credit", {}, r"invoice: the order has no invoice (none)"),
    ("credit", {"invoice": "F1"}, "invoice: the order has no invoice F1"),
    ("status", {"status": "cancelled"}, "status: must be one of allocation,"),
    ("status", {}, "status: must be one of allocation,"),
    ("delete", {"document": "D1"}, "document: the order has no document D1"),
]


@pytest.mark.parametrize(("deed", "wanted", "text"), WRONG)
def test_it_refuses_a_deed_by_its_field_and_nothing_is_done(
    erp: Caller, deed: str, wanted: dict[str, Any], text: str
) -> None:
    before = read(erp)
    status, said = refusal(erp, deed, **wanted)
    assert (status, text in said, read(erp)) == (400, True, before), said


@pytest.mark.parametrize("deed", ["ship", "invoice", "credit", "cancel"])
def test_more_than_there_is_cannot_be_done_twice(erp: Caller, deed: str) -> None:
    clerk(erp, "invoice", all=True)
    whole = {"rows": {str(row["line_no"]): row["quantity"] for row in LINES[:2]}}
    if deed not in ("invoice", "cancel"):
        clerk(erp, deed, **whole)
    status, said = refusal(erp, deed, **whole)
    assert (status, "rows: 4 of line 1" in said, "0 is left" in said) == (400, True, True)


def test_nothing_is_invoiced_by_itself_before_it_is_delivered(sandbox: Caller) -> None:
    place(sandbox, [line(1)])
    assert refusal(sandbox, "invoice") == (400, "rows: there is nothing to be invoiced.")


@pytest.mark.parametrize("deed", ["ship", "invoice"])
def test_a_cancelled_order_is_not_delivered_or_invoiced(erp: Caller, deed: str) -> None:
    clerk(erp, "cancel")
    assert refusal(erp, deed) == (409, "Order SO100001 is cancelled.")


@pytest.mark.parametrize("deed", ["ship", "invoice"])
def test_an_order_that_has_begun_is_not_cancelled_as_a_whole(erp: Caller, deed: str) -> None:
    clerk(erp, deed, rows={"1": "1"})
    answers = refusal(erp, "cancel"), erp.erp("orders/SO100001/cancel", {"reason": ""})
    assert (answers[0][0], answers[1].status_code, read(erp)["status"]) == (409, 409, "open")
    assert "delivered or invoiced in part" in answers[0][1]


def test_an_unknown_deed_is_answered_with_those_there_are(erp: Caller) -> None:
    assert refusal(erp, "burn") == (
        404,
        "There is no burn; there are ship, invoice, credit, cancel, status, delete.",
    )
    assert refusal(erp, "ship", number="SO9") == (404, "There is no order SO9.")
