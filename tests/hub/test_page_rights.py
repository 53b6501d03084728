"""Who may open which page of the admin, and press what: every address there is, for every role.

A new page is not forgotten: `test_every_page_has_its_role` names it until it is in one of the tables below, with
the least role that may open it. ``NOBODY`` is for what no role may do, because it is not for people at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.contrib.admin import site
from django.contrib.auth.models import Group, User
from django.db import models
from django.test import Client
from django.urls import URLPattern, reverse
from django.utils import timezone

from hub.models import Role

VIEWER, DESK, LEAD, ADMIN, NOBODY = range(5)
PEOPLE = ("Viewer", "Order desk", "Integration lead", "Administrator")

# Who may see, add, change and delete a table's rows.
TABLES = {
    "admin_logentry": (LEAD, NOBODY, NOBODY, NOBODY),
    "axes_accessattempt": (ADMIN, NOBODY, NOBODY, ADMIN),
    "axes_accessfailurelog": (ADMIN, NOBODY, NOBODY, NOBODY),
    "auth_user": (ADMIN, ADMIN, ADMIN, ADMIN),
    "auth_group": (ADMIN, ADMIN, ADMIN, ADMIN),
    "customers_companybinding": (VIEWER, LEAD, LEAD, LEAD),
    "customers_customerbinding": (VIEWER, LEAD, LEAD, LEAD),
    "django_q_schedule": (VIEWER, NOBODY, LEAD, NOBODY),
    "hub_alert": (VIEWER, NOBODY, NOBODY, NOBODY),
    "hub_apicall": (VIEWER, NOBODY, NOBODY, NOBODY),
    "hub_apiclient": (ADMIN, ADMIN, ADMIN, ADMIN),
    "hub_application": (VIEWER, LEAD, LEAD, LEAD),
    "hub_attempt": (VIEWER, NOBODY, NOBODY, NOBODY),
    "hub_bulkaction": (VIEWER, NOBODY, NOBODY, NOBODY),
    "hub_erasure": (VIEWER, NOBODY, NOBODY, NOBODY),
    "hub_erpconnection": (VIEWER, LEAD, LEAD, LEAD),
    "hub_eventsource": (VIEWER, NOBODY, NOBODY, NOBODY),
    "hub_inboxevent": (VIEWER, NOBODY, NOBODY, NOBODY),
    "hub_norcejob": (VIEWER, NOBODY, NOBODY, NOBODY),
    "hub_outboxmessage": (VIEWER, NOBODY, NOBODY, NOBODY),
    "hub_rejectedmessage": (VIEWER, NOBODY, NOBODY, NOBODY),
    "hub_reveal": (ADMIN, NOBODY, NOBODY, NOBODY),
    "hub_syncrow": (VIEWER, NOBODY, NOBODY, NOBODY),
    "hub_syncrun": (VIEWER, NOBODY, NOBODY, NOBODY),
    "hub_valuemapping": (VIEWER, LEAD, LEAD, LEAD),
    "mfa_authenticator": (ADMIN, NOBODY, NOBODY, ADMIN),
    "orders_daycount": (VIEWER, NOBODY, NOBODY, NOBODY),
    "orders_noticetemplate": (VIEWER, LEAD, LEAD, LEAD),
    "orders_order": (VIEWER, NOBODY, NOBODY, NOBODY),
}
# Who may open or press what a table has besides.
BUTTONS = {
    "auth_user_password_change": ADMIN,
    "customers_companybinding_compare": VIEWER,
    "customers_companybinding_reveal": DESK,
    "customers_companybinding_report_again": LEAD,
    "customers_customerbinding_compare": VIEWER,
    "customers_customerbinding_reveal": DESK,
    "customers_customerbinding_report_again": LEAD,
    "hub_apiclient_new_token": ADMIN,
    "hub_attempt_errors": VIEWER,
    "hub_bulkaction_progress": VIEWER,
    "hub_inboxevent_alike": DESK,
    "hub_inboxevent_cancel": DESK,
    "hub_inboxevent_retry": DESK,
    "hub_norcejob_alike": DESK,
    "hub_norcejob_cancel": DESK,
    "hub_norcejob_restart_job": DESK,
    "hub_norcejob_retry": DESK,
    "hub_outboxmessage_alike": DESK,
    "hub_outboxmessage_cancel": DESK,
    "hub_outboxmessage_retry": DESK,
    "hub_syncrow_csv": VIEWER,
    "hub_syncrow_reveal": DESK,
    "hub_syncrun_alike": DESK,
    "hub_syncrun_approve": LEAD,
    "hub_syncrun_cancel": DESK,
    "hub_syncrun_make_real": LEAD,
    "hub_syncrun_progress": VIEWER,
    "hub_syncrun_retry": DESK,
    "hub_syncrun_start_delta": LEAD,
    "hub_syncrun_start_full": LEAD,
    "hub_syncrun_start_preview": LEAD,
    "hub_valuemapping_export": VIEWER,
    "hub_valuemapping_import": LEAD,
    "hub_valuemapping_process_import": LEAD,
    "hub_valuemapping_retry": DESK,
    "hub_valuemapping_template": VIEWER,
    "orders_daycount_count": LEAD,
    "orders_daycount_fetch": DESK,
    "orders_noticetemplate_preview": LEAD,
    "orders_noticetemplate_restore": LEAD,
    "orders_noticetemplate_send_test": LEAD,
    "orders_order_cancel": DESK,
    "orders_order_release": DESK,
    "orders_order_replay": DESK,
    "orders_order_reveal": DESK,
    "orders_order_retry": DESK,
}
# For everybody who has signed in.
COMMON = {"autocomplete", "index", "jsi18n", "login", "logout", "search", "view_on_site", "app_list"}
COMMON |= {"password_change", "password_change_done"}
# What a row must be like to be shown, changed and deleted.
FIGURE = {"count": 0, "sums": {}}
COLUMNS: dict[str, dict[str, Any]] = {
    "orders.noticetemplate": {"application_key": "shop"},
    "orders.daycount": {"norce": FIGURE, "hub": FIGURE, "sent": FIGURE},
    "django_q.schedule": {"name": "customers full"},
}
DEEDS = ("changelist", "history", "add", "change", "delete")
# What follows in an address after the row's own key.
MORE = {"orders_daycount_fetch": [7], "hub_valuemapping_template": ["csv"]}


def addresses() -> Iterator[URLPattern]:
    """Return every address of the admin that has a name."""
    yield from (pattern for pattern in site.get_urls() if isinstance(pattern, URLPattern) and pattern.name)
    for resolver in site.get_urls():
        yield from (pattern for pattern in getattr(resolver, "url_patterns", ()) if pattern.name)


PATTERNS = {str(pattern.name): pattern for pattern in addresses()}


def made(model: type[models.Model]) -> Any:
    """Return a row of a table, with something in every column that must have something."""
    row = model(**COLUMNS.get(model._meta.label_lower, {}))
    for field in model._meta.concrete_fields:
        if not (field.has_default() or field.null or field.blank or field.primary_key):
            setattr(row, field.name, something(field))
    row.save()
    return row


def something(field: Any) -> Any:
    """Return a value for a column."""
    if field.choices:
        return field.choices[0][0]
    values = {
        models.ForeignKey: lambda: made(field.related_model),
        models.DateTimeField: timezone.now,
        models.DateField: timezone.localdate,
        models.BinaryField: lambda: b"{}",
        models.CharField: lambda: "x",
        models.TextField: lambda: "x",
    }
    return next((value() for kind, value in values.items() if isinstance(field, kind)), 1)


def address(name: str, row: Any) -> str:
    """Return an address, with the row's key where it has one."""
    of_a_row = "object_id" in str(PATTERNS[name].pattern) or "pk" in str(PATTERNS[name].pattern)
    keys = [row.pk] if of_a_row or name == "auth_user_password_change" else []
    return reverse(f"admin:{name}", args=[*keys, *MORE.get(name, ())])


