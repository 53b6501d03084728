"""Norce's order events as they are kept: once for ever, once for each payment, or folded while one waits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from hub.models import InboxEvent, RejectedMessage
from hub.models.work import State
from orders.event_orders import norce_subject
from tests.orders.norce import tell, told

Work = Callable[[], int]
ONCE = ["OrderReceivedEvent", "OrderConfirmedEvent", "OrderReadyForPickupEvent"]
FOLDED = ["OrderDeliveredEvent", "OrderPartlyDeliveredEvent", "OrderCancelledEvent"]

pytestmark = pytest.mark.django_db(transaction=True)


def keys() -> list[str]:
    return list(InboxEvent.objects.order_by("pk").values_list("key", flat=True))


@pytest.mark.parametrize("name", ONCE)
def test_an_event_that_comes_once_is_kept_once_for_ever(name: str) -> None:
    told(name)
    InboxEvent.objects.update(state=State.DONE)
    told(name, OrderNo="SO1")
    event = InboxEvent.objects.get()
    assert (event.subject, event.key) == ("norce_order:1901:5100231", f"{name}:1901:WEB:5100231")


@pytest.mark.parametrize("name", ONCE)
def test_an_order_of_another_source_or_application_has_events_of_its_own(name: str) -> None:
    for members in ({}, {"Source": "POS-7"}, {"Source": "POS:7"}, {"ApplicationId": 1902}, {"ClientOrderRef": "5"}):
        told(name, **members)
    assert (len(set(keys())), InboxEvent.objects.values("subject").distinct().count()) == (5, 5)


@pytest.mark.parametrize("source", ["", " ", "web"])
def test_an_order_without_a_source_is_norces_own(source: str) -> None:
    assert norce_subject(1901, "5100231 ", source) == norce_subject(1901, "5100231") == "norce_order:1901:5100231"


@pytest.mark.parametrize("name", FOLDED)
def test_other_events_are_folded_while_one_waits_and_are_news_afterwards(name: str) -> None:
    told(name)
    told(name)
    assert keys() == [""]
    InboxEvent.objects.update(state=State.DONE)
    told(name)
    assert keys() == ["", ""]


def test_a_payment_is_kept_once_by_its_code_and_reference() -> None:
    name = "OrderPaymentReceivedEvent"
    for members in ({}, {}, {"Amount": 1}, {"PaymentCode": "78"}, {"PaymentRef": "other"}, {"ClientOrderRef": "5"}):
        told(name, **members)
    assert len(keys()) == 4
    assert not any("4821" in key for key in keys())


def test_payments_without_a_reference_are_told_apart_by_what_was_paid() -> None:
    name = "OrderPaymentReceivedEvent"
    paid: list[dict[str, Any]] = [{}, {}, {"Amount": 1}, {"CurrencyCode": "EUR"}, {"Amount": None}]
    for members in paid:
        told(name, PaymentRef=None, **members)
    assert len(keys()) == 4


def test_a_capture_is_kept_once_by_invoice_and_state() -> None:
    name = "InvoiceCaptureCompletedEvent"
    for members in ({"State": "Error"}, {"State": "Error"}, {"State": "Captured"}):
        told(name, **members)
    assert keys() == [f"{name}:1901:880:Error", f"{name}:1901:880:Captured"]
    assert told(name, State="Captured").subject == "norce_invoice:880"


@pytest.mark.parametrize("name", [*ONCE, *FOLDED, "OrderPaymentReceivedEvent"])
def test_a_long_reference_is_cut_and_stays_single(name: str) -> None:
    for end in "ab":
        told(name, ClientOrderRef="9" * 5000 + end)
    subjects = list(InboxEvent.objects.values_list("subject", flat=True))
    assert len(set(subjects)) == 2 and {len(subject) for subject in subjects} == {100}
    assert all(len(key) <= 200 for key in keys())


@pytest.mark.parametrize(
    ("name", "members"),
    [
        ("OrderCancelledEvent", {"ClientOrderRef": " "}),
        ("OrderCancelledEvent", {"ClientOrderRef": "\ud800" * 200}),
        ("OrderCancelledEvent", {"Source": "a\x00b"}),
        ("OrderReceivedEvent", {"ApplicationId": 0}),
        ("OrderReceivedEvent", {"ApplicationId": 2**31}),
        ("OrderPaymentReceivedEvent", {"PaymentRef": "\ud800"}),
        ("InvoiceCaptureCompletedEvent", {"CapturedInvoiceId": -1, "State": "Error"}),
        ("InvoiceCaptureCompletedEvent", {"State": "Elsewhere"}),
    ],
)
def test_what_makes_no_sense_is_kept_as_rejected_and_names_the_member(name: str, members: dict[str, Any]) -> None:
    assert tell(name, **members) is None
    assert next(iter(members)) in RejectedMessage.objects.get().reason


@pytest.mark.parametrize("name", [*ONCE, *FOLDED[:2]])
def test_events_that_only_buyers_care_about_end_with_a_note(name: str, work: Work) -> None:
    event = told(name)
    work()
    event.refresh_from_db()
    assert event.state == State.DONE
    assert event.note == "No application 1901 here, so no mail: run sync_applications."
