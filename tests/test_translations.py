"""Every text that people see is there in Swedish, and what is compiled is what is written."""

from __future__ import annotations

import ast
import gettext
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils.translation.template import templatize

ROOT = Path(__file__).parent.parent
CATALOGUE = ROOT / "hub" / "locale" / "sv" / "LC_MESSAGES" / "django"
ROOMS = ("connectors", "hub", "customers", "orders")
MARKERS = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"}
CODE = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
TEMPLATES = list((ROOT / "templates").rglob("*.html"))


def marked_in(source: str) -> Iterator[str]:
    """Yield the texts given to a translation function as literals."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKERS:
            first = node.args[1 if node.func.id.startswith("pgettext") else 0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value


def marked_in_template(text: str) -> Iterator[str]:
    """Yield the texts of a template's translation tags, by the way Django itself extracts them."""
    for call in re.finditer(r"""\b_\(u?(['"])(.+?)\1\)|\bgettext\(u?(['"])(.+?)\3\)""", templatize(text), re.DOTALL):
        yield ast.literal_eval(f'"""{call.group(2) or call.group(4)}"""')


@pytest.fixture(scope="module")
def swedish() -> gettext.GNUTranslations:
    with CATALOGUE.with_suffix(".mo").open("rb") as file:
        return gettext.GNUTranslations(file)


def known(catalogue: gettext.GNUTranslations, text: str) -> bool:
    entries = catalogue._catalog  # type: ignore[attr-defined]
    return bool(
        text in entries
        or (text, 0) in entries
        or any(key.endswith(f"\x04{text}") for key in entries if isinstance(key, str))
    )


@pytest.mark.parametrize("path", [*CODE, *TEMPLATES], ids=lambda path: str(path.relative_to(ROOT)))
def test_every_marked_text_is_there_in_swedish(swedish: gettext.GNUTranslations, path: Path) -> None:
    extract = marked_in if path.suffix == ".py" else marked_in_template
    missing = [text for text in extract(path.read_text()) if not known(swedish, text)]
    assert missing == [], "run `make messages`, translate, and commit the compiled catalogue"


def test_the_compiled_catalogue_is_not_behind_the_written_one(swedish: gettext.GNUTranslations) -> None:
    text = CATALOGUE.with_suffix(".po").read_text()
    assert "#, fuzzy" not in text
    written = len(re.findall(r"^msgid ", text, re.MULTILINE))
    obsolete = len(re.findall(r"^#~ msgid ", text, re.MULTILINE))
    compiled = {key[0] if isinstance(key, tuple) else key for key in swedish._catalog}  # type: ignore[attr-defined]
    assert (len(compiled), obsolete) == (written, 0)
