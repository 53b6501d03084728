"""One way to call out: typed errors, time limits on every call, and a record of it."""

from __future__ import annotations

import gzip
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
import responses
from requests.adapters import HTTPAdapter

from connectors.errors import ConfigError, PermanentError, TransientError
from connectors.http import Answer, CallRecord, Http, retry_after

URL = "http://erp.example.com/api"


def get(url: str) -> Answer:
    return Http(system="erp", base_url=url).get("look", "orders")


@responses.activate
def test_it_returns_a_good_answer_with_lower_case_headers() -> None:
    responses.get(f"{URL}/orders", body=b'{"Total": 1596.10}', headers={"X-Request-Id": "r1"})
    answer = get(URL)
    assert (answer.status, answer.headers["x-request-id"], str(answer.json()["Total"])) == (200, "r1", "1596.10")


@pytest.mark.parametrize(
    ("status", "method", "kind", "unknown", "counts"),
    [
        (400, "POST", PermanentError, None, None),
        (404, "GET", PermanentError, None, None),
        (409, "POST", PermanentError, None, None),
        (422, "POST", PermanentError, None, None),
        (401, "GET", ConfigError, None, None),
        (403, "POST", ConfigError, None, None),
        (301, "POST", ConfigError, None, None),
        (307, "GET", ConfigError, None, None),
        (408, "POST", TransientError, True, True),
        (429, "POST", TransientError, False, False),
        (500, "GET", TransientError, False, True),
        (500, "POST", TransientError, True, True),
        (502, "PUT", TransientError, True, True),
        (503, "POST", TransientError, False, True),
        (504, "DELETE", TransientError, True, True),
    ],
)
@responses.activate
def test_a_status_says_what_to_do_next(
    status: int, method: Any, kind: type[Exception], unknown: bool | None, counts: bool | None
) -> None:
    responses.add(method, f"{URL}/orders", status=status, body="Nope", headers={"Location": "http://x.example.com"})
    with pytest.raises(kind) as failed:
        Http(system="erp", base_url=URL).call("send order", method, "orders")
    error: Any = failed.value
    assert (error.status, len(responses.calls)) == (status, 1)
    assert f"erp answered {status} to send order: Nope" in error.message
    assert (getattr(error, "outcome_unknown", None), getattr(error, "counts", None)) == (unknown, counts)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("17", 17),
        ("0", 0),
        ("1.5", 1.5),
        ("86400", 3600),
        ("Sun, 01 Nov 2026 10:00:30 GMT", 30),
        ("Sun, 01 Nov 2026 09:00:00 GMT", 0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("NaN", None),
    ],
)
def test_it_reads_retry_after_as_seconds_or_date(value: str, seconds: float | None, time_machine: Any) -> None:
    time_machine.move_to(datetime(2026, 11, 1, 10, tzinfo=UTC), tick=False)
    assert retry_after({"retry-after": value}) == seconds


@pytest.mark.parametrize(
    "address", ["", "erp.example.com", "ftp://erp.example.com", "http://", "http://[::1", "http://a b"]
)
def test_an_address_that_is_none_is_a_fault_of_the_set_up(address: str) -> None:
    with pytest.raises(ConfigError) as refused:
        get(address)
    assert "The address of erp" in refused.value.message
    assert refused.value.remedy


@pytest.mark.parametrize("body", ["<html>oops</html>", "{", "NULL", b"\xff\xfe", "[" * 100_000])
@responses.activate
def test_an_answer_that_is_not_json_is_said_to_be_none(body: Any) -> None:
    responses.get(f"{URL}/orders", body=body)
    with pytest.raises(PermanentError, match="not JSON"):
        get(URL).json()


@responses.activate
def test_an_empty_answer_is_nothing() -> None:
    responses.get(f"{URL}/orders", body=" ")
    assert get(URL).json() is None


@responses.activate
def test_a_packed_answer_is_unpacked() -> None:
    responses.get(f"{URL}/orders", body=gzip.compress(b'{"a": 1}' * 10), headers={"Content-Encoding": "gzip"})
    assert get(URL).body == b'{"a": 1}' * 10


def test_every_call_has_time_limits() -> None:
    given: dict[str, Any] = {}

    class Adapter(HTTPAdapter):
        def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
            given.update(options)
            raise requests.ConnectTimeout

    erp = Http(system="erp", base_url=URL)
    erp.session.mount(URL, Adapter())
    with pytest.raises(TransientError):
        erp.get("look", "orders")
    assert (given["timeout"], given["stream"]) == ((5.0, 30.0), True)


@responses.activate
def test_every_call_is_recorded_without_private_data_whatever_comes_of_it() -> None:
    records: list[CallRecord] = []
    responses.post(f"{URL}/customers", status=422, body='{"message": "maja@example.com is taken"}')
    erp = Http(system="erp", base_url=URL, record=records.append, auth=("hub", "s3cret"))
    with pytest.raises(PermanentError):
        erp.post("create", "customers", params={"email": "maja@example.com"}, body=b'{"Email": "maja@example.com"}')
    record = records[0]
    assert (record.system, record.operation, record.method, record.status) == ("erp", "create", "POST", 422)
    assert "is taken" in record.error and "is taken" in record.response
    assert not [value for value in vars(record).values() if "maja@" in str(value) or "s3cret" in str(value)]


@responses.activate
def test_a_call_without_an_answer_is_recorded_too() -> None:
    records: list[CallRecord] = []
    responses.get(f"{URL}/orders", body=requests.ConnectionError("reset"))
    with pytest.raises(TransientError):
        Http(system="erp", base_url=URL, record=records.append).get("look", "orders")
    assert (records[0].status, "ConnectionError" in records[0].error) == (None, True)


@responses.activate
def test_nothing_is_called_when_the_lease_is_lost() -> None:
    def lost() -> None:
        raise RuntimeError("lost")

    with pytest.raises(RuntimeError):
        Http(system="erp", base_url=URL, before=lost).get("look", "orders")
    assert len(responses.calls) == 0


def test_time_is_measured_in_milliseconds(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter([10.0, 10.25])
    monkeypatch.setattr(time, "monotonic", lambda: next(moments))
    records: list[CallRecord] = []
    erp = Http(system="erp", base_url=URL, record=records.append)
    monkeypatch.setattr(erp, "_send", lambda prepared: Answer(status=200, body=b"", headers={}))
    erp.get("look", "orders")
    assert records[0].ms == 250


@responses.activate
def test_a_password_in_netrc_does_not_replace_the_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".netrc").write_text("machine api.example.com login other password other\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    responses.get("https://api.example.com/thing", json={})
    http = Http(system="test", base_url="https://api.example.com")
    http.get("thing", "thing", headers={"Authorization": "Bearer ours"})
    assert responses.calls[0].request.headers["Authorization"] == "Bearer ours"
