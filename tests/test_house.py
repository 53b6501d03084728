"""The rules of the house that need no argument in a review: who imports whom, and where."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ALLOWED = {
    "connectors": set(),
    "hub": {"connectors"},
    "customers": {"hub", "connectors"},
    "orders": {"customers", "hub", "connectors"},
}
FILES = [path for room in ALLOWED for path in sorted((ROOT / room).rglob("*.py")) if "migrations" not in path.parts]


def imported(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        yield "." * node.level + (node.module or "")


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_it_imports_one_way(path: Path) -> None:
    room = path.relative_to(ROOT).parts[0]
    names = [name for node in ast.walk(ast.parse(path.read_text())) for name in imported(node)]
    rooms = {name.split(".")[0] for name in names} & set(ALLOWED)
    assert rooms - {room} <= ALLOWED[room]
    assert not [name for name in names if name.split(".")[0] == "tests" or name.startswith("..")]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_it_imports_at_the_top_only(path: Path) -> None:
    functions = [
        node
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name != "ready"
    ]
    inside = [name for function in functions for node in ast.walk(function) for name in imported(node)]
    assert inside == []


@pytest.mark.parametrize("mark", ["processes", "browser", "tryton"])
def test_a_marked_test_is_where_its_step_of_make_test_looks(mark: str) -> None:
    lines = (ROOT / "Makefile").read_text().replace("\\\n", " ").splitlines()
    steps = [line for line in lines if "pytest -m" in line and "not " not in line and "ON_DATABASE" not in line]
    [step] = [line for line in steps if mark in line.partition("pytest -m ")[2].partition(" --")[0]]
    apart = next(line for line in lines if line.startswith("APART :=")) if "$(APART)" in step else ""
    homes = tuple(str(ROOT / word) for word in f"{step} {apart}".split() if word.startswith("tests/"))
    marked = [path for path in (ROOT / "tests").rglob("test_*.py") if f"mark.{mark}" in path.read_text()]
    assert [path for path in marked if path != Path(__file__) and not str(path).startswith(homes)] == []
