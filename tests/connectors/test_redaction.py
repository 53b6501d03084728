"""What is taken out of addresses and bodies before they are kept, and what stays readable."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors import redaction
from connectors.redaction import LIMIT, MASK, PRIVATE, WINDOW, redact_body, redact_text, redact_url, shown_to_all

ROOT = Path(__file__).parents[2]
# Every message of the contract that the suite and the sandbox have.
SAMPLES = sorted([*ROOT.glob("tests/payloads/*.json"), *ROOT.glob("connectors/sandbox/samples/*.json")])
# Who the people of the samples are: names, streets, towns, postal codes, numbers, and what is written about them.
PEOPLE = "Elin Exempelsson Oskar Provgren Lena Musterprobe Testlund Testsson projekt COST-410 PO-7788 192.0.2.10"
PLACES = "Exempelgatan Provvägen Kontorsgatan Beispielstraße Industrigatan Exempelstad Musterstadt Teststad Testby"
CODES = '"99901 "99902 "12345 "234 +4670 +4917 +4684 070- @example.com minutes'


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


@pytest.mark.parametrize(
    "name",
    [
        "DeliveryZipCode",
        "DeliveryCareOf",
        "delivery_mark",
        "InvoiceMark",
        "InvoiceReference",
        "BuyerFirstName",
        "BuyerReference",
        "PayerSocialSecurityNumber",
        "shipToCity",
        "clientState",
        "validationToken",
    ],
)
def test_whose_member_it_is_does_not_unmask_it(name: str) -> None:
    assert json.loads(redact_body(json.dumps({name: "Maja 123"}))) == {name: MASK}


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_no_message_of_the_contract_shows_a_person(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redaction, "WINDOW", 1_000_000)
    monkeypatch.setattr(redaction, "LIMIT", 1_000_000)
    kept = redact_body(path.read_bytes())
    assert [word for word in f"{PEOPLE} {PLACES} {CODES}".split() if word in kept] == []


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


@pytest.mark.parametrize(
    ("code", "kept"), [("C1%2F2", "C1%2F2"), ("maja%40example.com", MASK), ("19811218-9876", MASK)]
)
def test_a_code_in_a_path_stays_unless_it_is_a_person(code: str, kept: str) -> None:
    url = "https://erp.example.com/customers/{}/orders"
    assert redact_url(url.format(code)) == url.format(kept)


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


@pytest.mark.parametrize("indent", [None, 2])
def test_a_long_body_of_records_keeps_its_first_records_masked(indent: int | None) -> None:
    record = {"Code": "C-1", "FirstName": "Maja", "Amount": 12}
    kept = redact_body(json.dumps({"Customers": [record] * 5000}, indent=indent).encode())
    assert kept.startswith(f'{{"Customers": [{{"Code": "C-1", "FirstName": "{MASK}", "Amount": 12}}, {{"Code": "C-1"')
    assert len(kept.partition("…")[0]) >= LIMIT


def test_a_long_answer_that_breaks_off_is_masked_like_a_whole_one() -> None:
    broken = json.dumps([{"FirstName": "Maja"}] * 5000)[:-3]
    assert "Maja" not in redact_body(broken)


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


# A letter and digits that stand in private values alone: not even a piece of one can go by unseen.
PRIVATE_VALUES = st.text("Ж", min_size=1, max_size=3 * WINDOW) | st.text('Ж"\\,{}[]\n', min_size=1, max_size=300)
PRIVATE_MEMBERS = st.dictionaries(st.sampled_from(sorted(PRIVATE)), PRIVATE_VALUES, min_size=1, max_size=4)
RECORDS = st.recursive(
    PRIVATE_MEMBERS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["rows", "b,{", 'c"[']), inner),
    max_leaves=8,
)


@given(RECORDS, st.integers(0, WINDOW), st.sampled_from([None, 1]), st.booleans())
def test_no_private_member_of_a_long_body_gets_through(
    record: Any, before: int, indent: int | None, ascii: bool
) -> None:
    body = json.dumps(
        {"text": "x" * before, "rows": [record] * 20, "end": "x" * WINDOW}, indent=indent, ensure_ascii=ascii
    )
    kept = redact_body(body)
    length = f"… ({len(body)} characters)"
    assert kept.endswith(length)
    assert not [secret for secret in ("Ж", "0416") if secret in kept.removesuffix(length)]


@given(
    st.sampled_from(
        ["ЖЖЖ.ЖЖ@ЖЖЖЖ.ЖЖ", "Bearer ЖЖЖ.ЖЖ", "+66 (6) 66-666 66 66", "660606-6666", "SE196606066666" + "01"]
    ),
    st.integers(0, 40),
    st.integers(1, 3),
)
def test_no_private_pattern_of_a_long_text_gets_through(secret: str, before: int, gap: int) -> None:
    text = "<" * before + f"{secret};{' ' * gap}" * WINDOW
    kept = redact_body(text).rpartition("… (")[0]
    assert not set("Ж6") & set(kept)


def test_a_value_that_an_erp_refuses_and_quotes_is_masked() -> None:
    text = "The length of the string is 61, but it must be less. Value: Exempelgatan 12  CorrelationId:  77ab."
    assert "Exempelgatan" not in redact_text(text) and "77ab" in redact_text(text)


def test_what_a_part_of_a_batch_asks_for_is_masked_as_in_an_address() -> None:
    body = '{"requests": [{"url": "customers?$filter=email%20eq%20%27maja%40example.com%27"}, {"url": "http://[?"}]}'
    assert "maja" not in redact_body(body) and "$filter=email+eq+" in redact_body(body)


def test_a_place_is_masked_whoever_it_belongs_to_and_so_is_a_comment_among_the_lines() -> None:
    lines = '[{"lineType": "Comment", "description": "Ring Maja"}, {"lineType": "Item", "description": "Jacket"}]'
    shown = redact_body(f'{{"shipToCity": "Solna", "billToName": "Maja", "salesOrderLines": {lines}}}')
    assert "Solna" not in shown and "Maja" not in shown and "Jacket" in shown


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("FirstName", "Ida", "Ida"),
        ("InvoiceAddress.City", "Solna", "Solna"),
        ("InvoiceAddress.AddressLine1", "Provgatan 7", MASK),
        ("PhoneNumber", "", ""),
        ("Rate", Decimal("12.50"), Decimal("12.50")),
        ("Companies", [{"Name": "Prov AB", "Id": 7}], [{"Name": "Prov AB", "Id": 7}]),
        ("Accounts", [{"LoginName": "ida", "Password": "x"}], [{"LoginName": MASK, "Password": MASK}]),
        ("InvoiceAddress", {"CareOf": "Maja", "ZipCode": "12345"}, {"CareOf": MASK, "ZipCode": "12345"}),
    ],
)
def test_of_a_record_everybody_sees_what_tells_customers_apart(name: str, value: Any, shown: Any) -> None:
    assert shown_to_all(name, value) == shown
