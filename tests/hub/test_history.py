"""What people set is kept with who, when, why and what: on every way in, and with nothing secret in it."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.contrib.admin.models import DELETION, LogEntry
from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django_q.models import Schedule

from hub.applications import _keep
from hub.erasing import erase
from hub.models import ApiClient, Application, ErpConnection, ValueMapping
from hub.models.history import KEPT_DAYS, histories
from hub.person import Person
from hub.prune import prune

pytestmark = pytest.mark.django_db
LIST = "admin:hub_erpconnection_changelist"
PIECES = {"kind": "unit", "norce_value": "Pieces", "erp_value": "pcs"}


@pytest.fixture
def pieces() -> ValueMapping:
    """One mapping."""
    return ValueMapping.objects.create(**PIECES)


@pytest.fixture
def erp() -> ErpConnection:
    """An ERP that nothing hangs on."""
    return ErpConnection.objects.create(name="old")


def url(row: Any, page: str) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{page}", args=[row.pk])


def states(row: Any) -> list[tuple[str, str, str | None]]:
    """Return a row's states, the last first: what was done, by whom, why."""
    kept = type(row).history.filter(id=row.pk)
    return list(kept.values_list("history_type", "history_user_id", "history_change_reason"))


def test_a_change_is_shown_with_who_when_why_and_what(admin_client: Client, pieces: ValueMapping) -> None:
    admin_client.post(url(pieces, "change"), PIECES | {"erp_value": "st", "reason": "The ERP speaks Swedish"})
    assert states(pieces)[0] == ("~", "admin", "The ERP speaks Swedish")
    page = admin_client.get(url(pieces, "history")).content.decode()
    today = f"{timezone.localtime():%Y-%m-%d}"
    for text in ("The ERP speaks Swedish", "admin", "ERP value", ">pcs<", ">st<", today):
        assert text in page


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_change_without_a_reason_is_refused(admin_client: Client, pieces: ValueMapping, reason: str) -> None:
    answer = admin_client.post(url(pieces, "change"), PIECES | {"erp_value": "st", "reason": reason})
    pieces.refresh_from_db()
    assert "Say why" in answer.content.decode() and pieces.erp_value == "pcs"


@pytest.mark.parametrize(("reason", "kept"), [("", ""), ("New unit", "New unit")])
def test_a_new_row_may_say_why(admin_client: Client, reason: str, kept: str) -> None:
    admin_client.post(reverse("admin:hub_valuemapping_add"), PIECES | {"reason": reason})
    assert states(ValueMapping.objects.get()) == [("+", "admin", kept)]


def test_a_deletion_asks_why(admin_client: Client, erp: ErpConnection) -> None:
    shop = Application.objects.create(key="shop", number=7, name="Shop", erp_connection=erp)
    page = admin_client.get(url(shop, "delete")).content.decode()
    again = admin_client.post(url(shop, "delete"), {"post": "yes", "reason": " "}).content.decode()
    assert 'name="reason"' in page and "Say why" in again and Application.objects.exists()
    admin_client.post(url(shop, "delete"), {"post": "yes", "reason": "Never used"})
    assert list(Application.history.filter(key="shop").values_list("history_type", "history_change_reason"))[0] == (
        "-",
        "Never used",
    )
    assert LogEntry.objects.get(action_flag=DELETION).change_message == "Never used"


def test_many_are_deleted_with_one_reason(admin_client: Client, erp: ErpConnection) -> None:
    chosen = {"action": "delete_selected", "_selected_action": [erp.pk], "post": "yes"}
    again = admin_client.post(reverse(LIST), chosen).content.decode()
    assert 'name="reason"' in again and "Say why" in again and ErpConnection.objects.exists()
    admin_client.post(reverse(LIST), chosen | {"reason": "Another ERP"})
    assert states(erp)[0] == ("-", "admin", "Another ERP") and not ErpConnection.objects.exists()


def test_a_mapping_is_deleted_with_the_reason_given_to_its_question(admin_client: Client, pieces: ValueMapping) -> None:
    question = admin_client.get(url(pieces, "delete")).context["hidden"]
    admin_client.post(url(pieces, "delete"), dict(question) | {"reason": "Never used"})
    assert states(pieces)[0] == ("-", "admin", "Never used")


def test_an_import_says_why_for_each_row(admin_client: Client, pieces: ValueMapping) -> None:
    text = "kind,application_key,norce_value,erp_value\nunit,,Pieces,st\nunit,,Box,kart\n"
    shown = admin_client.post(reverse("admin:hub_valuemapping_import"), {"import_file": _file(text), "resource": ""})
    form = shown.context["confirm_form"]
    data = {field.name: field.value() for field in form.hidden_fields()} | {"state": shown.context["state"]}
    address = reverse("admin:hub_valuemapping_process_import")
    assert "Say why" in admin_client.post(address, data | {"reason": ""}).content.decode()
    assert ValueMapping.objects.count() == 1
    admin_client.post(address, data | {"reason": "New list"})
    assert states(pieces)[0] == ("~", "admin", "New list")
    assert states(ValueMapping.objects.get(norce_value="Box")) == [("+", "admin", "New list")]


