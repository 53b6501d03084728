"""One call at a time: who marks it makes it, and nobody looks an order up under another's number."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.utils import timezone

from connectors.errors import ConfigError, HoldError, HubError, PermanentError, TransientError
from connectors.norce.types.query import OrderRow
from hub.models import Application
from orders.delivering import norce_order_id
from orders.identifying import basket_id
from orders.models import DeliveryNote, Order
from orders.posting import post_once, settle

pytestmark = pytest.mark.django_db


def refuse() -> None:
    raise PermanentError("NoteNo D1 is already registered.")


def untold() -> int | None:
    raise PermanentError("Query has no such set.")


@pytest.fixture
def note() -> DeliveryNote:
    order = Order.objects.create(client_order_ref="1", body=b"{}")
    return DeliveryNote.objects.create(order=order, number="D1", made_at=timezone.now())


def again(note: DeliveryNote) -> DeliveryNote:
    return DeliveryNote.objects.get(pk=note.pk)


def test_two_workers_that_have_read_the_same_row_make_one_call(note: DeliveryNote) -> None:
    other = again(note)
    with pytest.raises(TransientError, match="Another worker"):
        post_once(note, send=lambda: post_once(other, send=refuse, find=untold), find=untold)


def test_what_is_done_is_not_done_again(note: DeliveryNote) -> None:
    sent: list[int] = []
    for _ in range(2):
        post_once(again(note), send=lambda: sent.append(1), find=lambda: None)
    assert (sent, again(note).posting_since) == ([1], None)


def test_a_refusal_of_a_first_try_is_told_in_norces_words_where_query_cannot_tell(note: DeliveryNote) -> None:
    with pytest.raises(PermanentError, match="already registered"):
        post_once(note, send=refuse, find=untold)
    assert again(note).posting_since is None


@pytest.mark.parametrize("since", [timezone.now()])
def test_after_a_lost_answer_nothing_is_sent_while_nobody_can_tell(note: DeliveryNote, since: datetime) -> None:
    DeliveryNote.objects.update(posting_since=since)
    sent: list[int] = []
    with pytest.raises(HoldError, match="cannot tell"):
        settle(again(note), untold)
    with pytest.raises(TransientError, match="Another worker"):
        post_once(again(note), send=lambda: sent.append(1), find=untold)
    assert (sent, again(note).posting_since) == ([], since)


@pytest.mark.parametrize(("known", "is_there"), [(7, True), (None, False)])
def test_norces_answer_takes_the_mark_away(note: DeliveryNote, known: int | None, is_there: bool) -> None:
    DeliveryNote.objects.update(posting_since=timezone.now())
    settle(again(note), lambda: known)
    found = again(note)
    assert (found.posting_since, found.sent_at is not None, found.norce_id) == (None, is_there, known)


@pytest.mark.parametrize(
    ("error", "is_marked"),
    [
        (TransientError("No answer.", outcome_unknown=True), True),
        (TransientError("The quota is used up."), False),
        (ConfigError("No access token."), False),
    ],
)
def test_only_a_call_that_may_have_come_through_leaves_the_mark(
    note: DeliveryNote, error: HubError, is_marked: bool
) -> None:
    def fail() -> None:
        raise error

    with pytest.raises(type(error)):
        post_once(again(note), send=fail, find=untold)
    assert (again(note).posting_since is not None) == is_marked


class Query:
    """Norce Query with an order of its own number, and one that the ERP's number finds."""

    def order_of_basket(self, quotation_id: int, application_id: int) -> OrderRow | None:
        return OrderRow(id=quotation_id)

    def orders_numbered(self, order_no: str, application_id: int) -> list[OrderRow]:
        return [OrderRow(id=7)] if order_no == "SO1" else []


@pytest.mark.parametrize(
    ("reference", "source", "found"),
    [("88", "WEB", 88), ("88", "POS-7", 7), ("A-88", "WEB", 7), ("99999999999", "WEB", 7), ("\u0668\u0668", "WEB", 7)],
)
def test_only_norces_own_number_is_a_baskets(reference: str, source: str, found: int) -> None:
    order = Order(client_order_ref=reference, source=source, erp_order_no="SO1")
    assert norce_order_id(Query(), order, Application(number=1901)) == found  # type: ignore[arg-type]


def test_an_order_that_query_does_not_show_is_no_answer() -> None:
    order = Order(client_order_ref="88", source="POS-7", erp_order_no="SO2")
    with pytest.raises(PermanentError, match="0 orders"):
        norce_order_id(Query(), order, Application(number=1901))  # type: ignore[arg-type]


def test_a_very_long_number_is_no_basket() -> None:
    assert basket_id("9" * 5000, "WEB") is None
