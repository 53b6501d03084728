"""An authorised call to Norce: quota, token, headers, and a second try after a 401."""

from __future__ import annotations

from typing import Any

import pytest
import responses

from connectors.errors import ConfigError, HubError, PermanentError, TransientError
from connectors.models import RateBucket
from connectors.norce.api import NorceApi
from connectors.norce.connect import NorceConnect
from connectors.norce.query import NorceQuery
from connectors.norce.types.jobs import JobResponse
from connectors.ratelimit import Quota, take, wait_time
from tests.connectors.norce.answers import BASE, QUOTA, api

CALL = f"{BASE}/connect/Job/Ping"

pytestmark = pytest.mark.django_db


def paths(norce: responses.RequestsMock) -> list[str]:
    """Return the last part of every address that was called."""
    return [call.request.path_url.split("?")[0].rsplit("/", 1)[1] for call in norce.calls]


def imported(*payloads: str, connect: NorceConnect | None = None) -> JobResponse:
    """Post records with id and code as one import; return Norce's answer."""
    fields = '{"CustomerFieldsThatAreSet":["Id","Code"]}'
    connect = connect or NorceConnect(api=api())
    return connect.import_encoded("ImportCustomers", payloads or ('{"Id":1,"Code":"C1"}',), fields=fields, account_id=1)


def failed(kind: type[HubError], client: NorceApi | None = None) -> Any:
    with pytest.raises(kind) as error:
        (client or api()).call("GET", "Job/Ping")
    return error.value


def test_it_sends_token_and_kinds(norce: Any) -> None:
    norce.post(f"{BASE}/connect/Order/CancelOrder", body="")
    api(application_id=1901).call("POST", "Order/CancelOrder", body=b"{}")
    sent = norce.calls[-1].request.headers
    assert (sent["Authorization"], sent["Content-Type"], sent["Accept"]) == ("Bearer token-1",) + (
        "application/json",
    ) * 2
    assert sent["application-id"] == "1901"


def test_connect_is_called_without_an_application(norce: Any) -> None:
    norce.get(CALL)
    NorceConnect(api=api()).ping()
    assert "application-id" not in norce.calls[-1].request.headers


def test_a_401_gets_a_new_token_and_one_more_try(norce: Any) -> None:
    norce.get(CALL, status=401)
    norce.get(CALL, body="up")
    assert api().call("GET", "Job/Ping").body == b"up"
    assert paths(norce) == ["token", "Ping", "token", "Ping"]
    assert norce.calls[-1].request.headers["Authorization"] == "Bearer token-2"


def test_a_second_401_is_a_fault_of_the_set_up(norce: Any) -> None:
    norce.get(CALL, status=401)
    assert failed(ConfigError).status == 401
    assert paths(norce) == ["token", "Ping", "token", "Ping"]


@pytest.mark.parametrize(("status", "kind"), [(403, ConfigError), (400, PermanentError), (500, TransientError)])
def test_other_errors_are_not_tried_again_here(norce: Any, status: int, kind: type[HubError]) -> None:
    norce.get(CALL, status=status, body="Norce says why")
    assert "Norce says why" in failed(kind).message
    assert paths(norce) == ["token", "Ping"]


@pytest.mark.parametrize("per_minute", [0, 8])
@pytest.mark.parametrize(("headers", "least", "most"), [({"Retry-After": "17"}, 16, 17), ({}, 59, 60)])
def test_after_a_429_nobody_calls(
    norce: Any, per_minute: int, headers: dict[str, str], least: float, most: float
) -> None:
    quota = Quota(name="norce-connect", per_minute=per_minute)
    norce.get(CALL, status=429, headers=headers)
    assert failed(TransientError, api(quota)).counts is False
    error = failed(TransientError, api(quota))
    assert (error.counts, least < error.retry_after <= most) == (False, True)
    assert paths(norce) == ["token", "Ping"]


def test_a_429_of_one_service_does_not_stop_another(norce: Any) -> None:
    norce.get(CALL, status=429)
    norce.get(f"{BASE}/query/Core/Applications", json={"value": []})
    failed(TransientError)
    assert NorceQuery(api=api(Quota(name="norce-query", per_minute=0), 1901, "query")).applications() == []


def test_a_used_up_quota_costs_no_call(norce: Any) -> None:
    norce.get(CALL)
    for _ in range(QUOTA.per_minute):
        take(QUOTA)
    assert failed(TransientError).retry_after > 60
    assert paths(norce) == ["token"]


def test_the_second_try_after_a_401_takes_a_slot_too(norce: Any) -> None:
    norce.get(CALL, status=401)
    failed(ConfigError)
    assert len(RateBucket.objects.get(name=QUOTA.name).calls) == 2


def test_imports_leave_the_orders_share_of_the_quota(norce: Any) -> None:
    norce.get(CALL)
    norce.post(f"{BASE}/connect/Customer/ImportCustomers", json={"JobId": "7"})
    connect = NorceConnect(api=api())
    for _ in range(6):
        assert imported(connect=connect).job_id == 7
    with pytest.raises(TransientError):
        imported(connect=connect)
    connect.ping()
    assert (wait_time(QUOTA), wait_time(QUOTA.for_bulk()) > 60) == (0, True)


def test_an_import_posts_its_records_as_one_list_under_one_header(norce: Any) -> None:
    norce.post(f"{BASE}/connect/Customer/ImportCustomers", json={"JobId": "7"})
    assert imported('{"Id":1,"Code":"C1"}', '{"Id":2,"Code":"C2"}').job_id == 7
    request = norce.calls[-1].request
    assert request.body == b'[{"Id":1,"Code":"C1"},{"Id":2,"Code":"C2"}]'
    assert request.headers["X-StormConnect-Header"] == '{"AccountId":1,"CustomerFieldsThatAreSet":["Id","Code"]}'


@pytest.mark.parametrize("body", ["", "<html>", "[]", "null", "{}", '{"value": null}', '{"value": {}}'])
def test_query_says_when_its_answer_is_no_list(norce: Any, body: str) -> None:
    norce.get(f"{BASE}/query/Core/Applications", body=body)
    with pytest.raises(PermanentError):
        NorceQuery(api=api(application_id=1901, path="query")).applications()


@pytest.mark.parametrize("body", ["<html>", "[]", "null", '"7"', '{"JobId": "seven"}'])
def test_an_import_says_when_its_answer_is_none(norce: Any, body: str) -> None:
    norce.post(f"{BASE}/connect/Customer/ImportCustomers", body=body)
    with pytest.raises(PermanentError):
        imported()
