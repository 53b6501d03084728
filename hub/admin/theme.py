"""What the admin takes from django-unfold and Django, with the types that are lacking at run time or in the theme."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from unfold.enums import ActionVariant
from unfold.paginator import InfinitePaginator
from unfold.views import ChangeList as ThemedChangeList

if TYPE_CHECKING:
    from django import forms
    from django.contrib import admin
    from django.contrib.admin.views.main import ChangeList
    from django.http import HttpRequest

    ModelAdmin = admin.ModelAdmin[Any]
    TabularInline = admin.TabularInline[Any, Any]
    ModelForm = forms.ModelForm[Any]
    F = TypeVar("F", bound=Callable[..., Any])

    class BaseDialogForm(forms.Form):
        """A form in a dialog; it knows the request and the row it is about."""

        request: HttpRequest
        object_id: str | None

    def action(**options: Any) -> Callable[[F], F]:
        """Mark a method as a button or a list action."""
else:
    from django.forms import ModelForm
    from unfold.admin import ModelAdmin, TabularInline
    from unfold.decorators import action
    from unfold.forms import BaseDialogForm

    ChangeList = ThemedChangeList

__all__ = [
    "ActionVariant",
    "BaseDialogForm",
    "ChangeList",
    "InfinitePaginator",
    "ModelAdmin",
    "ModelForm",
    "TabularInline",
    "action",
]
