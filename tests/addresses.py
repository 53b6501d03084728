"""The addresses of every page of the admin, from its own tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.test import RequestFactory
from django.urls import reverse

from hub.models import OutboxMessage
from hub.models.work import ErrorKind, State


def models() -> list[Any]:
    """Return the models that the admin has pages for."""
    return list(admin.site._registry)


def of_lists(user: User) -> list[str]:
    """Return the addresses of what is there from the start: the front page, lists, pages for a new row."""
    found = [reverse("admin:index"), reverse("admin:password_change")]
    for one in admin.site._registry.values():
        found.append(named(one, "changelist"))
        if one.has_add_permission(request_of(user)):
            found.append(named(one, "add"))
    return found


def of_site(user: User) -> list[str]:
    """Return the addresses of all pages that a person may look at."""
    return [
        *of_lists(user),
        *(reverse("admin:app_list", args=[label]) for label in ("hub", "orders", "customers")),
        *(reverse(f"admin:hub_valuemapping_{name}") for name in ("import", "export")),
        reverse("admin:hub_attempt_errors"),
        *of_questions(),
        *(url for one in admin.site._registry.values() for url in of_rows(one, request_of(user))),
    ]


def of_questions() -> Iterator[str]:
    """Yield the pages that ask before something is done with an order that has stopped for a mapping."""
    for message in OutboxMessage.objects.filter(state=State.FAILED, error_kind=ErrorKind.MAPPING)[:1]:
        yield reverse("admin:hub_outboxmessage_alike", args=[message.pk])
        order = message.subject.partition(":")[2]
        yield from (reverse(f"admin:orders_order_{name}", args=[order]) for name in ("replay", "reveal"))


def of_rows(one: Any, request: Any) -> Iterator[str]:
    """Yield the pages of one row of each state, and the history of the newest and the question before it is deleted."""
    rows = rows_to_see(one.model)
    yield from (named(one, "change", row.pk) for row in rows)
    for row in rows[:1]:
        yield named(one, "history", row.pk)
        if one.has_delete_permission(request, row):
            yield named(one, "delete", row.pk)


def rows_to_see(model: Any) -> list[Any]:
    """Return one row of each state, or the newest of a table without states."""
    rows = model._default_manager.order_by("-pk")
    if not any(field.name == "state" for field in model._meta.fields):
        return list(rows[:1])
    return list({row.state: row for row in reversed(rows)}.values())


def named(one: Any, name: str, *keys: Any) -> str:
    """Return the address of a page of a model's admin."""
    return reverse(f"admin:{one.opts.app_label}_{one.opts.model_name}_{name}", args=keys)


def request_of(user: User) -> Any:
    """Return a request of a person, to ask for rights."""
    request = RequestFactory().get("/")
    request.user = user
    return request
