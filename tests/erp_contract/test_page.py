"""The page on writing an adapter names what is there."""

from __future__ import annotations

import re
from pathlib import Path

from connectors.erp.base import Erp
from tests.erp_contract.conftest import WORKBENCHES

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "erp-adapters.md").read_text()


def test_every_file_that_it_names_is_there() -> None:
    named = re.findall(r"`((?:connectors|tests)/[\w/.]+)`", PAGE)
    assert len(named) > 5
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_its_list_of_workbenches_and_methods_is_right() -> None:
    shown = re.findall(r'"(\w+)": lambda ask', PAGE)
    assert set(shown) <= WORKBENCHES.keys()
    methods = re.findall(r"`(find_\w+|list_\w+|create_\w+|update_\w+|cancel_\w+|order_news)`", PAGE)
    assert {"find_order", "list_news"} <= {name for name in methods if hasattr(Erp, name)} == set(methods)
