"""What the ERP's values would be called in Norce by other mappings."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings

from customers.impact import customer_impact
from hub.impact import Case, propose
from hub.models import Application, ErpConnection, ValueMapping

GOLD = ("flag", "", "VIP")


def cases(**change: Any) -> list[tuple[str, tuple[Any, ...]]]:
    found = customer_impact(propose(**change))
    assert found is not None
    return [(case.label, *case.lines) for case in found.cases]


def test_a_new_mapping_renames_what_passed_through(application: Application) -> None:
    found = customer_impact(propose(put={GOLD: "GULD"}))
    assert found and found.asks
    assert found.figures == (("1 value of the ERP is told to Norce otherwise.", "busy"),)
    assert found.cases == (Case(label="Flag GULD of the ERP", lines=(("In Norce (Exempel SE)", "GULD", "VIP"),)),)
    assert found.note.startswith("Which customers have such a value is seen in the next run")


def test_a_changed_mapping_tells_of_both_its_values(application: Application) -> None:
    ValueMapping.objects.create(kind="flag", norce_value="VIP", erp_value="GULD")
    assert cases(put={GOLD: "GOLD"}) == [
        ("Flag GOLD of the ERP", ("In Norce (Exempel SE)", "GOLD", "VIP")),
        ("Flag GULD of the ERP", ("In Norce (Exempel SE)", "VIP", "GULD")),
    ]


def test_a_second_norce_value_for_the_same_one_is_refused(application: Application) -> None:
    ValueMapping.objects.create(kind="flag", norce_value="VIP", erp_value="GULD")
    [(_, line)] = cases(put={("flag", "", "GOLD"): "GULD"})
    assert line[1:] == ("VIP", "Flag GULD of the ERP stands for both VIP and GOLD in Norce.")


def test_a_mapping_that_changes_no_name_asks_nothing(application: Application) -> None:
    found = customer_impact(propose(put={("flag", "", "VIP"): "VIP"}))
    assert found and not found.asks and not found.cases


@pytest.mark.parametrize("kind", ["unit", "fee", "vat_rate", "sales_contact"])
def test_kinds_that_customers_do_not_have_say_nothing(application: Application, kind: str) -> None:
    assert customer_impact(propose(put={(kind, "", "A"): "B"})) is None


def test_each_erp_is_told_by_its_own_application(application: Application, business: Application) -> None:
    business.erp_connection = ErpConnection.objects.create(name="second")
    business.save()
    assert [line[0] for _, line in cases(put={GOLD: "GULD"})] == ["In Norce (Exempel SE)", "In Norce (Exempel Företag)"]
    assert [line[0] for _, line in cases(put={("flag", business.key, "VIP"): "GULD"})] == ["In Norce (Exempel Företag)"]


def test_where_customers_are_single_each_application_is_told(
    application: Application, business: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "NORCE_CUSTOMERS_BY_APPLICATION", True)
    assert len(cases(put={GOLD: "GULD"})) == 2


def test_a_long_file_shows_the_first_of_its_values(application: Application) -> None:
    found = customer_impact(propose(put={("flag", "", str(number)): f"F{number}" for number in range(50)}))
    assert found and (len(found.cases), found.more) == (20, 30)
