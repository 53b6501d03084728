"""Documents that the ERP deletes, brings back, changes or makes nonsense of, and news that overtakes itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from connectors.erp.base import ErpOrderNews, ErpStatus
from connectors.norce.types.order_updates import OrderStatus
from connectors.sandbox.core import Sandbox
from hub import by_hand, gateways
from hub.models import Alert, ApiCall, Application, ErpConnection, OutboxMessage, SyncRow, SyncRun
from hub.models.work import State
from orders import news
from orders.models import DeliveryNote, Invoice, Order
from tests.faults import be_due, set_faults
from tests.orders.clerk import clerk, history, in_erp, in_norce, line_of, read_news
from tests.threads import side_by_side

Work = Callable[[], int]


def erp_now() -> ErpOrderNews:
    """Return what the ERP says of the order now."""
    found = gateways.erp("default").order_news("SO100001")
    assert found is not None
    return found


def states() -> dict[str, str]:
    """Return the state of the documents' messages by the end of their keys."""
    rows = OutboxMessage.objects.exclude(kind__in=["erp.order", "norce.order_status"])
    return {key.rpartition(":")[2]: state for key, state in rows.values_list("key", "state")}


def test_a_document_that_was_not_told_is_not_told_once_it_is_deleted(
    confirmed: Order, sandbox: Sandbox, work: Work
) -> None:
    clerk(sandbox, "ship"), clerk(sandbox, "invoice")
    news.take(confirmed, erp_now())
    clerk(sandbox, "delete", document="F80001")
    news.take(confirmed, erp_now())
    work()
    assert states() == {"D70001": State.DONE, "F80001": State.CANCELLED}
    assert (in_norce(sandbox, confirmed)["invoices"], Alert.objects.count()) == ([], 0)


def test_two_readings_at_the_same_moment_keep_each_document_once(
    many_connections: None, confirmed: Order, sandbox: Sandbox, work: Work
) -> None:
    clerk(sandbox, "ship"), clerk(sandbox, "invoice")
    now = erp_now()
    taken = side_by_side(4, lambda number: news.take(confirmed, now).facts)
    assert sorted(taken) == [[], [], [], ["Delivery D70001", "Invoice F80001"]]
    assert (DeliveryNote.objects.count(), Invoice.objects.count(), len(states())) == (1, 1, 2)


def test_a_clock_that_was_ahead_loses_no_news(confirmed: Order, sandbox: Sandbox, work: Work) -> None:
    run = read_news(work)
    SyncRun.objects.filter(pk=run.pk).update(created_at=timezone.now() + timedelta(days=400))
    clerk(sandbox, "ship")
    assert read_news(work).count_accepted == 1


def test_an_order_that_the_erp_forgot_is_no_news(confirmed: Order, sandbox: Sandbox, work: Work) -> None:
    clerk(sandbox, "ship")
    read_news(work)
    clerk(sandbox, "delete")
    run = read_news(work)
    confirmed.refresh_from_db()
    assert (run.state, run.count_read, confirmed.status) == (State.DONE, 0, Order.Status.DELIVERED)
    assert DeliveryNote.objects.get().gone_at is None


def test_a_document_that_norce_has_and_the_erp_deletes_is_told_to_the_operators_once(
    confirmed: Order, sandbox: Sandbox, work: Work
) -> None:
    clerk(sandbox, "ship"), clerk(sandbox, "invoice")
    read_news(work)
    clerk(sandbox, "delete", document="F80001")
    read_news(work), read_news(work)
    assert "has invoice F80001 of order" in Alert.objects.get().subject
    assert Invoice.objects.get().gone_at and len(in_norce(sandbox, confirmed)["invoices"]) == 1


def test_an_older_reading_that_comes_late_does_not_lose_an_invoice(
    confirmed: Order, sandbox: Sandbox, work: Work
) -> None:
    older = erp_now()
    clerk(sandbox, "invoice")
    news.take(confirmed, erp_now())
    news.take(confirmed, older)
    assert states() == {"F80001": State.CANCELLED}
    read_news(work)
    assert (states(), Invoice.objects.get().gone_at) == ({"F80001": State.DONE}, None)
    assert len(in_norce(sandbox, confirmed)["invoices"]) == 1