def table_of(name: str) -> type[models.Model]:
    """Return the table whose page an address is."""
    app, model = next(table for table in TABLES if name.startswith(f"{table}_")).rsplit("_", 1)
    return apps.get_model(app, model)


@pytest.fixture
def people(db: None) -> list[Client]:
    """Return somebody of each role, signed in, from the least to the most."""
    clients = []
    for name in PEOPLE:
        user = User.objects.create_user(name, is_staff=True)
        user.groups.set([Group.objects.get(name=name)])
        client = Client()
        client.force_login(user)
        clients.append(client)
    return clients


def refused(answers: list[Any]) -> list[bool]:
    """Return for each answer whether it is 403; fail when one is an error."""
    codes = [answer.status_code for answer in answers]
    assert max(codes) < 500, codes
    return [code == 403 for code in codes]


def only_from(least: int) -> list[bool]:
    """Return who is refused when the least role that may is ``least``."""
    return [place < least for place, _ in enumerate(PEOPLE)]


def test_every_page_has_its_role() -> None:
    known = {f"{table}_{deed}" for table in TABLES for deed in DEEDS}
    assert set(PATTERNS) - known - set(BUTTONS) - COMMON == set(), "Say in this file who may open these."
    assert (known | set(BUTTONS) | COMMON) - set(PATTERNS) == set(), "These are no more."


