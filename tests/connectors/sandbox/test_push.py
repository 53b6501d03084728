"""The order push: what is sent, how often, and what the tenant takes from the answer."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import simplejson

from connectors.norce.xml import read_order_request
from tests.connectors.sandbox.conftest import HUB, ORDER, Caller, Hub

FAILED = (200, '{"StatusCode": "Failed", "HasErpOrderNo": false}')


def test_it_sends_the_order_as_json_with_the_credentials(make: Callable[..., Caller], hub: Hub) -> None:
    make(hub_credentials="norce:secret").order()
    sent = hub.received[0]
    assert (sent.url, sent.headers["Authorization"]) == (HUB, "Basic bm9yY2U6c2VjcmV0")
    assert simplejson.loads(sent.body) == ORDER


def test_it_sends_the_order_as_xml(sandbox: Caller, hub: Hub) -> None:
    hub.answers = [(200, '<R xmlns="urn:x"><StatusCode>OK</StatusCode><HasErpOrderNo>false</HasErpOrderNo></R>')]
    assert sandbox.control("orders?format=xml", ORDER).json()["ok"] is True
    body = hub.received[0].body
    assert read_order_request(body)["ClientOrderRef"] == "5100231"


def test_it_repeats_until_the_hub_says_ok(sandbox: Caller, hub: Hub) -> None:
    hub.answers = [(503, "down"), FAILED]
    answer = sandbox.control("orders", ORDER).json()
    assert (answer["tries"], answer["status"], answer["ok"]) == (3, 200, True)
    assert len(sandbox.orders()) == 1


def test_it_gives_up_and_shows_the_last_answer(sandbox: Caller, hub: Hub) -> None:
    hub.answers = [FAILED] * 9
    answer = sandbox.control("orders", ORDER).json()
    assert (answer["tries"], answer["ok"], answer["answer"]["StatusCode"]) == (3, False, "Failed")


def test_an_order_sent_twice_is_one_order_of_the_tenant(sandbox: Caller) -> None:
    sandbox.order()
    sandbox.order()
    assert len(sandbox.orders()) == 1


def test_the_number_of_the_answer_is_taken(sandbox: Caller, hub: Hub) -> None:
    hub.answers = [(200, '{"StatusCode": "OK", "HasErpOrderNo": true, "ErpOrderNo": "SO7"}')]
    order = sandbox.order()
    assert (order["erp_order_no"], order["status"]) == ("SO7", "Created")


def test_it_refuses_to_send_what_norce_would_not(sandbox: Caller, hub: Hub) -> None:
    answer = sandbox.control("orders", {**ORDER, "CurrencyCode": "SEKR"})
    assert (answer.status_code, hub.received) == (400, [])
    assert "CurrencyCode" in answer.text


@pytest.mark.parametrize("path", ["orders", "orders?format=csv"])
def test_it_needs_an_address_and_a_known_format(make: Callable[..., Caller], path: str) -> None:
    assert make(hub_url="" if path == "orders" else HUB).control(path, ORDER).status_code == 400
