"""What Norce, or anybody else, may send to the order receiver, and what becomes of it."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from django.db import InterfaceError, OperationalError
from django.test import Client
from lxml import etree
from pytest_django.live_server_helper import LiveServer

from connectors.norce import xml
from hub.models import Application, OutboxMessage, RejectedMessage
from hub.models.work import State
from orders.models import Order
from tests.conftest import AUTH, sample
from tests.threads import side_by_side

Post = Callable[..., Any]
XML = "application/xml"
MIB = 1024 * 1024


def as_xml(body: dict[str, Any]) -> bytes:
    return xml.order_request_to_xml(body)


def counts() -> tuple[int, int, int]:
    return Order.objects.count(), OutboxMessage.objects.count(), RejectedMessage.objects.count()


def kept() -> RejectedMessage:
    return RejectedMessage.objects.get()


def basic(text: bytes) -> dict[str, str]:
    return {"Authorization": f"Basic {base64.b64encode(text).decode()}"}


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


@pytest.mark.parametrize(
    "body",
    [
        b" ",
        b"{",
        b'{"ClientOrderRef": "1"',
        b"\x00\x01\x02",
        b"null",
        b"[]",
        b'"ClientOrderRef"',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"ClientOrderRef": ' + b"9" * 5000 + b"}",
    ],
    ids=lambda body: repr(body[:20]),
)
def test_it_keeps_malformed_json_and_answers_failed(post_order: Post, body: bytes) -> None:
    answer = post_order(body)
    assert (answer.status_code, answer.json()["StatusCode"]) == (200, "Failed")
    assert (bytes(kept().body), kept().reason) == (body, answer.json()["Description"])
    assert counts() == (0, 0, 1)


ROOT = '<OrderRequest xmlns="Enferno.Services.StormConnect.Contracts.Order">'
LAUGHS = '<!DOCTYPE o [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    "body",
    [
        "<OrderRequest>",
        "<OrderRequest></Order>",
        "<Order><ClientOrderRef>1</ClientOrderRef></Order>",
        "<a>" * 5000 + "</a>" * 5000,
        f"<!DOCTYPE o>{ROOT}<ClientOrderRef>1</ClientOrderRef></OrderRequest>",
        f'<!DOCTYPE o [<!ENTITY x "1">]>{ROOT}<ClientOrderRef>&x;</ClientOrderRef></OrderRequest>',
        f'<!DOCTYPE o [<!ENTITY x SYSTEM "file:///etc/passwd">]>{ROOT}<ClientOrderRef>&x;</ClientOrderRef></OrderRequest>',
        f'<!DOCTYPE o SYSTEM "http://dtd.example.com/o.dtd">{ROOT}<ClientOrderRef>1</ClientOrderRef></OrderRequest>',
        f"{LAUGHS}]>{ROOT}<ClientOrderRef>&i;</ClientOrderRef></OrderRequest>",
        f"{ROOT}<ClientOrderRef>&x;</ClientOrderRef></OrderRequest>",
        f"{ROOT}<ClientOrderRef>1</ClientOrderRef><ClientOrderRef>2</ClientOrderRef></OrderRequest>",
    ],
    ids=lambda body: body[:30],
)
def test_it_keeps_malformed_and_dangerous_xml_and_answers_failed(post_order: Post, body: str) -> None:
    answer = post_order(body.encode(), XML)
    assert (answer.status_code, b"<StatusCode>Failed<" in answer.content) == (200, True)
    assert (bytes(kept().body), kept().reason != "") == (body.encode(), True)
    assert counts() == (0, 0, 1)


def test_it_refuses_a_body_of_three_mebibytes_and_lists_its_size(post_order: Post) -> None:
    answer = post_order(b" " * (3 * MIB))
    assert (answer.status_code, answer.json()["StatusCode"]) == (413, "Failed")
    assert (kept().size, bytes(kept().body)) == (3 * MIB, b"")
    assert str(3 * MIB) in kept().reason


def test_it_takes_a_body_just_within_the_limit(post_order: Post) -> None:
    text = json.dumps(sample("01"))
    assert post_order(text + " " * (2 * MIB - len(text))).json()["StatusCode"] == "OK"


def chunked(client: Client, body: bytes) -> Any:
    """Post as a client does that does not say how long its body is; the server says where it ends."""
    stream = {
        "wsgi.input": io.BytesIO(body),
        "wsgi.input_terminated": True,
        "CONTENT_LENGTH": "",
        "CONTENT_TYPE": "application/json",
    }
    extra: dict[str, Any] = {**stream, "HTTP_TRANSFER_ENCODING": "chunked"}
    return client.post("/norce/orders", b"", "application/json", headers=AUTH, **extra)


def test_it_takes_a_body_that_comes_in_chunks_without_a_length(client: Client) -> None:
    assert chunked(client, json.dumps(sample("01")).encode()).json()["StatusCode"] == "OK"
    assert json.loads(bytes(Order.objects.get().body)) == sample("01")


def test_it_refuses_too_long_a_body_that_comes_in_chunks(client: Client) -> None:
    assert chunked(client, b" " * (3 * MIB)).status_code == 413
    assert counts() == (0, 0, 1)


@pytest.mark.parametrize("content_type", ["text/plain", "application/octet-stream", "multipart/form-data", ""])
def test_it_refuses_another_content_type_and_keeps_the_body(post_order: Post, content_type: str) -> None:
    answer = post_order(json.dumps(sample("01")), content_type)
    assert answer.status_code == 415
    assert json.loads(bytes(kept().body)) == sample("01")
    assert "application/json" in kept().reason


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": ""},
        {"Authorization": "Basic"},
        {"Authorization": "Basic %%%"},
        {"Authorization": "Bearer abc"},
        {"Authorization": "Basic åäö"},
        basic(b"norce"),
        basic(b"norce:"),
        basic(b"norce:wrong"),
        basic(b"Norce:a-long-random-secret-for-tests"),
        basic(b"norce2:a-long-random-secret-for-tests"),
        basic(b"\xff\xfe:\x00"),
    ],
    ids=str,
)
def test_it_refuses_missing_wrong_and_malformed_credentials(client: Client, headers: dict[str, str]) -> None:
    answer = client.post("/norce/orders", sample("01"), "application/json", headers=headers)
    assert (answer.status_code, answer["WWW-Authenticate"][:5]) == (401, "Basic")
    assert counts() == (0, 0, 0)


@pytest.mark.parametrize("text", [b"norce:a-long-random-secret-for-tests", b"norce2:the-next-secret-for-rotation"])
def test_both_credentials_of_a_rotation_work(client: Client, text: bytes) -> None:
    answer = client.post("/norce/orders", sample("01"), "application/json", headers=basic(text))
    assert answer.json()["StatusCode"] == "OK"


@pytest.mark.parametrize("method", ["get", "put", "delete", "patch"])
def test_it_takes_nothing_but_posts(client: Client, method: str) -> None:
    answer = getattr(client, method)("/norce/orders", headers=AUTH)
    assert (answer.status_code, answer["Allow"]) == (405, "POST")


@pytest.mark.parametrize("reference", ["", None, "   ", [], {}, True, 1.5])
def test_it_answers_failed_without_a_client_order_ref_and_keeps_body_and_reason(
    post_order: Post, reference: Any
) -> None:
    answer = post_order(sample("01", ClientOrderRef=reference))
    assert (answer.status_code, answer.json()["StatusCode"]) == (200, "Failed")
    assert json.loads(bytes(kept().body))["ClientOrderRef"] == reference
    assert "ClientOrderRef is missing" in kept().reason
    assert (kept().sender, kept().endpoint, kept().address) == ("norce", "norce/orders", "127.0.0.1")


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


@pytest.mark.parametrize("name", ["ClientOrderRef", "Source"])
@pytest.mark.parametrize("text", ["1\x00", "1\ud800", "x" * 256], ids=["NUL", "lone surrogate", "too long"])
def test_it_keeps_an_order_whose_key_no_database_can_hold(post_order: Post, name: str, text: str) -> None:
    assert post_order(sample("01", **{name: text})).json()["StatusCode"] == "Failed"
    assert name in kept().reason
    assert counts() == (0, 0, 1)


def test_it_keeps_an_order_with_too_long_an_application_key(post_order: Post) -> None:
    assert post_order(sample("01", Header={"ApplicationKey": "k" * 65})).json()["StatusCode"] == "Failed"
    assert "ApplicationKey" in kept().reason


@pytest.mark.parametrize("email", ["maja\x00@example.com", "maja\ud800@example.com", "m" * 300 + "@example.com", 5, []])
def test_an_odd_email_address_is_no_reason_to_lose_the_order(post_order: Post, email: Any) -> None:
    assert post_order(sample("01", SellTo={"Person": {"Email": email}})).json()["StatusCode"] == "OK"


def test_it_takes_json_with_a_byte_order_mark(post_order: Post) -> None:
    assert post_order(b"\xef\xbb\xbf" + json.dumps(sample("01")).encode()).json()["StatusCode"] == "OK"


def test_it_takes_xml_with_a_byte_order_mark(post_order: Post) -> None:
    assert b"OK" in post_order(b"\xef\xbb\xbf" + as_xml(sample("01")), XML).content


def test_it_keeps_latin_1_json_and_answers_failed(post_order: Post) -> None:
    body = '{"ClientOrderRef": "1", "Source": "Öl"}'.encode("latin-1")
    assert post_order(body).json()["StatusCode"] == "Failed"
    assert bytes(kept().body) == body


def test_it_takes_xml_that_says_it_is_latin_1(post_order: Post) -> None:
    body = f'<?xml version="1.0" encoding="iso-8859-1"?>{ROOT}<ClientOrderRef>1</ClientOrderRef><Source>Öl</Source>'
    assert b"OK" in post_order(f"{body}</OrderRequest>".encode("latin-1"), XML).content
    assert Order.objects.get().source == "Öl"


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


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_it_answers_503_and_stores_nothing_when_the_database_is_down(
    post_order: Post, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def fail(**columns: Any) -> None:
        raise error("the server closed the connection unexpectedly")

    monkeypatch.setattr(Order.objects, "create", fail)
    answer = post_order(sample("01"))
    assert (answer.status_code, answer.json()["StatusCode"]) == (503, "Failed")
    assert counts() == (0, 0, 0)


@pytest.mark.django_db(transaction=True)
def test_a_crash_between_the_order_and_its_message_leaves_neither(
    post_order: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(**columns: Any) -> None:
        assert Order.objects.count() == 1
        raise MemoryError

    monkeypatch.setattr(OutboxMessage.objects, "create", crash)
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


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"Items": [{"LineNo": "first"}]}, "Items[0].LineNo"),
        ({"Items": [{"UnitPrice": "1e400"}]}, "Items[0].UnitPrice"),
        ({"Payments": [{"Amount": "NaN"}]}, "Payments[0].Amount"),
        ({"SellTo": "Maja"}, "SellTo"),
        ({"SellTo": {"Person": {"FirstName": "Maja\x00"}}}, "SellTo.Person.FirstName"),
        ({"CustomerOrderComment": "\udcff"}, "CustomerOrderComment"),
    ],
    ids=str,
)
def test_an_order_that_cannot_be_read_is_kept_and_says_where(
    application: Application, post_order: Post, work: Callable[[], int], changes: dict[str, Any], told: str
) -> None:
    assert post_order(sample("01", **changes)).json()["StatusCode"] == "OK"
    work()
    message = OutboxMessage.objects.get()
    assert (message.state, message.error_kind) == (State.FAILED, "permanent"), message.error
    assert told in message.error


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
