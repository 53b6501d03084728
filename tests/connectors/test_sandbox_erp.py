"""The example adapter: what it does when its ERP answers something else than was agreed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import responses

from connectors.erp import schemes
from connectors.erp.base import (
    DiscountKind,
    ErpAddress,
    ErpChoice,
    ErpContact,
    ErpDiscount,
    ErpLogin,
    ErpLogo,
    ErpOrder,
    ErpOrderLine,
    ErpParty,
    ErpPriceList,
    ErpRelation,
    PartyKind,
    PartyPage,
)
from connectors.errors import ConfigError, PermanentError
from connectors.http import Http
from connectors.sandbox.adapter import SandboxAdapter
from connectors.sandbox.core import Sandbox
from connectors.sandbox.erp_customers import add_customer

URL = "http://erp.example.com/erp"
LINE = ErpOrderLine(
    line_no=1,
    part_no="P",
    description="",
    quantity=Decimal(1),
    unit_price=Decimal("0.10"),
    unit_vat=Decimal(0),
    vat_rate=Decimal(0),
)
ORDER = ErpOrder(reference="1901-1", customer_code="C1", currency="SEK", total=Decimal("0.10"), lines=(LINE,))
ADDRESS = ErpAddress(
    name="Maja",
    care_of="Olle",
    line1="Exempelgatan 1",
    line2="B",
    postal_code="999 01",
    city="Exempelstad",
    region="North",
    country="SE",
    phone="070-174 06 05",
    gln="7300000000000",
    code="1",
    primary=True,
    validated=False,
)
COMMON: Any = {
    "email": "maja@example.com",
    "phone": "070-174 06 05",
    "currency": "SEK",
    "address": ADDRESS,
    "addresses": (ADDRESS, ErpAddress()),
    "price_lists": (ErpPriceList(code="B2B", exclusive=True),),
    "flags": (ErpChoice(code="VIP"), ErpChoice(code="OLD", active=False)),
    "infos": (("REGION", "north"),),
}
PERSON = ErpParty(
    kind=PartyKind.PERSON,
    name="Maja Provberg",
    first_name="Maja",
    middle_name="M",
    last_name="Provberg",
    title="Dr",
    cell_phone="070-174 06 06",
    social_security_number="a number",
    crm_id="7",
    companies=(ErpRelation(code="B1", primary=True),),
    logins=(ErpLogin(name="maja", roles=("BUYER",)), ErpLogin(name="m", active=False)),
    **COMMON,
)
COMPANY = ErpParty(
    kind=PartyKind.COMPANY,
    name="Exempelbolaget AB",
    organisation_no="9999000001",
    vat_no="SE999900000101",
    parent_code="B0",
    contacts=(ErpContact(code="C1", first_name="Maja", active=False), ErpContact(code="C2")),
    delivery_methods=(),
    payment_methods=(ErpChoice(code="INVOICE", settings="AUTO"),),
    discounts=(ErpDiscount(kind=DiscountKind.FLAG, code="VIP", percent=Decimal("2.50"), price_list_types="1,2"),),
    logo=ErpLogo(code="L1", url="https://images.example.com/l1.png", changed_at="2027-01-15T08:00:00Z"),
    **COMMON,
)
BOTH = (PERSON, COMPANY)
ODD = ["null", "[]", "7", '"SO1"', "{}", '{"number": "", "code": "", "orders": null, "customers": ""}', "<html>", ""]


def erp(url: str = "sandbox+http://hub:s3cret@erp.example.com/erp") -> Any:
    return schemes.connect(url, Http(system="erp:default", base_url=""))


@pytest.mark.parametrize(
    ("address", "server", "account"),
    [
        ("sandbox+http://erp.example.com/erp", "http://erp.example.com/erp", None),
        ("sandbox+https://erp.example.com/erp/", "https://erp.example.com/erp", None),
        ("sandbox+http://hub:a%40b%3A@[::1]:8765/erp", "http://[::1]:8765/erp", ("hub", "a@b:")),
    ],
)
def test_an_address_leads_to_its_server(address: str, server: str, account: tuple[str, str] | None) -> None:
    http = erp(address).http
    assert (http.base_url, http.auth) == (server, account)


@pytest.mark.parametrize("body", ODD)
@responses.activate
def test_an_odd_answer_to_a_write_is_said_to_be_one(body: str) -> None:
    for path in ("orders", "customers"):
        responses.post(f"{URL}/{path}", body=body)
    for write in (
        lambda: erp().create_order(ORDER),
        lambda: erp().create_party(ErpParty(kind=PartyKind.PERSON, name="Maja")),
    ):
        with pytest.raises(PermanentError):
            write()


@pytest.mark.parametrize("body", ODD)
@responses.activate
def test_an_odd_answer_to_a_search_is_not_taken_for_nobody(body: str) -> None:
    for path in ("orders", "customers"):
        responses.get(f"{URL}/{path}", body=body)
    with pytest.raises(PermanentError):
        erp().find_order("1901-1")
    with pytest.raises(PermanentError):
        erp().find_parties(PartyKind.PERSON, email="maja@example.com")


@pytest.mark.parametrize("body", [*ODD, '{"customers": null}', '{"next": "C1"}'])
@responses.activate
def test_an_odd_answer_to_a_list_is_not_taken_for_an_empty_register(body: str) -> None:
    responses.get(f"{URL}/customers/list", body=body)
    with pytest.raises(PermanentError):
        erp().list_parties(PartyKind.PERSON)


@pytest.mark.parametrize(
    "row",
    ["maja@example.com", {"name": "Maja"}, {"kind": "robot"}, {"kind": "any", "flags": [{"cod": "VIP"}]}],
)
@responses.activate
def test_a_customer_that_cannot_be_read_is_said_without_quoting_it(row: Any) -> None:
    responses.get(f"{URL}/customers/list", json={"customers": [row]})
    with pytest.raises(PermanentError, match=r"cannot be read \(\w+\)\."):
        erp().list_parties(PartyKind.ANY)


@pytest.fixture
def register() -> Any:
    """The adapter to a sandbox's ERP in this process, and that sandbox."""
    sandbox = Sandbox()
    http = Http(system="erp:default", base_url="")
    http.session.mount("http://", SandboxAdapter(sandbox))
    return schemes.connect("sandbox+http://sandbox.test/erp", http), sandbox