def _file(text: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("mappings.csv", text.encode())


def test_the_history_of_a_token_holds_no_token(admin_client: Client, application: Application) -> None:
    client = ApiClient(name="Shop")
    token = client.renew_token()
    client.save()
    admin_client.post(url(client, "new_token"), {"_form_submitted": "on", "reason": "Leaked"})
    assert states(client)[0] == ("~", "admin", "Leaked (New token)")
    columns = {field.name for field in ApiClient.history.model._meta.fields}
    page = admin_client.get(url(client, "history")).content.decode()
    assert "token_hash" not in columns and token not in page and client.token_hash not in page


def test_whose_orders_a_client_sees_is_part_of_its_history(admin_client: Client, application: Application) -> None:
    client = ApiClient(name="Shop")
    client.renew_token()
    client.save()
    form = {"name": "Shop", "is_active": "on", "applications": [application.pk], "reason": "The shop is open"}
    admin_client.post(url(client, "change"), form)
    page = admin_client.get(url(client, "history")).content.decode()
    assert "The shop is open" in page and "Applications" in page and str(application) in page


def test_nobody_goes_back_to_a_state_by_its_form(pieces: ValueMapping) -> None:
    with pytest.raises(NoReverseMatch):
        reverse("admin:hub_valuemapping_simple_history", args=[pieces.pk, 1])


def test_a_viewer_reads_the_history(client: Client, pieces: ValueMapping) -> None:
    user = User.objects.create_user("vera", is_staff=True)
    user.groups.set(Group.objects.filter(name="Viewer"))
    client.force_login(user)
    assert client.get(url(pieces, "history")).status_code == 200
    address = url(pieces, "history")
    assert client.post(f"{address}1/", PIECES | {"erp_value": "st", "reason": "x"}).status_code in (302, 404)
    pieces.refresh_from_db()
    assert pieces.erp_value == "pcs"


def test_a_schedule_and_a_user_are_changed_with_a_reason(admin_client: Client) -> None:
    schedule = Schedule.objects.create(name="customers full", minutes=5, schedule_type=Schedule.MINUTES)
    form = {"minutes": "7", "next_run_0": "2031-02-01", "next_run_1": "21:30"}
    assert "Say why" in admin_client.post(url(schedule, "change"), form).content.decode()
    admin_client.post(url(schedule, "change"), form | {"reason": "Less load"})
    assert LogEntry.objects.get().get_change_message() == "Less load (Every (minutes), Next run)"
    user = User.objects.create_user("ola")
    form = {"username": "ola", "is_staff": "on", "date_joined_0": "2026-11-01", "date_joined_1": "08:00"}
    admin_client.post(url(user, "change"), form | {"reason": "New at the order desk"})
    assert "New at the order desk (Active, Staff status" in LogEntry.objects.first().change_message  # type: ignore[union-attr]
    assert "New at the order desk" in admin_client.get(reverse("admin:admin_logentry_changelist")).content.decode()


def test_what_norce_changes_is_kept_without_a_person(application: Application) -> None:
    _keep(SimpleNamespace(id=application.number, key=application.key, name="New name", is_active=True))  # type: ignore[arg-type]
    assert states(application)[0] == ("~", "", None)


def test_rows_from_before_the_history_have_a_first_state(pieces: ValueMapping) -> None:
    ValueMapping.history.all().delete()
    import_module("hub.migrations.0017_history").begin(apps, SimpleNamespace(connection=connection))
    assert [state.erp_value for state in ValueMapping.history.all()] == ["pcs"]


def test_old_states_are_pruned_but_the_last_of_each_row(pieces: ValueMapping) -> None:
    pieces.erp_value = "st"
    pieces.save()
    ValueMapping.history.update(history_date=timezone.now() - timedelta(days=KEPT_DAYS + 1))
    assert prune()["historicalvaluemapping"] == 1
    assert [state.erp_value for state in ValueMapping.history.all()] == ["st"]


def test_pruning_takes_what_a_state_lists_along(application: Application) -> None:
    client = ApiClient(name="Shop", token_hash="x")
    client.save()
    client.applications.add(application)
    client.save()
    ApiClient.history.update(history_date=timezone.now() - timedelta(days=KEPT_DAYS + 1))
    prune()
    listed = ApiClient.history.model.applications.model.objects
    assert ApiClient.history.count() == listed.count() == 1


def test_a_person_named_in_a_reason_is_erased(pieces: ValueMapping, admin_user: Any) -> None:
    pieces._change_reason = "ida@example.com asked for it"
    pieces.save()
    LogEntry.objects.log_actions(admin_user.pk, [pieces], 2, change_message="ida@example.com asked for it")
    erase(Person(emails=frozenset({"ida@example.com"})), by="admin", reason="asked")
    assert "ida@example.com" not in str(states(pieces)) + LogEntry.objects.get().change_message


def test_every_table_that_people_set_up_has_a_history() -> None:
    tables = {history.instance_type for history in histories()}  # type: ignore[attr-defined]
    template = apps.get_model("orders", "NoticeTemplate")
    assert tables == {ApiClient, Application, ErpConnection, ValueMapping, template}
