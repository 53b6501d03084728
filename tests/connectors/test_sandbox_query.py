"""The client of Query against the sandbox's: what the one asks for, the other has."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.conf import settings

from connectors.errors import PermanentError, TransientError
from connectors.ratelimit import Quota, wait_time
from connectors.sandbox.core import Sandbox
from connectors.sandbox.registration import new_customer, register_order
from hub import gateways
from tests.conftest import sample
from tests.faults import set_faults

pytestmark = pytest.mark.usefixtures("transactional_db")
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def test_an_order_is_read_whole_by_each_of_its_names(sandbox: Sandbox) -> None:
    register_order(sandbox.state, sample("01"))
    query = gateways.norce_query()
    found = query.order(9900001, application_id=1901)
    assert found == query.order_of_basket(5100231, 1901) == query.orders_numbered("5100231", 1901)[0]
    assert found and found.buyer and found.buyer.email_address == "maja.provberg@example.com"
    assert [item.line_amount for item in found.items] == [Decimal("1079.28"), Decimal("158.40"), Decimal("39.2")]
    assert (query.country_code(found.buyer.country_id), query.currency_code(found.currency_id)) == ("SE", "SEK")


def test_an_order_of_another_application_is_nobodys(sandbox: Sandbox) -> None:
    register_order(sandbox.state, sample("01"))
    query = gateways.norce_query()
    assert (query.order(9900001, application_id=1902), query.order_of_basket(5100231, 1902)) == (None, None)
    assert query.orders_numbered("5100231", 1902) == []


def test_what_is_not_there_is_none(sandbox: Sandbox) -> None:
    query = gateways.norce_query()
    assert [query.order(1), query.invoice(1), query.customer(1), query.company(1)] == [None] * 4
    assert query.delivery_notes(1) == []


def test_customers_and_companies_have_their_addresses(sandbox: Sandbox) -> None:
    register_order(sandbox.state, sample("02"))
    query = gateways.norce_query()
    customer, company = query.customer(50001), query.company(7001)
    assert customer and [address.address_line1 for address in customer.addresses] == ["Provvägen 4"]
    assert company and (company.name, company.addresses[0].zip_code) == ("Exempelbygg i Teststad AB", "234 56")


def test_a_change_is_seen_at_once_by_whoever_reads_fresh(sandbox: Sandbox) -> None:
    register_order(sandbox.state, sample("01"))
    query = gateways.norce_query()
    assert query.customer(50001)
    record = sandbox.state.customers.get(50001)
    assert record
    record["LastName"] = "Nyman"
    sandbox.state.customers.save(record)
    names = [getattr(query.customer(50001, fresh=fresh), "last_name", None) for fresh in (False, True, False)]
    assert names == ["Provberg", "Nyman", "Nyman"]


def test_what_has_changed_comes_page_by_page_and_ends(sandbox: Sandbox) -> None:
    for number in range(101):
        sandbox.state.customers.save(new_customer(sandbox.state, {"Code": f"C{number}"}))
    query = gateways.norce_query()
    seen: list[int] = []
    while page := query.changed_customers(LONG_AGO, max(seen, default=0)):
        seen += [row.id or 0 for row in page]
    assert seen == list(range(50001, 50102))
    assert query.changed_customers(datetime.now(UTC) + timedelta(hours=1), 0) == []
    assert query.changed_companies(LONG_AGO, 0) == []


def test_more_than_a_page_of_one_address_are_all_found(sandbox: Sandbox) -> None:
    for _ in range(501):
        sandbox.state.customers.save(new_customer(sandbox.state, {"EmailAddress": "info@example.com"}))
    assert len(gateways.norce_query().customers_by_email(["info@example.com"])) == 501


def test_a_set_that_is_not_there_says_so(sandbox: Sandbox) -> None:
    set_faults(sandbox, norce={"fail_next": {"Orders/Invoices": [404]}})
    with pytest.raises(PermanentError) as error:
        gateways.norce_query().invoice(1)
    assert error.value.status == 404


def test_a_429_stops_query_for_every_worker(sandbox: Sandbox) -> None:
    set_faults(sandbox, norce={"fail_next": {"Orders/Orders": [429]}, "retry_after": 30})
    with pytest.raises(TransientError) as error:
        gateways.norce_query().order(1)
    assert error.value.counts is False
    assert wait_time(Quota(name="norce-query", per_minute=0)) > 20


def test_the_version_of_the_address_is_that_of_the_names(sandbox: Sandbox) -> None:
    assert gateways.norce_query().version == settings.NORCE_QUERY_VERSION
