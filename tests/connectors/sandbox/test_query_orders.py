"""Orders, baskets, invoices and deliveries as the sandbox's Query shows them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from connectors.sandbox import csdl
from connectors.sandbox.query import BASE, Query
from tests.conftest import sample
from tests.connectors.norce.contracts import QUERY, contract
from tests.connectors.sandbox.conftest import ADDRESS, ORDER, Caller

ALL = "Items,Buyer,Payer,ShipTo,Infos"


def first(sandbox: Caller, name: str = "02", **options: Any) -> Any:
    """Place a sample order and return it as Query shows it, with everything that it leads to."""
    answer = sandbox.control("orders", sample(name))
    assert answer.status_code == 200, answer.text
    [row] = sandbox.query("Orders/Orders", **{"expand": ALL, **options})
    return row


def test_an_order_has_an_id_of_its_own_and_the_number_of_its_basket(sandbox: Caller) -> None:
    order = first(sandbox)
    facts = [order[name] for name in ("Id", "QuotationId", "OrderNo", "ApplicationId", "StatusId", "TypeId", "Source")]
    assert facts == [9900001, 5100232, "5100232", 1902, 0, 1, "WEB"]
    assert (order["Updated"], order["OrderDate"]) == (None, "2026-03-02T11:02:00.000Z")
    assert (order["DeliveryMark"], order["InvoiceMark"], order["FreightCost"]) == ("PO-7788", "COST-410", 120)


def test_its_parties_are_as_they_were_given(sandbox: Caller) -> None:
    order = first(sandbox)
    names = ("CompanyName", "LastName", "EmailAddress", "PhoneNumber", "AddressLine1", "City", "CountryId")
    assert [order["Buyer"][name] for name in names] == [
        *("Exempelbygg i Teststad AB", "Testlund", "olle.testlund@example.com"),
        *("+46846500400", "Provvägen 4", "Teststad", 1),
    ]
    assert (order["Payer"]["AddressLine1"], order["ShipTo"]["LastName"]) == ("Box 17", "Exempelbygg")
    assert (order["DeliveryName"], order["DeliveryAddressLine2"]) == ("Exempelbygg i Teststad AB", "Godsmottagning")


def test_its_lines_are_sums_without_vat_to_the_last_digit(sandbox: Caller) -> None:
    items = first(sandbox, "01")["Items"]
    assert [(item["PartNo"], item["LineAmount"], item["VatRate"]) for item in items] == [
        ("TR-1001-M", Decimal("1079.28"), 25),
        ("SO-2002", Decimal("158.4"), 25),
        ("FREIGHT-HOME", Decimal("39.2"), 25),
    ]


def test_its_buyer_and_infos_are_named(sandbox: Caller) -> None:
    order = first(sandbox)
    person, company = sandbox.query("Customers/Customers")[0], sandbox.query("Customers/Companies")[0]
    assert (order["BuyerCustomerId"], order["BuyerCompanyId"]) == (person["Id"], company["Id"])
    assert [(info["TypeId"], info["Value"]) for info in order["Infos"]] == [(31, "P-2026-014")]
    assert (order["PaymentTerms"], order["PaymentMethodId"], order["CurrencyId"]) == ("INV30", 32, 2)


def test_a_party_that_is_not_given_is_null(sandbox: Caller) -> None:
    sandbox.order()
    [row] = sandbox.query("Orders/Orders", expand=ALL)
    assert (row["Payer"], row["ShipTo"], row["Buyer"]["CompanyName"]) == (None, None, "Exempelbygg AB")


def test_the_erps_number_takes_the_place_of_the_baskets(sandbox: Caller, clock: Any) -> None:
    sandbox.order()
    clock.pass_seconds(60)
    status = {"ClientOrderRef": 5100231, "OrderStatus": "Confirmed", "ErpOrderNo": "SO1", "AccountId": 1}
    assert sandbox.connect("Order/SendOrderStatus", status).status_code == 200
    [row] = sandbox.query("Orders/Orders", filter="OrderNo eq 'SO1' and ApplicationId eq 1901", expand="Items")
    assert (row["StatusId"], row["Updated"], row["Items"][0]["StatusId"]) == (2, "2027-01-15T08:01:00.000Z", 2)
    assert sandbox.query("Orders/Orders", filter="OrderNo eq '5100231'") == []


def test_a_reference_that_can_be_no_basket_gets_a_number(sandbox: Caller) -> None:
    for reference in ("MARKET-7", "99999999999"):
        sandbox.order(ClientOrderRef=reference)
    rows = sandbox.query("Orders/Orders", select="QuotationId,OrderNo")
    assert [(row["QuotationId"], row["OrderNo"]) for row in rows] == [
        (1500000001, "1500000001"),
        (1500000002, "1500000002"),
    ]


def test_an_order_is_found_by_id_basket_and_change(sandbox: Caller) -> None:
    for reference in ("1", "2"):
        sandbox.order(ClientOrderRef=reference)
    changed = "Updated ge 2026-01-01T00:00:00Z or (Updated eq null and Created ge 2026-01-01T00:00:00Z)"
    for wanted in ("Id eq 9900002", "QuotationId eq 2", f"Id gt 9900001 and ({changed})"):
        assert [row["Id"] for row in sandbox.query("Orders/Orders", filter=wanted)] == [9900002]


def test_the_basket_is_there_with_its_buyer(sandbox: Caller) -> None:
    first(sandbox, "01")
    [basket] = sandbox.query("Orders/Quotations", filter="Id eq 5100231")
    names = ("ApplicationId", "BuyerEmail", "BuyerFirstName", "PaymentMethodId", "DeliveryMethodId", "DiscountCode")
    assert [basket[name] for name in names] == [1901, "maja.provberg@example.com", "Maja", 31, 41, "SPRING10"]


def test_an_invoice_and_a_delivery_name_their_order(sandbox: Caller) -> None:
    sandbox.order()
    parcels = [{"ParcelNumber": "P1", "StatusId": 11}, {"ParcelNumber": "P2"}, {"ParcelNumber": None}]
    note = {"OrderNo": "5100231", "NoteNo": "N1", "DeliveryDate": "2026-03-03T00:00:00+01:00"}
    note |= {"DeliveryNotePackages": parcels, "DeliveryNoteItems": [{"ItemNo": "JACKET", "Qty": 1, "RowNumber": 1}]}
    assert sandbox.connect("Order/CreateDeliveryNote", note).status_code == 200
    invoice = {"ClientOrderRef": 5100231, "InvoiceNo": "I1", "InvoiceDate": "2026-03-04", "CurrencyCode": "SEK"}
    invoice |= {"SuppressPspCall": True, "Items": [{"PartNo": "JACKET", "Quantity": 1, "UnitPrice": 100.1}]}
    assert sandbox.connect("Order/CreateInvoice", invoice).status_code == 200
    [found] = sandbox.query("Orders/Invoices", filter="Id eq 440001")
    assert [found[name] for name in ("InvoiceNo", "ReferenceOrderId", "InvoiceDate", "InvoiceAmount")] == [
        *("I1", 9900001, "2026-03-04T00:00:00.000Z", Decimal("100.1")),
    ]
    [found] = sandbox.query("Orders/DeliveryNotes", filter="ReferenceOrderId eq 9900001", expand="Packages")
    assert (found["NoteNo"], found["DeliveryDate"]) == ("N1", "2026-03-02T23:00:00.000Z")
    assert [(parcel["ShippingNo"], parcel["StatusId"]) for parcel in found["Packages"]] == [("P1", 11), ("P2", 4)]
    assert sandbox.query("Orders/DeliveryNotes", filter="ReferenceOrderId eq 7") == []


def test_an_expansion_may_show_a_few_names(sandbox: Caller) -> None:
    sandbox.order()
    [row] = sandbox.query("Orders/Orders", select="Id", expand="Items($select=PartNo,LineAmount),Buyer")
    assert row["Items"] == [{"PartNo": "JACKET", "LineAmount": 400}]
    assert set(row) == {"Id", "Items", "Buyer"}


def test_the_lines_have_no_set_of_their_own(sandbox: Caller) -> None:
    assert sandbox.session.get(f"{ADDRESS}{BASE}Orders/OrderItems").status_code == 404


@pytest.mark.parametrize("option", ["$filter=Nme eq 1 and Id eq 7", "$select=Nme", "$expand=Lines", "$count=true"])
def test_it_refuses_unknown_names_even_where_there_are_no_rows(sandbox: Caller, option: str) -> None:
    assert sandbox.session.get(f"{ADDRESS}{BASE}Orders/Orders?{option}").status_code == 400


@pytest.mark.parametrize("path", ["Countries", "Currencies", "PaymentMethods", "DeliveryMethods"])
def test_the_lists_of_core_have_a_name_for_each_id(sandbox: Caller, path: str) -> None:
    rows = sandbox.query(f"Core/{path}")
    assert len({row["Id"] for row in rows}) == len(rows) > 2
    assert all(row["DefaultName"] and row.get("Code", "x") for row in rows)


def test_the_ids_of_core_are_those_of_the_samples(sandbox: Caller) -> None:
    assert sandbox.query("Core/Countries", filter="Code eq 'SE'")[0]["Id"] == 1
    assert sandbox.query("Core/Currencies", filter="Code eq 'SEK'")[0]["Id"] == 2
    assert sandbox.query("Core/PaymentMethods", filter="Id eq 31")[0]["DefaultName"] == "Card"


def test_the_addresses_of_a_checkout_and_an_import_are_expanded(sandbox: Caller, clock: Any) -> None:
    person = ORDER["SellTo"]["Person"] | {"Address": {"Line1": "Provgatan 1", "City": "Teststad", "Country": "SE"}}
    sandbox.order(SellTo={**ORDER["SellTo"], "Person": person})
    for path in ("Customers/Customers", "Customers/Companies"):
        [address] = sandbox.query(path, expand="Addresses")[0]["Addresses"]
        assert [address[name] for name in ("TypeId", "AddressLine1", "CountryId")] == [1, "Provgatan 1", 1]
    given = {"Id": 50001, "InvoiceAddress": {"City": "Nystad", "CountryCode": "NO"}}
    given |= {"DeliveryAddresses": [{"City": "Hamn", "Code": "H"}, {"City": "Berg"}]}
    names = ["Id", "InvoiceAddress", "DeliveryAddresses"]
    sandbox.connect("Customer/ImportCustomers", [given], AccountId=1, CustomerFieldsThatAreSet=names)
    clock.pass_seconds(5)
    addresses = sandbox.query("Customers/Customers", expand="Addresses")[0]["Addresses"]
    assert [(row["TypeId"], row["City"], row["Code"], row["CountryId"]) for row in addresses] == [
        (1, "Nystad", None, 2),
        (2, "Hamn", "H", None),
        (2, "Berg", None, None),
    ]


@pytest.mark.parametrize("rows", Query(None)._sets, ids=lambda rows: rows.path)  # type: ignore[arg-type]
def test_the_model_names_what_the_rows_show_with_types(rows: Any) -> None:
    text = csdl.written_model(rows.path.partition("/")[0], [rows]).decode()
    for kind in [rows.shape, *(each.shape for each in rows.navigations.values())]:
        known = contract(QUERY)["components"]["schemas"][kind.entity]["properties"]
        assert set(kind.names) <= set(known)
        assert all(f'<Property Name="{name}" Type="Edm.' in text for name in kind.names)
    assert all(f'<NavigationProperty Name="{name}"' in text for name in rows.navigations)


@pytest.mark.parametrize("namespace", ["Core", "Customers", "Orders"])
def test_each_namespace_has_its_model(sandbox: Caller, namespace: str) -> None:
    answer = sandbox.session.get(f"{ADDRESS}{BASE}{namespace}/$metadata")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/xml")
