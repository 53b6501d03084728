"""Every error that the hub raises has an entry in the catalogue, with its parameters, and no entry is idle."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import pytest
from django.utils import translation

from connectors import catalogue, errors
from connectors.catalogue import Category, Entry
from connectors.errors import HubError, MappingError
from connectors.norce.message import WireError
from tests.test_house import FILES

KINDS = {
    "TransientError": {Category.TEMPORARY},
    "PermanentError": {Category.DATA, Category.SETUP, Category.BUG},
    "ConfigError": {Category.SETUP, Category.PERMISSION},
    "MappingError": {Category.MAPPING},
    "HoldError": {Category.DECISION},
    "HubError": {Category.BUG, Category.DECISION},
    "Refused": {Category.DATA},
    "UnfinishedWork": {Category.SETUP},
    "NotInNorce": {Category.TEMPORARY},
}
# What an error's class takes for itself; the status is a parameter too.
OWN = {"retry_after", "counts", "outcome_unknown", "under_way"}
# Their callers build them from what they get.
BUILT = {"wire", "wire_message"}


@dataclass(frozen=True)
class Raised:
    """One place that makes an error: where, by which class, with which code and parameters."""

    place: str
    kind: str
    code: str
    given: frozenset[str]


@cache
def raised() -> list[Raised]:
    return [error for path in FILES if "sandbox" not in path.parts for error in errors_in(str(path))]


def errors_in(path: str) -> Iterator[Raised]:
    with open(path, encoding="utf-8") as file:
        tree = ast.parse(file.read())
    constants = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    dicts = {
        target.id: {key.value for key in node.value.keys if isinstance(key, ast.Constant)}
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Dict)
        for target in ([node.target] if isinstance(node, ast.AnnAssign) else node.targets)
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KINDS:
            code = node.args[0]
            given = {name.arg for name in node.keywords if name.arg}
            for spread in (name.value for name in node.keywords if name.arg is None):
                assert isinstance(spread, ast.Name)
                given |= dicts[spread.id]
            known = code.value if isinstance(code, ast.Constant) else constants.get(getattr(code, "id", ""), "")
            yield Raised(f"{path}:{node.lineno}", node.func.id, str(known), frozenset(given - OWN))


@pytest.mark.parametrize("error", raised(), ids=lambda error: error.place)
def test_every_error_has_an_entry_with_its_parameters(error: Raised) -> None:
    entry = catalogue.find(error.code)
    assert entry, f"{error.place} raises {error.code!r}, which is not in the catalogue"
    assert entry.category in KINDS[error.kind]
    assert error.given - {"status"} <= entry.names | set(entry.same) | {"status"}
    assert entry.names | set(entry.same) <= error.given


def test_no_entry_is_idle() -> None:
    assert {entry.code for entry in catalogue.entries()} - {error.code for error in raised()} == BUILT


def test_no_code_is_too_long_for_its_column() -> None:
    assert max(len(entry.code) for entry in catalogue.entries()) <= 40


@pytest.mark.parametrize("entry", catalogue.entries(), ids=lambda entry: entry.code)
def test_the_swedish_texts_take_the_same_parameters(entry: Entry) -> None:
    english = entry.names
    with translation.override("sv"):
        assert entry.names == english
        assert "%(" not in entry.cause_of({}) + entry.remedy_of({})


def test_an_error_tells_itself_in_the_readers_language() -> None:
    error = MappingError("value_unmapped", kind="fee", value="FRAKT", application="Shop", application_key="shop")
    entry = catalogue.find(error.code)
    assert entry
    with translation.override("sv"):
        assert "Frakt- och avgiftsartikel FRAKT" in entry.cause_of(error.params)
        assert error.message == "Freight and fee article FRAKT has no value mapping for Shop."


def test_an_error_inside_another_is_told_in_the_same_language() -> None:
    outer = HubError("order_unreadable", said=WireError("Items[2]", "a number", "text"))
    assert outer.message == "The order cannot be read: Items[2]: expected a number, got text."
    assert outer.params == {
        "said": {"code": "wire", "params": {"path": "Items[2]", "expected": "a number", "got": "text"}}
    }


def test_an_adapter_may_use_words_of_its_own() -> None:
    error = errors.PermanentError("There is no part X.", remedy="Add it.", status=400)
    assert (error.code, error.params, str(error)) == ("", {}, "There is no part X. Add it.")


def test_what_is_not_given_is_left_open() -> None:
    assert catalogue.word("tryton_no_country") == "Tryton has no country …."
    assert catalogue.word("nothing_like_it") == "nothing_like_it"
