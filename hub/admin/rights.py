"""What people and groups may do, in the reader's language: Django keeps it in English."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Permission
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hub.admin.history import ReasonedAdmin

ACTIONS = {
    "add": _("Can add"),
    "change": _("Can change"),
    "delete": _("Can delete"),
    "view": _("Can view"),
}


class RightsAdmin(ReasonedAdmin):
    """Pages on which rights are chosen."""

    def formfield_for_manytomany(self, db_field: Any, request: Any = None, **options: Any) -> Any:
        """Say each right in the reader's language."""
        field = super().formfield_for_manytomany(db_field, request, **options)
        if field and db_field.related_model is Permission:
            field.label_from_instance = right_in_words  # type: ignore[method-assign,assignment]
        return field


def right_in_words(right: Permission) -> str:
    """Return a right as a choice: "Orders | order | Can view"."""
    action = right.codename.removesuffix(f"_{right.content_type.model}")
    return f"{right.content_type} | {ACTIONS.get(action) or gettext(right.name)}"
