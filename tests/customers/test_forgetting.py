"""Whom Norce has forgotten is never filled in again: not by deltas, full runs, codes or a run that waited."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from connectors.sandbox.core import Sandbox
from connectors.sandbox.http import Request
from connectors.sandbox.seed import seed_customers
from customers.models import CustomerBinding
from hub import runs
from hub.models import Application, SyncRow, SyncRun
from hub.models.work import State
from orders.models import Order
from tests.customers.codes import bound, in_norce, mail
from tests.faults import be_due, operations, set_faults

Receive = Callable[..., Order]
Work = Callable[[], int]

pytestmark = pytest.mark.usefixtures("application", "sandbox")


def forget(sandbox: Sandbox, *numbers: int) -> None:
    """Let Norce forget customers."""
    body = json.dumps({"customers": list(numbers)}).encode()
    headers = {"Content-Type": "application/json"}
    assert sandbox.handle(Request.of("POST", "/_sandbox/norce/forget", headers, body)).status == 200


def run(work: Work, mode: str = SyncRun.Mode.DELTA, *, resource: str = "customers", **options: Any) -> SyncRun:
    started = runs.start(resource=resource, by="test", mode=mode, **options)
    assert started is not None
    work()
    be_due()
    work()
    started.refresh_from_db()
    assert started.state == State.DONE, started.error
    return started


def norce_id(sandbox: Sandbox, code: str) -> int:
    return next(int(row["Id"]) for row in sandbox.state.customers if row["Code"] == code)


def change(sandbox: Sandbox, code: str) -> None:
    """Let the ERP change a customer, so that the next delta reads it."""
    row = sandbox.state.erp_customers.get(code)
    sandbox.state.erp_customers.save(row | {"phone": "08-123 45", "changed_at": sandbox.state.now()})


@pytest.fixture
def synced(sandbox: Sandbox, work: Work) -> str:
    """Three people of the ERP that Norce has; the code of one of them."""
    seed_customers(sandbox.state, 3)
    run(work, SyncRun.Mode.FULL)
    return CustomerBinding.objects.order_by("pk").values_list("erp_code", flat=True)[1]


@pytest.mark.parametrize("mode", SyncRun.Mode.values)
def test_a_run_leaves_whom_norce_has_forgotten_alone(sandbox: Sandbox, work: Work, synced: str, mode: str) -> None:
    forget(sandbox, norce_id(sandbox, synced))
    change(sandbox, synced)
    run(work, mode)
    run(work, SyncRun.Mode.FULL, resource="code_reports")
    assert list(sandbox.state.refilled) == []


def test_what_the_hub_kept_of_them_is_blanked_and_the_code_stays(sandbox: Sandbox, work: Work, synced: str) -> None:
    before = CustomerBinding.objects.get(erp_code=synced)
    assert before.email and before.sent
    forget(sandbox, norce_id(sandbox, synced))
    run(work)
    after = CustomerBinding.objects.get(erp_code=synced)
    assert (after.email, after.sent, after.digest) == ("", "", "") and after.forgotten_at
    rows = SyncRow.objects.filter(subject=before.subject)
    assert set(rows.values_list("identifier", "payload", "digest")) == {("", "", "")}
    assert CustomerBinding.objects.filter(forgotten_at=None).exclude(email="").count() == 2


def test_a_run_that_was_planned_before_sends_nothing_of_them(sandbox: Sandbox, work: Work, synced: str) -> None:
    change(sandbox, synced)
    waiting = SyncRun.objects.create(resource="customers", state=State.HELD, phase=SyncRun.Phase.SENDING, plan="p")
    columns = {"subject": f"customer:default:{synced}", "erp_connection": "default", "erp_code": synced}
    row = SyncRow.objects.create(run=waiting, payload='{"FirstName":"Ida"}', identifier="ida@example.com", **columns)
    forget(sandbox, norce_id(sandbox, synced))
    run(work, resource="customers", dry_run=True)
    row.refresh_from_db()
    assert (row.action, row.payload, row.identifier) == (SyncRow.Action.SKIPPED, "", "")


def test_a_full_run_of_codes_makes_no_new_binding_for_them(sandbox: Sandbox, work: Work, synced: str) -> None:
    forget(sandbox, norce_id(sandbox, synced))
    run(work)
    run(work, SyncRun.Mode.FULL, resource="code_reports")
    assert CustomerBinding.objects.count() == 3
    assert CustomerBinding.objects.get(erp_code=synced).email == ""


def test_one_nobody_was_told_about_is_known_by_the_code(sandbox: Sandbox, work: Work) -> None:
    number = in_norce(sandbox, 1)
    sandbox.state.customers.save(sandbox.state.customers.get(number) | {"Code": "C1"})
    bound(1)
    forget(sandbox, number)
    run(work)
    assert CustomerBinding.objects.get().forgotten_at


def test_a_code_that_belongs_to_another_id_now_is_not_forgotten(sandbox: Sandbox, work: Work) -> None:
    number = in_norce(sandbox, 1)
    sandbox.state.customers.save(sandbox.state.customers.get(number) | {"Code": "C1"})
    bound(1, norce_id=number + 1000, report="accepted")
    forget(sandbox, number)
    run(work)
    assert CustomerBinding.objects.get().forgotten_at is None


def test_a_delta_asks_since_its_bound_and_a_full_run_for_all(sandbox: Sandbox, work: Work, synced: str) -> None:
    forget(sandbox, norce_id(sandbox, synced))
    old = (timezone.now() - timedelta(400)).strftime("%Y-%m-%dT%H:%M:%S")
    number = norce_id(sandbox, synced)
    sandbox.state.customers.save(sandbox.state.customers.get(number) | {"Updated": old})
    run(work)
    assert CustomerBinding.objects.get(erp_code=synced).forgotten_at is None
    run(work, SyncRun.Mode.FULL)
    assert CustomerBinding.objects.get(erp_code=synced).forgotten_at


@pytest.mark.parametrize("status", [400, 404])
def test_a_tenant_that_cannot_tell_keeps_no_run_from_going_on(
    sandbox: Sandbox, work: Work, synced: str, status: int
) -> None:
    set_faults(sandbox, norce={"fail_next": {"Customers/Customers": [status]}})
    change(sandbox, synced)
    assert run(work).count_accepted == 1
    assert "Customers/Customers" in " ".join(operations("norce"))


def test_their_next_order_goes_through_and_tells_norce_nothing(
    sandbox: Sandbox, work: Work, received: Receive, application: Application
) -> None:
    first = received("01")
    work()
    run(work, resource="code_reports")
    first.refresh_from_db()
    number = norce_id(sandbox, first.customer_code)
    forget(sandbox, number)
    run(work)
    again = received("01", ClientOrderRef="5100999")
    work()
    again.refresh_from_db()
    assert again.erp_order_no and again.customer_code == first.customer_code
    run(work, SyncRun.Mode.FULL, resource="code_reports")
    assert list(sandbox.state.refilled) == []
    assert CustomerBinding.objects.get(erp_code=first.customer_code).email == ""


def test_a_forgotten_persons_mail_is_not_kept_elsewhere(sandbox: Sandbox, work: Work) -> None:
    bound(1, norce_id=in_norce(sandbox, 1), sent='{"Code":"C1"}', report="due")
    forget(sandbox, CustomerBinding.objects.get().norce_id or 0)
    run(work, SyncRun.Mode.FULL)
    assert not CustomerBinding.objects.filter(email=mail(1)).exists()
    assert CustomerBinding.objects.get().report == ""


def test_whom_a_run_has_made_is_known_by_id_so_a_wiped_code_hides_nobody(
    sandbox: Sandbox, work: Work, synced: str
) -> None:
    number = norce_id(sandbox, synced)
    run(work)
    assert CustomerBinding.objects.get(erp_code=synced).norce_id == number
    forget(sandbox, number)
    sandbox.state.customers.save(sandbox.state.customers.get(number) | {"Code": None})
    change(sandbox, synced)
    run(work)
    assert CustomerBinding.objects.get(erp_code=synced).forgotten_at
    assert (len(sandbox.state.customers), list(sandbox.state.refilled)) == (3, [])
