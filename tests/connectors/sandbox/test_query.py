"""Reading applications, customers and companies through Query."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from connectors.norce.types.query import CompanyRow, CustomerRow
from connectors.sandbox import filters
from connectors.sandbox.registration import new_customer
from tests.connectors.sandbox.conftest import ORDER, Caller


def test_it_answers_500_without_an_application_header(sandbox: Caller) -> None:
    del sandbox.session.headers["application-id"]
    url = "http://sandbox.test/commerce/query/2.0/Core/Applications"
    assert sandbox.session.get(url).status_code == 500
    assert sandbox.session.get(url, headers={"applicationId": "1901"}).status_code == 200


def test_there_are_two_applications(sandbox: Caller) -> None:
    rows = sandbox.query("Core/Applications", select="Id,Name")
    assert rows == [{"Id": 1901, "Name": "Exempel SE"}, {"Id": 1902, "Name": "Exempel Företag"}]


def test_the_buyer_of_an_order_is_a_customer_and_a_company_without_codes(sandbox: Caller) -> None:
    sandbox.order()
    customer = sandbox.query("Customers/Customers", filter="EmailAddress eq 'maja.provberg@example.com'")[0]
    company = sandbox.query("Customers/Companies", filter="NormalizedOrganizationNo eq '9999000001'")[0]
    assert (customer["CustomerCode"], company["CompanyCode"], company["VatNo"]) == (None, None, "SE999900000101")


def test_the_codes_that_an_order_carries_are_kept(sandbox: Caller) -> None:
    buyer: Any = ORDER["SellTo"]
    sandbox.order(SellTo={"Company": {**buyer["Company"], "Code": "B1"}, "Person": {"CustomerCode": "C1"}})
    assert sandbox.query("Customers/Customers")[0]["CustomerCode"] == "C1"
    assert sandbox.query("Customers/Companies")[0]["CompanyCode"] == "B1"


def test_a_second_order_of_a_buyer_registers_nobody_again(sandbox: Caller) -> None:
    sandbox.order()
    sandbox.order(ClientOrderRef="5100232")
    assert (len(sandbox.query("Customers/Customers")), len(sandbox.query("Customers/Companies"))) == (1, 1)


def test_an_empty_company_object_registers_no_company(sandbox: Caller) -> None:
    sandbox.order(SellTo={**ORDER["SellTo"], "Company": {}})
    assert sandbox.query("Customers/Companies") == []


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("Id eq 50001", [50001]),
        ("Id eq 50001 or EmailAddress eq 'o''hara@example.com'", [50001, 50002]),
        ("IsActive eq true and (Id eq 50002 or Id eq 7)", [50002]),
        ("CustomerCode eq null", [50001, 50002]),
        ("Id eq 50001 and LastName eq 'Other'", []),
        ("Id gt 50001", [50002]),
        ("Id ge 50001 and Id lt 50002", [50001]),
        ("Id gt 50001 or Id le 50001", [50001, 50002]),
        ("LastName ne 'O''HARA' and Id gt 0", [50001]),
        ("Created ge 2027-01-15T08:00:00Z and Created le 2027-01-15T09:00:00+01:00", [50001, 50002]),
        ("Created gt 2027-01-15T08:00:00.0Z", []),
        ("Updated ge 2026-01-01T00:00:00Z or (Updated eq null and Created ge 2026-01-01T00:00:00Z)", [50001, 50002]),
        ("Updated ge 2026-01-01T00:00:00Z", []),
        ("IsForgotten eq false and IsActive ne false", [50001, 50002]),
        ("IsForgotten eq true", []),
    ],
)
def test_filters_are_joined_with_and_or_and_parentheses(sandbox: Caller, wanted: str, found: list[int]) -> None:
    sandbox.order()
    sandbox.order(ClientOrderRef="2", SellTo={"Person": {"Email": "o'hara@example.com", "LastName": "O'Hara"}})
    assert [row["Id"] for row in sandbox.query("Customers/Customers", filter=wanted)] == found


@pytest.mark.parametrize(
    "option",
    [
        "$filter=Id has 1",
        "$filter=Id gt null",
        "$filter=Id gt 'x'",
        "$filter=IsActive gt 1",
        "$filter=Created ge 2026-01-01T00:00:00",
        "$filter=Created ge 2026-99-01T00:00:00Z",
        "$orderby=LastName",
        "$filter=(Id eq 1",
        "$filter=Nme eq 'x'",
        "$select=Nme",
        "$top=x",
        "$expand=Orders",
        "$expand=Addresses($select=Nme)",
        "$expand=Addresses($filter=TypeId eq 1)",
    ],
)
def test_it_refuses_what_it_does_not_know(sandbox: Caller, option: str) -> None:
    sandbox.order()
    answer = sandbox.session.get(f"http://sandbox.test/commerce/query/2.0/Customers/Customers?{option}")
    assert answer.status_code == 400
    assert answer.json()["error"]["message"]


@pytest.mark.parametrize(("row", "path"), [(CustomerRow, "Customers/Customers"), (CompanyRow, "Customers/Companies")])
def test_a_row_has_every_member_that_the_hub_reads(sandbox: Caller, row: Any, path: str) -> None:
    sandbox.order()
    names = {field.name.title().replace("_", "") for field in fields(row)} - {"Extra"}
    assert names - set(sandbox.query(path, expand="Addresses")[0]) == set()


def test_pages_by_id_miss_nothing_and_repeat_nothing(sandbox: Caller) -> None:
    for number in range(5):
        new = new_customer(sandbox.sandbox.state, {"Code": f"C{number}"})
        sandbox.sandbox.state.customers.save(new)
    seen: list[int] = []
    while page := sandbox.query("Customers/Customers", filter=f"Id gt {max(seen, default=0)}", orderby="Id", top=2):
        seen += [row["Id"] for row in page]
    assert seen == [50001, 50002, 50003, 50004, 50005]


def test_a_page_by_id_looks_at_no_record_before_it(sandbox: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    state, looked = sandbox.sandbox.state, []
    for _ in range(100):
        state.customers.save(new_customer(state, {}))
    monkeypatch.setattr(filters.Ordered, "matches", lambda self, row: looked.append(row["Id"]) or True)
    sandbox.query("Customers/Customers", filter="Id gt 50090", orderby="Id", top=3)
    assert looked == [50091, 50092, 50093, 50094]


def test_top_and_skip_cut_a_page(sandbox: Caller) -> None:
    assert [row["Id"] for row in sandbox.query("Core/Applications", top=1)] == [1901]
    assert [row["Id"] for row in sandbox.query("Core/Applications", top=1, skip=1)] == [1902]
