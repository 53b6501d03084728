"""Orders on their way in: stored once, answered in kind, whatever happens at the same time."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from django.db import InterfaceError, OperationalError, connection
from lxml import etree
from pytest_django.live_server_helper import LiveServer

from hub import rings
from hub.models import Application, OutboxMessage, RejectedMessage
from hub.models.work import State
from orders.models import Order
from tests.conftest import AUTH, sample
from tests.orders.samples import as_xml, counts, kept
from tests.threads import side_by_side

Post = Callable[..., Any]
XML = "application/xml"
pytestmark = pytest.mark.django_db


def test_it_stores_json_and_answers_json(post_order: Post) -> None:
    answer = post_order(sample("01"))
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    assert answer.json()["StatusCode"] == "OK"
    assert (answer.json()["HasErpOrderNo"], answer.json()["ErpOrderNo"]) == (False, None)
    order = Order.objects.get()
    assert (order.client_order_ref, order.source, order.format) == ("5100231", "WEB", "json")
    assert json.loads(bytes(order.body)) == sample("01")
    assert OutboxMessage.objects.get().subject == order.subject


def test_it_stores_xml_and_answers_xml_in_the_order_of_the_contract(post_order: Post) -> None:
    body = as_xml(sample("03"))
    answer = post_order(body, XML)
    root = etree.fromstring(answer.content)
    assert (answer.status_code, answer["Content-Type"]) == (200, XML)
    assert [etree.QName(child).localname for child in root] == ["StatusCode", "Description", "HasErpOrderNo"]
    assert root[0].text == "OK"
    assert bytes(Order.objects.get().body) == body


def test_the_xml_answer_to_a_known_order_ends_with_its_erp_number(post_order: Post) -> None:
    post_order(as_xml(sample("03")), XML)
    Order.objects.update(erp_order_no="SO7")
    root = etree.fromstring(post_order(as_xml(sample("03")), XML).content)
    names = [etree.QName(child).localname for child in root]
    assert names == ["StatusCode", "Description", "HasErpOrderNo", "ErpOrderNo"]
    assert [root[2].text, root[3].text] == ["true", "SO7"]


@pytest.mark.parametrize(
    "path", ["/norce/orders", "/norce/orders/", "/norce/orders/CreateOrder", "/norce/orders/CreateOrder/"]
)
def test_it_takes_orders_at_every_spelling_without_a_redirect(post_order: Post, path: str) -> None:
    assert post_order(sample("01"), path=path).status_code == 200
    assert Order.objects.count() == 1


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "text/json", "APPLICATION/JSON"])
def test_it_takes_json_by_its_other_names(post_order: Post, content_type: str) -> None:
    assert post_order(json.dumps(sample("01")), content_type).json()["StatusCode"] == "OK"


def test_it_takes_xml_as_text(post_order: Post) -> None:
    assert b"OK" in post_order(as_xml(sample("01")), "text/xml; charset=utf-8").content


def test_it_reads_a_client_order_ref_that_is_a_number(post_order: Post) -> None:
    post_order(sample("01", ClientOrderRef=5100231))
    post_order(sample("01", ClientOrderRef="5100231"))
    assert Order.objects.get().client_order_ref == "5100231"


def test_it_reads_names_in_any_case(post_order: Post) -> None:
    body = {name[0].lower() + name[1:]: value for name, value in sample("01").items()}
    assert post_order(body).json()["StatusCode"] == "OK"
    order = Order.objects.get()
    assert (order.client_order_ref, order.source) == ("5100231", "WEB")
    assert order.application_key == sample("01")["Header"]["ApplicationKey"]


def test_the_same_order_again_gets_the_same_answer(post_order: Post) -> None:
    assert post_order(sample("01")).content == post_order(sample("01")).content
    assert counts() == (1, 1, 0)


def test_the_same_order_again_gets_the_erp_number_once_it_is_known(post_order: Post) -> None:
    post_order(sample("01"))
    Order.objects.update(erp_order_no="SO7")
    answer = post_order(sample("01")).json()
    assert (answer["StatusCode"], answer["HasErpOrderNo"], answer["ErpOrderNo"]) == ("OK", True, "SO7")


def test_the_same_order_with_other_content_is_answered_ok_and_kept_beside(post_order: Post) -> None:
    first, second = sample("01"), sample("01", CustomerOrderComment="Leave it at the door")
    assert [post_order(body).json()["StatusCode"] for body in (first, second)] == ["OK", "OK"]
    assert json.loads(bytes(Order.objects.get().body)) == first
    assert json.loads(bytes(kept().body)) == second
    assert "5100231" in kept().reason


def test_the_application_key_is_the_same_in_any_case_and_in_braces(post_order: Post) -> None:
    key = sample("01")["Header"]["ApplicationKey"]
    for spelling in (key, key.upper(), f"{{{key}}}"):
        post_order(sample("01", Header={"ApplicationKey": spelling}))
    assert Order.objects.get().application_key == key


@pytest.mark.parametrize("source", ["web", "", None])
def test_norces_own_source_is_the_same_in_any_spelling(post_order: Post, source: str | None) -> None:
    post_order(sample("01"))
    post_order(sample("01", Source=source))
    assert Order.objects.get().source == "WEB"


def test_the_same_reference_from_another_application_and_source_is_another_order(post_order: Post) -> None:
    other = {"ApplicationKey": "3c9a5be2-0f17-4d6b-b0c8-91e4a6d7f203"}
    for changes in ({}, {"Header": other}, {"Source": "POS-7"}, {"Header": other, "Source": "POS-7"}):
        assert post_order(sample("01", **changes)).json()["StatusCode"] == "OK"
    assert counts() == (4, 4, 0)


def failing(table: str, error: Exception) -> Callable[..., Any]:
    """Return a database wrapper in which the insert into a table fails."""

    def execute(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if f"INSERT INTO {table}" in sql:
            raise error
        return execute(sql, params, many, context)

    return execute


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_it_answers_503_and_stores_nothing_when_the_database_is_down(post_order: Post, error: type[Exception]) -> None:
    with connection.execute_wrapper(failing("orders_order", error("the server closed the connection"))):
        answer = post_order(sample("01"))
    assert (answer.status_code, answer.json()["StatusCode"]) == (503, "Failed")
    assert counts() == (0, 0, 0)


@pytest.mark.django_db(transaction=True)
def test_a_crash_between_the_order_and_its_message_leaves_neither(post_order: Post) -> None:
    crash = connection.execute_wrapper(failing("hub_outboxmessage", MemoryError()))
    with crash, pytest.raises(MemoryError):
        post_order(sample("01"))
    assert counts() == (0, 0, 0)


@pytest.mark.django_db(transaction=True)
def test_a_crash_before_the_ring_leaves_neither_order_nor_message(
    post_order: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash() -> None:
        assert Order.objects.count() == OutboxMessage.objects.count() == 1
        raise MemoryError

    monkeypatch.setattr(rings, "ring", crash)
    with pytest.raises(MemoryError):
        post_order(sample("01"))
    assert counts() == (0, 0, 0)


def test_an_order_of_an_unknown_application_is_held_with_the_remedy(
    transactional_db: None, post_order: Post, work: Callable[[], int]
) -> None:
    assert post_order(sample("01")).json()["StatusCode"] == "OK"
    work()
    message = OutboxMessage.objects.get()
    assert (message.state, message.error_kind) == (State.HELD, "hold")
    assert sample("01")["Header"]["ApplicationKey"] in message.error
    assert "sync_applications" in message.remedy


@pytest.fixture
def live(many_connections: None) -> Iterator[str]:
    """A real web server on this test's database; returns its address."""
    server = LiveServer("127.0.0.1")
    yield server.url
    server.stop()


