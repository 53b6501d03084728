"""Mails to buyers: once per order and kind, only what is switched on, and never twice by themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPServerDisconnected
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone

from connectors.models import RateBucket
from connectors.norce.types.order_updates import OrderStatus
from connectors.norce.types.query import DeliveryNoteRow, OrderPersonRow, PackageRow
from hub import by_hand
from hub.models import ApiCall, Application, Attempt, InboxEvent, OutboxMessage
from hub.models.work import State
from orders import notices
from orders.models import NoticeTemplate
from orders.notice_samples import ORDER
from tests.faults import be_due, retry
from tests.hub.test_crashes import come_back, work_until_death
from tests.orders.buyers import ELIN, EVENTS, KINDS, FakeQuery, event, failing, install, message, put

Work = Callable[[], int]
Mails = list[EmailMultiAlternatives]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def query(monkeypatch: pytest.MonkeyPatch) -> FakeQuery:
    return install(monkeypatch)


@pytest.fixture(autouse=True)
def shop(application: Application, query: FakeQuery) -> Application:
    """A Swedish shop that sends every kind of mail."""
    application.notices = list(KINDS)
    application.mail_from = "Exempelbutiken <order@example.com>"
    application.save()
    return application


def note() -> str:
    return InboxEvent.objects.latest("pk").note


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_sent_once_however_often_norce_tells_it(kind: str, work: Work, mailoutbox: Mails) -> None:
    put(EVENTS[kind]), work(), put(EVENTS[kind]), work()
    [mail] = mailoutbox
    assert (mail.to, mail.from_email) == ([ELIN], "Exempelbutiken <order@example.com>")
    assert (message().state, message().subject, message().payload["kind"]) == (
        State.DONE,
        "norce_order:1901:881204",
        kind,
    )


def test_a_mail_says_that_a_machine_wrote_it_and_can_be_told_from_others(work: Work, mailoutbox: Mails) -> None:
    put(), put("OrderReceivedEvent"), work()
    headers = [mail.message() for mail in mailoutbox]
    assert {header["Auto-Submitted"] for header in headers} == {"auto-generated"}
    assert len({header["Message-ID"] for header in headers}) == 2
    assert all(header["Message-ID"].endswith("@127.0.0.1>") for header in headers)


def test_nothing_is_sent_that_is_not_switched_on(shop: Application, work: Work, mailoutbox: Mails) -> None:
    Application.objects.update(notices=["delivered"])
    assert put().note == "Mail “Order confirmed”: switched off for Exempel SE."
    work()
    assert (mailoutbox, OutboxMessage.objects.count()) == ([], 0)


def test_what_is_switched_off_while_it_waits_is_not_sent(work: Work, mailoutbox: Mails) -> None:
    put()
    Application.objects.update(notices=[])
    work()
    assert (mailoutbox, message().state) == ([], State.DONE)
    assert "switched off" in note()


def test_an_application_that_nobody_knows_gets_a_note(mailoutbox: Mails) -> None:
    assert "No application 7 here" in put(ApplicationId=7).note
    assert OutboxMessage.objects.count() == 0


def test_a_received_order_is_not_looked_up(query: FakeQuery, work: Work, mailoutbox: Mails) -> None:
    query.orders = {}
    put("OrderReceivedEvent"), work()
    [mail] = mailoutbox
    assert ("881204" in mail.body, "Stol" in mail.body, query.asked) == (True, False, 0)


def test_a_received_order_without_an_address_is_done(work: Work, mailoutbox: Mails) -> None:
    put("OrderReceivedEvent", Email=None), work()
    assert (mailoutbox, message().state) == ([], State.DONE)
    assert "has no address" in note()


def test_orders_of_two_sources_with_one_number_get_a_mail_each(work: Work, mailoutbox: Mails) -> None:
    put("OrderReceivedEvent"), put("OrderReceivedEvent", Source="MARKET", Email="bo@example.com"), work()
    assert [mail.to for mail in mailoutbox] == [[ELIN], ["bo@example.com"]]


@pytest.mark.parametrize(
    "change",
    [
        {"is_forgotten": True},
        {"buyer": OrderPersonRow(first_name="Elin")},
        {"buyer": None, "payer": OrderPersonRow(email_address=" ")},
    ],
)
def test_a_forgotten_order_and_one_without_address_are_done(
    change: dict[str, Any], query: FakeQuery, work: Work, mailoutbox: Mails
) -> None:
    query.orders = {9900123: replace(ORDER, **change)}
    put(), work()
    assert (mailoutbox, message().state) == ([], State.DONE)
    assert "no mail" in note()


def test_without_a_buyers_address_the_payer_gets_the_mail(query: FakeQuery, work: Work, mailoutbox: Mails) -> None:
    payer = OrderPersonRow(email_address="payer@example.com")
    query.orders = {9900123: replace(ORDER, buyer=OrderPersonRow(first_name="Elin"), payer=payer)}
    put(), work()
    assert mailoutbox[0].to == ["payer@example.com"]


def test_an_address_that_is_none_is_refused_before_anything_is_sent(
    query: FakeQuery, work: Work, mailoutbox: Mails
) -> None:
    wrong = OrderPersonRow(email_address="elin@example.com\r\nBcc: all@example.com")
    query.orders = {9900123: replace(ORDER, buyer=wrong)}
    put(), work()
    assert (mailoutbox, message().state, message().error_kind) == ([], State.FAILED, "permanent")
    assert "in Norce, then Retry" in message().remedy
    assert not message().payload.get("sending")


def test_an_order_that_norce_does_not_have_yet_is_waited_for(query: FakeQuery, work: Work, mailoutbox: Mails) -> None:
    before, orders, query.orders = timezone.now(), query.orders, {}
    put(), work()
    assert (message().state, message().attempts) == (State.PENDING, 0)
    assert message().not_before > before + timedelta(seconds=10)
    query.orders = orders
    be_due(), work()
    assert (len(mailoutbox), message().state) == (1, State.DONE)


def test_an_order_that_norce_never_has_is_given_up_after_a_day(query: FakeQuery, work: Work) -> None:
    query.orders = {}
    put()
    OutboxMessage.objects.update(created_at=timezone.now() - timedelta(hours=25))
    work()
    assert message().state == State.DONE
    assert "for a day" in note()


def delivered_in(query: FakeQuery, *numbers: str, status: OrderStatus = OrderStatus.DELIVERED) -> None:
    """Let Norce have these delivery notes, the first without a tracking number."""
    query.orders = {9900123: replace(ORDER, status_id=status.id)}
    query.notes = [
        DeliveryNoteRow(note_no=number, packages=(PackageRow(shipping_no=f"PARCEL-{number}"),) if index else ())
        for index, number in enumerate(numbers)
    ]


def test_each_delivery_note_gets_its_mail_once(query: FakeQuery, work: Work, mailoutbox: Mails) -> None:
    delivered_in(query, "1", status=OrderStatus.PARTLY_DELIVERED)
    put("OrderPartlyDeliveredEvent"), work()
    delivered_in(query, "1", "2", status=OrderStatus.PARTLY_DELIVERED)
    put("OrderPartlyDeliveredEvent"), put("OrderDeliveredEvent"), work()
    assert [("Kollinummer: PARCEL-2" in mail.body, "En del" in mail.subject) for mail in mailoutbox] == [
        (False, True),
        (True, True),
    ]


@pytest.mark.parametrize("name", ["OrderPartlyDeliveredEvent", "OrderDeliveredEvent"])
def test_whichever_event_comes_only_the_last_note_says_that_nothing_follows(
    name: str, query: FakeQuery, work: Work, mailoutbox: Mails
) -> None:
    delivered_in(query, "1", "2")
    put(name), work()
    assert [("PARCEL-2" in mail.body, "En del" in mail.subject) for mail in mailoutbox] == [
        (False, True),
        (True, False),
    ]


def test_a_note_that_comes_behind_its_mail_makes_no_second_one(query: FakeQuery, work: Work, mailoutbox: Mails) -> None:
    delivered_in(query)
    put("OrderDeliveredEvent"), work()
    delivered_in(query, "1")
    again = put("OrderDeliveredEvent")
    work()
    assert (len(mailoutbox), again.note) == (1, "Mail “Delivered”: on its way.")
    delivered_in(query, "1", "2")
    put("OrderDeliveredEvent"), work()
    assert ["PARCEL-2" in mail.body for mail in mailoutbox] == [False, True]


def test_a_query_that_answers_404_is_waited_out(query: FakeQuery, work: Work, mailoutbox: Mails) -> None:
    query.missing = True
    put("OrderDeliveredEvent"), put("OrderPartlyDeliveredEvent"), work()
    assert (message().state, message().error_code) == (State.PENDING, "order_not_in_query")
    query.missing = False
    be_due(), work()
    assert (len(mailoutbox), message().state) == (1, State.DONE)


def test_a_delivery_without_a_note_is_told_once_and_a_part_of_one_not(work: Work, mailoutbox: Mails) -> None:
    put("OrderPartlyDeliveredEvent"), work()
    assert ("no delivery note" in note(), mailoutbox) == (True, [])
    put("OrderDeliveredEvent"), put("OrderDeliveredEvent"), work()
    assert [mail.subject for mail in mailoutbox] == ["Din beställning SO-100245 är på väg"]


def test_a_template_with_an_error_stops_its_own_mails_only(work: Work, mailoutbox: Mails) -> None:
    broken = {"text": "Hej\n{{ order.totl }}", "subject": "Hej"}
    NoticeTemplate.objects.create(kind="order_confirmed", language="sv", **broken)
    put(), put("OrderReceivedEvent"), put("OrderReadyForPickupEvent"), work()
    assert len(mailoutbox) == 2
    failed = OutboxMessage.objects.get(state=State.FAILED)
    assert (failed.payload["kind"], failed.error_kind) == ("order_confirmed", "config")
    assert "Order confirmed (Swedish) has an error in its text. Line 2: There is no totl in order" in failed.error
    assert "Mail templates" in failed.remedy
    NoticeTemplate.objects.update(subject="")
    retry(failed), work()
    assert len(mailoutbox) == 3


@pytest.mark.parametrize(
    "error", [ConnectionRefusedError("no"), TimeoutError("connect"), SMTPServerDisconnected("gone")]
)
def test_a_mail_server_that_is_away_gets_the_mail_later(error: Exception, work: Work, mailoutbox: Mails) -> None:
    put()
    with failing(error, when="open"):
        work()
    assert (message().state, message().payload["sending"], mailoutbox) == (State.PENDING, 0, [])
    be_due(), work()
    assert (message().state, len(mailoutbox)) == (State.DONE, 1)


def test_mail_rests_while_its_server_is_away(work: Work) -> None:
    put(), put("OrderReceivedEvent")
    with failing(ConnectionRefusedError("no"), when="open"):
        work()
    assert Attempt.objects.count() == 1
    assert RateBucket.objects.get(name="mail").blocked_until > timezone.now().timestamp()


def test_greylisting_is_waited_out_and_others_get_their_mail(work: Work, mailoutbox: Mails) -> None:
    put()
    with failing(SMTPRecipientsRefused({ELIN: (450, b"greylisted, try later")})):
        work()
    assert (message().state, "450" in message().error, ELIN in message().error) == (State.PENDING, True, False)
    assert not RateBucket.objects.filter(name="mail").exists()
    be_due(), work()
    assert (message().state, len(mailoutbox)) == (State.DONE, 1)


def test_a_refused_receiver_fails_with_the_remedy_and_retry_sends(work: Work, mailoutbox: Mails) -> None:
    put()
    with failing(SMTPRecipientsRefused({ELIN: (550, f"<{ELIN}>: user unknown".encode())})):
        work()
    assert (message().state, message().error_kind) == (State.FAILED, "permanent")
    assert ("user unknown" in message().error, ELIN in message().error) == (True, False)
    retry(message()), work()
    assert (message().state, len(mailoutbox)) == (State.DONE, 1)


SILENCES = [TimeoutError("read"), SMTPServerDisconnected("gone"), RuntimeError("a bug of the backend")]


@pytest.mark.parametrize("error", SILENCES)
@pytest.mark.parametrize("taken", [True, False])
def test_a_silence_while_sending_is_a_persons_question(
    error: Exception, taken: bool, work: Work, mailoutbox: Mails
) -> None:
    put()
    with failing(error, after=taken):
        work()
    be_due(), work()
    assert (message().state in (State.HELD, State.FAILED), len(mailoutbox)) == (True, int(taken))
    retry(message()), work()
    assert (message().state, len(mailoutbox)) == (State.DONE, 1 + int(taken))
    assert len({mail.extra_headers["Message-ID"] for mail in mailoutbox}) == 1


def test_the_question_says_what_to_do_and_cancel_leaves_it(work: Work, mailoutbox: Mails) -> None:
    put()
    with failing(TimeoutError("read"), after=True):
        work()
    held = message()
    assert (held.error_kind, held.error_code, "may have been sent" in held.error) == ("hold", "sent", True)
    assert "Retry sends it again, Cancel leaves it" in held.remedy
    by_hand.cancel(held, by="anna", reason="It was sent")
    work()
    assert (message().state, len(mailoutbox)) == (State.CANCELLED, 1)


def test_an_answer_to_the_question_outlives_a_fault_before_the_mail(
    query: FakeQuery, work: Work, mailoutbox: Mails
) -> None:
    put()
    with failing(TimeoutError("read")):
        work()
    orders, query.orders = query.orders, {}
    retry(message()), work()
    query.orders = orders
    be_due(), work()
    assert (message().state, len(mailoutbox)) == (State.DONE, 1)


ASKED = {"asked_by": "anna", "asked_reason": "mended"}
ANSWERED = {**ASKED, "payload": {"event": 0, "kind": "order_confirmed", "sending": 1}}


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("columns", [{}, ASKED, ANSWERED], ids=["fresh", "retried", "answered"])
def test_death_at_any_statement_never_sends_twice(
    after: bool, columns: dict[str, Any], query: FakeQuery, mailoutbox: Mails
) -> None:
    query.orders = {number: replace(ORDER, id=number) for number in range(1, 100)}
    held = 0
    for statement in range(1, 100):
        put(OrderId=statement, ClientOrderRef=str(statement))
        put_as(columns)
        died = work_until_death(statement, after=after)
        come_back()
        state = OutboxMessage.objects.latest("pk").state
        assert (state in (State.DONE, State.HELD), len(mailoutbox) <= 1) == (True, True)
        assert state == State.HELD or len(mailoutbox) == 1
        held += state == State.HELD
        mailoutbox.clear()
        if not died:
            break
    assert (4 < statement < 99, 0 < held < statement) == (True, True)


def put_as(columns: dict[str, Any]) -> None:
    """Let the mail that was put last be as a person's Retry has left it."""
    put_last = OutboxMessage.objects.latest("pk")
    payload = columns.get("payload", {}) | put_last.payload
    OutboxMessage.objects.filter(pk=put_last.pk).update(**columns | {"payload": payload})


def test_what_is_kept_of_a_mail_has_no_address(work: Work) -> None:
    put(), put("OrderReceivedEvent")
    with failing(SMTPDataError(451, f"later, {ELIN}".encode())):
        work()
    be_due(), work()
    kept = str([*OutboxMessage.objects.values(), *Attempt.objects.values(), *ApiCall.objects.values()])
    assert ELIN not in kept
    call = ApiCall.objects.latest("pk")
    assert (call.system, call.status, call.request) == ("mail", 250, "To: e•••@example.com")
    assert (call.subject, call.operation.startswith("send ")) == ("norce_order:1901:881204", True)


def test_an_event_that_was_pruned_ends_its_mail(work: Work, mailoutbox: Mails) -> None:
    put()
    InboxEvent.objects.all().delete()
    work()
    assert (message().state, mailoutbox) == (State.DONE, [])


def test_a_note_is_not_repeated() -> None:
    kept = event()
    notices.note_on(kept, "One."), notices.note_on(kept, "Two."), notices.note_on(kept, "One.")
    kept.refresh_from_db()
    assert kept.note == "One.\nTwo."
