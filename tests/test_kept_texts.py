"""What rows keep for people is a known sentence: nobody hands a text of his own to what writes it down."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

from connectors.catalogue import sentences
from connectors.catalogue.sentences import told

ROOT = Path(__file__).parent.parent
ROOMS = ("connectors", "hub", "customers", "orders")
# The demo's words are data; what the hub answers to machines, and says to who sets it up, no row keeps.
ELSEWHERE = re.compile(r"/(migrations|sandbox|management)/|/(\w+_)?story(_\w+)?\.py|/checks\.py|/(history|api)_\w+\.py")
CODE = [path for room in ROOMS for path in (ROOT / room).rglob("*.py") if not ELSEWHERE.search(path.as_posix())]
# What is said to people goes through one of these, or by one of these names.
WRITERS = {"note", "note_on", "put", "WireError", "NothingToSend", "Unidentifiable", "NotAllowed"}
NAMES = {"reason", "note", "subject", "text", "message", "report_error", "erp_error"}
SENTENCE = re.compile(r"[A-Z].* .*[.:!?]")


def own_words(path: Path) -> Iterator[str]:
    """Yield the texts of two words and more that are given to what keeps them, and that are no known sentence."""
    for node in ast.walk(ast.parse(path.read_text())):
        for given in _given(node):
            words = _literal(given)
            if len(re.findall(r"[A-Za-z]?[a-z]+", words)) > 1 and " " in words:
                yield f"line {given.lineno}: {words}"


def _given(node: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, ast.Call):
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        yield from node.args if name in WRITERS else ()
        yield from (keyword.value for keyword in node.keywords if keyword.arg in NAMES)
    if isinstance(node, ast.Assign):
        targets = {getattr(target, "attr", getattr(target, "id", "")) for target in node.targets}
        is_constant = any(map(str.isupper, targets)) and SENTENCE.fullmatch(_literal(node.value))
        yield from [node.value] if targets & NAMES or is_constant else ()


def _literal(node: ast.expr) -> str:
    """Return a text that is written here, without what is put into it."""
    if isinstance(node, ast.JoinedStr):
        return "".join(map(_literal, node.values))
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_rows_keep_is_a_known_sentence(path: Path) -> None:
    assert list(own_words(path)) == [], "make it a `sentence` of connectors.catalogue.sentences"


def test_every_sentence_is_found_again_when_it_is_filled_in() -> None:
    with translation.override("sv"):
        for text in sentences._shapes:
            known = {name: f"{name.upper()}5" for name in re.findall(r"%\((\w+)\)s", text)}
            assert told(text % known) == translation.gettext(text) % known
