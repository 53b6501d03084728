"""What is left of a body when the person in it is gone: shape, codes and sums, in JSON and in XML."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.norce import xml
from connectors.scrambling import ERASED, scrambled

PERSON = {"FirstName": "Ida", "Email": "ida@example.com", "CustomerCode": "C1", "IsActive": True}
COMPANY = {"Name": "Exempel AB", "VatNo": "SE559999000001", "Code": "B1", "Email": "info@example.com"}


def clean(text: str) -> str:
    return text.replace("Ida", ERASED)


def done(body: Any) -> Any:
    return json.loads(scrambled(json.dumps(body).encode(), clean), parse_float=Decimal)


def test_people_lose_all_but_codes_and_switches() -> None:
    assert done({"SellTo": {"Person": PERSON | {"Address": {"Line1": "Gatan 1", "Country": "SE", "Box": None}}}}) == {
        "SellTo": {
            "Person": {
                "FirstName": ERASED,
                "Email": ERASED,
                "CustomerCode": "C1",
                "IsActive": True,
                "Address": {"Line1": ERASED, "Country": "SE", "Box": None},
            }
        }
    }


def test_an_organisation_keeps_name_and_number_and_a_sole_trader_only_the_name() -> None:
    assert done({"BillTo": {"Company": COMPANY}})["BillTo"]["Company"] == COMPANY | {"Email": ERASED}
    trader = COMPANY | {"VatNo": "SE900101000001"}
    assert done({"BillTo": {"Company": trader}})["BillTo"]["Company"]["VatNo"] == ERASED


def test_money_keeps_its_digits() -> None:
    body = b'{"Items": [{"UnitPrice": 1199.20, "Quantity": 1}], "SellTo": {"Person": {"LastName": "Prov"}}}'
    assert scrambled(body, clean) == body.replace(b"Prov", b"erased")


def test_other_texts_are_cleaned_of_the_person_only() -> None:
    assert done({"Items": [{"Description": "Mug for Ida", "Comment": "Hi", "PartNo": "M1"}]}) == {
        "Items": [{"Description": "Mug for erased", "Comment": ERASED, "PartNo": "M1"}]
    }


def test_xml_is_treated_like_json() -> None:
    order = {"SellTo": {"Person": PERSON, "Company": COMPANY}, "DiscountCode": "IDA", "Items": [{"LineNo": 1}]}
    as_json = done(order)
    as_xml = xml.read_order_request(scrambled(xml.order_request_to_xml(order), clean))
    assert as_xml == as_json


def test_comments_of_xml_go_and_its_entities_are_not_opened() -> None:
    body = b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/hostname">]><a><!-- Ida --><Email>x</Email><b>&e;</b></a>'
    left = scrambled(body, clean)
    assert b"Ida" not in left and b"<Email>erased</Email>" in left and b"<b>&e;</b>" in left


def test_xml_that_mixes_texts_and_elements_hides_nothing() -> None:
    body = b'<Person Email="x@example.com" Id="5"><FirstName>Ida<b/>Ida</FirstName></Person>'
    left = scrambled(body, clean).partition(b"?>")[2].strip()
    assert left == b'<Person Email="erased" Id="5"><FirstName>erased<b/>erased</FirstName></Person>'


@pytest.mark.parametrize("body", [b"{broken Ida", b"\xff\xfe Ida", b"<a>Ida"])
def test_a_body_that_cannot_be_read_goes_whole(body: bytes) -> None:
    assert scrambled(body, clean) == ERASED.encode()


def test_an_empty_body_stays_empty() -> None:
    assert scrambled(b"", clean) == b""


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(st.sampled_from(["SellTo", "Person", "Email", "Name", "Value", "x"]), inner)
        ),
    )
)
def test_shape_and_numbers_never_change_and_twice_is_once(body: Any) -> None:
    once = done(body)
    assert shape(once) == shape(body) and done(once) == once


def shape(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: shape(item) for name, item in value.items()}
    if isinstance(value, list):
        return [shape(item) for item in value]
    return "text" if isinstance(value, str) and value.strip() else value
