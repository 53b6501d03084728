"""What is Business Central's own: its address, its token, conflicts, pages, quotas and refusals."""

from __future__ import annotations

import pytest
from django.utils import timezone

from connectors.erp.base import PartyKind
from connectors.erp.business_central import BusinessCentral
from connectors.errors import ConfigError, HubError, PermanentError, TransientError
from connectors.models import AccessToken, RateBucket
from tests.business_central.clerk import ordered
from tests.business_central.server import Reply
from tests.business_central.wire import served
from tests.erp_contract.business_central import BusinessCentralWorkbench, address

Bench = BusinessCentralWorkbench


def refusal(code: str, text: str, status: int = 400, **headers: str) -> Reply:
    return Reply(status, {"error": {"code": code, "message": text}}, headers)


def test_the_company_is_found_by_name_display_name_or_id_and_asked_for_once(bench: Bench) -> None:
    by_id = bench.url.replace("CRONUS%20SE", bench.stub.books.company)
    for url in (bench.url, bench.url.replace("CRONUS%20SE", "exempelbolaget"), by_id):
        assert bench.erp(url).ping() == "Business Central CRONUS SE"
    bench.stub.calls.clear()
    bench.erp().find_parties(PartyKind.ANY, code="C1")
    assert "GET /companies" not in bench.stub.calls
    with pytest.raises(ConfigError, match="0 companies called Elsewhere; there are CRONUS SE"):
        bench.erp(bench.url.replace("CRONUS%20SE", "Elsewhere")).ping()


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (("/production", ""), "businesscentral://"),
        (("hub:", ":"), "businesscentral://"),
        (("rounding_account", "rounding"), "rounding"),
        (("https://bc.test", "http://elsewhere.example.com"), "base"),
        (("3990", "3990&fees=Gift"), "fees"),
        (("3990", "3990&per_minute=none"), "per_minute"),
        (("3990", "3990&tracking_fields=number"), "tracking_fields"),
    ],
)
def test_a_wrong_address_names_what_is_wrong_and_not_the_secret(
    bench: Bench, change: tuple[str, str], named: str
) -> None:
    with pytest.raises(ConfigError, match=named) as caught:
        bench.erp(bench.url.replace(*change))
    assert bench.password not in str(caught.value)


def test_without_a_base_it_speaks_to_microsoft() -> None:
    erp = BusinessCentralWorkbench().erp(address("secret", "fees=Charge"))
    assert isinstance(erp, BusinessCentral)
    assert erp.api.http.base_url == "https://api.businesscentral.dynamics.com"
    assert erp.api.token.url == "https://login.microsoftonline.com/tenant.example.com/oauth2/v2.0/token"


def test_a_token_is_shared_and_renewed_when_it_is_refused(bench: Bench) -> None:
    bench.erp().ping()
    bench.erp().ping()
    assert len(bench.stub.tokens) == 1
    bench.stub.tokens.clear()
    assert bench.erp().ping()
    assert AccessToken.objects.count() == 1


def test_a_customer_that_somebody_has_just_changed_is_read_once_more(bench: Bench, erp: BusinessCentral) -> None:
    code = erp.create_party(bench.party())
    bench.stub.before_write = [lambda: bench.stub.books.change_customer(code, city="Solna")]
    erp.update_party(code, bench.party(email="new@example.com"), frozenset({"email"}))
    kept = bench.stub.books.one("customers", code)
    assert (kept["email"], kept["city"]) == ("new@example.com", "Solna")


@pytest.mark.parametrize("status", [409, 412])
def test_two_conflicts_in_a_row_are_for_later(bench: Bench, erp: BusinessCentral, status: int) -> None:
    code = erp.create_party(bench.party())
    conflict = refusal("Request_EntityChanged", "Another user has already changed the record.", status)

    def again() -> None:
        bench.stub.faults = [conflict]

    read = erp.api.rows
    erp.api.rows = lambda *args: (read(*args), again())[0]  # type: ignore[method-assign]
    with pytest.raises(TransientError, match="Somebody else"):
        erp.update_party(code, bench.party(), frozenset({"email"}))


def test_a_cancel_that_loses_to_a_delivery_is_refused(bench: Bench, erp: BusinessCentral) -> None:
    number = ordered(bench)
    bench.stub.before_write = [lambda: bench.ship(number)]
    with pytest.raises(PermanentError, match="delivered or invoiced") as caught:
        erp.cancel_order(number, "Too late.")
    assert caught.value.status == 409 and bench.stub.books.one("salesOrders", number)


