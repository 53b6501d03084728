"""Which permissions each role has; after each migration its group is given what it was never given before."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.apps import AppConfig, apps
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.utils import translation

from hub.models import Role

Name = Role.Name
# The roles from the least to the most, each with all that the one before it has.
ORDER_DESK = {"hub.retry", "hub.replay", "hub.reveal_personal_data"}
LEAD = {"hub.approve_run", "hub.edit_mapping", "django_q.change_schedule", "admin.view_logentry"}
LEAD_EDITS = ("application", "erpconnection", "noticetemplate", "customerbinding", "companybinding")
# Whose rows tell how the business goes. Who may sign in, people or programs, and who has looked at whom, is for
# administrators only.
OPERATIONAL = {"connectors", "hub", "customers", "orders"}
CLOSED = ("apiclient", "reveal", "historical")


def wanted(name: str, permissions: Iterable[str]) -> set[str]:
    """Return which of the ``permissions`` that there are (``app.codename``) a role has."""
    return {permission for permission in permissions if _least(permission) <= list(Name).index(Name(name))}


def _least(permission: str) -> int:
    """Return the place of the least role that has a permission."""
    app, _, codename = permission.partition(".")
    deed, _, model = codename.partition("_")
    if permission in ORDER_DESK:
        return 1
    if permission in LEAD or (app in OPERATIONAL and model in LEAD_EDITS and deed != "view"):
        return 2
    is_seen = app in OPERATIONAL and not model.startswith(CLOSED) or permission == "django_q.view_schedule"
    return 0 if deed == "view" and is_seen else 3


def make_roles(sender: AppConfig, **_: Any) -> None:
    """Make the groups that are missing, and grant what is new; a receiver of ``post_migrate``.

    It works when the last app's permissions are there: Django makes them app by app after the tables.
    """
    if sender is not list(apps.get_app_configs())[-1]:
        return
    permissions = {
        f"{app}.{codename}": key
        for key, app, codename in Permission.objects.values_list("pk", "content_type__app_label", "codename")
    }
    with transaction.atomic():
        for role in _roles():
            _grant(role, permissions)


def _roles() -> list[Role]:
    """Return all roles; a new one takes the group of its name, which is made if there is none."""
    roles = {role.name: role for role in Role.objects.select_related("group")}
    for name in Name:
        if name not in roles:
            with translation.override("en"):
                group, _ = Group.objects.get_or_create(name=str(name.label))
            roles[name] = Role.objects.create(name=name, group=group)
    return list(roles.values())


def _grant(role: Role, permissions: dict[str, int]) -> None:
    new = wanted(role.name, permissions) - set(role.granted)
    if role.group and new:
        role.group.permissions.add(*(permissions[each] for each in new))
        role.granted = sorted({*role.granted, *new})
        role.save(update_fields=["granted"])
