"""Before a mapping is saved or deleted its impact is shown; what is saved is what was shown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from hub import impact
from hub.impact import Case, Impact, Proposal
from hub.mapping_files import COLUMNS
from hub.models import ValueMapping

LIST = reverse("admin:hub_valuemapping_changelist")
ADD = reverse("admin:hub_valuemapping_add")
PIECES = ("unit", "", "Pieces", "pcs")
CHANGED = "The mappings have changed in the meantime: look once more."
pytestmark = pytest.mark.django_db


@pytest.fixture
def concerns(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Proposal]]:
    """The proposals that somebody was asked about; a mapping of the kind *Flag* concerns nobody."""
    asked: list[Proposal] = []

    def told(proposal: Proposal) -> Impact:
        if all(kind == "flag" for kind, _key, _value in proposal.keys):
            return Impact(title="Things", note="Nothing is concerned.")
        asked.append(proposal)
        case = Case(label="Thing 1", url="/thing/1", word="Changed", lines=(("Colour", "red", "blue"),))
        return Impact(title="Things", figures=(("7 things change.", "busy"),), cases=(case,), more=6, asks=True)

    monkeypatch.setattr(impact, "_sources", [told])
    yield asked


@pytest.fixture
def pieces() -> ValueMapping:
    """One mapping."""
    return ValueMapping.objects.create(**dict(zip(COLUMNS, PIECES, strict=True)))


def form(*values: str, **more: str) -> dict[str, str]:
    """Return what a person types."""
    return dict(zip(COLUMNS, values, strict=True)) | {"reason": "The ERP has a new word"} | more


def pressed(client: Client, page: Any, url: str, **said: str) -> Any:
    """Press the button of a question; return the page that follows."""
    data: dict[str, Any] = dict(said)
    for name, value in page.context["hidden"]:
        data.setdefault(name, []).append(value)
    return client.post(url, data, follow=True)


def kept() -> set[tuple[str, ...]]:
    """Return all mappings."""
    return set(ValueMapping.objects.values_list(*COLUMNS))


def change_of(row: ValueMapping, deed: str = "change") -> str:
    return reverse(f"admin:hub_valuemapping_{deed}", args=[row.pk])


def test_the_impact_is_shown_and_then_saved(admin_client: Client, concerns: Any) -> None:
    page = admin_client.post(ADD, form(*PIECES, _save="Save"))
    text = page.content.decode()
    for part in ("Save this value mapping?", "7 things change.", 'href="/thing/1"', "red", "blue", "and 6 more"):
        assert part in text
    assert kept() == set()
    after = pressed(admin_client, page, ADD)
    assert (kept(), after.redirect_chain) == ({PIECES}, [(LIST, 302)])


def test_a_change_is_shown_with_old_and_new_value(admin_client: Client, concerns: Any, pieces: Any) -> None:
    page = admin_client.post(change_of(pieces), form("unit", "", "Pieces", "st"))
    [row] = page.context["mappings"]
    assert (row["kind"], row["norce_value"], row["before"], row["after"]) == ("Unit of measure", "Pieces", "pcs", "st")
    pressed(admin_client, page, change_of(pieces))
    assert kept() == {("unit", "", "Pieces", "st")}


def test_another_norce_value_takes_the_old_one_away(admin_client: Client, concerns: Any, pieces: Any) -> None:
    page = admin_client.post(change_of(pieces), form("unit", "", "Box", "pcs"))
    [proposal] = concerns
    assert proposal.keys == {("unit", "", "Pieces"), ("unit", "", "Box")}
    pressed(admin_client, page, change_of(pieces))
    assert kept() == {("unit", "", "Box", "pcs")}


def test_what_concerns_nobody_is_saved_with_one_press_and_says_so(admin_client: Client, concerns: Any) -> None:
    after = admin_client.post(ADD, form("flag", "", "VIP", "GULD"), follow=True).content.decode()
    assert kept() == {("flag", "", "VIP", "GULD")}
    assert "Things: Nothing is concerned." in after


def test_what_changes_nothing_is_not_asked_about(admin_client: Client, concerns: Any, pieces: Any) -> None:
    admin_client.post(change_of(pieces), form(*PIECES))
    assert concerns == []


def test_going_on_with_another_one_still_works(admin_client: Client, concerns: Any) -> None:
    page = admin_client.post(ADD, form(*PIECES, _addanother="1"))
    assert pressed(admin_client, page, ADD).redirect_chain == [(ADD, 302)]


def test_back_leads_to_the_form_as_it_was_typed(admin_client: Client, concerns: Any) -> None:
    url = f"{ADD}?about=order:1"
    page = admin_client.post(url, form(*PIECES, _save="Save"))
    typed = pressed(admin_client, page, url, _back="1")
    filled = typed.context["adminform"].form
    assert tuple(filled[name].value() for name in COLUMNS) == PIECES
    assert typed.context["back_to"] == reverse("admin:orders_order_change", args=[1])
    assert kept() == set()


def test_back_from_a_change_keeps_what_was_typed_and_why(admin_client: Client, concerns: Any, pieces: Any) -> None:
    page = admin_client.post(change_of(pieces), form("unit", "", "Box", "st", _save="Save"))
    typed = pressed(admin_client, page, change_of(pieces), _back="1")
    filled = typed.context["adminform"].form
    assert [filled[name].value() for name in COLUMNS] == ["unit", "", "Box", "st"]
    assert "The ERP has a new word</textarea>" in typed.content.decode()
    assert kept() == {PIECES}
    again = admin_client.post(change_of(pieces), form("unit", "", "Box", "st", _save="Save"))
    pressed(admin_client, again, change_of(pieces))
    assert kept() == {("unit", "", "Box", "st")}


def test_a_form_with_a_mistake_is_shown_again_without_a_question(admin_client: Client, concerns: Any) -> None:
    page = admin_client.post(ADD, form("unit", "", "Pieces", ""))
    assert page.context["adminform"].form.errors.keys() == {"erp_value"}
    assert concerns == []


def test_mappings_that_change_in_the_meantime_are_shown_once_more(
    admin_client: Client, concerns: Any, pieces: Any
) -> None:
    page = admin_client.post(ADD, form("unit", "", "Box", "box"))
    ValueMapping.objects.update(erp_value="st")
    again = pressed(admin_client, page, ADD)
    assert CHANGED in again.content.decode()
    assert kept() == {("unit", "", "Pieces", "st")}
    pressed(admin_client, again, ADD)
    assert kept() == {("unit", "", "Pieces", "st"), ("unit", "", "Box", "box")}


def test_another_value_than_the_shown_one_is_not_saved(admin_client: Client, concerns: Any) -> None:
    page = admin_client.post(ADD, form(*PIECES))
    shown = dict(page.context["hidden"])["shown"]
    again = admin_client.post(ADD, form("unit", "", "Pieces", "other", shown=shown))
    assert CHANGED in again.content.decode()
    assert kept() == set()


def test_a_mapping_is_deleted_once_that_was_shown(admin_client: Client, concerns: Any, pieces: Any) -> None:
    page = admin_client.get(change_of(pieces, "delete"))
    assert "7 things change." in page.content.decode()
    admin_client.post(change_of(pieces, "delete"), {"post": "yes"})
    assert kept() == {PIECES}
    assert "Say why" in pressed(admin_client, page, change_of(pieces, "delete")).content.decode()
    assert kept() == {PIECES}
    pressed(admin_client, page, change_of(pieces, "delete"), reason="Not sold any more")
    assert kept() == set()


def test_what_is_deleted_is_what_was_shown(admin_client: Client, concerns: Any, pieces: Any) -> None:
    page = admin_client.get(change_of(pieces, "delete"))
    ValueMapping.objects.update(erp_value="st")
    assert CHANGED in pressed(admin_client, page, change_of(pieces, "delete"), reason="Old").content.decode()
    assert kept() == {("unit", "", "Pieces", "st")}


def test_many_are_deleted_once_that_was_shown(admin_client: Client, concerns: Any, pieces: Any) -> None:
    box = ValueMapping.objects.create(kind="unit", norce_value="Box", erp_value="box")
    rest = ValueMapping.objects.create(kind="unit", norce_value="Pair", erp_value="par")
    data = {"action": "delete_selected", ACTION_CHECKBOX_NAME: [pieces.pk, box.pk]}
    page = admin_client.post(LIST, data)
    assert [row["after"] for row in page.context["mappings"]] == [None, None]
    pressed(admin_client, page, LIST, reason="Not sold any more")
    assert list(ValueMapping.objects.all()) == [rest]


@pytest.mark.parametrize("deed", ["change", "delete"])
def test_who_may_only_look_changes_nothing(client: Client, concerns: Any, pieces: Any, deed: str) -> None:
    user = User.objects.create_user("ola", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_valuemapping"))
    client.force_login(user)
    assert client.post(change_of(pieces, deed), form("unit", "", "Pieces", "st")).status_code == 403
    assert client.post(ADD, form("unit", "", "Box", "box")).status_code == 403
    assert (kept(), concerns) == ({PIECES}, [])


def test_a_mapping_that_is_gone_is_no_fault(admin_client: Client, concerns: Any) -> None:
    for url in (reverse(f"admin:hub_valuemapping_{deed}", args=[7]) for deed in ("change", "delete")):
        assert admin_client.post(url, form(*PIECES)).status_code == 302


def test_the_question_speaks_swedish_when_asked(admin_client: Client, concerns: Any) -> None:
    page = admin_client.post(ADD, form(*PIECES), headers={"Accept-Language": "sv"}).content.decode()
    for text in ("Spara den här värdemappningen?", "Alla applikationer", ">Affärssystemets värde<", "Tillbaka"):
        assert text in page


def test_the_form_offers_the_erp_values_of_each_kind(admin_client: Client, pieces: Any) -> None:
    ValueMapping.objects.create(kind="unit", norce_value="Piece", erp_value="pcs")
    ValueMapping.objects.create(kind="flag", norce_value="VIP", erp_value="GULD")
    page = admin_client.get(ADD)
    assert page.context["erp_values"] == [("flag", ["GULD"]), ("unit", ["pcs"])]
    assert '<datalist id="erp-values-unit"><option value="pcs">' in page.content.decode()
    assert "hub/mapping_form.js" in page.content.decode()