def test_what_a_person_gave_up_stays_so_when_the_erp_has_it_again(
    confirmed: Order, sandbox: Sandbox, work: Work
) -> None:
    older = erp_now()
    clerk(sandbox, "invoice")
    news.take(confirmed, erp_now())
    by_hand.cancel(OutboxMessage.objects.get(kind="norce.invoice"), by="anna", reason="paid in the store")
    news.take(confirmed, older)
    read_news(work)
    assert (states(), Alert.objects.count()) == ({"F80001": State.CANCELLED}, 0)


def test_a_document_whose_message_is_being_worked_on_is_not_given_up(
    confirmed: Order, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = erp_now()
    clerk(sandbox, "invoice")
    news.take(confirmed, erp_now())
    OutboxMessage.objects.filter(kind="norce.invoice").update(state=State.RUNNING)
    news.take(confirmed, older)
    assert (states(), Alert.objects.count()) == ({"F80001": State.RUNNING}, 1)


def test_an_invoice_that_is_changed_before_it_is_told_is_told_as_it_is_now(
    confirmed: Order, sandbox: Sandbox, work: Work
) -> None:
    clerk(sandbox, "ship"), clerk(sandbox, "invoice")
    news.take(confirmed, erp_now())
    in_erp(sandbox)["invoices"][0]["total"] = "1500.00"
    assert news.take(confirmed, erp_now()).facts == ["Invoice F80001 was changed in the ERP."]
    work()
    assert in_norce(sandbox, confirmed)["payments"][0]["captured"] == Decimal(1500)


def test_an_invoice_that_is_changed_after_it_was_told_stays_and_the_operators_are_told_once(
    confirmed: Order, sandbox: Sandbox, work: Work
) -> None:
    clerk(sandbox, "ship"), clerk(sandbox, "invoice")
    read_news(work)
    in_erp(sandbox)["invoices"][0]["total"] = "1500.00"
    first, second = read_news(work), read_news(work)
    assert (SyncRow.objects.filter(run=first).count(), SyncRow.objects.filter(run=second).count()) == (1, 0)
    assert "The ERP has changed invoice F80001" in Alert.objects.get().subject
    assert in_norce(sandbox, confirmed)["payments"][0]["captured"] == Decimal("1596.10")


def rest_of(sandbox: Sandbox, line: int) -> dict[str, str]:
    """Return by line the goods of the order that are left when one piece of a line has been delivered."""
    left = {
        str(one["line_no"]): str(Decimal(one["quantity"]) - (1 if one["line_no"] == line else 0))
        for one in in_erp(sandbox)["lines"]
        if not one.get("is_fee")
    }
    return {number: quantity for number, quantity in left.items() if quantity != "0"}


PARCELS = [{"number": "PARCEL-9", "status": "sent"}]


def test_a_tracking_number_that_comes_before_norce_is_told_goes_along(
    confirmed: Order, sandbox: Sandbox, work: Work
) -> None:
    clerk(sandbox, "ship")
    news.take(confirmed, erp_now())
    in_erp(sandbox)["deliveries"][0]["parcels"] = PARCELS
    assert news.take(confirmed, erp_now()).facts == ["Delivery D70001 was changed in the ERP."]
    work()
    [note] = in_norce(sandbox, confirmed)["delivery_notes"]
    assert ([one["ShippingNo"] for one in note["packages"]], Alert.objects.count()) == (["PARCEL-9"], 0)


def test_a_tracking_number_that_comes_after_norce_was_told_is_told_to_the_operators_once(
    confirmed: Order, sandbox: Sandbox, work: Work
) -> None:
    clerk(sandbox, "ship")
    read_news(work)
    in_erp(sandbox)["deliveries"][0]["parcels"] = PARCELS
    read_news(work), read_news(work)
    assert "The ERP has changed delivery D70001" in Alert.objects.get().subject


def test_a_credit_that_is_dated_before_its_invoice_follows_it(confirmed: Order, sandbox: Sandbox, work: Work) -> None:
    clerk(sandbox, "ship"), clerk(sandbox, "invoice"), clerk(sandbox, "credit")
    in_erp(sandbox)["credits"][0]["date"] = "2020-01-01T00:00:00Z"
    read_news(work)
    assert set(states().values()) == {State.DONE}
    assert in_norce(sandbox, confirmed)["payments"][0]["refunded"] == Decimal("1596.10")


def test_a_credit_of_the_wrong_invoice_that_is_corrected_goes_to_norce(
    confirmed: Order, sandbox: Sandbox, work: Work
) -> None:
    clerk(sandbox, "ship"), clerk(sandbox, "invoice"), clerk(sandbox, "credit")
    in_erp(sandbox)["credits"][0]["invoice"] = "F0"
    read_news(work)
    held = OutboxMessage.objects.get(state=State.HELD)
    in_erp(sandbox)["credits"][0]["invoice"] = "F80001"
    read_news(work)
    by_hand.retry(held, by="anna", reason="corrected")
    work()
    assert set(states().values()) == {State.DONE}


def told_statuses() -> list[int]:
    """Return the status of each delivery note as it was sent."""
    calls = ApiCall.objects.filter(operation="Order/CreateDeliveryNote").order_by("pk")
    return [json.loads(call.request)["StatusId"] for call in calls]


def test_a_delivery_that_waits_completes_the_order_once_the_rest_is_cut(
    confirmed: Order, sandbox: Sandbox, work: Work
) -> None:
    line = line_of(sandbox)
    clerk(sandbox, "ship", rows={line: "1"})
    news.take(confirmed, erp_now())
    clerk(sandbox, "cancel", rows=rest_of(sandbox, line))
    [note] = DeliveryNote.objects.all()
    assert not news.is_known(confirmed, erp_now(), [note])
    news.take(confirmed, erp_now())
    work()
    confirmed.refresh_from_db()
    assert (told_statuses(), confirmed.status) == ([OrderStatus.DELIVERED.id], Order.Status.DELIVERED)


def test_a_delivery_that_waits_completes_the_order_no_more_once_pieces_are_added(
    confirmed: Order, sandbox: Sandbox, work: Work
) -> None:
    clerk(sandbox, "ship")
    news.take(confirmed, erp_now())
    in_erp(sandbox)["lines"][0]["quantity"] = "4"
    news.take(confirmed, erp_now())
    work()
    assert told_statuses() == [OrderStatus.PARTLY_DELIVERED.id]


def test_pieces_that_are_added_to_a_delivered_order_do_not_take_norce_back(
    confirmed: Order, sandbox: Sandbox, work: Work
) -> None:
    clerk(sandbox, "ship"), clerk(sandbox, "invoice")
    read_news(work)
    in_erp(sandbox)["lines"][0]["quantity"] = "4"
    for row in in_norce(sandbox, confirmed)["rows"].values():
        row["ordered"] += 2
    clerk(sandbox, "ship", rows={line_of(sandbox): "1"})
    read_news(work)
    assert told_statuses() == [OrderStatus.DELIVERED.id] * 2


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("invoices", {"total": "1" + "0" * 20}),
        ("invoices", {"number": "F" * 48}),
        ("invoices", {"total": "NaN"}),
        ("invoices", {"number": "F\0"}),
        ("deliveries", {"method": "by\0car"}),
        ("deliveries", {"number": ""}),
        ("deliveries", {"date": "2026-11-21T10:00:00"}),
    ],
)
def test_nonsense_in_one_order_keeps_no_other_orders_news(
    name: str, values: dict[str, Any], confirmed: Order, received: Callable[..., Order], sandbox: Sandbox, work: Work
) -> None:
    other = received("03")
    work()
    for number in ("SO100001", "SO100002"):
        clerk(sandbox, "ship", number), clerk(sandbox, "invoice", number)
    in_erp(sandbox)[name][0].update(values)
    run = read_news(work)
    assert (run.state, run.count_failed, run.count_accepted) == (State.FAILED, 1, 1)
    assert "Correct it in the ERP" in SyncRow.objects.get(action=SyncRow.Action.FAILED).message
    assert len(in_norce(sandbox, other)["invoices"]) == 1
    assert (DeliveryNote.objects.filter(order=confirmed).count(), Invoice.objects.filter(order=confirmed).count()) == (
        0,
        0,
    )


