"""What does not look like an order from Norce: refused or answered Failed, and kept."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from hub.models import Application, OutboxMessage
from hub.models.work import State
from orders.models import Order
from tests.conftest import AUTH, sample
from tests.orders.samples import as_xml, counts, kept

Post = Callable[..., Any]
XML = "application/xml"
MIB = 1024 * 1024


def basic(text: bytes) -> dict[str, str]:
    return {"Authorization": f"Basic {base64.b64encode(text).decode()}"}


pytestmark = pytest.mark.django_db


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
