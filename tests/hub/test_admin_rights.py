"""Rights are chosen in the reader's language, and a deletion names no rows that only bind others together."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.urls import reverse

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("alice"))
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "sv"
    return client


@pytest.mark.parametrize("page", ["auth_group_add", "auth_user_change"])
def test_rights_are_chosen_in_swedish(admin: Client, page: str) -> None:
    args = [User.objects.get().pk] if page.endswith("change") else []
    text = admin.get(reverse(f"admin:{page}", args=args)).content.decode()
    assert "order | Får se" in text
    assert "Får försöka igen med, släppa och avbryta arbete" in text
    assert "Can " not in text


def test_a_deletion_names_no_ties(admin: Client) -> None:
    group = Group.objects.create(name="Exempelgrupp")
    group.permissions.set(Permission.objects.all()[:2])
    group.user_set.add(User.objects.get())
    text = admin.get(reverse("admin:auth_group_delete", args=[group.pk])).content.decode()
    assert "Exempelgrupp" in text
    assert "object (" not in text and "relation" not in text
