"""Reading rows of Query: what is asked for, how pages are followed, and what a bad answer means."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import responses

from connectors.errors import HubError, PermanentError, TransientError
from connectors.norce.query import NorceQuery
from connectors.ratelimit import Quota, block, wait_time
from tests.connectors.norce.answers import BASE, api

Norce = responses.RequestsMock
QUERY = f"{BASE}/commerce/query/2.0"
QUOTA = Quota(name="norce-query", per_minute=0)
ORDERS = f"{QUERY}/Orders/Orders"
SINCE = datetime(2025, 3, 11, 8, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def query(version: str = "2.0") -> NorceQuery:
    return NorceQuery(api=api(QUOTA, 1901, f"commerce/query/{version}"), version=version)


def asked(norce: Norce, place: int = -1) -> dict[str, str]:
    """Return the options of a call."""
    return {name: value for name, [value] in parse_qs(urlsplit(norce.calls[place].request.url).query).items()}


def refusal(kind: type[HubError] = PermanentError) -> Any:
    with pytest.raises(kind) as error:
        query().order(1)
    return error.value


def test_an_order_is_looked_up_by_its_id_and_application(norce: Norce) -> None:
    norce.get(ORDERS, json={"value": [{"Id": "9900123", "Items": [{"PartNo": "A"}]}]})
    found = query().order(9900123, application_id=1901)
    assert found and (found.id, found.items[0].part_no) == (9900123, "A")
    options = asked(norce)
    assert options["$filter"] == "Id eq 9900123 and ApplicationId eq 1901"
    items, *parties = reversed(options["$expand"].split(",", 3))
    assert norce.calls[-1].request.headers["application-id"] == "1901"
    assert items.startswith("Items($select=Id,LineNumber,ParentLineNumber,StatusId,PartNo,")
    assert sorted(parties) == ["Buyer", "Payer", "ShipTo"]


def test_orders_are_found_by_number_and_basket(norce: Norce) -> None:
    norce.get(ORDERS, json={"value": [{"Id": 1}, {"Id": 2}]})
    assert [row.id for row in query().orders_numbered("SO'1", 1901)] == [1, 2]
    assert asked(norce)["$filter"] == "OrderNo eq 'SO''1' and ApplicationId eq 1901"
    found = query().order_of_basket(881204, 1901)
    assert found and found.id == 1
    assert asked(norce)["$filter"] == "QuotationId eq 881204 and ApplicationId eq 1901"


def test_nobody_with_the_id_is_none(norce: Norce) -> None:
    for path in ("Customers/Customers", "Customers/Companies", "Orders/Invoices"):
        norce.get(f"{QUERY}/{path}", json={"value": []})
    found = query()
    assert (found.customer(1), found.company(1), found.invoice(1)) == (None,) * 3


def test_deliveries_come_with_their_parcels(norce: Norce) -> None:
    norce.get(f"{QUERY}/Orders/DeliveryNotes", json={"value": [{"Id": 5, "Packages": [{"ShippingNo": "P1"}]}]})
    assert query().delivery_notes(9900123)[0].packages[0].shipping_no == "P1"
    assert asked(norce) == {"$filter": "ReferenceOrderId eq 9900123", "$expand": "Packages"}


def test_what_has_changed_is_read_in_small_pages_by_id(norce: Norce) -> None:
    norce.get(f"{QUERY}/Customers/Customers", json={"value": [{"Id": 8, "Addresses": [{"City": "Exempelstad"}]}]})
    assert query().changed_customers(SINCE, 7)[0].addresses[0].city == "Exempelstad"
    moment = "2025-03-11T08:00:00Z"
    assert asked(norce) == {
        "$filter": f"Id gt 7 and (Updated ge {moment} or (Updated eq null and Created ge {moment}))",
        "$orderby": "Id",
        "$top": "100",
        "$expand": "Addresses",
    }


def test_version_3_is_asked_in_its_own_spelling_and_read_in_it(norce: Norce) -> None:
    norce.get(f"{BASE}/commerce/query/3.0/Customers/Companies", json={"value": [{"id": 7, "companyCode": "K1"}]})
    found = query("3.0").company(7)
    assert found and found.company_code == "K1"
    assert asked(norce) == {"$filter": "id eq 7", "$expand": "addresses"}


def test_money_is_exact_and_a_large_id_may_be_text(norce: Norce) -> None:
    body = '{"value": [{"Id": "9007199254740993", "InvoiceAmount": 1309.1000000000000001}]}'
    norce.get(f"{QUERY}/Orders/Invoices", body=body)
    found = query().invoice(9007199254740993)
    assert found and (found.id, found.invoice_amount) == (9007199254740993, Decimal("1309.1000000000000001"))


def test_pages_are_followed_by_next_link_whatever_its_case(norce: Norce) -> None:
    link = f"{BASE}:443/Commerce/Query/2.0/orders/Orders?$skiptoken=a%2Bb%20c"
    norce.get(ORDERS, json={"value": [{"Id": 1}], "@odata.nextLink": link})
    norce.get(ORDERS, json={"value": [{"Id": 2}], "@odata.nextLink": "Orders?$skip=2"})
    norce.get(ORDERS, json={"value": [{"Id": 3}]})
    assert [row.id for row in query().orders_numbered("1", 1901)] == [1, 2, 3]
    assert [urlsplit(call.request.url).query for call in list(norce.calls)[2:]] == ["$skiptoken=a%2Bb%20c", "$skip=2"]
    assert all(call.request.url.startswith(ORDERS) for call in list(norce.calls)[1:])


def test_an_empty_page_ends_it_even_when_it_names_a_next_one(norce: Norce) -> None:
    norce.get(ORDERS, json={"value": [{"Id": 1}], "@odata.nextLink": f"{ORDERS}?$skip=1"})
    norce.get(ORDERS, json={"value": [], "@odata.nextLink": f"{ORDERS}?$skip=2"})
    assert len(query().orders_numbered("1", 1901)) == 1


HOST = "norce.example.com/commerce/query/2.0/Orders/Orders"


@pytest.mark.parametrize(
    "link",
    [
        f"http://{HOST}?$skip=1",
        f"ftp://{HOST}",
        "https://evil.example.com/commerce/query/2.0/Orders/Orders?$skip=1",
        "//evil.example.com/commerce/query/2.0/Orders/Orders?$skip=1",
        "https://norce.example.com:8443/commerce/query/2.0/Orders/Orders?$skip=1",
        "https://norce.example.com:x/commerce/query/2.0/Orders/Orders?$skip=1",
        "https://norce.example.com.evil.example.com/commerce/query/2.0/Orders/Orders",
        "https://norce.example.com./commerce/query/2.0/Orders/Orders",
        "https://norce.example.com@evil.example.com/commerce/query/2.0/Orders/Orders",
        f"https://user@{HOST}?$skip=1",
        r"https://evil.example.com\@norce.example.com/commerce/query/2.0/Orders/Orders",
        r"https:\\evil.example.com/commerce/query/2.0/Orders/Orders",
        "https://norce.example.com/commerce/connect/4.0/Orders/Orders?$skip=1",
        "https://norce.example.com/commerce/query/2.0/Orders/../../../evil",
        "https://norce.example.com/commerce/query/2.0/Customers/Customers?$skip=1",
        "/evil?$skip=1",
        "https://[evil",
        "javascript:alert(1)",
        7,
        ["x"],
    ],
)
def test_a_next_link_that_leads_elsewhere_is_refused_before_anything_is_sent(norce: Norce, link: Any) -> None:
    norce.get(ORDERS, json={"value": [{"Id": 1}], "@odata.nextLink": link})
    assert "it was not followed" in str(refusal())
    assert len(norce.calls) == 2


@pytest.mark.parametrize("links", [["?$skip=1", "?$skip=1"], ["?$skip=1", "?$skip=2", "?$skip=1"], [""]])
def test_a_next_link_that_goes_in_a_circle_is_an_error(norce: Norce, links: list[str]) -> None:
    for number, link in enumerate(links):
        norce.get(ORDERS, json={"value": [{"Id": number}], "@odata.nextLink": f"{ORDERS}{link}"})
    assert "does not move on" in str(refusal())


def test_ever_the_same_page_under_new_links_is_an_error(norce: Norce) -> None:
    for number in range(2):
        norce.get(ORDERS, json={"value": [{"Id": 1}], "@odata.nextLink": f"{ORDERS}?$skip={number}"})
    assert "does not move on" in str(refusal())


@pytest.mark.parametrize("body", ["", "<html>", "[]", "null", "7", "{}", '{"value": null}', '{"value": {"Id": 1}}'])
def test_an_answer_that_is_no_list_of_rows_is_permanent(norce: Norce, body: str) -> None:
    norce.get(ORDERS, body=body)
    assert refusal().kind == "permanent"


@pytest.mark.parametrize("row", ["7", "null", '{"Id": "seven"}', '{"Items": {"Id": 1}}'])
def test_a_row_that_is_none_is_permanent(norce: Norce, row: str) -> None:
    norce.get(ORDERS, body=f'{{"value": [{row}]}}')
    refusal()


def test_a_set_that_the_tenant_lacks_is_permanent_with_its_status(norce: Norce) -> None:
    norce.get(ORDERS, status=404)
    assert (refusal().status, refusal().kind) == (404, "permanent")


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ('{"error": {"code": "", "message": "There is no property Nme."}}', "There is no property Nme."),
        ('{"error": {"code": "42", "message": " No "}}', "42: No"),
        ('{"error": {"message": "Anna is anna@example.com"}}', "Anna is •••"),
        ('{"error": "no"}', '{"error": "no"}'),
        ('{"error": {"message": ""}}', '{"error": {"message": ""}}'),
        ("<h1>Bad</h1>", "<h1>Bad</h1>"),
        ("", "no text"),
    ],
)
def test_an_error_reads_well_in_whatever_shape_it_comes(norce: Norce, body: str, told: str) -> None:
    norce.get(ORDERS, status=400, body=body)
    assert refusal().message == f"norce answered 400 to Orders/Orders: {told}"


def test_a_500_is_tried_again_later_and_counts(norce: Norce) -> None:
    norce.get(ORDERS, status=500)
    error = refusal(TransientError)
    assert (error.counts, error.outcome_unknown, wait_time(QUOTA)) == (True, False, 0)


@pytest.mark.parametrize(("headers", "least"), [({}, 55), ({"Retry-After": "9"}, 5)])
def test_a_429_stops_all_of_query_and_is_no_try(norce: Norce, headers: dict[str, str], least: int) -> None:
    norce.get(ORDERS, status=429, headers=headers)
    assert refusal(TransientError).counts is False
    assert least < wait_time(QUOTA) <= (60 if not headers else 9)
    again = refusal(TransientError)
    assert (again.counts, again.retry_after > least, len(norce.calls)) == (False, True, 2)


def test_a_429_of_connect_does_not_stop_query(norce: Norce) -> None:
    norce.get(ORDERS, json={"value": []})
    block("norce-connect", 60)
    assert query().order(1) is None


def test_an_id_that_is_no_number_is_never_sent(norce: Norce) -> None:
    with pytest.raises(PermanentError, match="Id must be a whole number"):
        query().customer("1 or 1 eq 1")  # type: ignore[arg-type]
    assert len(norce.calls) == 0
