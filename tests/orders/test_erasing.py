"""A person's orders: names and addresses go, what the books need stays, and the page still opens."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from connectors.sandbox.core import Sandbox
from connectors.sandbox.registration import register_order
from hub import erasing
from hub.models import Attempt, OutboxMessage, RejectedMessage
from hub.models.work import State
from hub.person import Person
from orders.contents import read_request
from orders.erasing import prune
from orders.models import DeliveryNote, Invoice, Order
from orders.order_page import page
from tests.conftest import sample
from tests.faults import BUYER, to_erp
from tests.orders.clerk import clerk, read_news
from tests.orders.samples import as_xml

Receive = Callable[..., Order]
Work = Callable[[], int]
WORDS = (b"Maja", b"Provberg", b"maja.provberg", b"Exempelgatan", b"123 45", b"0701740605")

pytestmark = pytest.mark.usefixtures("application", "sandbox")


def erase(**who: Any) -> dict[str, int]:
    person = erasing.known(Person(**who) if who else Person(emails=frozenset([BUYER])))
    return dict(erasing.erase(person, by="anna", reason="asked for it").counts)


@pytest.fixture
def sent(received: Receive, work: Work) -> Order:
    """An order that has reached the ERP."""
    order = received("01")
    work()
    return order


@pytest.fixture
def as_it_came_in_xml(post_order: Callable[..., Any], sandbox: Sandbox, work: Work) -> Order:
    """The same buyer's order, received as XML."""
    body = sample("01", ClientOrderRef="77")
    register_order(sandbox.state, body)
    post_order(as_xml(body), content_type="application/xml")
    work()
    return Order.objects.get(client_order_ref="77")


def test_names_and_addresses_go_and_numbers_and_sums_stay(sent: Order) -> None:
    sent.refresh_from_db()
    before, total, number = read_request(sent), sent.total, sent.erp_order_no
    assert erase()["order"] == 1
    sent.refresh_from_db()
    after = read_request(sent)
    assert not any(word in bytes(sent.body) for word in WORDS)
    assert (sent.buyer_name, sent.buyer_email, sent.total, sent.erp_order_no) == ("", "", total, number)
    assert (after.items, after.payments[0].amount, after.header) == (before.items, Decimal("1596.1"), before.header)
    assert sent.client_order_ref == "5100231" and sent.customer_code


def test_an_order_in_xml_keeps_its_shape_too(as_it_came_in_xml: Order) -> None:
    before = read_request(as_it_came_in_xml)
    erase()
    as_it_came_in_xml.refresh_from_db()
    after = read_request(as_it_came_in_xml)
    assert not any(word in bytes(as_it_came_in_xml.body) for word in WORDS)
    assert (after.items, after.payments[0].amount) == (before.items, before.payments[0].amount)
    assert after.sell_to and after.sell_to.person and after.sell_to.person.last_name == "erased"


@pytest.mark.parametrize("which", ["sent", "as_it_came_in_xml"])
def test_the_page_of_an_erased_order_opens(which: str, request: pytest.FixtureRequest, admin_client: Client) -> None:
    order = request.getfixturevalue(which)
    erase()
    order.refresh_from_db()
    assert (page(order)["unreadable"], len(page(order)["rows"])) == ("", 3)
    answer = admin_client.get(reverse("admin:orders_order_change", args=[order.pk]))
    assert answer.status_code == 200
    assert "Maja" not in answer.text and "Trail jacket" in answer.text


def test_a_company_keeps_its_name_and_loses_its_contact(business: Any, received: Receive, work: Work) -> None:
    order = received("02", DoHold=False)
    work()
    contact, company = sample("02")["SellTo"]["Person"], sample("02")["SellTo"]["Company"]
    erase(emails=frozenset([contact["Email"].lower()]))
    order.refresh_from_db()
    assert contact["LastName"].encode() not in bytes(order.body)
    assert company["VatNo"].encode() in bytes(order.body) and order.buyer_name == company["Name"]


def test_what_the_shop_wrote_about_the_buyer_goes(received: Receive, work: Work) -> None:
    order = received("01", CustomerOrderComment="Ring Maja", CustomerInvoiceRef="Maja", DiscountCode="MAJA10 for Maja")
    work()
    erase()
    order.refresh_from_db()
    kept = json.loads(bytes(order.body))
    assert (kept["CustomerOrderComment"], kept["CustomerInvoiceRef"]) == ("erased", "erased")
    assert kept["DiscountCode"] == "MAJA10 for erased"


def test_the_receiver_of_anothers_order_is_found_however_the_address_is_spelled(received: Receive, work: Work) -> None:
    receiver = sample("01")["ShipTo"]
    receiver["Person"]["Email"] = "Bo+Gift@Example.com"
    order = received("01", ShipTo=receiver)
    body = bytes(order.body).replace(b"Bo+Gift", b"Bo\\u002BGift")
    Order.objects.update(body=body)
    work()
    assert erase(emails=frozenset(["bo+gift@example.com"]))["order"] == 1
    order.refresh_from_db()
    assert b"Gift" not in bytes(order.body)


def test_an_order_of_the_persons_code_is_theirs_whatever_address_it_names(sent: Order) -> None:
    sent.refresh_from_db()
    assert erase(codes=frozenset([("default", sent.customer_code)]))["order"] == 1
    assert erase(codes=frozenset([("second", sent.customer_code)]))["order"] == 0


