"""What an order comes to in Business Central is what the buyer pays, or it is not there at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from connectors.erp.base import ErpOrder
from connectors.erp.business_central import BusinessCentral
from connectors.errors import PermanentError
from connectors.sandbox.core import Sandbox
from hub import gateways
from hub.models.work import State
from orders.models import Order
from orders.releasing import question_of, release
from tests.business_central.books import Row
from tests.business_central.server import BusinessCentralStub
from tests.business_central.wire import StubAdapter
from tests.erp_contract.business_central import BusinessCentralWorkbench
from tests.erp_contract.wire import Wire
from tests.faults import be_due, retry, to_erp

Bench = BusinessCentralWorkbench
CREATE_ORDER = 6


def with_other_vat(bench: Bench, order: ErpOrder) -> ErpOrder:
    """An article has 12 % there and 25 % in Norce."""
    bench.stub.books.vat[bench.parts[0]] = 12
    return order


def with_discount(bench: Bench, order: ErpOrder) -> ErpOrder:
    """A discount without VAT goes to an account that has 25 %."""
    discount = replace(
        bench.line(9, bench.fee, 1, Decimal(-100), is_fee=True), unit_vat=Decimal(0), vat_rate=Decimal(0)
    )
    return replace(order, lines=(*order.lines, discount), total=order.total - 100)


@pytest.mark.parametrize(
    ("change", "made", "due"), [(with_other_vat, "1356.79", "1497.10"), (with_discount, "1372.10", "1397.10")]
)
def test_an_order_that_comes_to_another_sum_is_refused_with_both_and_leaves_nothing(
    bench: Bench, erp: BusinessCentral, change: Callable[[Bench, ErpOrder], ErpOrder], made: str, due: str
) -> None:
    order = change(bench, bench.order(erp.create_party(bench.party())))
    with pytest.raises(PermanentError) as caught:
        erp.create_order(order)
    assert made in caught.value.message and due in caught.value.message
    assert bench.stub.calls[-1].startswith("DELETE")
    assert (bench.orders_with(order.reference), erp.find_order(order.reference)) == (0, None)


def test_one_that_somebody_has_just_changed_is_deleted_all_the_same(bench: Bench, erp: BusinessCentral) -> None:
    order = with_other_vat(bench, bench.order(erp.create_party(bench.party())))
    books = bench.stub.books

    def touch() -> None:
        books.keep("salesOrders", next(iter(books.sets["salesOrders"].values())))

    bench.stub.before_write = [touch]
    with pytest.raises(PermanentError, match="deleted there again"):
        erp.create_order(order)
    assert bench.orders_with(order.reference) == 0


def test_a_sum_that_is_computed_after_the_answer_is_read_anew(
    bench: Bench, erp: BusinessCentral, monkeypatch: pytest.MonkeyPatch
) -> None:
    add = bench.stub.books.add_order

    def answered_early(body: Row) -> Row:
        return add(body) | {"totalAmountIncludingTax": 0}

    monkeypatch.setattr(bench.stub.books, "add_order", answered_early)
    order = bench.order(erp.create_party(bench.party()))
    assert erp.create_order(order).total == order.total
    assert bench.orders_with(order.reference) == 1


@pytest.fixture
def other_sum(
    central: BusinessCentralStub, application: object, received: Callable[..., Order], work: Callable[[], int]
) -> Order:
    """An order that was made with another sum, and the answer was lost."""
    wire = Wire(StubAdapter(central))
    gateways.session("erp:default").mount("https://bc.test", wire)
    central.books.vat |= dict.fromkeys(central.books.vat, 12)
    wire.plan("lose", CREATE_ORDER)
    order = received("01")
    work()
    be_due()
    work()
    return order


def test_one_that_was_made_unheard_is_not_acknowledged_but_a_question(
    other_sum: Order, central: BusinessCentralStub, sandbox: Sandbox, work: Callable[[], int]
) -> None:
    [there] = central.books.sets["salesOrders"].values()
    other_sum.refresh_from_db()
    assert (to_erp(other_sum).state, to_erp(other_sum).error_code) == (State.HELD, "other_sum")
    assert str(there["totalAmountIncludingTax"]) in to_erp(other_sum).error
    assert (other_sum.erp_order_no, other_sum.acknowledged_at) == ("", None)


def test_it_goes_on_when_a_person_takes_it_as_it_is(other_sum: Order, work: Callable[[], int]) -> None:
    release(other_sum, question=question_of(to_erp(other_sum)), by="anna", reason="Agreed with the buyer.")
    work()
    other_sum.refresh_from_db()
    assert other_sum.erp_order_no and to_erp(other_sum).state == State.DONE


def test_it_is_made_anew_when_a_person_has_deleted_it(
    other_sum: Order, central: BusinessCentralStub, work: Callable[[], int]
) -> None:
    central.books.delete_order(next(iter(central.books.sets["salesOrders"].values()))["number"])
    central.books.vat |= dict.fromkeys(central.books.vat, 25)
    retry(to_erp(other_sum))
    work()
    assert (len(central.books.sets["salesOrders"]), to_erp(other_sum).state) == (1, State.DONE)
