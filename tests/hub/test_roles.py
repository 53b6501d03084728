"""Roles: their groups are made once, get what is new, and keep what a business has made of them."""

from __future__ import annotations

from importlib import import_module
from itertools import pairwise
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection

from hub.logins import LOGINS, ensure_logins, password_of
from hub.models import Role
from hub.roles import make_roles

pytestmark = pytest.mark.django_db
NAMES = ("Viewer", "Order desk", "Integration lead", "Administrator")


def rights(group: str) -> set[str]:
    """Return what a group may do."""
    found = Group.objects.get(name=group).permissions.values_list("content_type__app_label", "codename")
    return {f"{app}.{codename}" for app, codename in found}


def made_again() -> None:
    """Do what every `migrate` does at its end."""
    make_roles(list(apps.get_app_configs())[-1])


@pytest.mark.parametrize(("less", "more"), list(pairwise(NAMES)))
def test_each_role_may_do_what_the_one_before_may_and_more(less: str, more: str) -> None:
    assert rights(less) < rights(more)


def test_a_viewer_sees_and_changes_nothing() -> None:
    found = rights("Viewer")
    assert {"orders.view_order", "hub.view_syncrun", "customers.view_customerbinding"} < found
    assert {codename.partition(".")[2].partition("_")[0] for codename in found} == {"view"}
    assert not {each for each in found if each.startswith("auth.") or "apiclient" in each}


def test_the_order_desk_handles_orders() -> None:
    assert rights("Order desk") - rights("Viewer") == {"hub.retry", "hub.replay", "hub.reveal_personal_data"}


def test_the_lead_runs_the_integration_and_lets_nobody_in() -> None:
    found = rights("Integration lead")
    for right in ("hub.approve_run", "hub.edit_mapping", "hub.change_application", "django_q.change_schedule"):
        assert right in found
    assert not {each for each in found if each.startswith("auth.") or "apiclient" in each}


def test_an_administrator_may_do_everything() -> None:
    assert len(rights("Administrator")) == Permission.objects.count()


def test_what_a_business_adds_takes_away_and_renames_stays() -> None:
    group = Group.objects.get(name="Viewer")
    group.permissions.add(Permission.objects.get(codename="retry"))
    group.permissions.remove(Permission.objects.get(codename="view_apicall"))
    Group.objects.filter(pk=group.pk).update(name="Kundtjänst")
    made_again()
    found = rights("Kundtjänst")
    assert "hub.retry" in found and "hub.view_apicall" not in found
    assert not Group.objects.filter(name="Viewer").exists()


def test_a_group_that_a_business_deletes_is_not_made_again() -> None:
    Group.objects.get(name="Order desk").delete()
    made_again()
    assert set(Group.objects.values_list("name", flat=True)) == set(NAMES) - {"Order desk"}


def test_a_permission_that_is_new_is_granted_at_the_next_migration() -> None:
    kind = ContentType.objects.get_for_model(Role)
    Permission.objects.create(content_type=kind, codename="view_something", name="x")
    made_again()
    assert "hub.view_something" in rights("Viewer")


@pytest.mark.django_db(transaction=True)
def test_an_emptied_database_has_its_roles_again() -> None:
    call_command("flush", interactive=False)
    assert Role.objects.count() == 4 and "hub.retry" in rights("Order desk")


@pytest.mark.parametrize(
    ("model", "old", "new"),
    [
        ("hub.outboxmessage", "retry_workitem", "retry"),
        ("orders.order", "retry_order", "retry"),
        ("hub.syncrun", "approve_syncrun", "approve_run"),
        ("hub.valuemapping", "change_valuemapping", "edit_mapping"),
    ],
)
def test_an_upgrade_gives_the_new_right_to_who_had_the_old(model: str, old: str, new: str) -> None:
    kind = ContentType.objects.get_for_model(apps.get_model(model))
    right = Permission.objects.create(content_type=kind, codename=old, name=old)
    Permission.objects.filter(content_type__model="right").delete()
    user, group = User.objects.create_user("ola"), Group.objects.create(name="Desk")
    user.user_permissions.add(right)
    group.permissions.add(right)
    import_module("hub.migrations.0010_roles").replace_rights(apps, SimpleNamespace(connection=connection))
    assert user.has_perm(f"hub.{new}") and rights("Desk") == {f"hub.{new}"}
    assert not Permission.objects.filter(codename=old).exists()


def test_the_demo_has_a_login_for_each_role() -> None:
    ensure_logins(get_user_model())
    for login, role, _ in LOGINS:
        user = User.objects.get(username=login)
        assert user.check_password(password_of(login)) and user.is_staff and not user.is_superuser
        assert [group.role.name for group in user.groups.all()] == [role]
    assert [role for _, role, _ in LOGINS] == list(reversed(Role.Name))
