"""The rows and events that we read are the contracts', and the samples of both can be read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest

from connectors.norce import odata, reads, wire
from connectors.norce.message import Message
from connectors.norce.query import COMPANY_IDENTITY, CUSTOMER_IDENTITY, NorceQuery
from connectors.norce.reads import EntitySet
from connectors.norce.types.events import TYPES
from connectors.norce.types.query import CompanyRow, CustomerRow
from connectors.ratelimit import Quota
from tests.connectors.norce.answers import BASE, api
from tests.connectors.norce.contracts import QUERY, ROOT, contract, entity, led_to, members_of

SETS = {wanted.path: wanted for wanted in reads.SETS}
PAYLOADS = ROOT / "tests" / "payloads"
EVENTS = sorted((ROOT / "connectors" / "sandbox" / "samples").glob("event-*.json"))
# The samples by the start of their names.
SAMPLES = {
    "query-customer-": reads.CUSTOMERS,
    "query-company-": reads.COMPANIES,
    "query-order-": reads.ORDERS,
    "query-invoice-": reads.INVOICES,
    "query-deliverynote-": reads.DELIVERY_NOTES,
    "query-core-applications": reads.APPLICATIONS,
    "query-core-countries": reads.COUNTRIES,
    "query-core-currencies": reads.CURRENCIES,
}
# Sets that nothing in the hub reads, and an error.
UNREAD = (
    "query-application-",
    "query-core-paymentmethods",
    "query-customercompanies-",
    "query-error-",
    "query-quotation-",
)
FILES = [path for path in sorted(PAYLOADS.glob("query-*.json")) if not path.name.startswith(UNREAD)]


# Where questions are asked; what nobody reads, no tenant need have.
ASKING = [path.read_text() for room in ("hub", "customers", "orders") for path in (ROOT / room).rglob("*.py")]


@cache
def events() -> Any:
    path = ROOT / "connectors" / "norce" / "contracts" / "norce-events.schema.json"
    return json.loads(path.read_text())["$defs"]


def unknown(schema: str, row: type[Message]) -> Iterator[str]:
    """Yield the members of a row's class, and of those in it, that their schemas lack."""
    known = contract(QUERY)["components"]["schemas"][schema]["properties"]
    yield from (f"{schema}.{name}" for name in reads.properties(row) if name not in known)
    for name, inner in reads.navigations(row).items():
        yield from unknown(led_to(known[name]), inner)


@pytest.mark.parametrize("name", [name for name in vars(NorceQuery) if name.islower() and not name.startswith("_")])
def test_every_question_is_asked_by_somebody(name: str) -> None:
    assert name in ("api", "version") or any(re.search(rf"\.{name}\b", text) for text in ASKING)


@pytest.mark.parametrize("path", SETS)
def test_every_member_of_a_row_is_one_of_its_schema(path: str) -> None:
    assert list(unknown(entity(path), SETS[path].row)) == []


@pytest.mark.parametrize("wanted", [each for each in reads.SETS if each.narrow], ids=lambda each: each.path)
def test_only_names_that_are_documented_for_2_0_are_selected_inside_an_expansion(wanted: EntitySet[Any]) -> None:
    schemas = contract(QUERY)["components"]["schemas"]
    for name in wanted.narrow:
        known = schemas[led_to(schemas[entity(wanted.path)]["properties"][name])]["properties"]
        members = reads.properties(reads.navigations(wanted.row)[name])
        assert {known[member]["x-evidence"] for member in members} == {"documented-2.0"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_sample_is_read_without_a_loss(path: Any) -> None:
    wanted = next(found for start, found in SAMPLES.items() if path.name.startswith(start))
    data = wire.decode(path.read_bytes())
    for row in data.get("value", [data]):
        read = wire.read(wanted.row, row)
        members = members_of(wanted.row)
        told = {name for name in members if row.get(name) not in (None, "", [])}
        assert told == {name for name, each in members.items() if getattr(read, each.attribute) not in (None, ())}


def test_every_event_of_the_contract_has_its_class() -> None:
    assert set(events()["EventType"]["enum"]) == set(TYPES)


@pytest.mark.parametrize("name", TYPES)
def test_an_event_has_the_members_of_its_schema_and_needs_the_same(name: str) -> None:
    members, schema = members_of(TYPES[name]), events()[name]
    assert set(members) == set(schema["properties"])
    assert {member for member, each in members.items() if each.needed} == set(schema["required"])


@pytest.mark.parametrize("path", EVENTS, ids=lambda path: path.stem)
def test_a_sample_event_is_read_as_its_type(path: Any) -> None:
    event = TYPES[path.stem.split("-")[1]]
    read = wire.read(event, wire.decode(path.read_bytes()))
    assert getattr(read, event.about)
    assert read.extra == {}


@pytest.mark.django_db
def test_every_name_that_is_filtered_by_is_checked_with_the_rows(norce: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """`check_connections` compares the members of rows, so a name that is sent must be one of them."""
    sent: set[str] = set()
    compared = odata.compared
    monkeypatch.setattr(odata, "compared", lambda name, *rest: sent.add(name) or compared(name, *rest))
    norce.get(re.compile(rf"{BASE}/query/"), json={"value": []})
    query = NorceQuery(api=api(Quota(name="norce-query", per_minute=0), 1901, "query"))
    query.order(1, application_id=1), query.order_of_basket(1, 1), query.orders_numbered("1", 1)
    query.invoice(1), query.delivery_notes(1), query.customers_by_email(["a"])
    query.companies_by_organisation_no(["a"]), query.changed_customers(datetime.now(UTC), 0)
    known = {name for wanted in reads.SETS for name in reads.properties(wanted.row)}
    assert sent >= {"Id", "ApplicationId", "QuotationId", "OrderNo", "ReferenceOrderId", "Updated", "Created"}
    assert sent <= known
    assert set(CUSTOMER_IDENTITY) <= set(reads.properties(CustomerRow))
    assert set(COMPANY_IDENTITY) <= set(reads.properties(CompanyRow))
