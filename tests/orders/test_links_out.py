"""An order's and a customer's page lead into Norce's admin and the ERP, where people have said where that is."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from connectors.sandbox.core import Sandbox
from customers.models import CustomerBinding
from hub.models import Application
from orders.models import Order
from tests.orders.clerk import clerk, read_news


@pytest.fixture
def linked(application: Application) -> Application:
    """An application whose pages outside are known."""
    application.order_url = "https://norce.example.com/{application}/orders/{number}"
    application.customer_url = "https://norce.example.com/customers/{id}"
    application.save()
    erp = application.erp_connection
    erp.order_url = "https://erp.example.com/orders/{number}"
    erp.customer_url = "https://erp.example.com/customers/{code}"
    erp.invoice_url = "https://erp.example.com/invoices/{number}"
    erp.save()
    return application


def page_of(client: Client, order: Order) -> str:
    return client.get(reverse("admin:orders_order_change", args=[order.pk])).content.decode()


def test_the_order_leads_to_both_sides(
    admin_client: Client, linked: Application, confirmed: Order, sandbox: Sandbox, work: Callable[[], int]
) -> None:
    clerk(sandbox, "ship"), clerk(sandbox, "invoice")
    read_news(work)
    page = page_of(admin_client, confirmed)
    for path in (
        "norce.example.com/1901/orders/5100231",
        "erp.example.com/orders/SO100001",
        f"erp.example.com/customers/{confirmed.customer_code}",
        "erp.example.com/invoices/F80001",
    ):
        assert f'href="https://{path}" target="_blank" rel="noopener noreferrer"' in page


def test_without_patterns_there_are_no_links(admin_client: Client, confirmed: Order) -> None:
    assert "noopener" not in page_of(admin_client, confirmed)


def test_the_customer_leads_to_both_sides(admin_client: Client, linked: Application, confirmed: Order) -> None:
    row = CustomerBinding.objects.get(erp_code=confirmed.customer_code)
    CustomerBinding.objects.update(norce_id=77)
    page = admin_client.get(reverse("admin:customers_customerbinding_change", args=[row.pk])).content.decode()
    assert "https://norce.example.com/customers/77" in page
    assert f"https://erp.example.com/customers/{row.erp_code}" in page


def test_a_customer_that_norce_has_not_shown_yet_leads_to_the_erp_only(
    admin_client: Client, linked: Application, confirmed: Order
) -> None:
    row = CustomerBinding.objects.get(erp_code=confirmed.customer_code)
    page = admin_client.get(reverse("admin:customers_customerbinding_change", args=[row.pk])).content.decode()
    assert "norce.example.com" not in page and "erp.example.com" in page


def test_a_wrong_pattern_is_refused_on_the_form(admin_client: Client, application: Application) -> None:
    erp = application.erp_connection
    url = reverse("admin:hub_erpconnection_change", args=[erp.pk])
    form = admin_client.get(url).context["adminform"].form
    data = {name: value for name, value in form.initial.items() if value is not None}
    page = admin_client.post(url, data | {"order_url": "https://erp.example.com/{id}"}).content.decode()
    assert "{id} is not known here: write {number}." in page
