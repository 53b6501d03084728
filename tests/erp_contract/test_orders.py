"""Orders of any ERP: made once whatever happens, refused with reasons, cancelled."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from connectors.erp.base import ErpOrder, ErpOrderRef, ErpStatus
from connectors.errors import HubError, PermanentError, TransientError
from tests.erp_contract.wire import Killed
from tests.erp_contract.workbench import Workbench, unique

LONGEST = 100


def created(bench: Workbench, order: ErpOrder) -> ErpOrderRef:
    """Create an order as the hub does: it looks first."""
    return bench.erp().find_order(order.reference) or bench.erp().create_order(order)


def is_cancelled(bench: Workbench, number: str) -> bool:
    """Return whether the ERP says that an order is cancelled, in the way in which it says so."""
    news = bench.erp().order_news(number)
    if not bench.keeps_cancelled:
        return news is None
    return news is not None and news.status == ErpStatus.CANCELLED and not news.deliveries


def test_an_order_is_found_by_our_reference_once_it_is_made(bench: Workbench, customer: str) -> None:
    order = bench.order(customer)
    assert bench.erp().find_order(order.reference) is None
    made = bench.erp().create_order(order)
    assert made.number
    assert bench.erp().find_order(order.reference) == replace(made, customer_code=customer)


def test_the_longest_reference_is_kept(bench: Workbench, customer: str) -> None:
    order = bench.order(customer, reference=f"1901-{unique():09}~{'x' * 20}")
    assert len(order.reference) == 35
    assert bench.erp().create_order(order).reference == order.reference
    assert bench.erp().find_order(order.reference[:-1]) is None


def test_what_the_erp_has_is_what_was_ordered(bench: Workbench, customer: str) -> None:
    order = bench.order(customer, 2, 3)
    news = bench.erp().order_news(bench.erp().create_order(order).number)
    assert news is not None
    assert (news.reference, news.customer_code, news.status) == (order.reference, customer, ErpStatus.OPEN)
    assert [(row.line_no, row.part_no, row.ordered, row.is_fee) for row in news.rows] == [
        (line.line_no, line.part_no, line.quantity, line.is_fee) for line in order.lines
    ]
    assert not (news.deliveries or news.invoices or news.credits or news.is_invoiced_in_full)


def test_an_answer_that_was_lost_at_any_call_makes_no_second_order(bench: Workbench, customer: str) -> None:
    unknown = []
    for call in range(1, LONGEST):
        order = bench.order(customer)
        bench.wire.plan("lose", call)
        try:
            bench.erp().create_order(order)
            break
        except TransientError as error:
            unknown.append(error.outcome_unknown)
            bench.wire.calm()
        number = created(bench, order).number
        assert bench.orders_with(order.reference) == 1, call
        assert bench.erp().find_order(order.reference) == ErpOrderRef(
            number=number, reference=order.reference, customer_code=customer
        )
    assert any(unknown)
    assert call < LONGEST


def half_made(bench: Workbench, customer: str) -> Iterator[tuple[int, ErpOrder]]:
    """Yield an order of which the hub died at a call while it made it, for each call that making one takes."""
    for call in range(1, LONGEST):
        order = bench.order(customer)
        bench.wire.plan("kill", call)
        try:
            bench.erp().create_order(order)
            break
        except Killed:
            bench.wire.calm()
        yield call, order
    assert 1 < call < LONGEST


def test_dying_at_any_call_makes_no_second_order_and_the_next_try_makes_it_as_it_is_by_then(
    bench: Workbench, customer: str
) -> None:
    for call, order in half_made(bench, customer):
        corrected = bench.order(customer, 2, 3, reference=order.reference)
        wanted = order if bench.erp().find_order(order.reference) else corrected
        created(bench, corrected)
        assert bench.orders_with(order.reference) == 1, call
        # What was finished in two goes is whole: its rows and its sum.
        assert _ordered(bench, order) == [(line.line_no, line.quantity) for line in wanted.lines], call


def test_what_is_half_made_can_be_withdrawn_and_what_is_made_stays(bench: Workbench, customer: str) -> None:
    for call, order in half_made(bench, customer):
        made = bench.erp().find_order(order.reference)
        for _ in range(2):
            bench.erp().withdraw_order(order.reference)
        assert bench.orders_with(order.reference) == (1 if made else 0), call
        assert bench.erp().find_order(order.reference) == made


def _ordered(bench: Workbench, order: ErpOrder) -> list[tuple[int, Decimal]]:
    found = bench.erp().find_order(order.reference)
    assert found is not None
    news = bench.erp().order_news(found.number)
    assert news is not None
    return [(row.line_no, row.ordered) for row in news.rows]


def test_an_unknown_part_is_refused_by_its_number_and_leaves_nothing(bench: Workbench, customer: str) -> None:
    order = bench.order(customer)
    order = replace(order, lines=(replace(order.lines[0], part_no=bench.unknown), *order.lines[1:]))
    with pytest.raises(PermanentError) as caught:
        bench.erp().create_order(order)
    assert bench.unknown in str(caught.value)
    assert bench.orders_with(order.reference) == 0
    assert bench.erp().find_order(order.reference) is None


def test_an_order_of_nobody_is_refused(bench: Workbench) -> None:
    order = bench.order("NOBODY-7")
    with pytest.raises(PermanentError):
        bench.erp().create_order(order)
    assert bench.erp().find_order(order.reference) is None


def test_sums_that_do_not_meet_are_refused(bench: Workbench, customer: str) -> None:
    order = bench.order(customer)
    with pytest.raises(HubError):
        bench.erp().create_order(replace(order, total=order.total + 100))
    assert bench.erp().find_order(order.reference) is None


def test_no_error_tells_who_the_buyer_is(bench: Workbench, customer: str) -> None:
    order = bench.order(customer)
    with pytest.raises(HubError) as caught:
        bench.erp().create_order(replace(order, total=order.total + 100, contact_email="maja@example.com"))
    assert "Maja" not in str(caught.value)
    assert "Exempelgatan" not in str(caught.value)


def test_a_cancel_before_the_delivery_cancels_and_twice_is_once(bench: Workbench, customer: str) -> None:
    number = bench.erp().create_order(bench.order(customer)).number
    for _ in range(2):
        bench.erp().cancel_order(number, "The buyer changed their mind.")
    assert is_cancelled(bench, number)


def test_a_cancel_that_died_at_any_call_is_finished_by_the_next(bench: Workbench, customer: str) -> None:
    for call in range(1, LONGEST):
        number = bench.erp().create_order(bench.order(customer)).number
        bench.wire.plan("kill", call)
        try:
            bench.erp().cancel_order(number, "Died.")
            break
        except Killed:
            bench.wire.calm()
        bench.erp().cancel_order(number, "Again.")
        assert is_cancelled(bench, number), call
    assert 1 < call < LONGEST


def test_a_cancel_after_a_delivery_is_refused_with_the_reason(bench: Workbench, customer: str) -> None:
    number = bench.erp().create_order(bench.order(customer)).number
    bench.ship(number)
    with pytest.raises(PermanentError) as caught:
        bench.erp().cancel_order(number, "Too late.")
    assert "deliver" in str(caught.value)


def test_cancelling_what_is_not_there_is_refused(bench: Workbench) -> None:
    # Where a cancelled order is deleted, one that is not there is one that is cancelled.
    with pytest.raises(PermanentError) if bench.keeps_cancelled else nullcontext():
        bench.erp().cancel_order("NO-SUCH-ORDER", "Why not.")


def test_what_a_clerk_has_cancelled_reads_as_cancelled(bench: Workbench, customer: str) -> None:
    order = bench.order(customer)
    number = bench.erp().create_order(order).number
    bench.cancel(number)
    assert is_cancelled(bench, number)
    found = bench.erp().find_order(order.reference)
    assert [found.number] == [number] if found else not bench.keeps_cancelled


def test_a_buyers_orders_come_the_latest_first_page_by_page(bench: Workbench, customer: str) -> None:
    made = [bench.erp().create_order(bench.order(customer)).number for _ in range(3)]
    first = bench.erp().list_orders(customer, limit=2)
    rest = bench.erp().list_orders(customer, after=first.next, limit=2)
    assert [one.number for one in (*first.orders, *rest.orders)] == made[::-1]
    assert (first.next != "", rest.next) == (True, "")
    total = bench.order(customer).total
    assert {(one.customer_code, one.currency, one.total) for one in first.orders} == {
        (customer, bench.currency, total.quantize(Decimal("0.01")))
    }


def test_totals_count_our_orders_of_a_span(bench: Workbench, customer: str) -> None:
    prefix = f"77{unique()}-"
    orders = [bench.order(customer, reference=f"{prefix}{n}") for n in range(2)]
    numbers = [bench.erp().create_order(order).number for order in orders]
    bench.erp().cancel_order(numbers[0], "Counts all the same.")
    now = timezone.now()
    hour = timedelta(hours=1)
    totals = bench.erp().totals(now - hour, now + hour, prefix)
    counted = orders if bench.keeps_cancelled else orders[1:]
    assert totals.count == len(counted)
    assert totals.sums == ((bench.currency, sum(order.total for order in counted).quantize(Decimal("0.01"))),)
    assert bench.erp().totals(now + hour, now + 2 * hour, prefix).count == 0
