"""What only Tryton does: half made sales, its taxes and checks, its hidden states."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from connectors.erp.base import ErpOrder, ErpOrderRef, PartyKind
from connectors.erp.tryton_errors import Refused
from connectors.errors import HubError, MappingError, PermanentError
from tests.erp_contract.tryton import TrytonWorkbench
from tests.erp_contract.workbench import unique
from tests.threads import side_by_side
from tests.tryton.server import Server

pytestmark = pytest.mark.tryton


@pytest.fixture
def bench(tryton_server: Server) -> TrytonWorkbench:
    """Tryton with a clerk in it."""
    return TrytonWorkbench(tryton_server)


@pytest.fixture
def order(bench: TrytonWorkbench) -> ErpOrder:
    """An order of a customer that Tryton has."""
    return bench.order(bench.erp().create_party(bench.party()))


def sale_of(bench: TrytonWorkbench, made: ErpOrderRef, *fields: str) -> dict[str, object]:
    return dict(bench.clerk.sale(made.number, *fields))


def test_a_corrected_order_takes_the_place_of_the_draft_of_an_earlier_try(
    bench: TrytonWorkbench, order: ErpOrder
) -> None:
    with pytest.raises(PermanentError):
        bench.erp().create_order(replace(order, total=order.total + 100))
    assert bench.orders_with(order.reference) == 1
    lines = (replace(order.lines[0], quantity=Decimal(3)), *order.lines[1:])
    more = 2 * (order.lines[0].unit_price + order.lines[0].unit_vat)
    made = bench.erp().create_order(replace(order, lines=lines, total=order.total + more))
    assert bench.orders_with(order.reference) == 1
    assert sale_of(bench, made, "total_amount")["total_amount"] == order.total + more


def test_a_quotation_is_half_made_and_finished(bench: TrytonWorkbench, order: ErpOrder) -> None:
    for _ in range(2):
        # Only the first one has addresses to add.
        bench.wire.plan("")
        bench.erp().create_order(bench.order(order.customer_code))
    # The last calls are: quote, confirm, read.
    at_quote = bench.wire.calm() - 2
    bench.wire.plan("lose", at_quote)
    with pytest.raises(Exception, match="did not answer quote"):
        bench.erp().create_order(order)
    bench.wire.calm()
    assert bench.erp().find_order(order.reference) is None
    made = bench.erp().create_order(order)
    assert sale_of(bench, made, "state")["state"] == "processing"
    assert bench.orders_with(order.reference) == 1


def test_two_workers_at_once_make_one_sale(bench: TrytonWorkbench, order: ErpOrder) -> None:
    def create(number: int) -> object:
        try:
            return bench.erp().create_order(order).number
        except HubError as error:
            return error

    made = [one for one in side_by_side(2, create) if isinstance(one, str)]
    assert made
    assert bench.orders_with(order.reference) == 1
    assert {bench.erp().create_order(order).number} == set(made)


def test_what_rounding_leaves_becomes_a_row_of_its_own(bench: TrytonWorkbench, order: ErpOrder) -> None:
    total = order.total.quantize(Decimal(1)) - Decimal("0.25")
    made = bench.erp().create_order(replace(order, total=total))
    assert sale_of(bench, made, "total_amount")["total_amount"] == total
    bench.ship(made.number)
    bench.invoice(made.number)
    news = bench.erp().order_news(made.number)
    assert news is not None
    assert [row.line_no for row in news.rows] == [line.line_no for line in order.lines]
    assert sum(one.total for one in news.invoices) == total


def test_an_article_that_tryton_need_not_know_is_sold_and_never_shipped(
    bench: TrytonWorkbench, order: ErpOrder
) -> None:
    special = replace(order.lines[0], part_no="LONG-7781", known=False)
    made = bench.erp().create_order(replace(order, lines=(special, *order.lines[1:])))
    bench.ship(made.number)
    bench.invoice(made.number)
    news = bench.erp().order_news(made.number)
    assert news is not None
    assert (news.rows[0].part_no, news.rows[0].is_fee, news.rows[0].invoiced) == ("LONG-7781", True, Decimal(1))
    assert news.is_invoiced_in_full


def test_a_rate_that_tryton_has_no_tax_for_is_a_matter_of_mapping(bench: TrytonWorkbench, order: ErpOrder) -> None:
    lines = (replace(order.lines[0], vat_rate=Decimal(13)), *order.lines[1:])
    with pytest.raises(MappingError) as caught:
        bench.erp().create_order(replace(order, lines=lines))
    assert "13 %" in str(caught.value)
    assert bench.orders_with(order.reference) == 0


def test_a_row_is_sold_by_its_own_unit(bench: TrytonWorkbench, order: ErpOrder) -> None:
    lines = (replace(order.lines[0], unit="Boxes"), *order.lines[1:])
    made = bench.erp().create_order(replace(order, lines=lines))
    rows = bench.clerk.find("sale.line", [["sale.number", "=", made.number]], "unit.name")
    assert [row["unit."]["name"] for row in rows] == ["Boxes", "Unit", "Unit"]


@pytest.mark.parametrize("unit", ["Kilogram", "Barrels"])
def test_a_unit_that_an_article_is_not_sold_by_is_a_matter_of_mapping(
    bench: TrytonWorkbench, order: ErpOrder, unit: str
) -> None:
    lines = (replace(order.lines[0], unit=unit), *order.lines[1:])
    with pytest.raises(MappingError) as caught:
        bench.erp().create_order(replace(order, lines=lines))
    assert unit in str(caught.value)
    assert bench.orders_with(order.reference) == 0


def test_the_orders_addresses_are_kept_once_and_leave_the_register_alone(
    bench: TrytonWorkbench, order: ErpOrder
) -> None:
    [before] = bench.erp().find_parties(PartyKind.ANY, code=order.customer_code)
    for _ in range(2):
        bench.erp().create_order(replace(order, reference=f"1901-again-{unique()}"))
    [after] = bench.erp().find_parties(PartyKind.ANY, code=order.customer_code)
    assert (after.address, after.addresses) == (before.address, before.addresses)
    kept = bench.clerk.find("party.address", [["party.code", "=", order.customer_code]], "street")
    assert sorted(row["street"] for row in kept) == ["Exempelgatan 12", "Provgatan 7"]


def test_a_session_that_has_ended_is_renewed_on_the_way(bench: TrytonWorkbench, order: ErpOrder) -> None:
    bench.session.headers["Authorization"] = "Session aHViOjI6bm9uZQ=="
    assert bench.erp().create_order(order).number


def test_a_number_that_tryton_calls_wrong_is_kept_and_found(bench: TrytonWorkbench) -> None:
    company = bench.party(kind=PartyKind.COMPANY, name="Exempelbygg AB", vat_no="SE559999000001")
    code = bench.erp().create_party(company)
    [row] = bench.clerk.find("party.identifier", [["party.code", "=", code]], "type", "code")
    assert (row["type"], row["code"]) == (None, "SE559999000001")
    assert code in {one.code for one in bench.erp().find_parties(PartyKind.COMPANY, vat_no="SE559999000001")}


def test_a_right_number_gets_its_type(bench: TrytonWorkbench) -> None:
    company = bench.party(
        kind=PartyKind.COMPANY, name="Exempelbygg AB", organisation_no="5560360793", vat_no="SE556036079301"
    )
    code = bench.erp().create_party(company)
    rows = bench.clerk.find("party.identifier", [["party.code", "=", code]], "type")
    assert sorted(row["type"] for row in rows) == ["eu_vat", "se_orgnr"]
    [found] = [one for one in bench.erp().find_parties(PartyKind.ANY, organisation_no="5560360793") if one.code == code]
    assert found.vat_no == "SE556036079301"


def test_a_wrong_number_leaves_the_telephone_one(bench: TrytonWorkbench) -> None:
    company = bench.party(kind=PartyKind.COMPANY, name="Exempelbygg AB", vat_no="SE559999000001")
    code = bench.erp().create_party(company)
    rows = bench.clerk.find("party.contact_mechanism", [["party.code", "=", code]], "type", "value")
    assert [(row["type"], row["value"]) for row in rows] == [("email", company.email), ("phone", company.phone)]


def test_a_refusal_of_trytons_does_not_quote_the_buyer(bench: TrytonWorkbench) -> None:
    number = [["create", [{"type": "se_orgnr", "code": "1234567"}]]]
    with pytest.raises(Refused) as caught:
        bench.clerk.do("party.party", "create", [{"name": "Maja Provberg", "identifiers": number}])
    assert "is not valid" in str(caught.value)
    assert "Maja" not in str(caught.value)


def test_delivery_addresses_are_written_made_and_ended_by_number(bench: TrytonWorkbench) -> None:
    code = bench.erp().create_party(bench.party())
    [party] = bench.erp().find_parties(PartyKind.ANY, code=code)
    [place] = party.addresses or ()
    moved = (replace(place, city="Solna"), replace(place, code="", line1="Nygatan 3"))
    for _ in range(2):
        bench.erp().update_party(code, replace(party, addresses=moved), frozenset({"addresses"}))
        [party] = bench.erp().find_parties(PartyKind.ANY, code=code)
        moved = party.addresses or ()
    assert [(one.line1, one.city) for one in moved] == [("Exempelgatan 12", "Solna"), ("Nygatan 3", "Exempelstad")]
    bench.erp().update_party(code, replace(party, addresses=moved[1:]), frozenset({"addresses"}))
    [party] = bench.erp().find_parties(PartyKind.ANY, code=code)
    assert [one.line1 for one in party.addresses or ()] == ["Nygatan 3"]


def track(bench: TrytonWorkbench, number: str) -> None:
    [shipment] = bench.clerk.sale(number, "shipments")["shipments"]
    bench.clerk.do("stock.shipment.out", "write", [shipment], {"shipping_reference": "PARCEL-2"})


def track_parcel(bench: TrytonWorkbench, number: str) -> None:
    [shipment] = bench.clerk.sale(number, "shipments")["shipments"]
    [parcel] = bench.clerk.find("stock.package", [["shipment", "=", f"stock.shipment.out,{shipment}"]])
    bench.clerk.do("stock.package", "write", [parcel["id"]], {"shipping_reference": "PARCEL-2"})


def note_on_invoice(bench: TrytonWorkbench, number: str) -> None:
    [*_, invoice] = bench.clerk.sale(number, "invoices")["invoices"]
    bench.clerk.do("account.invoice", "write", [invoice], {"comment": "Seen."})


@pytest.mark.parametrize("deed", [track, track_parcel, note_on_invoice])
def test_a_change_of_a_document_alone_puts_the_order_into_the_delta(
    bench: TrytonWorkbench, order: ErpOrder, deed: Callable[[TrytonWorkbench, str], None]
) -> None:
    number = bench.erp().create_order(order).number
    bench.ship(number, parcels=["PARCEL-1"])
    bench.invoice(number)
    since = bench.watermark()
    assert bench.erp().list_news(since=since).orders == ()
    deed(bench, number)
    assert [one.number for one in bench.erp().list_news(since=since).orders] == [number]


def test_a_change_of_a_number_alone_puts_the_customer_into_the_delta(bench: TrytonWorkbench) -> None:
    code = bench.erp().create_party(bench.party(kind=PartyKind.COMPANY, organisation_no="5560360793"))
    since = bench.watermark()
    assert bench.erp().list_parties(PartyKind.ANY, since=since).parties == ()
    [number] = bench.clerk.find("party.identifier", [["party.code", "=", code]])
    bench.clerk.do("party.identifier", "write", [number["id"]], {"code": "5567037485"})
    [found] = bench.erp().list_parties(PartyKind.ANY, since=since).parties
    assert (found.code, found.organisation_no) == (code, "556703-7485")
