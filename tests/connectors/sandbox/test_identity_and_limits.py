"""Tokens, the Connect quota and the faults of the tenant."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import requests

from tests.connectors.sandbox.conftest import Caller, Clock

STATUS = {"ClientOrderRef": 5100231, "ErpOrderNo": "SO1", "OrderStatus": "Confirmed"}


@pytest.mark.parametrize(
    ("change", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"scope": "prod"}, 400, "invalid_scope"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
    ],
)
def test_it_refuses_a_token_with_the_errors_of_rfc_6749(
    sandbox: Caller, change: dict[str, str], status: int, error: str
) -> None:
    answer = sandbox.token(**change)
    assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_tokens_run_out_after_a_burst_and_come_back_three_a_minute(sandbox: Caller, clock: Clock) -> None:
    answers = [sandbox.token().status_code for _ in range(20)]
    assert answers == [200] * 19 + [429]
    clock.pass_seconds(60)
    assert [sandbox.token().status_code for _ in range(4)] == [200, 200, 200, 429]


def test_a_token_is_good_for_an_hour(sandbox: Caller, clock: Clock) -> None:
    assert sandbox.token().json()["expires_in"] == 3600
    clock.pass_seconds(3599)
    assert sandbox.connect("Job/Ping").status_code == 200
    clock.pass_seconds(1)
    assert sandbox.connect("Job/Ping").status_code == 401


@pytest.mark.parametrize("call", ["connect/4.0/Job/Ping", "query/2.0/Core/Applications"])
def test_every_call_needs_a_known_token(sandbox: Caller, call: str) -> None:
    sandbox.session.headers["Authorization"] = "Bearer a.b.c"
    assert sandbox.session.get(f"http://sandbox.test/commerce/{call}").status_code == 401


def test_all_tokens_can_be_expired(sandbox: Caller) -> None:
    sandbox.control("faults", {"norce": {"expire_tokens": True}})
    assert sandbox.connect("Job/Ping").status_code == 401


def test_the_sixty_first_call_of_a_sliding_minute_is_refused(sandbox: Caller, clock: Clock) -> None:
    sandbox.connect("Job/Ping")
    clock.pass_seconds(30)
    assert [sandbox.connect("Job/Ping").status_code for _ in range(60)] == [200] * 59 + [429]
    clock.pass_seconds(30)
    assert [sandbox.connect("Job/Ping").status_code for _ in range(2)] == [200, 429]
    calls = sandbox.state()["norce"]["calls"]
    assert (calls["total"], calls["throttled"], len(calls["by_minute"])) == (63, 2, 2)


def test_a_limit_of_zero_is_none(make: Callable[..., Caller]) -> None:
    caller = make(rate_limit=0)
    assert {caller.connect("Job/Ping").status_code for _ in range(61)} == {200}


@pytest.mark.parametrize(("seconds", "header"), [(2, "2"), (None, None)])
def test_a_throttled_call_says_when_to_come_back_only_if_asked(
    sandbox: Caller, seconds: int | None, header: str | None
) -> None:
    sandbox.control("faults", {"norce": {"throttle": True, "retry_after": seconds}})
    answer = sandbox.connect("Job/Ping")
    assert (answer.status_code, answer.headers.get("Retry-After")) == (429, header)


def test_planned_failures_come_in_order_and_do_no_work(sandbox: Caller) -> None:
    sandbox.order()
    sandbox.control("faults", {"norce": {"fail_next": {"Order/SendOrderStatus": [500, 429]}}})
    assert [sandbox.connect("Order/SendOrderStatus", STATUS).status_code for _ in range(3)] == [500, 429, 200]
    assert len(sandbox.orders()[0]["history"]) == 1


def test_a_lost_answer_comes_after_the_work_was_done(sandbox: Caller) -> None:
    sandbox.order()
    sandbox.control("faults", {"norce": {"lose_answers": 1}})
    with pytest.raises(requests.ConnectionError):
        sandbox.connect("Order/SendOrderStatus", STATUS)
    assert sandbox.orders()[0]["status"] == "Confirmed"
    assert sandbox.connect("Order/SendOrderStatus", STATUS).status_code == 200


def test_latency_beyond_the_timeout_is_a_read_timeout_after_the_work(sandbox: Caller) -> None:
    sandbox.order()
    sandbox.control("faults", {"norce": {"latency": 5}})
    url = "http://sandbox.test/commerce/connect/4.0/Order/SendOrderStatus"
    with pytest.raises(requests.ReadTimeout):
        sandbox.session.post(url, json=STATUS, timeout=(1, 2))
    assert (sandbox.orders()[0]["status"], sandbox.slept) == ("Confirmed", [2])


def test_an_error_rate_of_one_fails_every_call_until_it_is_cleared(sandbox: Caller) -> None:
    sandbox.control("faults", {"norce": {"error_rate": 1}})
    assert sandbox.connect("Job/Ping").status_code == 500
    sandbox.control("faults", {"norce": {}})
    assert sandbox.connect("Job/Ping").status_code == 200


@pytest.mark.parametrize(
    ("fault", "known"),
    [
        ({"norse": {}}, "norce, erp"),
        ({"norce": {"lateness": 1}}, "latency"),
        ({"erp": {"jobs": "hang"}}, "refuse_customers"),
        ({"erp": {"fail_next": {"POST /orders": [500]}}}, "POST /erp/orders"),
        ({"norce": {"error_rate": 2}}, "error_rate"),
    ],
)
def test_unknown_faults_are_refused_with_the_known_ones(sandbox: Caller, fault: dict[str, object], known: str) -> None:
    answer = sandbox.control("faults", fault)
    assert answer.status_code == 400
    assert known in answer.text
