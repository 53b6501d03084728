"""Norce's values in the ERP's words."""

from __future__ import annotations

import pytest

from connectors.errors import MappingError
from hub.models import Application, ErpConnection, ValueMapping
from hub.models.configuration import ValueKind
from hub.values import translator

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
