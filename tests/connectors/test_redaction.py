"""What is taken out of addresses and bodies before they are kept, and what stays readable."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.redaction import LIMIT, MASK, redact_body, redact_text, redact_url


@pytest.mark.parametrize(
    "name",
    [
        "Email",
        "EmailAddress",
        "email_address",
        "FirstName",
        "last_name",
        "SSN",
        "SocialSecurityNumber",
        "CellPhone",
        "cell_phone",
        "Line1",
        "ZipCode",
        "postal_code",
        "client_secret",
        "access_token",
        "Password",
        "ImportedRow",
        "CustomerOrderComment",
    ],
)
def test_private_members_are_masked_at_any_depth(name: str) -> None:
    assert json.loads(redact_body(json.dumps({"A": [{name: "Maja 123"}]}))) == {"A": [{name: MASK}]}


def test_what_is_not_private_keeps_its_spelling() -> None:
    body = b'{"Amount": 1596.10, "Big": 12345678901234567890, "Id": 7, "On": true, "No": null, "E": 1e2, "Code": "C1"}'
    assert redact_body(body) == body.decode()


@pytest.mark.parametrize(
    "text",
    [
        "mail maja.provberg+x@example.com",
        "born 19121212-1212",
        "born 121212-1212",
        "call +46 70 174 06 05",
        "Authorization: Bearer abc.def-123",
        "Basic bm9yY2U6c2VjcmV0",
    ],
)
def test_patterns_are_masked_in_free_text_and_in_json_values(text: str) -> None:
    secret = text.split(" ", 1)[1] if not text.startswith("Auth") else "abc.def-123"
    assert secret not in redact_text(text)
    assert secret not in redact_body(json.dumps({"Message": text}))
    assert MASK in redact_body(f"<html>{text}</html>")


def test_the_words_of_a_refusal_stay_readable_field_by_field() -> None:
    body = {"errors": {"name": "must be filled", "Email": ["maja@example.com is taken"]}}
    assert json.loads(redact_body(json.dumps(body))) == {
        "errors": {"name": "must be filled", "Email": [f"{MASK} is taken"]}
    }


def test_a_record_among_errors_is_masked_all_the_same() -> None:
    assert "Maja" not in redact_body('{"errors": [{"FirstName": "Maja"}], "Errors": {"row": {"FirstName": "Maja"}}}')


def test_an_address_keeps_its_host_and_path_and_loses_the_rest() -> None:
    url = "https://user:pass@erp.example.com:8443/api/customers?email=maja@example.com&kind=person#part"
    assert redact_url(url) == f"https://erp.example.com:8443/api/customers?email={MASK}&kind=person"


def test_an_odata_filter_keeps_its_words_and_loses_the_addresses() -> None:
    url = "https://norce.example.com/Customers?%24filter=EmailAddress%20eq%20%27maja%40example.com%27&%24top=200"
    assert redact_url(url) == f"https://norce.example.com/Customers?$filter=EmailAddress eq '{MASK}'&$top=200".replace(
        " ", "+"
    )


@pytest.mark.parametrize("body", [None, "", b""])
def test_nothing_stays_nothing(body: Any) -> None:
    assert redact_body(body) == ""


def test_a_long_body_is_cut_and_says_how_long_it_was() -> None:
    kept = redact_body("x" * 10_000)
    assert len(kept) < LIMIT + 50
    assert "10000 characters" in kept


@pytest.mark.parametrize("body", [b'{"a": "\\ud800\\u0000"}', b'{"\\ud800": 1}', b"\x00\xff", "\ud800\x00"])
def test_what_no_database_can_hold_is_replaced(body: Any) -> None:
    kept = redact_body(body)
    assert "\x00" not in kept
    assert kept.encode("utf-8")


def test_deep_nesting_does_not_stop_the_record() -> None:
    assert redact_body("[" * 100_000).startswith("[[")


TEXTS = st.text(st.characters(codec=None), max_size=200)


@given(st.recursive(TEXTS, lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner), max_leaves=10))
def test_any_json_can_be_kept(value: Any) -> None:
    kept = redact_body(json.dumps(value))
    assert "\x00" not in kept
    assert kept.encode("utf-8") is not None


@given(st.emails())
def test_no_plain_address_is_left_in_a_text(address: str) -> None:
    name, _, host = address.partition("@")
    if name.replace(".", "").isalnum():
        assert address not in redact_text(f"mail <{address}> bounced")