def test_a_lock_on_an_order_is_for_later_and_a_double_is_not(bench: Bench, erp: BusinessCentral) -> None:
    order = bench.order(erp.create_party(bench.party()))
    bench.stub.faults = [refusal("Application_LockTimeout", "Locked by another user.", 409)]
    with pytest.raises(TransientError) as caught:
        erp.create_order(order)
    assert not caught.value.outcome_unknown
    bench.stub.faults = [refusal("Internal_EntityWithSameKeyExists", "The record already exists.", 409)]
    with pytest.raises(PermanentError):
        erp.create_order(order)


@pytest.mark.parametrize(("headers", "least", "most"), [({"Retry-After": "7"}, 4, 8), ({}, 15, 41)])
def test_a_429_is_waited_for_by_all_workers(
    bench: Bench, erp: BusinessCentral, headers: dict[str, str], least: int, most: int
) -> None:
    erp.ping()
    bench.stub.faults = [refusal("Unknown", "Too many requests.", 429, **headers)]
    with pytest.raises(TransientError):
        erp.find_parties(PartyKind.ANY, code="C1")
    until = RateBucket.objects.get(name="bc:hub").blocked_until
    assert least < until - timezone.now().timestamp() < most
    with pytest.raises(TransientError) as caught:
        bench.erp().ping()
    assert not caught.value.counts


def test_it_asks_no_more_often_than_its_quota(bench: Bench) -> None:
    url = f"{bench.url}&per_minute=3"
    for _ in range(3):
        bench.erp(url).api.companies()  # type: ignore[attr-defined]
    with pytest.raises(TransientError, match="used up") as caught:
        bench.erp(url).ping()
    assert not caught.value.counts


@pytest.mark.parametrize("delayed", [False, True])
def test_all_pages_are_read_whatever_their_size(bench: Bench, erp: BusinessCentral, delayed: bool) -> None:
    codes = [erp.create_party(bench.party(email="same@example.com")) for _ in range(5)]
    bench.stub.page_size, bench.stub.delayed = 2, delayed
    assert [one.code for one in erp.find_parties(PartyKind.PERSON, email="same@example.com")] != []
    found = erp.find_parties(PartyKind.PERSON, email="same@example.com", code=codes[0])
    assert sorted(one.code for one in found) == codes
    page = erp.list_parties(PartyKind.ANY, limit=100)
    rest = erp.list_parties(PartyKind.ANY, after=page.next, limit=100)
    assert [one.code for one in (*page.parties, *rest.parties)] == codes[:4]


def test_a_next_link_to_another_host_is_not_followed(bench: Bench, erp: BusinessCentral) -> None:
    for _ in range(3):
        erp.create_party(bench.party(email="same@example.com"))
    bench.stub.page_size, bench.stub.link_host = 2, "https://elsewhere.example.com"
    with pytest.raises(PermanentError, match="elsewhere.example.com"):
        erp.find_parties(PartyKind.PERSON, email="same@example.com")


def test_a_quote_in_a_value_stays_a_part_of_it(bench: Bench, erp: BusinessCentral) -> None:
    code = erp.create_party(bench.party(email="o'neill@example.com"))
    assert [one.code for one in erp.find_parties(PartyKind.ANY, email="O'Neill@example.com")] == [code]
    assert erp.find_order("1901-x' or 'a' eq 'a") is None


def test_a_refusal_is_told_in_its_words_without_the_value(bench: Bench, erp: BusinessCentral) -> None:
    erp.ping()
    text = "The length of the string is 61, but it must be less. Value: Exempelgatan 12  CorrelationId:  77ab."
    bench.stub.faults = [refusal("Application_StringExceededLength", text)]
    with pytest.raises(PermanentError) as caught:
        erp.create_party(bench.party())
    assert "Application_StringExceededLength: The length" in str(caught.value)
    assert "Exempelgatan" not in str(caught.value) + "".join(one.error + one.response for one in bench.records)


@pytest.mark.parametrize("body", [[], {"value": 1}, {"value": [{"type": "Person"}]}])
def test_an_answer_of_another_form_is_an_error(bench: Bench, erp: BusinessCentral, body: object) -> None:
    erp.ping()
    bench.stub.faults = [Reply(200, body)]
    with pytest.raises(HubError):
        erp.list_parties(PartyKind.ANY)


def test_it_works_over_a_socket(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    with served(bench.stub) as base:
        erp = bench.erp(bench.url.replace("https://bc.test", base))
        code = erp.create_party(bench.party())
        assert erp.create_order(bench.order(code)).number
