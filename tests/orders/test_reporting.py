"""The acknowledgement to Norce: what it says, and what Norce may answer."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from connectors.models import AccessToken
from connectors.ratelimit import wait_time
from connectors.sandbox.core import Sandbox
from hub import gateways, runs
from hub.models import ApiCall, Application, SyncRow, SyncRun
from hub.models.work import State
from orders.models import Order
from tests.conftest import sample
from tests.faults import acknowledgement_of, be_due, operations, set_faults

Receive = Callable[..., Order]
Work = Callable[[], int]
STATUS = "Order/SendOrderStatus"
PRIVATE = ("FirstName", "LastName", "Email", "CellPhone", "WorkPhone", "SSN", "Line1", "Line2", "ZipCode", "CareOf")

pytestmark = pytest.mark.usefixtures("application", "business", "sandbox")


def statuses() -> list[dict[str, Any]]:
    """Return the acknowledgements as they were sent."""
    return [json.loads(text) for text in ApiCall.objects.filter(operation=STATUS).values_list("request", flat=True)]


def in_norce(sandbox: Sandbox) -> Any:
    return next(iter(sandbox.state.orders))


def test_it_tells_norce_number_status_and_account(
    application: Application, received: Receive, work: Work, settings: Settings
) -> None:
    settings.NORCE_ACCOUNT_ID, settings.NORCE_ACK_STATUS = 77, "Acknowledged"
    Application.objects.update(order_infos={"ERPREF": "reference", "ERPCUST": "erp_customer_code", "NONE": "nothing"})
    received("01")
    work()
    assert statuses() == [
        {"OrderStatus": "Acknowledged", "ClientOrderRef": 5100231, "ErpOrderNo": "SO100001", "AccountId": 77}
        | {"Infos": [{"Code": "ERPREF", "Value": "1901-5100231"}, {"Code": "ERPCUST", "Value": "C10001"}]}
    ]


def test_without_infos_it_says_nothing_about_them(received: Receive, work: Work) -> None:
    received("01")
    work()
    assert "Infos" not in statuses()[0]


@pytest.mark.parametrize(
    "changes", [{"Source": "POS-7"}, {"ClientOrderRef": "A-17"}, {"ClientOrderRef": "99999999999"}]
)
def test_an_order_with_a_foreign_number_is_named_by_its_erp_number(
    received: Receive, work: Work, changes: dict[str, str]
) -> None:
    received("01", **changes)
    work()
    assert "ClientOrderRef" not in statuses()[0]
    assert statuses()[0]["ErpOrderNo"] == "SO100001"


def test_a_429_with_retry_after_is_waited_for_and_nobody_else_calls_meanwhile(
    sandbox: Sandbox, received: Receive, work: Work
) -> None:
    set_faults(sandbox, norce={"fail_next": {STATUS: [429]}, "retry_after": 17})
    order = received("01")
    work()
    received("03")
    be_due()
    work()
    message = acknowledgement_of(order)
    assert (message.state, message.attempts, operations("norce").count(STATUS)) == (State.PENDING, 0, 1)
    assert 10 < wait_time(gateways.norce_quota()) <= 17
    assert Order.objects.exclude(erp_order_no="").count() == 2


def test_the_pause_of_a_429_is_kept_on_the_message(sandbox: Sandbox, received: Receive, work: Work) -> None:
    set_faults(sandbox, norce={"fail_next": {STATUS: [429]}, "retry_after": 40})
    order = received("01")
    work()
    assert 30 < (acknowledgement_of(order).not_before - timezone.now()).total_seconds() <= 41


def test_a_429_without_retry_after_stops_all_calls_for_a_minute(
    sandbox: Sandbox, received: Receive, work: Work
) -> None:
    set_faults(sandbox, norce={"fail_next": {STATUS: [429]}})
    received("01")
    work()
    be_due()
    work()
    assert operations("norce").count(STATUS) == 1
    assert 55 < wait_time(gateways.norce_quota()) <= 60


def test_an_expired_token_costs_one_new_token_and_one_more_call(
    sandbox: Sandbox, received: Receive, work: Work
) -> None:
    received("01")
    work()
    set_faults(sandbox, norce={"expire_tokens": True})
    order = received("03")
    work()
    assert operations("norce") == ["token", STATUS, STATUS, "token", STATUS]
    assert (acknowledgement_of(order).state, acknowledgement_of(order).attempts) == (State.DONE, 1)


def test_a_401_with_a_new_token_is_a_fault_of_the_set_up(sandbox: Sandbox, received: Receive, work: Work) -> None:
    set_faults(sandbox, norce={"fail_next": {STATUS: [401, 401]}})
    order = received("01")
    work()
    assert (acknowledgement_of(order).state, acknowledgement_of(order).error_kind) == (State.FAILED, "config")
    assert operations("norce") == ["token", STATUS, "token", STATUS]


def test_a_400_fails_in_norces_words(sandbox: Sandbox, received: Receive, work: Work) -> None:
    order = received("01")
    sandbox.state.orders.save(in_norce(sandbox) | {"client_order_ref": "elsewhere"})
    work()
    assert (acknowledgement_of(order).state, acknowledgement_of(order).error_kind) == (State.FAILED, "permanent")
    assert "No single order has ClientOrderRef 5100231" in acknowledgement_of(order).error


@pytest.mark.parametrize("fault", [{"fail_next": {STATUS: [500]}}, {"fail_next": {STATUS: [503]}}, {"latency": 31}])
def test_a_500_and_a_timeout_are_tried_again_later(
    sandbox: Sandbox, received: Receive, work: Work, fault: dict[str, Any]
) -> None:
    gateways.norce_connect().ping()
    set_faults(sandbox, norce=fault)
    order = received("01")
    work()
    assert (acknowledgement_of(order).state, acknowledgement_of(order).attempts) == (State.PENDING, 1)
    set_faults(sandbox, norce={})
    be_due()
    work()
    assert acknowledgement_of(order).state == State.DONE
    assert len(in_norce(sandbox)["history"]) == 1


def test_an_acknowledgement_whose_answer_is_lost_is_one_confirmation(
    sandbox: Sandbox, received: Receive, work: Work
) -> None:
    set_faults(sandbox, norce={"lose_answers": {STATUS: 1}})
    order = received("01")
    work()
    be_due()
    work()
    order.refresh_from_db()
    assert (len(in_norce(sandbox)["history"]), in_norce(sandbox)["repeats"]) == (1, 1)
    assert (order.status, order.acknowledged_at is not None) == (Order.Status.CONFIRMED, True)


def test_a_refused_account_is_a_fault_of_the_set_up(received: Receive, work: Work, settings: Settings) -> None:
    settings.NORCE_CLIENT_SECRET = "another-secret"
    order = received("01")
    work()
    assert (acknowledgement_of(order).state, acknowledgement_of(order).error_kind) == (State.FAILED, "config")
    assert "NORCE_CLIENT_SECRET" in acknowledgement_of(order).remedy


def test_a_missing_setting_is_named(received: Receive, work: Work, settings: Settings) -> None:
    settings.NORCE_BASE_URL = ""
    order = received("01")
    work()
    assert acknowledgement_of(order).remedy == "Set NORCE_BASE_URL, then Retry."


def private_texts(value: Any) -> set[str]:
    """Return every name, address, number and mail of the buyers in an order request."""
    if isinstance(value, list):
        return set().union(*map(private_texts, value))
    if not isinstance(value, dict):
        return set()
    own = {text for name in PRIVATE if isinstance(text := value.get(name), str) and len(text) > 3}
    return own | set().union(*map(private_texts, value.values()))


def test_no_call_keeps_personal_data_tokens_or_secrets(
    sandbox: Sandbox, received: Receive, work: Work, settings: Settings
) -> None:
    set_faults(sandbox, norce={"fail_next": {STATUS: [400]}})
    secrets = {settings.NORCE_CLIENT_SECRET, settings.NORCE_CLIENT_ID + ":"}
    for name in ("01", "02", "03", "05", "06"):
        body = sample(name, DoHold=False)
        body["SellTo"]["Person"]["SSN"] = "19121212-1212"
        received(name, **body)
        secrets |= private_texts(body)
    work()
    runs.start(resource="code_reports", by="test")
    work()
    secrets |= set(AccessToken.objects.values_list("token", flat=True))
    kept = " ".join(str(value) for row in ApiCall.objects.values_list() for value in row)
    assert len(kept) > 10_000 and len(secrets) > 20
    assert [text for text in secrets if re.search(rf"\b{re.escape(text)}\b", kept, re.IGNORECASE)] == []
    assert SyncRun.objects.get().state == State.DONE, list(SyncRow.objects.values_list("message", flat=True))
