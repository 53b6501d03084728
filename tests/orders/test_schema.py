"""The OpenAPI schema: what the hub answers, for developers."""

from __future__ import annotations

import pytest
import yaml
from django.contrib.auth import get_user_model
from django.test import Client

pytestmark = pytest.mark.django_db


def test_it_is_for_staff_only(client: Client) -> None:
    assert client.get("/api/schema/").status_code == 403


def test_it_describes_the_order_receiver_by_norces_contract(client: Client) -> None:
    user = get_user_model().objects.create_user("alice", is_staff=True)
    client.force_login(user)
    schema = yaml.safe_load(client.get("/api/schema/").content)
    assert set(schema["paths"]["/norce/orders"]["post"]["responses"]) == {"200", "401", "413", "415", "503"}
    assert "OrderItem" in schema["components"]["schemas"]
    assert client.get("/api/docs/").status_code == 200
