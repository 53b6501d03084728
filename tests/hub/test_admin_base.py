"""Numbers that people type: what is none, and what no column can hold, finds nothing and breaks nothing."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from hub.admin.base import typed_number

pytestmark = pytest.mark.usefixtures("transactional_db")
NONE = ["", " ", "-1", "1.0", "1e3", "٣", "²", "0x1", "C1", "9" * 19, "9" * 400]


@pytest.mark.parametrize("text", NONE)
def test_what_is_no_number_of_a_column_is_none(text: str) -> None:
    assert typed_number(text, 18) is None


def test_a_number_of_as_many_digits_as_asked_for_is_one() -> None:
    assert [typed_number(text) for text in ("0", "0042", "999999999", "1000000000")] == [0, 42, 999999999, None]


@pytest.mark.parametrize("text", NONE)
@pytest.mark.parametrize(
    "name", ["hub_norcejob", "hub_application", "customers_customerbinding", "customers_companybinding"]
)
def test_a_search_for_it_shows_a_page(admin_client: Client, name: str, text: str) -> None:
    assert admin_client.get(reverse(f"admin:{name}_changelist"), {"q": text}).status_code == 200


@pytest.mark.parametrize("text", ["C1", "9" * 18, "9" * 19, "9" * 400])
@pytest.mark.parametrize("button", ["approve", "make_real"])
def test_a_run_with_such_a_number_is_not_there(admin_client: Client, button: str, text: str) -> None:
    answer = admin_client.get(reverse(f"admin:hub_syncrun_{button}", args=[text]), follow=True)
    assert answer.status_code in (200, 404)
