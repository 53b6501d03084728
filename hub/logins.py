"""The sign-ins of a hub that runs on the sandbox; never made for a real one."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Permission

LOGINS = (
    ("admin", "admin-on-sandbox", "may do everything"),
    ("viewer", "viewer-on-sandbox", "may look"),
)


def ensure_logins(users: Any) -> None:
    """Create the demo users that are missing, with their printed passwords."""
    for name, password, _ in LOGINS:
        if not users.objects.filter(username=name).exists():
            user = users(username=name, is_staff=True, is_superuser=name == "admin")
            user.set_password(password)
            user.save()
            user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
