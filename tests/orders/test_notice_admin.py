"""Mail templates in the admin: refused with the reason, looked at before they are saved, tested, restored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.urls import reverse

from hub.models import Application, OutboxMessage, Reveal
from hub.models.work import State
from orders.models import NoticeTemplate, Order
from orders.notice_templates import shipped
from tests.orders.buyers import FakeQuery, install

pytestmark = pytest.mark.django_db(transaction=True)

LIST = "admin:orders_noticetemplate_changelist"
OWN = {
    "subject": "Klart: {{ order.number }}",
    "text": "Hej {{ buyer.first_name }}",
    "html": "<p>{{ order.number }}</p>",
}
SUBMITTED = {"_form_submitted": "on"}
# A real order, and why somebody looks at it.
REAL = {"number": "881204", "why": "The buyer asked about it"}
TO = {"to": "anna@example.com"}


@pytest.fixture(autouse=True)
def query(monkeypatch: pytest.MonkeyPatch) -> FakeQuery:
    """Norce Query with one order, which has another number than the made-up one."""
    found = install(monkeypatch)
    found.orders = {key: replace(order, order_no="SO-881204") for key, order in found.orders.items()}
    return found


@pytest.fixture
def row() -> NoticeTemplate:
    """The row of a confirmed order's mail in Swedish, as it is at first."""
    return NoticeTemplate.objects.get_or_create(kind="order_confirmed", language="sv", application_key="")[0]


@pytest.fixture
def known(application: Application) -> Order:
    """The order of the fake Query, as the hub has received it."""
    return Order.objects.create(application_key=application.key, client_order_ref="881204", body=b"{}")


def url(row: NoticeTemplate, name: str = "change") -> str:
    return reverse(f"admin:orders_noticetemplate_{name}", args=[row.pk])


def save(client: Client, row: NoticeTemplate, **changes: str) -> str:
    """Save texts; return the page that says what is wrong, or "" when they were taken."""
    answer = client.post(url(row), OWN | {"reason": "Friendlier"} | changes)
    row.refresh_from_db()
    return "" if answer.status_code == 302 else answer.content.decode()


def preview(client: Client, row: NoticeTemplate, **changes: str) -> str:
    return client.post(url(row, "preview"), OWN | changes).content.decode()


def send_test(client: Client, row: NoticeTemplate, **said: str) -> None:
    client.post(url(row, "send_test"), SUBMITTED | TO | said)


def traces() -> list[tuple[str, str, str, str]]:
    """Return who has looked at what, and why."""
    return list(Reveal.objects.values_list("revealed_by", "subject", "what", "reason"))


def deeds() -> list[str]:
    return [entry.get_change_message() for entry in LogEntry.objects.order_by("pk")]


def test_the_list_says_whose_texts_hold(admin_client: Client, row: NoticeTemplate) -> None:
    assert "Shipped text" in admin_client.get(reverse(LIST)).content.decode()
    assert save(admin_client, row) == ""
    assert "Own text" in admin_client.get(reverse(LIST)).content.decode()


def test_a_page_shows_the_shipped_text_and_what_may_be_written(admin_client: Client, row: NoticeTemplate) -> None:
    page = admin_client.get(url(row)).content.decode()
    for text in (
        "Din beställning {{ order.number }} är bekräftad",
        "{{ line.amount|money:order.currency }}",
        "Stol Ek",
    ):
        assert text in page


def test_the_shipped_text_saved_unchanged_stays_the_shipped_one(admin_client: Client, row: NoticeTemplate) -> None:
    texts = shipped(row.kind, row.language)
    as_typed = {"subject": texts.subject, "text": texts.text.replace("\n", "\r\n"), "html": texts.html}
    assert save(admin_client, row, **as_typed) == ""
    assert (row.subject, row.text, row.changed_at) == ("", "", None)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"text": "Hej\n{{ order.totl }}"}, "Line 2: There is no totl in order in this mail"),
        ({"html": "{% load i18n %}"}, "Line 1: Invalid block tag"),
        ({"html": "{% if address.line1 %}{% else %}{{ nobody }}{% endif %}"}, "There is no nobody in this mail"),
        ({"subject": "{{ order.number"}, ""),
        ({"subject": ""}, "This field is required"),
    ],
)
def test_a_wrong_text_is_refused(admin_client: Client, row: NoticeTemplate, changes: dict[str, str], said: str) -> None:
    answer = save(admin_client, row, **changes)
    assert said in answer
    if said:
        assert row.subject == ""


def test_a_mail_may_be_plain_text(admin_client: Client, row: NoticeTemplate) -> None:
    assert save(admin_client, row, html="") == ""


def test_unsaved_texts_are_shown_on_a_real_order(admin_client: Client, row: NoticeTemplate, known: Order) -> None:
    page = preview(admin_client, row, **REAL)
    for text in ("Klart: SO-881204", "Hej Elin", 'srcdoc="&lt;p&gt;SO-881204&lt;/p&gt;"', 'sandbox=""', "881204"):
        assert text in page
    row.refresh_from_db()
    assert (row.subject, OutboxMessage.objects.count()) == ("", 0)