def test_a_rest_that_is_cut_after_the_last_invoice_ends_the_order_and_is_told_to_the_operators(
    confirmed: Order, sandbox: Sandbox, work: Work
) -> None:
    line = line_of(sandbox)
    clerk(sandbox, "ship", rows={line: "1"}), clerk(sandbox, "invoice")
    read_news(work)
    clerk(sandbox, "cancel", rows=rest_of(sandbox, line))
    read_news(work), read_news(work)
    confirmed.refresh_from_db()
    assert confirmed.status == Order.Status.INVOICED
    assert "was cut after its last invoice" in Alert.objects.get().subject


def test_an_erp_that_calls_an_order_cancelled_of_which_it_delivered_cancels_only_the_rest(
    confirmed: Order, sandbox: Sandbox, work: Work
) -> None:
    clerk(sandbox, "ship", rows={line_of(sandbox): "1"})
    in_erp(sandbox)["status"] = "cancelled"
    read_news(work)
    assert history(sandbox, confirmed) == ["Confirmed", "PartlyDelivered"]
    assert "only the rest is cancelled" in SyncRow.objects.get().message


def test_an_erp_that_deletes_what_is_finished_says_so_by_the_status(
    confirmed: Order, sandbox: Sandbox, work: Work
) -> None:
    clerk(sandbox, "ship"), clerk(sandbox, "invoice")
    news.take(confirmed, replace(erp_now(), rows=(), status=ErpStatus.INVOICED))
    work()
    assert history(sandbox, confirmed) == ["Confirmed", "Delivered", "Invoiced"]
    assert in_norce(sandbox, confirmed)["invoices"][0]["is_last"]


