"""What an erasure meets beside the person: companies with their address, codes nobody can have, words of JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from connectors.sandbox.core import Sandbox
from customers.models import CompanyBinding, CustomerBinding
from hub import erasing, runs
from hub.models import OutboxMessage, SyncRow, SyncRun
from hub.models.work import State
from hub.person import Person
from orders.models import Order
from tests.customers.codes import mail
from tests.customers.registers import change, company
from tests.customers.test_erasing import command, everything, refusal
from tests.faults import BUYER, be_due

Work = Callable[[], int]
Receive = Callable[..., Order]

pytestmark = pytest.mark.usefixtures("application", "sandbox")


def company_run(work: Work) -> SyncRun:
    run = runs.start(resource="companies", by="test", mode=SyncRun.Mode.FULL)
    assert run is not None
    work()
    be_due()
    work()
    return run


def test_a_company_loses_the_address_and_stays(sandbox: Sandbox, work: Work) -> None:
    company(sandbox, "B1", email=BUYER.upper())
    company_run(work)
    assert command("--email", BUYER) == {"syncrow": 1, "companybinding": 1}
    assert BUYER not in everything()
    assert "Exempel B1 AB" in CompanyBinding.objects.get().sent


def test_a_company_that_had_the_address_once_loses_it_from_its_history(sandbox: Sandbox, work: Work) -> None:
    company(sandbox, "B1", email=BUYER)
    company_run(work)
    change(sandbox, "B1", email="")
    company_run(work)
    assert command("--email", BUYER) == {"syncrow": 2}
    assert BUYER not in everything()


def test_a_company_row_with_the_address_is_not_sent_by_a_retry(sandbox: Sandbox, work: Work) -> None:
    company(sandbox, "B1", email=BUYER)
    run = company_run(work)
    run.rows.update(action=SyncRow.Action.FAILED)
    command("--email", BUYER)
    row = run.rows.get()
    assert (row.action, row.payload) == (SyncRow.Action.SKIPPED, "") and "erased" in row.message


@pytest.mark.parametrize("code", ["", "L" * 80])
def test_a_code_that_nobody_can_have_is_bound_to_nobody(code: str) -> None:
    run = SyncRun.objects.create(resource="customers", state=State.DONE)
    columns: dict[str, Any] = {"subject": f"customer:default:{code}", "erp_connection": "default", "erp_code": code}
    SyncRow.objects.create(run=run, identifier=mail(1), change="refused", **columns)
    assert command("--email", mail(1)) == {"syncrow": 1}
    assert not CustomerBinding.objects.exists()


def test_a_name_that_is_a_word_of_json_takes_nothing_else_with_it() -> None:
    payload = {"name": "Null", "due": None, "texts": ["Mrs Null"], "number": 12}
    OutboxMessage.objects.create(key="k", kind="x", system="s", subject="order:1", payload=payload)
    person = Person(subjects=frozenset(["order:1"]), words=frozenset(["Null", "12"]))
    erasing.erase(person, by="anna", reason="asked", even_unfinished=True)
    cleaned = {"name": "erased", "due": None, "texts": ["Mrs erased"], "number": 12}
    assert OutboxMessage.objects.get().payload == cleaned


@pytest.mark.parametrize(
    "other", ["jimbo@example.com", "jim.bo@example.com", "jim-bo@example.com", "bo@example.com.au"]
)
def test_the_order_of_somebody_with_a_longer_address_is_left_alone(received: Receive, other: str) -> None:
    order = received("01")
    body = bytes(order.body).replace(BUYER.encode(), other.encode())
    Order.objects.update(body=body, buyer_email=other)
    assert "Nobody was found" in refusal("--email", "bo@example.com")


@pytest.mark.parametrize(
    "text", ["<bo@example.com>", "hello\nbo@example.com", "'bo@example.com', or", "Bo@example.com."]
)
def test_an_address_is_found_in_what_people_write(text: str) -> None:
    assert Person(emails=frozenset(["bo@example.com"])).is_in(json.dumps({"Comment": text}).encode())
    assert "bo@" not in Person(emails=frozenset(["bo@example.com"])).without(text).lower()
