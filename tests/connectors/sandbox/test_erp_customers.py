"""The register of the small ERP: listed by code, changed, removed, and one that does not separate."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connectors.sandbox.erp_customers import add_customer, change_customer, remove_customer
from connectors.sandbox.erp_shape import ADDRESS, LISTS, TEXTS
from tests.connectors.sandbox.conftest import Caller, Clock

MAJA = {"kind": "person", "name": "Maja Provberg", "last_name": "Provberg", "email": "maja@example.com"}
BOLAGET = {"kind": "company", "name": "Exempelbolaget AB", "organisation_no": "999900-0001"}
START = "2027-01-15T08:00:00+00:00"
FULL: dict[str, Any] = {
    **{name: f"a {name}" for name in TEXTS},
    "kind": "company",
    "active": False,
    "address": {name: f"a {name}" for name in ADDRESS} | {"country": "SE", "primary": True, "validated": False},
    **{name: [dict(blank)] for name, blank in LISTS.items()},
    "infos": [["REGION", "north"]],
    "logo": {"code": "L1", "url": "https://images.example.com/l1.png", "file_type": "Logo"},
}


@pytest.fixture
def erp(sandbox: Caller) -> Caller:
    """An ERP with five people and companies in turn, made in another order than that of their codes."""
    for code, data in (("K3", BOLAGET), ("K1", BOLAGET), ("K5", BOLAGET), ("K4", MAJA), ("K2", MAJA)):
        add_customer(sandbox.sandbox.state, code, data)
    return sandbox


def listed(erp: Caller, **params: str) -> Any:
    """List customers: the codes, where the next page begins, and the total."""
    answer = erp.erp("customers/list", **params).json()
    return [row["code"] for row in answer["customers"]], answer["next"], answer["total"]


def test_a_customer_keeps_every_member_it_is_made_with(sandbox: Caller) -> None:
    code = sandbox.erp("customers", FULL).json()["code"]
    (row,) = sandbox.erp("customers/list").json()["customers"]
    logo = {**FULL["logo"], "filename": "", "changed_at": ""}
    assert row == {**FULL, "code": code, "logo": logo, "changed": "2027-01-15T08:00:00.000Z"}


def test_a_list_that_is_not_given_is_not_an_empty_one(sandbox: Caller) -> None:
    sandbox.erp("customers", {**MAJA, "flags": [], "price_lists": [{"code": "B2B"}]})
    (row,) = sandbox.erp("customers/list").json()["customers"]
    assert (row["companies"], row["flags"], row["logo"]) == (None, [], None)
    assert row["price_lists"] == [{"code": "B2B", "exclusive": False}]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"flags": [{"code": 7}]}, "flags[0].code"),
        ({"flags": {}}, "flags"),
        ({"addresses": [{"city": "X", "town": "X"}]}, "addresses[0]"),
        ({"discounts": [{"percent": 5}]}, "discounts[0].percent"),
        ({"infos": [["REGION"]]}, "infos[0]"),
        ({"active": "yes"}, "active"),
        ({"emial": "maja@example.com"}, "body"),
        ({"kind": "any"}, "kind"),
    ],
)
def test_it_refuses_a_wrong_member_when_made_and_when_changed(erp: Caller, change: Any, field: str) -> None:
    answers = erp.erp("customers", {**MAJA, **change}), erp.erp("customers/K2", change, method="PUT")
    assert [(answer.status_code, list(answer.json()["errors"])) for answer in answers] == [(422, [field])] * 2


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({}, (["K1", "K2", "K3", "K4", "K5"], "", 5)),
        ({"limit": "2"}, (["K1", "K2"], "K2", 5)),
        ({"limit": "2", "after": "K2"}, (["K3", "K4"], "K4", 5)),
        ({"limit": "2", "after": "K4"}, (["K5"], "", 5)),
        ({"limit": "3", "kind": "company"}, (["K1", "K3", "K5"], "", 3)),
        ({"limit": "1", "kind": "person"}, (["K2"], "K2", 2)),
        ({"after": "K9"}, ([], "", 5)),
    ],
)
def test_it_lists_by_code(erp: Caller, params: dict[str, str], expected: Any) -> None:
    assert listed(erp, **params) == expected


@pytest.mark.parametrize(
    "params",
    [{"limit": "0"}, {"limit": "1001"}, {"since": "yesterday"}, {"since": "2027-01-15T08:00:00"}, {"kind": "x"}],
)
def test_it_refuses_to_list_what_it_cannot_read(erp: Caller, params: dict[str, str]) -> None:
    assert list(erp.erp("customers/list", **params).json()["errors"]) == list(params)


def test_a_delta_lists_what_was_changed_at_that_moment_or_later(erp: Caller, clock: Clock) -> None:
    clock.pass_seconds(60)
    erp.erp("customers/K4", {"phone": "070-174 06 05"}, method="PUT")
    assert listed(erp, since=START)[2] == 5
    assert listed(erp, since="2027-01-15T09:01:00+01:00") == (["K4"], "", 1)
    assert listed(erp, since="2027-01-15T08:01:00.001+00:00") == ([], "", 0)


def test_what_changes_between_two_pages_hides_nobody(erp: Caller) -> None:
    assert listed(erp, limit="2")[0] == ["K1", "K2"]
    erp.erp("customers/K1", method="DELETE")
    add_customer(erp.sandbox.state, "K0", MAJA)
    change_customer(erp.sandbox.state, "K3", {"name": "Another"})
    assert listed(erp, after="K2") == (["K3", "K4", "K5"], "", 5)


def test_an_inactive_customer_is_listed_but_not_found(erp: Caller) -> None:
    erp.erp("customers/K2", {"active": False}, method="PUT")
    assert "K2" in listed(erp)[0]
    assert erp.erp("customers", code="K2").json()["customers"] == []
    assert [row["code"] for row in erp.erp("customers", email="maja@example.com").json()["customers"]] == ["K4"]


def test_a_change_replaces_the_members_it_names(erp: Caller) -> None:
    changed = erp.erp("customers/K2", {"email": "new@example.com", "flags": [{"code": "VIP"}]}, method="PUT").json()
    assert (changed["email"], changed["last_name"], changed["flags"][0]["active"]) == (
        "new@example.com",
        "Provberg",
        True,
    )
    assert [row["code"] for row in erp.erp("customers", email="new@example.com").json()["customers"]] == ["K2"]


def test_a_change_to_the_same_is_none(erp: Caller, clock: Clock) -> None:
    clock.pass_seconds(60)
    erp.erp("customers/K2", {"email": "maja@example.com"}, method="PUT")
    assert listed(erp, since="2027-01-15T08:00:30+00:00") == ([], "", 0)


def test_a_removed_customer_is_gone(erp: Caller) -> None:
    erp.erp("customers/K2", method="DELETE")
    remove_customer(erp.sandbox.state, "K1")
    assert listed(erp) == (["K3", "K4", "K5"], "", 3)
    assert [erp.erp("customers/K2", {}, method=method).status_code for method in ("PUT", "DELETE")] == [404, 404]


def test_a_register_that_does_not_separate_ignores_the_kind(make: Callable[..., Caller]) -> None:
    erp = make(separate_parties=False)
    codes = [erp.erp("customers", data).json()["code"] for data in (MAJA, BOLAGET, {**MAJA, "kind": "any"})]
    assert listed(erp, kind="company") == (codes, "", 3)
    found = erp.erp("customers", kind="company", email="maja@example.com").json()["customers"]
    assert [(row["code"], row["kind"]) for row in found] == [(codes[0], "any"), (codes[2], "any")]
    assert {row["kind"] for row in erp.state()["erp"]["customers"]} == {"any"}


@pytest.fixture
def hundred(sandbox: Caller) -> Caller:
    """An ERP with a hundred people."""
    sandbox.control("erp/seed", {"customers": 100})
    return sandbox


@pytest.mark.parametrize(("share", "least", "most"), [(0, 0, 0), (0.5, 30, 70), (1, 100, 100)])
def test_a_short_list_shows_always_the_same_share(hundred: Caller, share: float, least: int, most: int) -> None:
    hundred.control("faults", {"erp": {"short": share}})
    codes, _, total = listed(hundred)
    paged, after = [], ""
    while True:
        page, after, _ = listed(hundred, limit="7", after=after)
        paged += page
        if not after:
            break
    assert (least <= total <= most, len(codes), paged) == (True, total, codes)


@pytest.mark.parametrize("share", [-0.1, 1.1, "half"])
def test_a_share_is_a_number_from_0_to_1(sandbox: Caller, share: Any) -> None:
    assert sandbox.control("faults", {"erp": {"short": share}}).status_code == 400