@pytest.mark.parametrize("table", TABLES)
def test_pages_of_a_table_open_for_the_right_roles(people: list[Client], table: str) -> None:
    seen, added, changed, deleted = TABLES[table]
    row = made(apps.get_model(*table.rsplit("_", 1)))
    expected = {"changelist": seen, "history": seen, "add": added, "change": seen, "delete": deleted}
    for deed, least in expected.items():
        url = address(f"{table}_{deed}", row)
        answers = [client.get(url) for client in people]
        assert refused(answers) == only_from(least), deed
        assert {answer.status_code for answer in answers} <= {200, 302, 403}, deed
    for deed, least in {"add": added, "change": changed, "delete": deleted}.items():
        url = address(f"{table}_{deed}", row)
        assert refused([client.post(url) for client in people]) == only_from(least), deed


@pytest.mark.parametrize("name", BUTTONS)
def test_a_button_works_for_the_right_roles(people: list[Client], name: str) -> None:
    url, least = address(name, made(table_of(name))), BUTTONS[name]
    answers = [client.get(url) if least == VIEWER else client.post(url) for client in people]
    assert refused(answers) == only_from(least)


@pytest.mark.parametrize("name", [name for name, least in BUTTONS.items() if least > VIEWER])
def test_who_may_not_press_a_button_does_not_see_it(people: list[Client], name: str) -> None:
    model = table_of(name)
    row = made(model)
    table = f"{model._meta.app_label}_{model._meta.model_name}"
    for client in people[max(TABLES[table][0], 0) : BUTTONS[name]]:
        for page in ("changelist", "change"):
            answer = client.get(address(f"{table}_{page}", row))
            assert answer.status_code == 200 and address(name, row) not in answer.content.decode()


def test_the_menu_leads_nobody_to_a_refusal(people: list[Client]) -> None:
    for client in people:
        groups = client.get(reverse("admin:index")).context["sidebar_navigation"]
        links = [str(item["link"]) for group in groups for item in group["items"] if item["has_permission"]]
        assert {client.get(link).status_code for link in links} == {200}
    assert reverse("admin:auth_user_changelist") in links and len(links) > 15


def test_somebody_without_a_role_sees_nothing_but_the_front_page(client: Client, db: None) -> None:
    client.force_login(User.objects.create_user("nobody", is_staff=True))
    assert client.get(reverse("admin:index")).status_code == 200
    lists = [reverse(f"admin:{table}_changelist") for table in TABLES]
    assert {client.get(url).status_code for url in lists} == {403}


def test_who_is_not_staff_is_asked_to_sign_in(client: Client, db: None) -> None:
    user = User.objects.create_user("shop")
    user.groups.set(Group.objects.filter(role__name=Role.Name.ADMINISTRATOR))
    client.force_login(user)
    for table in TABLES:
        assert client.get(reverse(f"admin:{table}_changelist")).status_code == 302