@pytest.mark.parametrize("ack", ["Confirmed", "Acknowledged"])
def test_an_allocation_never_takes_norce_back_behind_the_confirmation(
    ack: str, application: Application, received: Callable[..., Order], sandbox: Sandbox, work: Work, settings: Any
) -> None:
    settings.NORCE_ACK_STATUS = ack
    set_faults(sandbox, norce={"fail_next": {"Order/SendOrderStatus": [500]}})
    order = received("01")
    work()
    for status in ("allocation", "confirmed"):
        clerk(sandbox, "status", status=status)
        news.take(order, erp_now())
    be_due()
    work()
    assert history(sandbox, order) == {"Confirmed": ["Confirmed"], "Acknowledged": ["Acknowledged", "Confirmed"]}[ack]


def test_a_status_goes_with_its_infos_and_those_of_the_rows(confirmed: Order, sandbox: Sandbox, work: Work) -> None:
    Application.objects.update(order_infos={"WEEK": "week"})
    now = erp_now()
    rows = (replace(now.rows[0], status=ErpStatus.BACK_ORDER), *now.rows[1:])
    news.take(confirmed, replace(now, status=ErpStatus.BACK_ORDER, rows=rows, infos=(("week", "49"),)))
    work()
    told = in_norce(sandbox, confirmed)["history"][-1]
    assert (told["status"], told["infos"]) == ("BackOrder", [{"Code": "WEEK", "Value": "49"}])
    assert told["item_statuses"] == [{"LineNo": str(rows[0].line_no), "ItemStatus": "BackOrder"}]


def test_an_erp_without_documents_tells_all_by_its_statuses(confirmed: Order, sandbox: Sandbox, work: Work) -> None:
    ErpConnection.objects.update(has_documents=False)
    for status in ("allocation", "back_order", "partly_delivered", "delivered", "invoiced", "delivered"):
        clerk(sandbox, "status", status=status)
        read_news(work)
    assert history(sandbox, confirmed) == ["Confirmed", "BackOrder", "PartlyDelivered", "Delivered", "Invoiced"]
    assert [row.message for row in SyncRow.objects.filter(action=SyncRow.Action.SKIPPED).order_by("pk")] == [
        "Allocation: the order is Confirmed already.",
        "Delivered: the order is Invoiced already.",
    ]


def test_a_delivery_note_says_where_it_went_and_how_and_its_record_names_nobody(
    confirmed: Order, sandbox: Sandbox, work: Work
) -> None:
    clerk(sandbox, "ship")
    note = in_erp(sandbox)["deliveries"][0]
    note["method"] = "HOME"
    read_news(work)
    sent = ApiCall.objects.get(operation="Order/CreateDeliveryNote").request
    told = json.loads(sent)
    assert (told["DeliveryMode"], set(told["DeliveryAddress"])) == ("HOME", {"Line1", "City", "ZipCode", "Country"})
    assert not [word for word in note["address"].values() if word and len(word) > 3 and word in sent]
