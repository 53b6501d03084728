"""No value can become a part of the expression that it is written into."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import PermanentError
from connectors.norce import odata
from connectors.norce.odata import Expand
from connectors.sandbox.filters import Either, Equals, parse_filter

NOON = datetime(2025, 3, 11, 13, tzinfo=timezone(timedelta(hours=1)))


@given(st.text())
def test_any_text_survives_as_one_literal(text: str) -> None:
    assert parse_filter(odata.compared("Name", "eq", text)) == Equals("Name", text)


@given(st.text(), st.text())
def test_texts_stay_apart_and_keep_their_case_in_every_version(one: str, other: str) -> None:
    written = odata.in_version("3.0", odata.among("CompanyCode", [one, other]))
    assert parse_filter(written) == Either(Equals("companyCode", one), Equals("companyCode", other))


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, "null"),
        (True, "true"),
        (7, "7"),
        ("O'Hara' or 1 eq 1", "'O''Hara'' or 1 eq 1'"),
        (NOON, "2025-03-11T12:00:00Z"),
        (NOON.replace(microsecond=1), "2025-03-11T12:00:00.000001Z"),
    ],
)
def test_each_kind_of_value_has_its_literal(value: odata.Value, written: str) -> None:
    assert odata.literal(value) == written


@pytest.mark.parametrize("value", [datetime(2025, 3, 11), Decimal(1), 1.0, b"x", ["x"]])
def test_a_moment_without_zone_and_other_kinds_are_refused(value: Any) -> None:
    with pytest.raises(PermanentError):
        odata.literal(value)


@pytest.mark.parametrize("number", ["7", "7 or 1 eq 1", True, None, 7.0])
def test_an_id_that_is_no_whole_number_is_refused_by_its_name(number: Any) -> None:
    with pytest.raises(PermanentError, match="OrderId must be a whole number"):
        odata.identified("OrderId", number)


@pytest.mark.parametrize("name", ["", "Id eq 1 or Id", "Id)", "Items/Id", "é", "1d", "Id\n"])
def test_a_name_that_is_none_is_refused_everywhere(name: str) -> None:
    writings: list[Any] = [lambda: odata.compared(name, "eq", 1), lambda: odata.selected([name])]
    for write in [*writings, lambda: odata.expanded([Expand(name)]), lambda: str(Expand("Items", select=(name,)))]:
        with pytest.raises(PermanentError):
            write()


def test_an_operator_that_is_none_is_refused() -> None:
    with pytest.raises(PermanentError):
        odata.compared("Id", "eq 1 or Id eq", 1)


def test_conditions_keep_together() -> None:
    changed = odata.changed_since(datetime(2025, 3, 11, tzinfo=UTC))
    moment = "2025-03-11T00:00:00Z"
    assert odata.every(odata.identified("Id", 5, "gt"), "", changed) == (
        f"Id gt 5 and (Updated ge {moment} or (Updated eq null and Created ge {moment}))"
    )
    assert odata.either("", odata.among("Code", [])) == odata.every("", "") == ""


def test_expansions_are_nested_with_their_options() -> None:
    inner = Expand("Company", select=("Id", "Name"))
    assert odata.expanded([Expand("Addresses"), Expand("Companies", select=("RoleId",), expand=(inner,))]) == (
        "Addresses,Companies($select=RoleId;$expand=Company($select=Id,Name))"
    )


@pytest.mark.parametrize(
    ("sent", "in_3"),
    [
        ("Id gt 5 and IsActive eq true", "id gt 5 and isActive eq true"),
        ("Created ge 2025-03-11T12:00:00.5Z", "created ge 2025-03-11T12:00:00.5Z"),
        ("Name eq 'Id''Name'", "name eq 'Id''Name'"),
        ("Items($select=PartNo,VatRate),ShipTo", "items($select=partNo,vatRate),shipTo"),
    ],
)
def test_names_begin_in_lower_case_from_version_3_on(sent: str, in_3: str) -> None:
    assert (odata.in_version("2.0", sent), odata.in_version("3.0", sent)) == (sent, in_3)
