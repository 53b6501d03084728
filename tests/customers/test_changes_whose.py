"""Whose change it is: by id, by code, in several ERPs, per application; and who is made in the ERP."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from connectors.sandbox.core import Sandbox
from customers import hearing, whose
from customers.models import Binding, CustomerBinding
from hub.models import Application, ErpConnection, OutboxMessage
from hub.models.work import State
from tests.customers import registers
from tests.customers.registers import Work, binding, norce
from tests.customers.shop import address, bind, changes, city, erp, erp_address, message, messages, moved, note, notify
from tests.faults import be_due, erp_customers, set_faults

pytestmark = pytest.mark.usefixtures("application", "sandbox")


@pytest.fixture
def second(application: Application, settings: Settings) -> Application:
    """Another application, whose ERP is another one behind the same address."""
    settings.ERP_URLS = {**settings.ERP_URLS, "second": settings.ERP_URLS["default"]}
    connection = ErpConnection.objects.create(name="second")
    key = "3c9a5be2-0f17-4d6b-b0c8-91e4a6d7f203"
    return Application.objects.create(key=key, number=1902, name="Exempel Två", erp_connection=connection)


def creating(application: Application) -> None:
    ErpConnection.objects.filter(pk=application.erp_connection_id).update(creates_from_norce=True)


def in_shop(sandbox: Sandbox, code: str | None = None, **members: object) -> int:
    """Let Norce have Ida, who lives in Byn."""
    return registers.in_norce(sandbox, "ida@example.com", code, InvoiceAddress=address("Byn"), **members)


def test_one_without_a_code_is_left_to_the_first_order(sandbox: Sandbox, work: Work) -> None:
    notify(in_shop(sandbox))
    work()
    assert (note(), messages(), erp_customers(sandbox)) == (whose.UNBOUND, [], [])
    assert not CustomerBinding.objects.exists()


def test_a_code_alone_makes_the_binding_where_there_is_one_erp(sandbox: Sandbox, work: Work) -> None:
    registers.person(sandbox, "P1", address=erp_address("Orten"))
    number = in_shop(sandbox, "P1")
    notify(number)
    work()
    row = binding("P1")
    assert (row.norce_id, row.email, row.report) == (number, "ida@example.com", Binding.Report.NOT_NEEDED)
    assert city(sandbox, "P1") == "Byn"


def test_a_code_alone_does_not_tell_between_two_erps(second: Application, sandbox: Sandbox, work: Work) -> None:
    notify(in_shop(sandbox, "P1"))
    work()
    assert (note(), messages(), CustomerBinding.objects.exists()) == (whose.SEVERAL, [], False)


def test_a_code_that_is_bound_to_somebody_else_is_said(sandbox: Sandbox, work: Work) -> None:
    number = in_shop(sandbox, "P1")
    CustomerBinding.objects.create(erp_connection="default", erp_code="P1", norce_id=number + 1)
    notify(number)
    work()
    assert (note(), messages()) == (whose.TAKEN, [])


def test_a_code_whose_binding_lacks_the_id_gives_it(sandbox: Sandbox, work: Work) -> None:
    number = in_shop(sandbox, "P1")
    CustomerBinding.objects.create(erp_connection="default", erp_code="P1")
    notify(number)
    drained = work()
    assert (binding("P1").norce_id, drained > 0) == (number, True)


def test_one_code_of_two_erps_is_told_by_the_address(second: Application, sandbox: Sandbox, work: Work) -> None:
    registers.person(sandbox, "P1", address=erp_address("Orten"))
    number = in_shop(sandbox, "P1")
    for name, email in (("default", "ida@example.com"), ("second", "bo@example.com")):
        CustomerBinding.objects.create(erp_connection=name, erp_code="P1", email=email)
    notify(number)
    work()
    ids = CustomerBinding.objects.order_by("pk").values_list("norce_id", flat=True)
    assert (list(ids), message().system) == ([number, None], "erp:default")


def test_a_customer_of_two_erps_is_changed_in_both(second: Application, sandbox: Sandbox, work: Work) -> None:
    for code, name in (("P1", "default"), ("P2", "second")):
        registers.person(sandbox, code, address=erp_address("Orten"))
        if name == "default":
            in_shop(sandbox, code)
    number = int(norce(sandbox, "P1")["Id"])
    bind(sandbox, "P1")
    CustomerBinding.objects.create(erp_connection="second", erp_code="P2", norce_id=number)
    notify(number)
    work()
    assert (city(sandbox, "P1"), city(sandbox, "P2")) == ("Byn", "Byn")
    assert {*OutboxMessage.objects.values_list("system", flat=True)} == {"erp:default", "erp:second"}


def test_customers_of_one_application_are_told_by_it(second: Application, sandbox: Sandbox, work: Work) -> None:
    registers.person(sandbox, "P1", address=erp_address("Orten"))
    number = in_shop(sandbox, "P1", ApplicationKey=second.key)
    notify(number, ApplicationId=second.number)
    work()
    assert [(row.application_key, row.erp_connection) for row in CustomerBinding.objects.all()] == [("", "second")]


def test_one_code_in_two_applications_are_two_customers(
    application: Application, business: Application, sandbox: Sandbox, work: Work, settings: Settings
) -> None:
    settings.NORCE_CUSTOMERS_BY_APPLICATION = True
    registers.person(sandbox, "P1", address=erp_address("Orten"))
    numbers = [in_shop(sandbox, "P1", ApplicationKey=one.key) for one in (application, business)]
    for number in numbers:
        notify(number)
    work()
    keys = dict(CustomerBinding.objects.values_list("application_key", "norce_id"))
    assert keys == {application.key: numbers[0], business.key: numbers[1]}
    assert messages() == [State.DONE, State.DONE]


def test_where_the_connection_wants_it_one_is_created_and_the_code_reported(
    application: Application, sandbox: Sandbox, work: Work
) -> None:
    creating(application)
    number = in_shop(sandbox)
    notify(number)
    work()
    [made] = erp_customers(sandbox)
    assert (made["email"], made["address"]["city"], messages()) == ("ida@example.com", "Byn", [State.DONE])
    registers.run(work, "code_reports", "delta")
    assert sandbox.state.customers.get(number)["Code"] == made["code"]
    notify(number)
    work()
    assert note() == hearing.ECHO
    moved(sandbox, number, "Staden")
    work()
    assert (city(sandbox, made["code"]), len(erp_customers(sandbox))) == ("Staden", 1)


def test_one_that_the_erp_has_already_is_found_and_not_created(
    application: Application, sandbox: Sandbox, work: Work
) -> None:
    creating(application)
    registers.person(sandbox, "P1", email="ida@example.com")
    number = in_shop(sandbox)
    notify(number)
    work()
    assert (len(erp_customers(sandbox)), binding("P1").norce_id, binding("P1").report) == (1, number, "due")


def test_a_creation_whose_answer_is_lost_makes_nobody_twice(
    application: Application, sandbox: Sandbox, work: Work
) -> None:
    creating(application)
    set_faults(sandbox, erp={"lose_answers": {"POST /erp/customers": 1}})
    notify(in_shop(sandbox))
    work()
    be_due()
    work()
    assert (len(erp_customers(sandbox)), messages()) == (1, [State.DONE])


def test_nobody_is_created_while_an_order_may_be_creating_them(
    application: Application, sandbox: Sandbox, work: Work
) -> None:
    creating(application)
    set_faults(sandbox, erp={"error_rate": 1})
    notify(in_shop(sandbox))
    work()
    set_faults(sandbox, erp={})
    OutboxMessage.objects.create(
        **{"kind": "erp.order", "system": "erp:default", "subject": "order:1", "key": "erp.order:1"},
        **{"serial": message().serial, "error_code": "erp_under_way"},
        not_before=timezone.now() + timedelta(minutes=20),
    )
    OutboxMessage.objects.filter(pk=message().pk).update(not_before=timezone.now())
    work()
    assert (message().error_code, erp_customers(sandbox)) == ("serial_under_way", [])


def test_one_who_is_inactive_in_norce_is_not_created(application: Application, sandbox: Sandbox, work: Work) -> None:
    creating(application)
    notify(in_shop(sandbox, IsActive=False))
    work()
    assert (note(), erp_customers(sandbox)) == (whose.INACTIVE, [])


def test_one_who_changes_while_they_are_created_is_created_as_they_are(
    application: Application, sandbox: Sandbox, work: Work
) -> None:
    creating(application)
    set_faults(sandbox, erp={"error_rate": 1})
    number = in_shop(sandbox)
    notify(number)
    work()
    changes(sandbox, number, FirstName="Ida")
    notify(number)
    set_faults(sandbox, erp={})
    be_due()
    work()
    [made] = erp_customers(sandbox)
    assert erp(sandbox, made["code"])["first_name"] == "Ida"