def test_messages_forget_the_buyer_and_texts_their_name(sent: Order) -> None:
    message = to_erp(sent)
    assert message.serial == f"buyer:{BUYER}"
    OutboxMessage.objects.filter(pk=message.pk).update(remedy="Look for Maja Provberg in the ERP.")
    Attempt.objects.filter(subject=sent.subject).update(reason="maja rang +46701740605")
    erase()
    message = to_erp(sent)
    assert (message.serial, message.remedy) == ("", "Look for erased in the ERP.")
    assert set(Attempt.objects.values_list("reason", flat=True)) == {"erased rang erased"}


def test_erasing_twice_changes_nothing(sent: Order, as_it_came_in_xml: Order) -> None:
    person = erasing.known(Person(emails=frozenset([BUYER])))
    assert erasing.erase(person, by="anna", reason="asked for it").counts["order"] == 2
    before = [bytes(body) for body in Order.objects.order_by("pk").values_list("body", flat=True)]
    assert not any(erasing.erase(person, by="anna", reason="asked again").counts.values())
    assert [bytes(body) for body in Order.objects.order_by("pk").values_list("body", flat=True)] == before


def test_the_orders_of_others_are_left_alone(sent: Order, received: Receive, work: Work) -> None:
    other = received("04")
    work()
    before = bytes(other.body)
    erase()
    other.refresh_from_db()
    assert bytes(other.body) == before and other.buyer_email


def test_orders_are_kept_unless_a_setting_says_for_how_long(sent: Order, settings: Settings) -> None:
    Order.objects.update(received_at=timezone.now() - timedelta(9999))
    assert prune() == {}
    settings.HUB_KEEP_ORDER_DAYS = 365
    assert prune() == {"order (blanked)": 1}
    assert prune() == {"order (blanked)": 0}
    sent.refresh_from_db()
    assert (bytes(sent.body), sent.buyer_email, sent.buyer_name) == (b"{}", "", "")
    assert sent.erp_order_no and sent.total == Decimal("1596.10") and page(sent)["unreadable"] == ""
    assert to_erp(sent).serial == ""


def test_an_order_that_has_not_ended_or_is_younger_keeps_its_contents(sent: Order, settings: Settings) -> None:
    settings.HUB_KEEP_ORDER_DAYS = 365
    Order.objects.update(received_at=timezone.now() - timedelta(364), status=Order.Status.INVOICED)
    assert prune() == {"order (blanked)": 0}
    Order.objects.update(received_at=timezone.now() - timedelta(366))
    OutboxMessage.objects.filter(kind="norce.order_status").update(state=State.FAILED)
    assert prune() == {"order (blanked)": 0}


@pytest.mark.parametrize(("days", "blanked"), [(366, 0), (729, 0), (731, 1)])
def test_an_order_that_the_erp_has_not_finished_is_kept_twice_as_long(
    days: int, blanked: int, sent: Order, settings: Settings
) -> None:
    settings.HUB_KEEP_ORDER_DAYS = 365
    Order.objects.update(received_at=timezone.now() - timedelta(days), status=Order.Status.PARTLY_DELIVERED)
    assert prune() == {"order (blanked)": blanked}


@pytest.mark.parametrize(
    "ended", [{"status": Order.Status.CANCELLED}, {"gone_at": timezone.now()}, {"erp_order_no": ""}]
)
def test_an_order_that_has_ended_otherwise_is_blanked_in_time(
    ended: dict[str, Any], sent: Order, settings: Settings
) -> None:
    settings.HUB_KEEP_ORDER_DAYS = 365
    Order.objects.update(received_at=timezone.now() - timedelta(366), **ended)
    assert prune() == {"order (blanked)": 1}


@pytest.fixture
def delivered(sent: Order, sandbox: Sandbox, work: Work) -> Order:
    """The order, delivered to the buyer's address and invoiced with a row that names them."""
    sandbox.state.erp_orders.get("SO100001")["lines"][0]["description"] = "Jacket for Maja"
    clerk(sandbox, "ship"), clerk(sandbox, "invoice")
    read_news(work)
    assert "Exempelgatan" in str(DeliveryNote.objects.get().content)
    return sent


def test_the_documents_of_an_erased_person_name_nobody_and_keep_their_numbers(delivered: Order) -> None:
    counts = erase()
    assert (counts["deliverynote"] > 0, counts["invoice"]) == (True, 1)
    kept = str([*DeliveryNote.objects.values_list("content"), *Invoice.objects.values_list("content")]).encode()
    assert not [word for word in WORDS if word in kept] and b"Jacket for erased" in kept
    assert not any(erase().values())


def test_the_page_of_an_order_whose_deliveries_are_erased_opens(delivered: Order, admin_client: Client) -> None:
    erase()
    assert admin_client.get(reverse("admin:orders_order_change", args=[delivered.pk])).status_code == 200


def test_news_that_are_read_again_do_not_bring_an_erased_person_back(delivered: Order, work: Work) -> None:
    erase()
    assert read_news(work).count_accepted == 0
    assert "Exempelgatan" not in str(DeliveryNote.objects.get().content)


def test_where_deliveries_went_is_blanked_with_the_order(delivered: Order, settings: Settings) -> None:
    settings.HUB_KEEP_ORDER_DAYS = 365
    Order.objects.update(received_at=timezone.now() - timedelta(366))
    assert prune() == {"order (blanked)": 1}
    assert DeliveryNote.objects.get().content["address"] == {}


def test_an_erased_order_that_comes_again_does_not_bring_the_person_back(
    received: Callable[..., Order], post_order: Callable[..., Any], work: Callable[[], int]
) -> None:
    received("01")
    work()
    erase()
    assert post_order(sample("01")).json()["StatusCode"] == "OK"
    kept = bytes(RejectedMessage.objects.get().body)
    assert BUYER.encode() not in kept and b"erased" in kept