def test_a_customer_reads_back_as_it_was_made(register: Any) -> None:
    adapter, _ = register
    for party in (PERSON, COMPANY):
        code = adapter.create_party(party)
        assert adapter.find_parties(party.kind, code=code) == [replace(party, code=code)]
    assert adapter.list_parties(PartyKind.ANY).parties == (
        replace(PERSON, code="C10001"),
        replace(COMPANY, code="C10002"),
    )


def test_the_customers_above_leave_no_member_at_its_default() -> None:
    blank = ErpParty(kind=PartyKind.ANY, name="")
    unset = [{name for name, value in vars(party).items() if value == getattr(blank, name)} for party in BOTH]
    assert unset[0] & unset[1] == {"code", "active"}


def test_the_register_is_read_page_by_page(register: Any) -> None:
    adapter, sandbox = register
    for place in range(5):
        add_customer(sandbox.state, f"C{place}", {"kind": "person", "name": "Maja", "active": place != 3})
    pages, after = [], ""
    while True:
        page = adapter.list_parties(PartyKind.PERSON, after=after, limit=2)
        pages.append([(party.code, party.active) for party in page.parties])
        after = page.next
        if not after:
            break
    assert pages == [[("C0", True), ("C1", True)], [("C2", True), ("C3", False)], [("C4", True)]]
    assert (page.total, adapter.list_parties(PartyKind.COMPANY)) == (5, PartyPage(parties=(), total=0))


def test_what_was_changed_since_a_moment_is_read(register: Any) -> None:
    adapter, sandbox = register
    add_customer(sandbox.state, "C1", {"kind": "person", "name": "Maja"})
    now = datetime.now(UTC)
    read = [adapter.list_parties(PartyKind.ANY, since=now + timedelta(hours=hours)).total for hours in (-1, 1)]
    assert read == [1, 0]


def test_a_register_that_does_not_separate_says_so() -> None:
    with responses.RequestsMock() as mocked:
        mocked.get(f"{URL}/customers/list", json={"customers": [{"kind": "any", "name": "Maja"}], "next": ""})
        page = erp().list_parties(PartyKind.ANY)
        assert "kind=" not in (mocked.calls[0].request.url or "")
    assert page == PartyPage(parties=(ErpParty(kind=PartyKind.ANY, name="Maja"),))


@responses.activate
def test_money_travels_as_exact_text_and_the_password_in_a_header() -> None:
    responses.post(f"{URL}/orders", json={"number": "SO1", "reference": "1901-1"})
    assert erp().create_order(ORDER).number == "SO1"
    sent: Any = responses.calls[0].request
    assert (b'"total": "0.10"' in sent.body, sent.headers["Authorization"][:6], "s3cret" in sent.url) == (
        True,
        "Basic ",
        False,
    )


def test_a_scheme_nobody_speaks_is_named_with_those_there_are() -> None:
    with pytest.raises(ConfigError, match="No ERP adapter for fax://; there are sandbox"):
        erp("fax://erp.example.com")
