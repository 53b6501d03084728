"""An order's way into the ERP: its customer first, once, and what stops it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from connectors.erp.base import ErpOrderRef
from connectors.erp.sandbox import SandboxErp
from connectors.errors import HoldError
from connectors.sandbox.core import Sandbox
from connectors.sandbox.erp import add_customer
from connectors.sandbox.registration import register_order
from connectors.sandbox.state import State as SandboxState
from customers.models import Binding, CompanyBinding, CustomerBinding
from hub import drain, work
from hub.models import Application, Attempt, ErpConnection, OutboxMessage, ValueMapping
from hub.models.work import State
from orders.models import Order
from orders.releasing import release
from orders.sending import record_erp_order
from tests.conftest import sample
from tests.faults import CREATE_CUSTOMER, CREATE_ORDER, FIND_ORDER, be_due, operations, set_faults, to_erp
from tests.threads import side_by_side

Receive = Callable[..., Order]
Post = Callable[..., Any]
Work = Callable[[], int]
EMAIL = sample("01")["SellTo"]["Person"]["Email"]
SHORT = [{"PaymentRef": "p", "PaymentMethodCode": "CARD", "Amount": 1500, "CurrencyCode": "SEK"}]

pytestmark = pytest.mark.usefixtures("application", "business", "sandbox")


def erp_orders(sandbox: Sandbox) -> list[Any]:
    return list(sandbox.state.erp_orders)


def erp_customers(sandbox: Sandbox) -> list[Any]:
    return list(sandbox.state.erp_customers)


def known_person(sandbox: Sandbox, code: str, email: str = EMAIL) -> None:
    add_customer(sandbox.state, code, {"kind": "person", "name": "Maja", "last_name": "Provberg", "email": email})


def known_company(sandbox: Sandbox, code: str, **numbers: str) -> None:
    add_customer(sandbox.state, code, {"kind": "company", "name": "Exempelbygg", **numbers})


def retry(message: OutboxMessage) -> None:
    work.retry(message, by="anna", reason="mended")


# ------------------------------------------------------------------ the buyer


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
    known_person(sandbox, "C7", EMAIL.upper())
    order = received("01")
    work()
    order.refresh_from_db()
    assert (order.customer_code, len(erp_customers(sandbox))) == ("C7", 1)
    assert (CustomerBinding.objects.get().email, CustomerBinding.objects.get().report) == (EMAIL.lower(), "due")


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
    assert (to_erp(order).state, to_erp(order).hold_code) == (State.HELD, "")
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
    assert erp_customers(sandbox)[0]["email"] == EMAIL


def test_two_first_orders_of_one_buyer_at_once_make_one_customer(
    many_connections: None, sandbox: Sandbox, received: Receive, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting, search = Barrier(2), SandboxErp.find_parties

    def search_together(erp: SandboxErp, *args: Any, **options: Any) -> Any:
        found = search(erp, *args, **options)
        with suppress(BrokenBarrierError):
            meeting.wait(0.5)
        return found

    monkeypatch.setattr(SandboxErp, "find_parties", search_together)
    for number in ("1", "2"):
        received("01", ClientOrderRef=number)
    side_by_side(2, lambda number: drain.step())
    work()
    assert (len(erp_customers(sandbox)), len(erp_orders(sandbox))) == (1, 2)


# ------------------------------------------------------------------ values


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


# ------------------------------------------------------------------ questions


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"DoHold": True}, "dohold"), ({"OrderType": 5}, "external"), ({"Payments": SHORT}, "sums")],
)
def test_a_question_holds_the_order_before_anything_is_written_and_a_release_lets_it_go(
    sandbox: Sandbox, received: Receive, work: Work, changes: dict[str, Any], code: str
) -> None:
    order = received("01", **changes)
    work()
    assert (to_erp(order).state, to_erp(order).hold_code, operations("erp:default")) == (State.HELD, code, [])
    release(order, by="anna", reason="spoke to the shop")
    work()
    order.refresh_from_db()
    assert (order.erp_order_no, order.status) == ("SO100001", Order.Status.CONFIRMED), to_erp(order).error
    assert Attempt.objects.get(asked_by="anna").reason == f"Released ({code}): spoke to the shop"


def test_a_released_order_has_the_rows_as_its_total(sandbox: Sandbox, received: Receive, work: Work) -> None:
    order = received("01", Payments=SHORT)
    work()
    release(order, by="anna", reason="the shop pays the rest")
    work()
    assert Decimal(erp_orders(sandbox)[0]["total"]) == Decimal("1596.10")


def test_another_tolerance_lets_another_difference_pass(sandbox: Sandbox, received: Receive, work: Work) -> None:
    Application.objects.update(sum_tolerance=Decimal("0.05"))
    order = received("01", Payments=[SHORT[0] | {"Amount": 1596}])
    work()
    assert to_erp(order).hold_code == "sums"


def test_what_does_not_fit_the_lists_does_not_stop_the_order(sandbox: Sandbox, received: Receive, work: Work) -> None:
    buyer = {"Person": sample("01")["SellTo"]["Person"] | {"FirstName": "M" * 300}}
    order = received("01", SellTo=buyer, Payments=[SHORT[0] | {"Amount": 10**15}], CurrencyCode="SEK ")
    work()
    order.refresh_from_db()
    assert (len(order.buyer_name), order.total) == (255, None)
    assert to_erp(order).state == State.HELD


# ------------------------------------------------------------------ faults of the ERP


def test_an_erp_that_answers_500_is_asked_again_later_and_later(
    sandbox: Sandbox, received: Receive, work: Work
) -> None:
    set_faults(sandbox, erp={"error_rate": 1})
    order = received("01")
    pauses = []
    for _ in range(4):
        be_due()
        work()
        pauses.append((to_erp(order).not_before - timezone.now()).total_seconds())
    assert all(least < pause <= most for pause, least, most in zip(pauses, (2, 4, 9, 19), (5, 10, 20, 40), strict=True))
    assert (to_erp(order).state, to_erp(order).attempts, to_erp(order).error_kind) == (State.PENDING, 4, "transient")


def test_an_erp_that_is_back_gets_the_order_and_every_try_is_kept(
    sandbox: Sandbox, received: Receive, work: Work
) -> None:
    set_faults(sandbox, erp={"fail_next": {FIND_ORDER: [500], CREATE_CUSTOMER: [502], CREATE_ORDER: [503]}})
    order = received("01")
    for _ in range(4):
        be_due()
        work()
    outcomes = Attempt.objects.filter(item_kind="outboxmessage", item_id=to_erp(order).pk).order_by("number")
    assert [attempt.outcome for attempt in outcomes] == ["retry", "retry", "retry", "done"]
    assert (len(erp_orders(sandbox)), len(erp_customers(sandbox))) == (1, 1)


def test_it_gives_up_after_many_tries_and_a_person_may_start_it_again(
    sandbox: Sandbox, received: Receive, work: Work, settings: Settings
) -> None:
    settings.HUB_MAX_ATTEMPTS = 2
    set_faults(sandbox, erp={"fail_next": {FIND_ORDER: [500, 500]}})
    order = received("01")
    for _ in range(3):
        be_due()
        work()
    assert (to_erp(order).state, to_erp(order).error_kind) == (State.FAILED, "exhausted")
    retry(to_erp(order))
    work()
    assert to_erp(order).state == State.DONE


@pytest.mark.parametrize("fault", [{"lose_answers": {CREATE_ORDER: 1}}, {"latency": 31}], ids=["lost", "late"])
def test_an_order_the_erp_made_without_our_hearing_of_it_is_found_and_not_made_again(
    sandbox: Sandbox, received: Receive, work: Work, fault: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    known_person(sandbox, "C7")
    create = SandboxErp.create_order

    def create_unheard(erp: SandboxErp, order: Any) -> ErpOrderRef:
        set_faults(sandbox, erp=fault)
        return create(erp, order)

    monkeypatch.setattr(SandboxErp, "create_order", create_unheard)
    order = received("01")
    work()
    assert (to_erp(order).state, len(erp_orders(sandbox))) == (State.PENDING, 1)
    set_faults(sandbox, erp={})
    be_due()
    work()
    order.refresh_from_db()
    assert (len(erp_orders(sandbox)), order.erp_order_no, order.customer_code) == (1, "SO100001", "C7")


def test_a_customer_the_erp_made_without_our_hearing_of_it_is_found_and_not_made_again(
    sandbox: Sandbox, received: Receive, work: Work
) -> None:
    set_faults(sandbox, erp={"lose_answers": {CREATE_CUSTOMER: 1}})
    order = received("01")
    work()
    assert to_erp(order).state == State.PENDING
    be_due()
    work()
    assert (len(erp_customers(sandbox)), to_erp(order).state) == (1, State.DONE)


def test_a_customer_nobody_can_search_for_is_a_question_when_the_answer_is_lost(
    sandbox: Sandbox, received: Receive, work: Work
) -> None:
    set_faults(sandbox, erp={"lose_answers": {CREATE_CUSTOMER: 1}})
    order = received("01", SellTo={"Person": {"FirstName": "Maja", "LastName": "Provberg"}})
    work()
    assert (to_erp(order).state, to_erp(order).hold_code) == (State.HELD, "")
    assert "Maja Provberg" in to_erp(order).error
    sandbox.state.erp_customers = SandboxState().erp_customers
    retry(to_erp(order))
    work()
    assert (len(erp_customers(sandbox)), to_erp(order).state) == (1, State.DONE)


def test_a_refused_customer_fails_the_order_in_the_erps_words(sandbox: Sandbox, received: Receive, work: Work) -> None:
    set_faults(sandbox, erp={"refuse_customers": True})
    order = received("01")
    work()
    assert (to_erp(order).state, to_erp(order).error_kind) == (State.FAILED, "permanent")
    assert "every new customer to be refused" in to_erp(order).error
    assert (erp_orders(sandbox), to_erp(order).attempts) == ([], 1)


@pytest.mark.parametrize("status", [401, 403])
def test_wrong_credentials_of_the_erp_are_a_fault_of_the_set_up(
    sandbox: Sandbox, received: Receive, work: Work, status: int
) -> None:
    set_faults(sandbox, erp={"fail_next": {FIND_ORDER: [status]}})
    order = received("01")
    work()
    assert (to_erp(order).state, to_erp(order).error_kind) == (State.FAILED, "config")
    assert "erp:default" in to_erp(order).remedy


def test_two_erp_orders_with_our_reference_are_named(sandbox: Sandbox, received: Receive, work: Work) -> None:
    for number in ("SO1", "SO2"):
        row = {"number": number, "reference": "1901-5100231", "customer_code": "C1"}
        sandbox.state.erp_orders.save(row | {"status": "open", "currency": "SEK", "total": "1"})
    order = received("01")
    work()
    assert to_erp(order).state == State.FAILED
    assert "SO1, SO2" in to_erp(order).error


def test_a_second_erp_number_for_an_order_is_a_question(received: Receive, work: Work) -> None:
    order = received("01")
    work()
    with pytest.raises(HoldError) as held:
        record_erp_order(order, ErpOrderRef(number="SO9", reference="1901-5100231"))
    assert "SO100001" in held.value.message
    assert "Cancel SO9" in held.value.remedy


# ------------------------------------------------------------------ routes


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
