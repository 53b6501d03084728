"""A customer changes in the shop, and the ERP has it: once, as the last state, and not as our own echo."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.sandbox.core import Sandbox
from customers import hearing
from customers.models import CompanyBinding
from hub.models import Application, InboxEvent, OutboxMessage
from hub.models.work import State
from orders.models import Order
from tests.customers import registers
from tests.customers.registers import Work, binding, change, delta, norce, sent_codes
from tests.customers.shop import (
    address,
    bind,
    changes,
    city,
    company_changes,
    erp,
    erp_address,
    messages,
    moved,
    norce_id,
    note,
    notify,
)
from tests.faults import operations, set_faults

pytestmark = pytest.mark.usefixtures("application", "sandbox")
WRITE = "change customer"


def writes() -> int:
    return operations("erp:default").count(WRITE)


def test_a_changed_address_reaches_the_erp(synced: int, sandbox: Sandbox, work: Work) -> None:
    moved(sandbox, synced, "Byn")
    work()
    assert (city(sandbox, "P1"), note(), messages()) == ("Byn", hearing.TOLD, [State.DONE])


def test_only_what_has_changed_is_written(synced: int, sandbox: Sandbox, work: Work) -> None:
    before = erp(sandbox, "P1")
    changes(sandbox, synced, PhoneNumber="08-2", LastName="Nyberg")
    notify(synced)
    work()
    after = erp(sandbox, "P1")
    assert {name for name in after if after[name] != before[name]} <= {"phone", "last_name", "name", "changed"}
    assert (after["phone"], after["first_name"], after["name"]) == ("08-2", "Maja", "Maja Nyberg")


def test_two_changes_in_a_row_arrive_as_the_last_state(synced: int, sandbox: Sandbox, work: Work) -> None:
    moved(sandbox, synced, "Byn")
    moved(sandbox, synced, "Staden")
    work()
    assert (city(sandbox, "P1"), writes()) == ("Staden", 1)


def test_a_change_and_back_reaches_the_erp_both_times(synced: int, sandbox: Sandbox, work: Work) -> None:
    for place in ("Byn", "Orten", "Byn"):
        moved(sandbox, synced, place)
        work()
        assert city(sandbox, "P1") == place
    assert writes() == 3


def test_what_is_taken_back_before_it_is_told_is_not_told(synced: int, sandbox: Sandbox, work: Work) -> None:
    moved(sandbox, synced, "Byn")
    moved(sandbox, synced, "Orten")
    work()
    assert (city(sandbox, "P1"), writes()) == ("Orten", 0)


def test_a_runs_import_is_our_own_echo(synced: int, sandbox: Sandbox, work: Work) -> None:
    change(sandbox, "P1", phone="08-9", address=erp_address("Staden"))
    delta(work)
    notify(synced)
    work()
    assert (note(), messages(), writes()) == (hearing.ECHO, [], 0)


def test_an_import_that_norce_has_not_answered_yet_is_our_own_echo(synced: int, sandbox: Sandbox, work: Work) -> None:
    change(sandbox, "P1", phone="08-9")
    set_faults(sandbox, norce={"jobs": "hang"})
    delta(work)
    # Norce has written it, and the hub has not heard of the job's end.
    changes(sandbox, synced, PhoneNumber="08-9")
    notify(synced)
    work()
    assert (note(), messages()) == (hearing.ECHO, [])


def test_a_code_report_is_our_own_echo(received: Any, sandbox: Sandbox, work: Work) -> None:
    order: Order = received("01")
    work()
    registers.run(work, "code_reports", "delta")
    order.refresh_from_db()
    notify(norce_id(order.customer_code))
    work()
    assert note() == hearing.ECHO and writes() == 0


def test_a_code_report_for_one_of_whom_nothing_is_known_is_our_own_echo(sandbox: Sandbox, work: Work) -> None:
    number = registers.in_norce(sandbox, "ida@example.com", "C9", UpdatedBy=10000)
    record = sandbox.state.customers.get(number)
    sandbox.state.customers.save({**record, "UpdatedBy": 10000})
    bind(sandbox, "C9")
    notify(number)
    work()
    assert (note(), messages()) == (hearing.ECHO, [])


def test_what_a_buyer_changes_after_the_order_reaches_the_erp(received: Any, sandbox: Sandbox, work: Work) -> None:
    order: Order = received("01")
    work()
    registers.run(work, "code_reports", "delta")
    order.refresh_from_db()
    moved(sandbox, norce_id(order.customer_code), "Byn")
    work()
    assert (city(sandbox, order.customer_code), messages()) == ("Byn", [State.DONE])


def test_an_emptied_telephone_is_emptied_and_a_missing_address_is_not(
    synced: int, sandbox: Sandbox, work: Work
) -> None:
    changes(sandbox, synced, PhoneNumber=None, InvoiceAddress=None, EmailAddress=None)
    notify(synced)
    work()
    found = erp(sandbox, "P1")
    assert (found["phone"], found["address"]["city"], found["email"]) == ("", "Orten", "p1@example.com")


def test_what_the_erp_knows_of_an_address_and_norce_does_not_stays(synced: int, sandbox: Sandbox, work: Work) -> None:
    change(sandbox, "P1", address=erp_address("Orten", name="Maja P1, kontoret", code="A1", primary=True))
    moved(sandbox, synced, "Byn")
    work()
    found = erp(sandbox, "P1")["address"]
    assert (found["city"], found["name"], found["code"], found["primary"]) == ("Byn", "Maja P1, kontoret", "A1", True)


def test_delivery_addresses_of_an_erp_that_keeps_some_are_changed(sandbox: Sandbox, work: Work) -> None:
    registers.person(sandbox, "P1", addresses=[erp_address("Orten", code="A1", name="Sommar")])
    registers.run(work)
    number = int(norce(sandbox, "P1")["Id"])
    changes(sandbox, number, DeliveryAddresses=[address("Orten", Code="A1"), address("Byn")])
    notify(number)
    work()
    found = [(one["city"], one["code"], one["name"]) for one in erp(sandbox, "P1")["addresses"]]
    assert found == [("Orten", "A1", "Sommar"), ("Byn", "", "")]


def test_a_new_address_lets_the_next_order_find_the_customer(synced: int, sandbox: Sandbox, work: Work) -> None:
    changes(sandbox, synced, EmailAddress="Ny@example.com")
    notify(synced)
    work()
    assert (erp(sandbox, "P1")["email"], binding("P1").email) == ("Ny@example.com", "ny@example.com")


def test_whom_the_shop_ends_is_not_ended_in_the_erp(synced: int, sandbox: Sandbox, work: Work) -> None:
    changes(sandbox, synced, IsActive=False)
    notify(synced)
    work()
    assert erp(sandbox, "P1")["active"] and hearing.INACTIVE in note()


def test_a_changed_company_reaches_the_erp(sandbox: Sandbox, work: Work) -> None:
    registers.company(sandbox, "B1", address=erp_address("Orten"))
    registers.run(work, "companies")
    number = int(registers.norce_company(sandbox, "B1")["Id"])
    company_changes(sandbox, number, Name="Nytt AB", InvoiceAddress=address("Byn"), VatNo="SE990000000101")
    notify(number, "Company")
    work()
    found = erp(sandbox, "B1")
    assert (found["name"], found["vat_no"], found["address"]["city"]) == ("Nytt AB", "SE990000000101", "Byn")
    assert CompanyBinding.objects.get().norce_id == number


def test_a_full_round_ends_with_the_shops_address_on_both_sides(synced: int, sandbox: Sandbox, work: Work) -> None:
    moved(sandbox, synced, "Byn")
    work()
    before = sent_codes(sandbox)
    run = delta(work)
    assert (run.count_read, run.count_unchanged, sent_codes(sandbox)) == (1, 1, before)
    assert norce(sandbox, "P1")["InvoiceAddress"]["City"] == city(sandbox, "P1") == "Byn"


def test_a_round_hides_nothing_else_that_the_erp_has_changed(synced: int, sandbox: Sandbox, work: Work) -> None:
    change(sandbox, "P1", cell_phone="070-2")
    moved(sandbox, synced, "Byn")
    work()
    assert delta(work).count_changed == 1
    found = norce(sandbox, "P1")
    assert (found["CellPhoneNumber"], found["InvoiceAddress"]["City"]) == ("070-2", "Byn")
    notify(synced)
    work()
    assert note() == hearing.ECHO


def test_a_field_left_to_norce_is_carried_only_over_what_norce_had(
    application: Application, sandbox: Sandbox, work: Work
) -> None:
    type(application.erp_connection).objects.update(left_to_norce=["PhoneNumber"])
    for code, own in (("P1", "08-1"), ("P2", "08-7")):
        registers.person(sandbox, code, phone=own)
    registers.run(work)
    for code in ("P1", "P2"):
        number = int(norce(sandbox, code)["Id"])
        changes(sandbox, number, PhoneNumber="08-1")
        notify(number)
        work()
        changes(sandbox, number, PhoneNumber="08-2")
        notify(number)
        work()
    assert (erp(sandbox, "P1")["phone"], erp(sandbox, "P2")["phone"]) == ("08-2", "08-7")
    assert set(messages()) == {State.DONE}


def test_equal_notifications_wait_as_one(synced: int) -> None:
    for _ in range(3):
        notify(synced)
    assert InboxEvent.objects.filter(state=State.PENDING).count() == 1
    assert not OutboxMessage.objects.exists()


@pytest.mark.parametrize("number", [0, -1, 2**31])
def test_an_id_that_is_none_is_kept_as_rejected(number: int, db: None) -> None:
    notify(number)
    assert not InboxEvent.objects.exists()
