"""Norce's values in the ERP's words."""

from __future__ import annotations

import pytest

from connectors.errors import MappingError
from hub.models import Application, ErpConnection, ValueMapping
from hub.models.configuration import ValueKind
from hub.values import norce_translator, translator

CARD = ValueKind.PAYMENT_METHOD


def add(norce: str, erp: str, *, kind: ValueKind = CARD, key: str = "") -> None:
    ValueMapping.objects.create(kind=kind, norce_value=norce, erp_value=erp, application_key=key)


def strict(application: Application, *kinds: ValueKind) -> None:
    application.erp_connection.strict_kinds = list(kinds)


def test_a_value_without_a_row_passes_through(application: Application) -> None:
    assert translator(application)(CARD, "CARD") == "CARD"


def test_a_row_translates_its_kind_only(application: Application) -> None:
    add("1", "ONE")
    translate = translator(application)
    assert (translate(CARD, "1"), translate(ValueKind.UNIT, "1")) == ("ONE", "1")


def test_a_row_of_the_application_goes_before_the_row_for_all(application: Application, business: Application) -> None:
    add("CARD", "OURS", key=application.key)
    add("CARD", "ALL")
    assert (translator(application)(CARD, "CARD"), translator(business)(CARD, "CARD")) == ("OURS", "ALL")


def test_a_row_may_translate_to_nothing(application: Application) -> None:
    add("CARD", "")
    strict(application, CARD)
    assert translator(application)(CARD, "CARD") == ""


def test_a_strict_kind_needs_a_row_and_says_where_to_add_it(application: Application) -> None:
    strict(application, CARD)
    with pytest.raises(MappingError) as missing:
        translator(application)(CARD, "SWISH")
    assert "Payment method SWISH has no value mapping for Exempel SE" in missing.value.message
    assert missing.value.remedy == "Add SWISH under Value mappings › Payment method, then Retry."


def test_a_strict_kind_is_satisfied_by_the_row_for_all(application: Application) -> None:
    strict(application, CARD)
    add("CARD", "ALL")
    assert translator(application)(CARD, "CARD") == "ALL"


def test_no_value_needs_no_row(application: Application) -> None:
    strict(application, CARD)
    assert translator(application)(CARD, "") == ""


def test_strictness_belongs_to_the_connection(application: Application, business: Application) -> None:
    business.erp_connection = ErpConnection.objects.create(name="second", strict_kinds=[CARD])
    assert translator(application)(CARD, "SWISH") == "SWISH"
    with pytest.raises(MappingError):
        translator(business)(CARD, "SWISH")


def back(key: str, erp: str, *, kind: ValueKind = CARD, strictly: bool = False) -> str:
    return norce_translator(key, ErpConnection(name="default", strict_kinds=[kind] if strictly else []))(kind, erp)


def test_the_erps_value_becomes_norces(application: Application) -> None:
    add("VIP", "10", kind=ValueKind.FLAG)
    assert (back("", "10", kind=ValueKind.FLAG), back("", "10", kind=ValueKind.ROLE)) == ("VIP", "10")


def test_the_way_back_prefers_the_row_of_the_application(application: Application, business: Application) -> None:
    add("OURS", "A", key=application.key)
    add("ALL", "A")
    assert [back(key, "A") for key in (application.key, business.key, "")] == ["OURS", "ALL", "ALL"]


def test_a_row_for_all_that_the_application_overrules_does_not_count_on_the_way_back(application: Application) -> None:
    add("VIP", "B", key=application.key)
    add("VIP", "A")
    assert (back(application.key, "A"), back("", "A")) == ("A", "VIP")


def test_two_norce_values_for_one_erp_value_are_named(application: Application) -> None:
    add("CARD", "K")
    add("KLARNA", "K")
    with pytest.raises(MappingError) as both:
        back("", "K")
    assert both.value.message == "Payment method K of the ERP stands for both CARD and KLARNA in Norce."
    assert both.value.remedy == "Keep one of them under Value mappings › Payment method, then Retry."


def test_only_the_value_in_question_is_ambiguous(application: Application) -> None:
    add("CARD", "K")
    add("KLARNA", "K")
    assert back("", "SWISH") == "SWISH"


def test_a_strict_kind_needs_a_row_on_the_way_back_too(application: Application) -> None:
    with pytest.raises(MappingError, match=r"^Price list X of the ERP \(default\) has no value mapping\. Add X as"):
        back("", "X", kind=ValueKind.PRICE_LIST, strictly=True)


def test_a_row_that_translates_to_nothing_says_nothing_about_an_empty_value(application: Application) -> None:
    add("CARD", "")
    assert back("", "", strictly=True) == ""
