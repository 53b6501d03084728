"""An order's way into the ERP: its customer first, once; its values; its questions; its route."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from pytest_django import Settings

from connectors.sandbox.core import Sandbox
from connectors.sandbox.registration import register_order
from customers.models import Binding, CompanyBinding, CustomerBinding
from hub.models import Application, Attempt, ErpConnection, ValueMapping
from hub.models.work import State
from orders.models import Order
from tests.conftest import sample
from tests.faults import (
    BUYER,
    answer_yes,
    erp_customers,
    erp_orders,
    known_company,
    known_person,
    operations,
    retry,
    to_erp,
)

Receive = Callable[..., Order]
Post = Callable[..., Any]
Work = Callable[[], int]
SHORT = [{"PaymentRef": "p", "PaymentMethodCode": "CARD", "Amount": 1500, "CurrencyCode": "SEK"}]
pytestmark = pytest.mark.usefixtures("application", "business", "sandbox")


def test_the_code_on_the_order_decides(sandbox: Sandbox, received: Receive, work: Work) -> None:
    known_person(sandbox, "10045", "someone.else@example.com")
    received("05")
    work()
    assert erp_orders(sandbox)[0]["customer_code"] == "10045"
    assert CustomerBinding.objects.get().report == Binding.Report.NOT_NEEDED
    assert operations("erp:default") == ["find order", "create order"]


def test_a_bound_buyer_is_not_searched_again(sandbox: Sandbox, received: Receive, work: Work) -> None:
    for number in ("1", "2"):
        received("01", ClientOrderRef=number)
        work()
    assert operations("erp:default").count("find customers") == 1
    assert [order["customer_code"] for order in erp_orders(sandbox)] == [erp_customers(sandbox)[0]["code"]] * 2


def test_a_buyer_the_erp_knows_by_e_mail_is_found_in_any_case(sandbox: Sandbox, received: Receive, work: Work) -> None:
    known_person(sandbox, "C7", BUYER.upper())
    order = received("01")
    work()
    order.refresh_from_db()
    assert (order.customer_code, len(erp_customers(sandbox))) == ("C7", 1)
    assert (CustomerBinding.objects.get().email, CustomerBinding.objects.get().report) == (BUYER.lower(), "due")


def test_a_new_buyer_is_created_with_name_and_address(sandbox: Sandbox, received: Receive, work: Work) -> None:
    received("01")
    work()
    person, customer = sample("01")["SellTo"]["Person"], erp_customers(sandbox)[0]
    assert (customer["first_name"], customer["last_name"]) == (person["FirstName"], person["LastName"])
    assert customer["address"]["postal_code"] == person["Address"]["ZipCode"]


def test_two_matches_hold_the_order_until_a_person_has_merged_them(
    sandbox: Sandbox, received: Receive, work: Work
) -> None:
    known_person(sandbox, "C7")
    known_person(sandbox, "C8")
    order = received("01")
    work()
    assert (to_erp(order).state, to_erp(order).is_releasable) == (State.HELD, False)
    assert "C7, C8" in to_erp(order).error
    known_person(sandbox, "C8", "merged@example.com")
    retry(to_erp(order))
    work()
    assert erp_orders(sandbox)[0]["customer_code"] == "C7"


@pytest.mark.parametrize("numbers", [{"organisation_no": "559999-0000"}, {"vat_no": "SE 559999-0000 01"}])
def test_a_company_is_found_by_its_numbers(
    sandbox: Sandbox, received: Receive, work: Work, numbers: dict[str, str]
) -> None:
    known_company(sandbox, "F7", **numbers)
    order = received("02", DoHold=False)
    work()
    assert erp_orders(sandbox)[0]["customer_code"] == "F7", to_erp(order).error
    assert CompanyBinding.objects.get().organisation_no == "5599990000"


def test_a_new_company_is_created_with_its_numbers(sandbox: Sandbox, received: Receive, work: Work) -> None:
    received("02", DoHold=False)
    work()
    customer = erp_customers(sandbox)[0]
    assert (customer["kind"], customer["organisation_no"]) == ("company", "5599990000")


@pytest.mark.parametrize("empty", [{}, {"Name": "", "VatNo": None, "Code": ""}, {"IsActive": False}])
def test_a_buyer_with_an_empty_company_is_a_person(
    sandbox: Sandbox, received: Receive, work: Work, empty: dict[str, Any]
) -> None:
    order = received("02", DoHold=False, SellTo=sample("02")["SellTo"] | {"Company": empty})
    work()
    assert erp_customers(sandbox)[0]["kind"] == "person", to_erp(order).error
    assert (CustomerBinding.objects.count(), CompanyBinding.objects.count()) == (1, 0)


@pytest.mark.parametrize("buyer", [None, {}, {"Company": {}, "Person": {}}, {"Person": {"FirstName": "Maja"}}])
def test_an_order_without_a_buyer_is_held(sandbox: Sandbox, received: Receive, work: Work, buyer: Any) -> None:
    order = received("01", SellTo=buyer, BillTo=buyer)
    work()
    assert (to_erp(order).state, erp_customers(sandbox)) == (State.HELD, [])
    assert "names no buyer" in to_erp(order).error


def test_the_payer_stands_in_for_a_missing_buyer(sandbox: Sandbox, received: Receive, work: Work) -> None:
    received("01", SellTo=None)
    work()
    assert erp_customers(sandbox)[0]["email"] == BUYER


def test_a_value_without_a_mapping_passes_through(sandbox: Sandbox, received: Receive, work: Work) -> None:
    received("01")
    work()
    assert erp_orders(sandbox)[0]["payments"][0]["method"] == sample("01")["Payments"][0]["PaymentMethodCode"]


def test_a_strict_value_without_a_mapping_fails_with_the_remedy_and_goes_once_it_is_added(
    application: Application, sandbox: Sandbox, received: Receive, work: Work
) -> None:
    ErpConnection.objects.update(strict_kinds=["payment_method"])
    order, method = received("01"), sample("01")["Payments"][0]["PaymentMethodCode"]
    work()
    assert (to_erp(order).state, to_erp(order).error_kind) == (State.FAILED, "mapping")
    assert f"Add {method} under Value mappings › Payment method" in to_erp(order).remedy
    assert (erp_customers(sandbox), operations("erp:default")) == ([], [])
    ValueMapping.objects.create(kind="payment_method", norce_value=method, erp_value="KORT")
    retry(to_erp(order))
    work()
    assert erp_orders(sandbox)[0]["payments"][0]["method"] == "KORT"


def test_a_mapping_of_the_application_goes_before_the_one_for_all(
    application: Application, sandbox: Sandbox, received: Receive, work: Work
) -> None:
    method = sample("01")["Payments"][0]["PaymentMethodCode"]
    for key, word in ((application.key, "OURS"), ("", "ALL"), ("another", "THEIRS")):
        ValueMapping.objects.create(kind="payment_method", application_key=key, norce_value=method, erp_value=word)
    received("01")
    work()
    assert erp_orders(sandbox)[0]["payments"][0]["method"] == "OURS"


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"DoHold": True}, "dohold"), ({"OrderType": 5}, "external"), ({"Payments": SHORT}, "sums")],
)
def test_a_question_holds_the_order_before_anything_is_written_and_a_release_lets_it_go(
    sandbox: Sandbox, received: Receive, work: Work, changes: dict[str, Any], code: str
) -> None:
    order = received("01", **changes)
    work()
    assert (to_erp(order).state, to_erp(order).error_code, operations("erp:default")) == (State.HELD, code, [])
    answer_yes(order, "spoke to the shop")
    work()
    order.refresh_from_db()
    assert (order.erp_order_no, order.status) == ("SO100001", Order.Status.CONFIRMED), to_erp(order).error
    assert Attempt.objects.get(asked_by="anna").reason == f"Released ({code}): spoke to the shop"


def test_a_released_order_has_the_rows_as_its_total(sandbox: Sandbox, received: Receive, work: Work) -> None:
    order = received("01", Payments=SHORT)
    work()
    answer_yes(order, "the shop pays the rest")
    work()
    assert Decimal(erp_orders(sandbox)[0]["total"]) == Decimal("1596.10")


def test_another_tolerance_lets_another_difference_pass(sandbox: Sandbox, received: Receive, work: Work) -> None:
    Application.objects.update(sum_tolerance=Decimal("0.05"))
    order = received("01", Payments=[SHORT[0] | {"Amount": 1596}])
    work()
    assert to_erp(order).error_code == "sums"


def test_what_does_not_fit_the_lists_does_not_stop_the_order(sandbox: Sandbox, received: Receive, work: Work) -> None:
    buyer = {"Person": sample("01")["SellTo"]["Person"] | {"FirstName": "M" * 300}}
    order = received("01", SellTo=buyer, Payments=[SHORT[0] | {"Amount": 10**15}], CurrencyCode="SEK ")
    work()
    order.refresh_from_db()
    assert (len(order.buyer_name), order.total) == (255, None)
    assert to_erp(order).state == State.HELD


def second_connection(business: Application) -> None:
    business.erp_connection = ErpConnection.objects.create(name="second")
    business.save()


def test_each_application_goes_to_its_own_erp(
    business: Application, received: Receive, work: Work, settings: Settings
) -> None:
    second_connection(business)
    settings.ERP_URLS = settings.ERP_URLS | {"second": "sandbox+http://sandbox.test/erp"}
    received("01")
    received("02", DoHold=False)
    work()
    assert operations("erp:default")[-1] == operations("erp:second")[-1] == "create order"
    assert CompanyBinding.objects.get().erp_connection == "second"


def test_a_connection_without_an_address_names_the_variable(
    business: Application, received: Receive, work: Work
) -> None:
    second_connection(business)
    order = received("02", DoHold=False)
    work()
    assert (to_erp(order).state, to_erp(order).error_kind) == (State.FAILED, "config")
    assert "ERP_URL_SECOND" in to_erp(order).remedy


def test_the_same_reference_from_two_applications_makes_two_erp_orders(
    sandbox: Sandbox, post_order: Post, work: Work
) -> None:
    for key in (sample("01")["Header"], sample("02")["Header"]):
        for source in ("WEB", "POS-7"):
            body = sample("01", Header=key, Source=source)
            register_order(sandbox.state, body)
            post_order(body)
    work()
    assert len({order["reference"] for order in erp_orders(sandbox)}) == len(erp_orders(sandbox)) == 4
    assert len(set(Order.objects.values_list("erp_order_no", flat=True))) == 4
