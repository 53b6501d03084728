"""The order history in the OpenAPI schema: what is answered is what is described."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import yaml
from django.test import Client
from drf_spectacular.validation import validate_schema
from jsonschema import Draft202012Validator

from connectors.sandbox.core import Sandbox
from orders.models import Order
from tests.faults import set_faults
from tests.orders.by_phone import LIST, clerk, order_by_phone

Ask = Callable[..., Any]
PATHS = ("/api/orders", "/api/orders/{number}")


@pytest.fixture
def schema(admin_client: Client) -> Any:
    """The schema as developers get it."""
    return yaml.safe_load(admin_client.get("/api/schema/").content)


def errors(schema: Any, path: str, answer: Any) -> list[str]:
    """Return where an answer differs from what the schema says of its status and content type."""
    content = schema["paths"][path]["get"]["responses"][str(answer.status_code)]["content"]
    described = {**content[answer["Content-Type"]]["schema"], "components": schema["components"]}
    return [error.message for error in Draft202012Validator(described).iter_errors(answer.json())]


def members(schema: Any, name: str) -> set[str]:
    return set(schema["components"]["schemas"][name]["properties"])


def test_the_schema_is_one(schema: Any) -> None:
    validate_schema(schema)


def test_the_addresses_are_as_they_are_written(schema: Any) -> None:
    assert set(schema["paths"]) == {*PATHS, "/norce/orders"}
    assert schema["paths"]["/api/orders"]["get"]["security"] == [{"apiClient": []}]
    assert schema["components"]["securitySchemes"]["apiClient"]["scheme"] == "bearer"


@pytest.mark.parametrize(
    ("path", "names"),
    [
        (PATHS[0], {"application", "customer", "company", "after", "limit"}),
        (PATHS[1], {"application", "customer", "company", "number"}),
    ],
)
def test_every_parameter_is_described(schema: Any, path: str, names: set[str]) -> None:
    parameters = schema["paths"][path]["get"]["parameters"]
    assert {each["name"] for each in parameters} == names
    assert all(each["description"] for each in parameters)


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_is_described_with_an_example_that_is_one(schema: Any, path: str) -> None:
    answers = schema["paths"][path]["get"]["responses"]
    not_found = {"404"} if path == PATHS[1] else set()
    assert set(answers) == {"200", "400", "401", "403", "405", "406", "429", "500", "502", "503"} | not_found
    for answer in answers.values():
        for content in answer["content"].values():
            described = {**content["schema"], "components": schema["components"]}
            for example in content["examples"].values():
                Draft202012Validator(described).validate(example["value"])


def test_a_list_and_an_order_are_answered_as_described(
    schema: Any, shop: Ask, received: Callable[..., Order], work: Callable[[], int], sandbox: Sandbox
) -> None:
    received("01")
    work()
    clerk(sandbox, "ship", "SO100001", parcels=["00370000000000000001"])
    clerk(sandbox, "invoice", "SO100001")
    clerk(sandbox, "credit", "SO100001")
    page = shop("/api/orders", customer=Order.objects.get().customer_code)
    order = shop("/api/orders/SO100001")
    assert errors(schema, PATHS[0], page) == errors(schema, PATHS[1], order) == []
    assert set(page.json()["orders"][0]) == members(schema, "HistoryEntry")
    assert set(order.json()) == members(schema, "HistoryOrder")
    assert all(order.json()[name] for name in ("rows", "deliveries", "invoices", "credits"))


def test_problems_are_answered_as_described(schema: Any, shop: Ask, client: Client, sandbox: Sandbox) -> None:
    order_by_phone(sandbox, "C1")
    set_faults(sandbox, erp={"fail_next": {LIST: [422, 500]}})
    answers = [shop("/api/orders", customer="C1") for _ in range(2)]
    answers += [shop("/api/orders"), shop("/api/orders", customer="C1", application="7"), client.get("/api/orders")]
    assert [answer.status_code for answer in answers] == [502, 503, 400, 403, 401]
    assert [errors(schema, PATHS[0], answer) for answer in answers] == [[]] * 5


def test_the_headers_of_problems_are_described_where_they_come(schema: Any) -> None:
    answers = schema["paths"]["/api/orders"]["get"]["responses"]
    headers = {status: set(answer["headers"]) for status, answer in answers.items() if "headers" in answer}
    assert headers == {"401": {"WWW-Authenticate"}, "429": {"Retry-After"}, "503": {"Retry-After"}}


def test_the_docs_show_it(admin_client: Client) -> None:
    assert admin_client.get("/api/docs/").status_code == 200
