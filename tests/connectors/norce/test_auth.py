"""One access token for all workers: fetched by one of them, at most three times a minute, never recorded."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs

import pytest
import requests
import responses

from connectors import oauth
from connectors.errors import ConfigError, HubError, TransientError
from connectors.http import CallRecord, Http
from connectors.models import AccessToken, RateBucket
from connectors.norce.auth import NorceToken
from tests.threads import side_by_side

BASE = "https://norce.example.com"
TOKENS = f"{BASE}/identity/1.0/connect/token"
RECORDS: list[CallRecord] = []


def account(base_url: str = BASE, **changes: Any) -> NorceToken:
    http = Http(system="norce", base_url=base_url, record=RECORDS.append)
    return NorceToken(http=http, **{"client_id": "hub", "client_secret": "s3cret", "scope": "prod"} | changes)


def refused(kind: type[HubError], token: NorceToken | None = None) -> Any:
    with pytest.raises(kind) as failed:
        (token or account()).get()
    return failed.value


@pytest.fixture
def norce() -> Iterator[Callable[..., None]]:
    """Norce's token endpoint: it gives token-1, token-2 and so on until told otherwise."""
    RECORDS.clear()
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:

        def give(request: Any) -> tuple[int, dict[str, str], str]:
            return (
                200,
                {},
                f'{{"access_token": "token-{len(mock.calls) + 1}", "expires_in": 3600, "token_type": "Bearer"}}',
            )

        mock.add_callback("POST", TOKENS, give)

        def answer(**options: Any) -> None:
            mock.replace("POST", TOKENS, **options)

        answer.calls = mock.calls  # type: ignore[attr-defined]
        yield answer


pytestmark = pytest.mark.django_db


def test_it_asks_as_norce_wants_to_be_asked(norce: Any) -> None:
    assert account(scope="stage").get() == "token-1"
    form = {name: values[0] for name, values in parse_qs(norce.calls[0].request.body).items()}
    credentials = {"client_id": "hub", "client_secret": "s3cret"}
    assert form == {"grant_type": "client_credentials", "scope": "stage"} | credentials
    assert "Authorization" not in norce.calls[0].request.headers


def test_a_token_is_used_until_its_last_minute(norce: Any, time_machine: Any) -> None:
    start = time.time()
    time_machine.move_to(start, tick=False)
    account().get()
    time_machine.move_to(start + 3539, tick=False)
    assert account().get() == "token-1"
    time_machine.move_to(start + 3541, tick=False)
    assert account().get() == "token-2"


def test_another_account_has_another_token(norce: Any) -> None:
    assert len({account().get(), account(client_id="other").get(), account(scope="stage").get()}) == 3


def test_many_workers_share_one_token(many_connections: None, norce: Any) -> None:
    tokens = side_by_side(8, lambda number: account().get())
    assert (set(tokens), len(norce.calls)) == ({"token-1"}, 1)


def test_forgetting_drops_only_the_token_that_was_refused(norce: Any) -> None:
    old = account().get()
    account().forget(old)
    new = account().get()
    account().forget(old)
    assert (account().get(), new) == ("token-2", "token-2")


def test_it_asks_at_most_three_times_a_minute(norce: Any) -> None:
    for _ in range(3):
        account().forget(account().get())
    error = refused(TransientError)
    assert (len(norce.calls), error.counts, error.retry_after > 55) == (3, False, True)


def test_a_429_of_the_token_endpoint_is_waited_for(norce: Any) -> None:
    norce(status=429, headers={"Retry-After": "20"}, body="Too many")
    error = refused(TransientError)
    assert (error.retry_after, error.counts, error.status) == (20, False, 429)


def test_a_failed_fetch_leaves_the_next_worker_free_to_try(norce: Any) -> None:
    norce(status=500, body="<html>")
    assert refused(TransientError).status == 500
    assert AccessToken.objects.get().fetching_until == 0


def test_a_worker_that_died_while_fetching_is_replaced(norce: Any) -> None:
    account().get()
    AccessToken.objects.update(token="", expires_at=0, fetching_until=time.time() - 0.1)
    assert account().get() == "token-2"


def test_a_worker_waits_only_so_long_for_another_one(norce: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oauth, "PATIENCE", 0.01)
    account().get()
    AccessToken.objects.update(token="", expires_at=0, fetching_until=time.time() + 15)
    assert (refused(TransientError).counts, len(norce.calls)) == (False, 1)


@pytest.mark.parametrize("code", ["invalid_client", "invalid_scope", "unauthorized_client"])
def test_a_refused_account_names_the_settings_and_no_secret(norce: Any, code: str) -> None:
    norce(status=400, json={"error": code})
    error = refused(ConfigError)
    assert code in error.message
    assert "NORCE_CLIENT_ID, NORCE_CLIENT_SECRET, NORCE_SCOPE" in error.remedy
    assert "s3cret" not in str(error)


@pytest.mark.parametrize(
    "body",
    ["", "<html>hello</html>", "[]", "[1]", "null", '"x"', "7", "{}", '{"access_token": ""}', '{"access_token": null}']
    + ['{"access_token": "t", "expires_in": "soon"}'],
)
def test_an_answer_without_a_token_is_a_fault_of_the_set_up(norce: Any, body: str) -> None:
    norce(status=200, body=body)
    assert "no access token" in refused(ConfigError).message
    assert AccessToken.objects.get().token == ""


@pytest.mark.parametrize(
    "answer", [{"scope": "production"}, {"scope": ""}, {"expires_in": None}, {"token_type": "bearer"}]
)
def test_a_token_is_taken_however_the_rest_is_spelled(norce: Any, answer: dict[str, Any]) -> None:
    norce(json={"access_token": "token-1", "expires_in": 3600, "token_type": "Bearer"} | answer)
    assert account().get() == "token-1"


@pytest.mark.parametrize("error", [requests.ConnectionError, requests.ReadTimeout, requests.exceptions.SSLError])
def test_a_token_endpoint_that_does_not_answer_is_asked_again_later(norce: Any, error: type[Exception]) -> None:
    norce(body=error("no"))
    assert refused(TransientError).counts


def test_a_token_endpoint_that_is_silent_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oauth, "TIMEOUT", 0.05)
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        refused(TransientError, account(f"http://127.0.0.1:{silent.getsockname()[1]}"))


def test_a_token_call_is_recorded_without_token_and_secret(norce: Any) -> None:
    account().get()
    norce(status=401, json={"error": "invalid_client", "error_description": "s3cret is wrong"})
    AccessToken.objects.all().delete()
    refused(ConfigError)
    assert [(record.operation, record.status) for record in RECORDS] == [("token", 200), ("token", 401)]
    assert not [record for record in RECORDS if "token-1" in str(record) or "s3cret" in str(record)]


def test_the_token_calls_have_a_quota_of_their_own(norce: Any) -> None:
    account().get()
    assert list(RateBucket.objects.values_list("name", flat=True)) == ["norce-token"]
