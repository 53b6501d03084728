"""Tryton's JSON-RPC as the hub speaks it, against answers that a server was seen to give."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
import responses

from connectors.erp import schemes
from connectors.erp.tryton_errors import Refused
from connectors.erp.tryton_rpc import TrytonRpc
from connectors.errors import ConfigError, HubError, PermanentError, TransientError
from connectors.http import CallRecord, Http

URL = "http://erp.example.com:8000/erp/rpc/"
KEY = "f00d" * 16


def rpc(record: Callable[[CallRecord], None] = lambda record: None) -> TrytonRpc:
    http = Http(system="erp:default", base_url="http://erp.example.com:8000", record=record)
    return TrytonRpc(http=http, database="erp", user="hub", password="s3cret")


def result(value: Any) -> str:
    return json.dumps({"id": 1, "result": value})


def error(*parts: Any) -> str:
    return json.dumps({"id": 1, "error": list(parts)})


def answers(*bodies: str | int) -> None:
    """Answer the login, then each body in turn; a number is a status without a body."""
    for body in (result([2, KEY, None]), *bodies):
        if isinstance(body, int):
            responses.post(URL, status=body, headers={"WWW-Authenticate": 'Basic realm="Tryton"'})
        else:
            responses.post(URL, body=body, content_type="application/json")


def sent(place: int) -> Any:
    return json.loads(responses.calls[place].request.body or "")


@responses.activate
def test_it_logs_in_once_and_asks_in_the_session() -> None:
    answers(result([]), result([]))
    client = rpc()
    for _ in range(2):
        client.read("look", "party.party", "read", [1], ["name"])
    assert [sent(place)["method"] for place in range(3)] == ["common.db.login", *["model.party.party.read"] * 2]
    assert sent(1)["params"] == [[1], ["name"], {"language": "en"}]
    assert responses.calls[1].request.headers["Authorization"].startswith("Session ")
    assert responses.calls[1].request.headers["Accept-Encoding"] == "gzip"


@responses.activate
def test_another_piece_of_work_of_the_process_goes_on_in_the_same_session() -> None:
    answers(result([]), result([]))
    first = rpc()
    first.read("look", "party.party", "read", [1], ["name"])
    second = rpc()
    second.http.session = first.http.session
    second.read("look", "party.party", "read", [1], ["name"])
    assert len(responses.calls) == 3


@responses.activate
def test_an_ended_session_is_renewed_and_the_call_made_again() -> None:
    answers(result([]), 401, result([3, KEY, None]), result(["posted"]))
    client = rpc()
    client.read("look", "party.party", "read", [1], ["name"])
    assert client.write("post invoice", "account.invoice", "post", [7]) == ["posted"]
    methods = [sent(place)["method"].rpartition(".")[2] for place in range(5)]
    assert methods == ["login", "read", "post", "login", "post"]


@responses.activate
def test_a_session_that_is_refused_again_is_a_matter_of_the_setup() -> None:
    answers(result([]), 401, result([3, KEY, None]), 401)
    client = rpc()
    client.read("look", "party.party", "read", [1], ["name"])
    with pytest.raises(ConfigError):
        client.write("post invoice", "account.invoice", "post", [7])
    assert len(responses.calls) == 5


@responses.activate
def test_neither_password_nor_session_key_is_kept() -> None:
    answers(result([{"name": "Maja Provberg", "street": "Exempelgatan 12", "type": "phone", "value": "070-174 06 05"}]))
    kept: list[CallRecord] = []
    rpc(kept.append).read("look", "party.party", "read", [1], ["name"])
    text = "".join(f"{one.url}{one.request}{one.response}{one.error}" for one in kept)
    secrets = ("s3cret", KEY, "Maja", "Exempelgatan", "070-174")
    assert [value for value in secrets if value in text] == []
    assert [one.operation for one in kept] == ["log in", "look"]


@responses.activate
def test_values_go_and_come_in_trytons_own_form() -> None:
    moment = {"year": 2026, "month": 3, "day": 2, "hour": 9, "minute": 15, "second": 30, "microsecond": 5}
    day = {"__class__": "date", "year": 2026, "month": 3, "day": 2}
    values = [{"__class__": "Decimal", "decimal": "1079.2800"}, {"__class__": "datetime", **moment}, day, 2.5]
    answers(result(values))
    stockholm = datetime(2026, 3, 2, 10, 15, 30, 5, timezone(timedelta(hours=1)))
    answer = rpc().write("write", "sale.sale", "write", [1], [Decimal("1E+2"), stockholm, date(2026, 3, 2)])
    assert answer == [Decimal("1079.28"), datetime(2026, 3, 2, 9, 15, 30, 5, UTC), date(2026, 3, 2), Decimal("2.5")]
    assert sent(1)["params"][1] == [
        {"__class__": "Decimal", "decimal": "100"},
        {"__class__": "datetime", **moment},
        day,
    ]


@responses.activate
def test_a_long_answer_comes_packed() -> None:
    answers()
    body = gzip.compress(result(["x" * 2000]).encode())
    responses.post(URL, body=body, headers={"Content-Encoding": "gzip"})
    assert rpc().read("look", "party.party", "read", [1], ["name"]) == ["x" * 2000]


@responses.activate
def test_a_warning_is_accepted_and_the_call_made_again() -> None:
    name = "a8d6f0.check_quantity_product"
    answers(error("UserWarning", [name, "The quantities of shipment …", ""]), result(None), result(True))
    assert rpc().write("ship", "stock.shipment.out", "do", [4]) is True
    assert sent(2)["method"] == "model.res.user.warning.skip"
    assert sent(2)["params"][:2] == [name, False]
    assert sent(3) == sent(1)


@responses.activate
def test_a_warning_without_end_is_a_refusal() -> None:
    responses.post(URL, body=result([2, KEY, None]))
    for _ in range(30):
        responses.post(URL, body=error("UserWarning", ["w", "Sure?", ""]))
        responses.post(URL, body=result(None))
    with pytest.raises(Refused):
        rpc().write("ship", "stock.shipment.out", "do", [4])


ERRORS: list[tuple[str, type[HubError], str]] = [
    (
        error("UserError", ['The Swedish Company Number "556036-0794" for party "Maja" is not valid.', "", None]),
        Refused,
        'The Swedish Company Number "•••" for party "•••" is not valid.',
    ),
    (
        error("UserError", ['A value is required for field "Party" in "Sale".', "", None]),
        Refused,
        'field "Party" in "Sale"',
    ),
    (error("UserError", ['"Maja" is also ("Maja B").', "", None]), Refused, '"•••" is also ("•••").'),
    (error("UserError", ["maja@example.com is known", "", None]), Refused, "••• is known"),
    (error("ConcurrencyException", "Records were modified"), TransientError, "meanwhile"),
    (error("'shipping_reference'", "Traceback of Maja"), ConfigError, "shipping_reference"),
    (error("duplicate key (name)=(Maja)", "Traceback"), TransientError, "failed"),
    (error(), TransientError, "failed"),
    ("<html>Maja</html>", PermanentError, "not Tryton's JSON"),
    ("[]", PermanentError, "something else"),
    ('{"result": {"__class__": "date"}}', PermanentError, "not Tryton's JSON"),
]


@pytest.mark.parametrize(("body", "kind", "words"), ERRORS)
@responses.activate
def test_each_form_of_error_is_one_of_ours_and_names_nobody(body: str, kind: type[HubError], words: str) -> None:
    answers(body)
    with pytest.raises(kind) as caught:
        rpc().write("make", "party.party", "create", [{}])
    assert words in str(caught.value)
    assert "Maja" not in str(caught.value)


@responses.activate
def test_a_fault_in_tryton_leaves_nothing_unknown_and_one_on_the_way_does() -> None:
    answers(error("boom", ""), 502, 502)
    client = rpc()
    with pytest.raises(TransientError) as taken_back:
        client.write("make", "party.party", "create", [{}])
    with pytest.raises(TransientError) as lost:
        client.write("make", "party.party", "create", [{}])
    with pytest.raises(TransientError) as read:
        client.read("look", "party.party", "read", [1], [])
    unknown = [one.value.outcome_unknown for one in (taken_back, lost, read)]
    assert unknown == [False, True, False]


@responses.activate
def test_a_wrong_password_and_too_many_of_them() -> None:
    responses.post(URL, status=401, body="<html>")
    responses.post(URL, status=429)
    with pytest.raises(ConfigError):
        rpc().read("look", "party.party", "read", [1], [])
    with pytest.raises(TransientError) as caught:
        rpc().read("look", "party.party", "read", [1], [])
    assert not caught.value.counts
    assert not caught.value.outcome_unknown


@responses.activate
def test_a_login_that_gives_no_session_is_a_matter_of_the_setup() -> None:
    responses.post(URL, body=result(None))
    with pytest.raises(ConfigError):
        rpc().read("look", "party.party", "read", [1], [])


@pytest.mark.parametrize(
    "address", ["erp.example.com/erp", "hub:s@erp.example.com", "hub:s@erp.example.com/", "hub@x/erp"]
)
def test_an_address_that_lacks_something_is_said_to_lack_it(address: str) -> None:
    with pytest.raises(ConfigError) as caught:
        schemes.connect(f"tryton+http://{address}", Http(system="erp:default", base_url=""))
    assert "tryton+https://user:password@host:port/database" in str(caught.value)


@pytest.mark.parametrize(
    ("address", "server"),
    [
        ("tryton+http://hub:s@erp.example.com/erp", "http://erp.example.com:8000"),
        ("tryton+https://hub:s@erp.example.com/erp", "https://erp.example.com"),
        ("tryton+https://hub:s@[2001:db8::7]:8443/erp", "https://[2001:db8::7]:8443"),
        ("tryton+http://hub:s@[2001:db8::7]/erp", "http://[2001:db8::7]:8000"),
    ],
)
def test_an_address_leads_to_its_server(address: str, server: str) -> None:
    http = Http(system="erp:default", base_url="")
    schemes.connect(address, http)
    assert http.base_url == server


@pytest.mark.parametrize(
    ("shops", "query", "words"), [([], "", "none"), (["A", "B"], "", "A, B"), ([], "?shop=Other", "none")]
)
@responses.activate
def test_the_web_shop_must_be_one(shops: list[str], query: str, words: str) -> None:
    rows = [{"id": n, "name": name, "company.": {"id": 1, "party": 1}} for n, name in enumerate(shops)]
    answers(result(rows))
    url = f"tryton+http://hub:s3cret@erp.example.com/erp{query}"
    with pytest.raises(ConfigError) as caught:
        schemes.connect(url, Http(system="erp:default", base_url="")).find_order("1901-1")
    assert words in str(caught.value)
    assert sent(1)["params"][0] == ([["name", "=", "Other"]] if query else [])


@responses.activate
def test_what_cannot_be_read_is_told_without_the_buyer() -> None:
    shop = {"id": 1, "name": "Norce", "company.": {"id": 1, "party": 1}}
    answers(result([shop]), result([{"id": 9, "name": "Maja"}]))
    erp = schemes.connect("tryton+http://hub:s3cret@erp.example.com/erp", Http(system="erp:default", base_url=""))
    with pytest.raises(PermanentError) as caught:
        erp.find_parties("person", email="maja@example.com")
    assert "Maja" not in str(caught.value)