@pytest.mark.parametrize("number", ["881204", "SO-881204", " 881204 "])
def test_the_order_of_a_preview_is_found_by_norces_numbers(
    admin_client: Client, row: NoticeTemplate, application: Application, number: str
) -> None:
    assert "Klart: SO-881204" in preview(admin_client, row, **REAL | {"number": number})


def test_a_look_at_a_real_order_leaves_a_trace(admin_client: Client, row: NoticeTemplate, known: Order) -> None:
    preview(admin_client, row, **REAL)
    assert traces() == [("admin", known.subject, "Preview of a mail", "The buyer asked about it")]


def test_of_an_order_that_is_not_here_the_trace_names_norces(
    admin_client: Client, row: NoticeTemplate, application: Application
) -> None:
    preview(admin_client, row, **REAL)
    assert [subject for _by, subject, _what, _why in traces()] == ["norce_order:1901:881204"]


@pytest.mark.parametrize("why", ["", "  "])
def test_a_real_order_takes_a_reason(
    admin_client: Client, row: NoticeTemplate, known: Order, query: FakeQuery, why: str
) -> None:
    page = preview(admin_client, row, **REAL | {"why": why})
    send_test(admin_client, row, **REAL | {"why": why})
    assert "Say why" in page and "SO-881204" not in page
    assert (traces(), query.asked, OutboxMessage.objects.count()) == ([], 0, 0)


def test_without_a_number_a_made_up_order_is_shown(
    admin_client: Client, row: NoticeTemplate, known: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.gateways.norce_query", None)
    page = preview(admin_client, row)
    assert "A made-up one" in page and "Hej Elin" in page
    assert traces() == []


def test_a_preview_says_what_is_wrong(admin_client: Client, row: NoticeTemplate, known: Order) -> None:
    assert "Norce has no order 4711" in preview(admin_client, row, **REAL | {"number": "4711"})
    assert "Plain text: Line 1: There is no nobody" in preview(admin_client, row, text="{{ nobody }}")
    assert traces() == []


@pytest.mark.parametrize("kind", ["order_received", "ready_for_pickup", "delivered"])
def test_every_kind_has_a_preview(admin_client: Client, known: Order, kind: str) -> None:
    row = NoticeTemplate.objects.get_or_create(kind=kind, language="en", application_key="")[0]
    texts = shipped(kind, "en")
    page = preview(admin_client, row, subject=texts.subject, text=texts.text, html=texts.html, **REAL)
    assert "Hi Elin," in page


def test_a_test_is_sent_by_a_worker_and_marked(
    admin_client: Client, row: NoticeTemplate, known: Order, work: Any, mailoutbox: list[EmailMultiAlternatives]
) -> None:
    save(admin_client, row)
    send_test(admin_client, row, **REAL)
    assert mailoutbox == []
    work()
    [mail] = mailoutbox
    assert (mail.subject, mail.to, mail.body) == ("[Test] Klart: SO-881204", ["anna@example.com"], "Hej Elin")
    message = OutboxMessage.objects.get()
    assert (message.state, message.payload["to"]) == (State.DONE, "a•••@example.com")
    assert "Last test:" in admin_client.get(url(row)).content.decode()


def test_a_test_of_a_real_order_is_kept_with_who_why_and_where_it_went(
    admin_client: Client, row: NoticeTemplate, known: Order
) -> None:
    send_test(admin_client, row, **REAL)
    assert traces() == [("admin", known.subject, "Test mail to a•••@example.com", "The buyer asked about it")]
    assert deeds() == ["The buyer asked about it (A test of order 881204 to a•••@example.com)"]


def test_a_test_of_a_made_up_order_needs_no_reason(
    admin_client: Client, row: NoticeTemplate, known: Order, work: Any, mailoutbox: list[EmailMultiAlternatives]
) -> None:
    send_test(admin_client, row)
    work()
    assert "SO-881204" not in mailoutbox[0].subject
    assert (traces(), deeds()) == ([], ["A test of a made-up order to a•••@example.com"])


def test_a_test_needs_an_address(admin_client: Client, row: NoticeTemplate) -> None:
    send_test(admin_client, row, to="nobody")
    assert OutboxMessage.objects.count() == 0


def test_restore_brings_the_shipped_text_back(admin_client: Client, row: NoticeTemplate) -> None:
    save(admin_client, row)
    admin_client.post(url(row, "restore"), SUBMITTED | {"reason": "It promised too much"})
    row.refresh_from_db()
    assert (row.subject, row.text, row.html) == ("", "", "")
    why = "It promised too much (Restore the shipped text)"
    assert (deeds()[-1], NoticeTemplate.history.latest().history_change_reason) == (why, why)


def test_restore_needs_a_reason(admin_client: Client, row: NoticeTemplate) -> None:
    save(admin_client, row)
    assert "Say why" in admin_client.post(url(row, "restore"), SUBMITTED | {"reason": " "}).content.decode()
    row.refresh_from_db()
    assert row.subject == OWN["subject"]


def test_an_application_gets_texts_of_its_own(
    admin_client: Client, row: NoticeTemplate, application: Application
) -> None:
    save(admin_client, row)
    new = {"kind": row.kind, "language": row.language, "application_key": application.key}
    answer = admin_client.post(reverse("admin:orders_noticetemplate_add"), new)
    own = NoticeTemplate.objects.get(application_key=application.key)
    assert answer.headers["Location"] == url(own)
    page = admin_client.get(url(own)).content.decode()
    assert ("As for all applications" in page, "Klart: {{ order.number }}" in page) == (True, True)
    again = admin_client.post(reverse("admin:orders_noticetemplate_add"), new)
    assert (again.status_code, NoticeTemplate.objects.filter(application_key=application.key).count()) == (200, 1)


def test_only_an_applications_row_can_be_deleted(admin_client: Client, row: NoticeTemplate) -> None:
    own = NoticeTemplate.objects.create(kind=row.kind, language="sv", application_key="a")
    answers = [admin_client.get(url(each, "delete")).status_code for each in (row, own)]
    assert answers == [403, 200]


@pytest.fixture
def visitor(client: Client) -> Callable[..., Client]:
    """Sign in somebody with some permissions, by their code names."""

    def sign_in(*names: str) -> Client:
        user = User.objects.create_user("visitor", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=names))
        client.force_login(user)
        return client

    return sign_in