def test_the_same_order_twenty_times_at_once_is_one_order(live: str) -> None:
    def send(number: int) -> Any:
        return requests.post(f"{live}/norce/orders", json=sample("01"), headers=AUTH, timeout=60)

    answers = side_by_side(20, send)
    assert {answer.status_code for answer in answers} == {200}
    assert {answer.json()["StatusCode"] for answer in answers} == {"OK"}
    assert counts() == (1, 1, 0)


def test_a_stopped_order_takes_the_corrected_content_and_starts_again(
    application: Application, post_order: Post, work: Callable[[], int]
) -> None:
    post_order(sample("01", SellTo=None, BillTo=None))
    work()
    assert OutboxMessage.objects.get().state == State.HELD
    assert post_order(sample("01")).json()["StatusCode"] == "OK"
    assert (OutboxMessage.objects.get().state, OutboxMessage.objects.get().asked_by) == (State.PENDING, "Norce")
    assert json.loads(bytes(Order.objects.get().body))["SellTo"] is not None
    assert "took this one's place" in RejectedMessage.objects.get().reason


@pytest.mark.parametrize("state", [State.PENDING, State.RUNNING, State.DONE, State.CANCELLED])
def test_other_content_does_not_touch_an_order_that_is_not_stopped(
    transactional_db: None, post_order: Post, state: State
) -> None:
    post_order(sample("01"))
    OutboxMessage.objects.update(state=state)
    post_order(sample("01", CustomerOrderComment="Changed"))
    assert json.loads(bytes(Order.objects.get().body))["CustomerOrderComment"] is None
    assert (OutboxMessage.objects.get().state, RejectedMessage.objects.count()) == (state, 1)


def test_a_post_over_plain_http_is_not_redirected(transactional_db: None, post_order: Post, settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    assert post_order(sample("01")).status_code == 200
