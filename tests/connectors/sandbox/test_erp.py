"""The small ERP: customers, orders, and the mistakes it lets the hub make."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests

from tests.connectors.sandbox.conftest import Caller
from tests.connectors.sandbox.erp import MAJA

BOLAGET = {"kind": "company", "name": "Exempelbolaget AB", "organisation_no": "999900-0001", "vat_no": "SE999900000101"}
LINE = {"line_no": 1, "part_no": "JACKET", "quantity": "2", "unit_price": "100.00", "unit_vat": "25.00"}
ORDER = {"reference": "N-5100231", "customer_code": "C10001", "currency": "SEK", "total": "250.00", "lines": [LINE]}


@pytest.fixture
def erp(sandbox: Caller) -> Caller:
    """An ERP with one person and one company."""
    assert sandbox.erp("customers", MAJA).json() == {"code": "C10001"}
    assert sandbox.erp("customers", BOLAGET).json() == {"code": "C10002"}
    return sandbox


def codes(answer: requests.Response) -> list[str]:
    """Return the codes of a customer list."""
    return [row["code"] for row in answer.json()["customers"]]


def test_it_says_who_it_is(sandbox: Caller) -> None:
    assert sandbox.erp("ping").json() == {"name": "Sandbox ERP"}


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"code": "C10001"}, ["C10001"]),
        ({"kind": "person", "email": "MAJA@EXAMPLE.COM"}, ["C10001"]),
        ({"kind": "company", "email": "maja@example.com"}, []),
        ({"organisation_no": "9999000001"}, ["C10002"]),
        ({"vat_no": "se 9999 00000101", "email": "nobody@example.com"}, ["C10002"]),
        ({"email": ""}, []),
    ],
)
def test_a_customer_is_found_by_any_one_identifier(erp: Caller, wanted: dict[str, str], found: list[str]) -> None:
    assert codes(erp.erp("customers", **wanted)) == found


def test_it_makes_a_second_customer_of_the_same_person(erp: Caller) -> None:
    erp.erp("customers", MAJA)
    assert codes(erp.erp("customers", email="maja@example.com")) == ["C10001", "C10003"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"last_name": None}, "last_name"),
        ({"address": {"country": "SWE"}}, "address.country"),
        ({"email": "x" * 101}, "email"),
        ({"kind": "robot"}, "kind"),
    ],
)
def test_it_refuses_a_customer_by_its_field(sandbox: Caller, change: dict[str, Any], field: str) -> None:
    answer = sandbox.erp("customers", {**MAJA, **change})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])


def test_an_order_is_kept_and_found_by_its_reference(erp: Caller) -> None:
    assert erp.erp("orders", ORDER).json() == {"number": "SO100001", "reference": "N-5100231"}
    found = erp.erp("orders", reference="N-5100231").json()["orders"]
    assert [(order["number"], order["customer_code"]) for order in found] == [("SO100001", "C10001")]
    done = {"delivered": "0", "invoiced": "0", "cancelled": "0"}
    assert erp.erp("orders/SO100001").json()["lines"] == [LINE | done]
    assert erp.erp("orders/SO9").status_code == 404


def test_a_repeated_reference_makes_a_second_order(erp: Caller) -> None:
    erp.erp("orders", ORDER)
    assert erp.erp("orders", ORDER).status_code == 201
    assert len(erp.erp("orders", reference="N-5100231").json()["orders"]) == 2


def test_a_repeated_reference_is_refused_when_it_must_be_unique(make: Callable[..., Caller]) -> None:
    erp = make(unique_reference=True)
    erp.erp("customers", MAJA)
    assert [erp.erp("orders", ORDER).status_code for _ in range(2)] == [201, 409]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"reference": "N" * 36}, "reference"),
        ({"customer_code": "C1"}, "customer_code"),
        ({"lines": []}, "lines"),
        ({"lines": [{**LINE, "quantity": "two"}]}, "lines"),
        ({"total": "251.01"}, "total"),
    ],
)
def test_it_refuses_an_order_by_its_field(erp: Caller, change: dict[str, Any], field: str) -> None:
    answer = erp.erp("orders", {**ORDER, **change})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])


def test_it_refuses_an_unknown_part_by_name(make: Callable[..., Caller]) -> None:
    erp = make(known_parts=("HAT",))
    erp.erp("customers", MAJA)
    answer = erp.erp("orders", ORDER)
    assert (answer.status_code, "JACKET" in answer.text) == (422, True)


def test_it_asks_for_a_password_when_one_is_set(make: Callable[..., Caller]) -> None:
    erp = make(erp_credentials="hub:secret")
    assert erp.erp("ping").status_code == 401
    erp.session.auth = ("hub", "secret")
    assert erp.erp("ping").status_code == 200


def test_an_order_whose_answer_is_lost_is_there(erp: Caller) -> None:
    erp.control("faults", {"erp": {"lose_answers": {"POST /erp/orders": 1}}})
    assert erp.erp("customers", MAJA).status_code == 201
    with pytest.raises(requests.ConnectionError):
        erp.erp("orders", ORDER)
    assert len(erp.erp("orders", reference="N-5100231").json()["orders"]) == 1


def test_a_planned_failure_makes_no_order(erp: Caller) -> None:
    erp.control("faults", {"erp": {"fail_next": {"POST /erp/orders": [500]}}})
    assert erp.erp("orders", ORDER).status_code == 500
    assert erp.erp("orders", reference="N-5100231").json()["orders"] == []


def test_every_new_customer_can_be_refused(sandbox: Caller) -> None:
    sandbox.control("faults", {"erp": {"refuse_customers": True}})
    assert sandbox.erp("customers", MAJA).status_code == 422


def test_a_reset_forgets_both_sides_and_the_faults(erp: Caller) -> None:
    erp.order()
    erp.control("faults", {"erp": {"error_rate": 1}})
    erp.control("reset", {})
    state = erp.state()
    assert (state["erp"], state["norce"]["orders"]) == ({"customers": [], "orders": []}, [])
    assert erp.erp("ping").status_code == 200
