"""The making of the test server: what is missing is said in words, and nothing half made is used."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.tryton import golden

ROOT = Path(__file__).parents[2]
GPL = {"trytond", "proteus"}


@pytest.fixture
def programs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], list[str]]:
    """Run no program; let those fail that have ``word`` among their arguments. Returns what was to be run."""
    monkeypatch.setattr(golden, "CACHE", tmp_path)

    def failing(word: str) -> list[str]:
        ran: list[str] = []

        def run(*command: str, env: Any = None) -> None:
            ran.append(" ".join(command))
            if word in command:
                raise RuntimeError("No matching distribution found.")
            if "venv" in command:
                Path(command[-1]).mkdir()

        monkeypatch.setattr(golden, "run", run)
        return ran

    return failing


def test_an_index_that_cannot_be_reached_is_said_to_be_the_reason(
    programs: Callable[[str], list[str]], tmp_path: Path
) -> None:
    programs("pip")
    with pytest.raises(golden.Unavailable, match="No matching distribution found"):
        golden.environment()
    assert list(tmp_path.glob("venv-*")) == []


def test_an_environment_is_made_once_and_one_that_was_not_finished_again(
    programs: Callable[[str], list[str]],
) -> None:
    ran = programs("nothing")
    folder = golden.environment()
    golden.environment()
    assert len(ran) == 2
    (folder / ".complete").unlink()
    golden.environment()
    assert len(ran) == 4


def test_nothing_but_the_fixture_script_imports_tryton() -> None:
    rooms = ("hub", "connectors", "customers", "orders", "tests")
    guilty = {path.relative_to(ROOT) for room in rooms for path in (ROOT / room).rglob("*.py") if GPL & imported(path)}
    assert guilty == {Path("tests/tryton/fixture.py")}


def test_every_package_of_the_server_is_pinned() -> None:
    lines = [line for line in golden.REQUIREMENTS.read_text().splitlines() if line and not line.startswith("#")]
    assert [line for line in lines if line.count("==") != 1] == []


def imported(path: Path) -> set[str]:
    """Return the first names of what a file imports, nothing of one that has no word of Tryton's programs."""
    text = path.read_text()
    tree = ast.walk(ast.parse(text if any(name in text for name in GPL) else ""))
    names = [alias.name for node in tree if isinstance(node, ast.Import) for alias in node.names]
    tree = ast.walk(ast.parse(path.read_text()))
    names += [node.module or "" for node in tree if isinstance(node, ast.ImportFrom)]
    return {name.partition(".")[0] for name in names}
