"""The sign-ins of a hub that runs on the sandbox; never made for a real one."""

from __future__ import annotations

from typing import Any

from hub.models import Role

LOGINS = (
    ("admin", Role.Name.ADMINISTRATOR, "may do everything"),
    ("lead", Role.Name.INTEGRATION_LEAD, "may edit mappings and set-up, and start runs"),
    ("orderdesk", Role.Name.ORDER_DESK, "may retry and see personal data"),
    ("viewer", Role.Name.VIEWER, "may look"),
)


def password_of(login: str) -> str:
    """Return the password that a demo user gets."""
    return f"{login}-on-sandbox"


def ensure_logins(users: Any) -> None:
    """Create the demo users that are missing, with their printed passwords."""
    for login, role, _ in LOGINS:
        if not users.objects.filter(username=login).exists():
            user = users.objects.create_user(login, password=password_of(login), is_staff=True)
            user.groups.set(Role.objects.filter(name=role, group__isnull=False).values_list("group", flat=True))