def test_a_viewer_reads_and_does_nothing_else(
    visitor: Any, row: NoticeTemplate, known: Order, query: FakeQuery
) -> None:
    client = visitor("view_noticetemplate", "reveal_personal_data")
    page = client.get(url(row)).content.decode()
    assert ("är bekräftad" in page, url(row, "preview") in page) == (True, False)
    answers = [
        client.post(url(row, "preview"), OWN),
        client.post(url(row), OWN),
        client.post(url(row, "send_test"), SUBMITTED | TO),
        client.post(url(row, "restore"), SUBMITTED),
        client.get(reverse("admin:orders_noticetemplate_add")),
    ]
    assert {answer.status_code for answer in answers} == {403}
    assert (OutboxMessage.objects.count(), query.asked) == (0, 0)


def test_who_may_not_reveal_tries_the_mail_on_a_made_up_order(
    visitor: Any, row: NoticeTemplate, known: Order, work: Any, mailoutbox: list[EmailMultiAlternatives]
) -> None:
    client = visitor("view_noticetemplate", "change_noticetemplate")
    assert "A made-up one" in preview(client, row, **REAL)
    send_test(client, row, **REAL)
    work()
    assert "SO-881204" not in mailoutbox[0].subject
    assert (traces(), deeds()) == ([], ["A test of a made-up order to a•••@example.com"])


@pytest.mark.parametrize("may_reveal", [False, True])
def test_the_page_asks_for_an_order_only_who_may_reveal_it(visitor: Any, row: NoticeTemplate, may_reveal: bool) -> None:
    also = ("reveal_personal_data",) if may_reveal else ()
    client = visitor("view_noticetemplate", "change_noticetemplate", *also)
    page, dialog = (client.get(url(row, name)).content.decode() for name in ("change", "send_test"))
    assert ('name="number"' in page, 'name="number"' in dialog) == (may_reveal, may_reveal)
    assert ("an administrator gives you the right" in page) is not may_reveal


def test_a_preview_is_only_posted(admin_client: Client, row: NoticeTemplate) -> None:
    assert admin_client.get(url(row, "preview")).status_code == 403
    assert admin_client.post(reverse("admin:orders_noticetemplate_preview", args=[0]), OWN).status_code == 404


def application_form(application: Application, **changes: Any) -> dict[str, Any]:
    fields = ("key", "number", "name", "culture", "currency", "sum_tolerance")
    kept = {name: getattr(application, name) for name in fields}
    kept["reason"] = "As agreed with the shop"
    return kept | {"erp_connection": application.erp_connection_id, "order_infos": "{}", "is_active": "on", **changes}


@pytest.mark.parametrize(
    ("sender", "taken"),
    [
        ("", True),
        ("order@example.com", True),
        ("Exempel <order@example.com>", True),
        ("Exempel", False),
        ("a@b\nBcc: c@d", False),
    ],
)
def test_an_application_chooses_kinds_and_sender(
    admin_client: Client, application: Application, sender: str, taken: bool
) -> None:
    page = reverse("admin:hub_application_change", args=[application.pk])
    form = application_form(application, notices=["delivered", "order_received"], mail_from=sender)
    assert admin_client.post(page, form).status_code == (302 if taken else 200)
    application.refresh_from_db()
    assert application.notices == (["delivered", "order_received"] if taken else [])


def test_methods_that_norce_must_not_capture_are_typed_by_comma(admin_client: Client, application: Application) -> None:
    address = reverse("admin:hub_application_change", args=[application.pk])
    admin_client.post(address, application_form(application, uncaptured_methods=" invoice, klarna ,,"))
    application.refresh_from_db()
    assert application.uncaptured_methods == ["invoice", "klarna"]
    assert 'value="invoice, klarna"' in admin_client.get(address).content.decode()
