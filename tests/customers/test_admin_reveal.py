"""A customer's street and phone are masked on their page, and revealed by right, with a reason and a trace."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from connectors.sandbox.core import Sandbox
from connectors.sandbox.seed import seed_customers
from customers.models import CustomerBinding
from hub import runs
from hub.models import ApiCall, Reveal
from tests.faults import be_due

WHY = {"reason": "The customer is on the phone"}


@pytest.fixture
def row(application: Any, sandbox: Sandbox, work: Callable[[], int]) -> CustomerBinding:
    """A customer whom a run has carried to Norce."""
    seed_customers(sandbox.state, 2)
    customer = sandbox.state.erp_customers.get("P000001")
    customer["phone"] = "08-123 45 67"
    customer["address"] = (customer.get("address") or {}) | {"line1": "Provgatan 7", "city": "Exempelstad"}
    for _ in range(2):
        runs.start(resource="customers", by="anna", mode="full")
        work()
        be_due()
        work()
    return CustomerBinding.objects.get(erp_code="P000001")


def url(row: CustomerBinding, name: str = "reveal") -> str:
    return reverse(f"admin:customers_customerbinding_{name}", args=[row.pk])


def test_street_and_phone_are_masked_and_the_town_is_not(admin_client: Client, row: CustomerBinding) -> None:
    pages = (admin_client.get(url(row, "change")), admin_client.post(url(row, "compare")))
    for page in (answer.content.decode() for answer in pages):
        assert "Exempelstad" in page and "•••" in page
        assert "Provgatan 7" not in page and "08-123 45 67" not in page


def test_the_button_says_what_it_reveals_in_both_languages(admin_client: Client, row: CustomerBinding) -> None:
    for language, text in (("en", "Reveal personal data…"), ("sv", "Visa personuppgifter…")):
        page = admin_client.get(url(row, "change"), headers={"Accept-Language": language}).content.decode()
        assert text in page


def test_of_a_customer_whom_no_run_has_sent_there_is_no_empty_table(admin_client: Client) -> None:
    new = CustomerBinding.objects.create(erp_connection="default", erp_code="P000099")
    page = admin_client.get(url(new, "change")).content.decode()
    assert "<p>No run has sent this record yet.</p>" in page and ">Field</th>" not in page


def test_they_are_revealed_once_with_a_trace(admin_client: Client, row: CustomerBinding) -> None:
    answer = admin_client.post(url(row), WHY)
    assert "Provgatan 7" in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]
    assert Reveal.objects.get().subject == row.subject


def test_the_question_calls_nobody(admin_client: Client, row: CustomerBinding) -> None:
    ApiCall.objects.all().delete()
    assert "Reveal personal data?" in admin_client.get(url(row)).content.decode()
    assert not ApiCall.objects.exists()


def test_who_lacks_the_right_is_refused(client: Client, row: CustomerBinding) -> None:
    user = User.objects.create_user("anna", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_customerbinding"))
    client.force_login(user)
    assert url(row) not in client.get(url(row, "change")).content.decode()
    assert client.post(url(row), WHY).status_code == 403


def test_of_a_forgotten_customer_there_is_nothing_to_reveal(admin_client: Client, row: CustomerBinding) -> None:
    CustomerBinding.objects.update(forgotten_at=timezone.now())
    answer = admin_client.post(url(row), WHY, follow=True).content.decode()
    assert "There is no personal data to reveal" in answer
    assert not Reveal.objects.exists()
