"""No form of the admin wants what its page does not ask for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.utils import flatten_fieldsets
from django.contrib.auth.models import User
from django.test import Client

from connectors.sandbox.core import Sandbox
from hub.models import Application
from orders.models import Order
from tests import addresses, day

pytestmark = pytest.mark.usefixtures("transactional_db")


def test_every_required_field_is_on_the_page(
    client: Client, application: Application, sandbox: Sandbox, received: Callable[..., Order], work: Callable[[], int]
) -> None:
    person = User.objects.create_superuser("alice")
    client.force_login(person)
    day.pass_by(application, sandbox, received, work)
    unasked = {url: missing for url in addresses.of_site(person) if (missing := not_asked(client.get(url)))}
    assert unasked == {}


def not_asked(answer: Any) -> set[str]:
    """Return the fields that a page's form wants and the page does not show."""
    shown = (answer.context or {}).get("adminform")
    if shown is None:
        return set()
    return {name for name, field in shown.form.fields.items() if field.required} - set(
        flatten_fieldsets(shown.fieldsets)
    )
