"""What other mappings would do to the last orders, and to those that have stopped for a mapping."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hub import impact as hub_impact
from hub.impact import Impact
from hub.models import Application, OutboxMessage, ValueMapping
from hub.models.work import State
from hub.values import Key
from orders import impact
from orders import waiting as waiting_orders
from orders.impact import order_impact
from orders.models import Order
from orders.waiting import waiting
from tests.conftest import sample
from tests.orders.samples import as_xml

CARD: Key = ("payment_method", "", "CARD")
UNIT: Key = ("unit", "", "Pieces")
METHOD = "Payment 1 · Payment method"


def came(application: Application, *numbers: int, body: bytes | None = None, **members: Any) -> list[Order]:
    """Let orders come whose payment method is CARD and whose unit is Pieces."""
    content = json.dumps(sample("01") | members).encode() if body is None else body
    return Order.objects.bulk_create(
        Order(application_key=application.key, client_order_ref=str(number), body=content) for number in numbers
    )


def stop(*orders: Order, **columns: Any) -> None:
    """Let orders have stopped on their way to the ERP for a missing mapping."""
    usual = {"kind": "erp.order", "system": "erp", "state": State.FAILED, "error_kind": "mapping"}
    OutboxMessage.objects.bulk_create(
        OutboxMessage(**usual | {"key": order.subject, "subject": order.subject} | columns) for order in orders
    )


def strict(application: Application, *kinds: str) -> None:
    application.erp_connection.strict_kinds = list(kinds)
    application.erp_connection.save()


def mapped(key: Key, value: str) -> None:
    kind, application_key, norce_value = key
    ValueMapping.objects.create(kind=kind, application_key=application_key, norce_value=norce_value, erp_value=value)


def told(put: Mapping[Key, str] | None = None, *, gone: set[Key] | None = None) -> Impact:
    found = order_impact(hub_impact.propose(put=put, gone=gone or set()))
    assert isinstance(found, Impact)
    return found


def figures(found: Impact) -> list[str]:
    return [text for text, _tone in found.figures]


def test_a_new_name_changes_the_orders_that_have_the_value(application: Application) -> None:
    came(application, 1, Payments=[])
    _, order = came(application, 2, 3)
    found = told({CARD: "KORT"})
    assert figures(found) == ["2 of the last 3 orders would be mapped otherwise."]
    assert (found.asks, [case.label for case in found.cases]) == (True, ["3", "2"])
    assert found.cases[0].lines == ((METHOD, "CARD", "KORT"),)
    assert found.cases[0].url == f"/admin/orders/order/{order.pk}/change/"


def test_a_name_that_no_order_has_changes_nothing_and_does_not_ask(application: Application) -> None:
    came(application, 1, 2)
    found = told({("unit", "", "Box"): "box"})
    assert (figures(found), found.asks) == (["The last 2 orders are mapped as before."], False)


def test_a_name_that_is_the_same_as_norces_changes_nothing(application: Application) -> None:
    came(application, 1)
    assert figures(told({CARD: "CARD"})) == ["The last order is mapped as before."]


def test_a_mapping_of_a_strict_kind_that_goes_stops_orders(application: Application) -> None:
    strict(application, "payment_method")
    mapped(CARD, "KORT")
    came(application, 1, 2)
    found = told(gone={CARD})
    assert found.figures == (("2 of the last 2 orders would no longer map.", "bad"),)
    assert found.cases[0].lines == (("Payment method CARD", "KORT", "no mapping"),)


def test_a_mapping_of_another_kind_that_goes_lets_the_value_through(application: Application) -> None:
    mapped(CARD, "KORT")
    came(application, 1)
    assert told(gone={CARD}).cases[0].lines == ((METHOD, "KORT", "CARD"),)


def test_a_missing_mapping_frees_the_orders_that_wait_for_it(application: Application) -> None:
    strict(application, "payment_method")
    stop(*came(application, 1, 2))
    came(application, 3)
    found = told({CARD: "KORT"})
    assert figures(found) == [
        "2 stopped orders can go on with it.",
        "3 of the last 3 orders would map that do not now.",
    ]
    assert [(case.label, case.word) for case in found.cases] == [
        ("2", "Can go on"),
        ("1", "Can go on"),
        ("3", "Maps now"),
    ]
    assert found.cases[0].lines == ((METHOD, "CARD", "KORT"),)


def test_a_mapping_to_the_same_word_frees_orders_too(application: Application) -> None:
    strict(application, "payment_method")
    stop(*came(application, 1))
    assert told({CARD: "CARD"}).cases[0].lines == (("Payment method CARD", "no mapping", "CARD"),)


def test_an_order_that_lacks_another_mapping_says_which(application: Application) -> None:
    strict(application, "payment_method", "unit")
    stop(*came(application, 1))
    found = told({CARD: "KORT"})
    assert figures(found)[0] == "1 stopped order still lacks another mapping."
    [case] = found.cases
    assert (case.word, set(case.lines)) == (
        "Lacks another",
        {("Payment method CARD", "no mapping", "KORT"), ("Unit of measure Pieces", "no mapping", "no mapping")},
    )


def test_an_order_that_breaks_before_and_after_is_counted_and_asks_nothing(application: Application) -> None:
    strict(application, "unit")
    came(application, 1)
    came(application, 2, Items=[])
    found = told({("payment_method", "", "SWISH"): "S"})
    assert figures(found) == [
        "The last 2 orders are mapped as before.",
        "1 of the last 2 orders do not map either way.",
    ]
    assert not found.asks


def test_a_mapping_that_is_no_number_breaks_orders_and_one_that_is_mends_them(application: Application) -> None:
    came(application, 1)
    rate: Key = ("vat_rate", "", "25")
    broken = told({rate: "MOMS25"})
    assert figures(broken) == ["1 of the last 1 orders would no longer map."]
    assert broken.cases[0].lines[0][2] == "VAT rate 25 is mapped to MOMS25, which is not a number."
    mapped(rate, "NaN")
    assert figures(told({rate: "25"})) == ["1 of the last 1 orders would map that do not now."]


@pytest.mark.parametrize(
    "body", [b"{}}", b"\xff", b'{"Items": [{"Quantity": "many"}]}', b'{"A":' * 90_000 + b"1" + b"}" * 90_000]
)
def test_an_order_that_cannot_be_read_is_counted(application: Application, body: bytes) -> None:
    stop(*came(application, 1, body=body))
    came(application, 2)
    assert figures(told({CARD: "KORT"})) == [
        "1 of the last 2 orders would be mapped otherwise.",
        "1 of the last 2 orders cannot be read.",
    ]
    assert [one.can_go_on for one in waiting().rows] == [False]


def test_a_row_for_one_application_leaves_the_others_orders_out(
    application: Application, business: Application
) -> None:
    came(application, 1)
    came(business, 2)
    found = told({("payment_method", business.key, "CARD"): "KORT"})
    assert figures(found) == ["1 of the last 1 orders would be mapped otherwise."]
    assert [case.label for case in found.cases] == ["2"]


def test_a_row_for_all_leaves_out_the_application_that_has_its_own(
    application: Application, business: Application
) -> None:
    mapped(("payment_method", business.key, "CARD"), "OURS")
    came(application, 1)
    came(business, 2)
    assert [case.label for case in told({CARD: "KORT"}).cases] == ["1"]


def test_an_own_row_that_goes_falls_back_on_the_row_for_all(application: Application) -> None:
    own = ("payment_method", application.key, "CARD")
    mapped(own, "OURS")
    mapped(CARD, "ALL")
    came(application, 1)
    assert told(gone={own}).cases[0].lines == ((METHOD, "OURS", "ALL"),)


def test_a_row_of_an_application_that_is_gone_concerns_nobody(application: Application) -> None:
    came(application, 1)
    found = told({("payment_method", "gone", "CARD"): "KORT"})
    assert (found.note, found.asks) == ("The orders of no application are concerned.", False)


@pytest.mark.parametrize("kind", ["flag", "price_list", "role"])
def test_kinds_that_only_customers_have_are_no_matter_of_orders(application: Application, kind: str) -> None:
    came(application, 1)
    found = told({(kind, "", "CARD"): "X"})
    assert (found.note, found.asks) == ("Orders have no values of this kind.", False)


def test_orders_of_an_unknown_application_are_left_out(application: Application) -> None:
    came(application, 1)
    Order.objects.update(application_key="unknown")
    assert figures(told({CARD: "KORT"})) == ["No order that it concerns has come lately."]


def test_only_the_last_orders_are_looked_at_and_twenty_shown(
    application: Application, business: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(impact, "LOOKED_AT", 30)
    came(business, 100)
    came(application, *range(40))
    found = told({CARD: "KORT"})
    assert figures(found) == ["30 of the last 30 orders would be mapped otherwise."]
    assert (len(found.cases), found.more, found.cases[0].label) == (20, 10, "39")
    assert [case.label for case in told({("payment_method", business.key, "CARD"): "X"}).cases] == ["100"]


def test_some_orders_of_each_effect_are_shown(application: Application) -> None:
    strict(application, "payment_method")
    mapped(CARD, "KORT")
    swish = [payment | {"PaymentMethodCode": "SWISH"} for payment in sample("01")["Payments"]]
    came(application, *range(30))
    came(application, *range(100, 103), Payments=swish)
    found = told({("payment_method", "", "SWISH"): "SW", ("unit", "", "Pieces"): "pcs"})
    assert [case.word for case in found.cases] == ["Maps now"] * 3 + ["Differs"] * 17
    assert found.more == 13


def test_no_longer_is_looked_than_a_person_waits(application: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(impact, "SECONDS", -1.0)
    came(application, *range(5))
    assert figures(told({CARD: "KORT"})) == ["1 of the last 1 orders would be mapped otherwise."]


def test_an_order_in_xml_is_looked_at_too(application: Application) -> None:
    came(application, 1, body=as_xml(sample("01")))
    Order.objects.update(format="xml")
    assert told({CARD: "KORT"}).cases[0].lines == ((METHOD, "CARD", "KORT"),)


def test_five_hundred_orders_cost_few_statements(application: Application, business: Application) -> None:
    strict(application, "payment_method")
    stop(*came(application, *range(300)))
    came(business, *range(300))
    with CaptureQueriesContext(connection) as queries:
        found = told({CARD: "KORT", ("unit", business.key, "Pieces"): "pcs"})
    assert len(queries) < 10
    assert figures(found)[0] == "300 stopped orders can go on with it."


def test_of_more_stopped_orders_than_are_looked_at_the_number_is_said_to_be_more(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting_orders, "MOST", 3)
    strict(application, "payment_method")
    stop(*came(application, *range(3)))
    assert (figures(told({CARD: "KORT"}))[0], waiting().has_more) == ("3 stopped orders can go on with it.", False)
    stop(*came(application, 4))
    assert figures(told({CARD: "KORT"}))[0] == "3+ stopped orders can go on with it."
    assert (len(waiting().rows), waiting().has_more) == (3, True)


def test_where_the_time_ends_the_number_is_said_to_be_more(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(impact, "SECONDS", -1.0)
    strict(application, "payment_method")
    stop(*came(application, 1, 2))
    assert figures(told({CARD: "KORT"}))[0] == "1+ stopped orders can go on with it."


def test_who_waits_says_what_it_lacks_today(application: Application) -> None:
    strict(application, "payment_method", "unit")
    first, second = came(application, 1, 2)
    stop(first, second)
    stop(*came(application, 3), state=State.DONE)
    stop(*came(application, 4), error_kind="permanent")
    mapped(UNIT, "pcs")
    assert {one.label: one.missing for one in waiting().rows} == dict.fromkeys("12", (("payment_method", "CARD"),))
    mapped(CARD, "KORT")
    assert [(one.can_go_on, one.missing) for one in waiting().rows] == [(True, ())] * 2
