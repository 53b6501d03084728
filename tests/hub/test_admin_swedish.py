"""A Swede reads no English: what a page says alike in both languages is data, a name, or one word in both."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from lxml import html

from connectors.norce.types.import_header import CompanyField, CustomerField
from connectors.sandbox.core import Sandbox
from hub.models import Application
from orders.models import Order
from tests import addresses, day

pytestmark = pytest.mark.usefixtures("transactional_db")

SPOKEN = ("title", "aria-label", "placeholder", "alt", "data-label")
UNSPOKEN = ("script", "style", "template", "code", "samp", "pre", "textarea", "dt")
# What is called alike in both languages.
ALIKE = {
    "full",
    "data",
    "delta",
    "text",
    "status",
    "system",
    "operation",
    "token",
    "id",
    "html",
    "norce",
    "english",
    "svenska",
}
ALIKE |= {field.value.lower() for field in (*CompanyField, *CustomerField)}
# Names that Norce, the ERP or the code have given, numbers, and what is too short to be anybody's English.
NAMES = re.compile(
    r"""
    ([A-Z]\w+){2,}(\ \S+)?        # ImportCustomers, OrderReceivedEvent 1901
    | \S+[.:/_]\S+(\ \S+)*        # erp.order:1, /norce/orders, erp:default list customers
    | [A-Z]+\ http\S+             # GET http://…
    | [\w/ ]+\ [\d#: -]+          # customers 5
    | [\d ]+\w+\ [A-Z]{2}         # 123 45 Exempelstad SE
    | \S*\d+\S*                   # SO-2002
    | \W*\w{2,3} | \.\w+          # ms, .xlsx
    """,
    re.VERBOSE,
)
# Columns of what the hub says itself: the same in both languages they are no data, but English.
PROSE = {
    *("outboxmessage.error", "outboxmessage.remedy", "inboxevent.error", "inboxevent.remedy", "inboxevent.note"),
    *("syncrun.error", "syncrun.remedy", "norcejob.error", "norcejob.remedy", "syncrow.message"),
    *("attempt.error", "attempt.reason", "apicall.error", "rejectedmessage.reason", "alert.subject", "alert.text"),
    *("customerbinding.report_error", "companybinding.report_error", "daycount.erp_error"),
    "permission.name",
}


def test_no_page_speaks_english_to_a_swede(
    client: Client, application: Application, sandbox: Sandbox, received: Callable[..., Order], work: Callable[[], int]
) -> None:
    person = User.objects.create_superuser("alice", "alice@example.com", "a-long-password")
    day.pass_by(application, sandbox, received, work)
    data = values()
    found = left(client, [reverse("admin:login")], data)
    client.force_login(person)
    found |= left(client, addresses.of_site(person), data)
    assert found == {}, found


def test_numbers_and_times_are_a_swedes(client: Client, application: Application) -> None:
    came = datetime(2026, 7, 1, 10, 30, tzinfo=UTC)
    order = Order.objects.create(client_order_ref="1", body=b"{}", total=Decimal("1596.1"), received_at=came)
    client.force_login(User.objects.create_superuser("alice"))
    url = reverse("admin:orders_order_change", args=[order.pk])
    page = client.get(url, headers={"Accept-Language": "sv"}).content.decode()
    assert "2026-07-01 12:30" in page
    assert "1596,10" in page


def left(client: Client, urls: list[str], data: set[str]) -> dict[str, str]:
    """Return the words that are neither data nor Swedish, each with the first page that has it."""
    found: dict[str, str] = {}
    for url in urls:
        for text in said(client, url, "en") & said(client, url, "sv"):
            if not is_data(text, data):
                found.setdefault(text, url)
    return found


def said(client: Client, url: str, language: str) -> set[str]:
    """Return what a page says to a person who wants a language."""
    answer = client.get(url, headers={"Accept-Language": language})
    assert answer.status_code == 200, url
    return set(texts_of(answer.content.decode()))


def texts_of(page: str) -> Iterator[str]:
    """Yield the texts and the spoken attributes of a page, but for icons and what is a program's."""
    tree = html.fromstring(page)
    silent = " or ".join(f"self::{name}" for name in UNSPOKEN)
    spoken = " or ".join(f"name() = '{name}'" for name in SPOKEN)
    texts = tree.xpath(f"//text()[not(ancestor::*[{silent} or contains(@class, 'material-symbols')])]")
    for text in texts + tree.xpath(f"//@*[{spoken}]"):
        words = " ".join(text.split())
        if re.search(r"[A-Za-z]{2}", words):
            yield words


def is_data(text: str, data: set[str]) -> bool:
    """Whether a text is a value of the database or the start of one, or each of its parts is, or is no word at all."""
    known = ALIKE | data
    start = text.lower().removesuffix("…")
    if start in known or NAMES.fullmatch(text) or (len(start) > 30 and any(value.startswith(start) for value in data)):
        return True
    parts = [part for part in re.split(r"(?<=\.) | → |, |: |; | \(|\)$|[\[\]]", text) if part]
    return parts != [text] and all(is_data(part, data) for part in parts)


def values() -> set[str]:
    """Return every value of the database but those in prose, in lower case, those inside JSON too."""
    found = [
        value
        for model in addresses.models()
        for row in model.objects.values()
        for name, value in row.items()
        if f"{model._meta.model_name}.{name}" not in PROSE
    ]
    return {" ".join(str(leaf).lower().split()) for value in found for leaf in leaves(value)}


def leaves(value: Any) -> Iterator[Any]:
    """Yield a value, or the names and values inside it."""
    if isinstance(value, bytes | memoryview):
        value = bytes(value).decode(errors="replace")
    if isinstance(value, str) and value.startswith("{"):
        with suppress(ValueError):
            value = json.loads(value)
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from (name, *leaves(inner))
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner)
    else:
        yield value
