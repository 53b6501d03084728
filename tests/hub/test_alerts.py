"""Mail to the operators: once per key, and no run waits for a mail server."""

from __future__ import annotations

from collections.abc import Callable
from smtplib import SMTPServerDisconnected
from typing import Any

import pytest
from django.core.mail import EmailMessage
from pytest_django import Settings

from hub import alerts
from hub.models import OutboxMessage
from hub.models.work import State
from tests.faults import be_due

Work = Callable[[], int]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def operators(settings: Settings) -> None:
    settings.HUB_ALERT_EMAILS = ["ops@example.com", "night@example.com"]
    settings.HUB_URL = "https://hub.example.com"


def put(key: str = "held:1") -> None:
    alerts.put(key=key, subject="Run 1 is held", text="Too many.", path="/admin/hub/syncrun/1/change/")


def test_a_mail_goes_to_all_operators_with_the_page_to_look_at(work: Work, mailoutbox: list[EmailMessage]) -> None:
    put()
    work()
    [mail] = mailoutbox
    assert (mail.subject, mail.to) == ("[Norce hub] Run 1 is held", ["ops@example.com", "night@example.com"])
    assert mail.body == "Too many.\n\nhttps://hub.example.com/admin/hub/syncrun/1/change/"


def test_the_same_news_is_sent_once(work: Work, mailoutbox: list[EmailMessage]) -> None:
    put(), work(), put(), put("held:2")
    work()
    assert len(mailoutbox) == 2


def test_without_operators_no_mail_is_sent_and_nothing_waits(
    work: Work, mailoutbox: list[EmailMessage], settings: Settings
) -> None:
    settings.HUB_ALERT_EMAILS = []
    put()
    work()
    assert (mailoutbox, OutboxMessage.objects.get().state) == ([], State.DONE)


@pytest.mark.parametrize("error", [ConnectionRefusedError("no"), SMTPServerDisconnected("gone"), TimeoutError()])
def test_a_mail_server_that_is_down_gets_the_mail_later(
    work: Work, mailoutbox: list[EmailMessage], monkeypatch: pytest.MonkeyPatch, error: OSError
) -> None:
    def fail(*arguments: Any) -> None:
        raise error

    put()
    with monkeypatch.context() as patch:
        patch.setattr(EmailMessage, "send", fail)
        work()
    message = OutboxMessage.objects.get()
    assert (message.state, type(error).__name__ in message.error) == (State.PENDING, True)
    be_due()
    work()
    assert (OutboxMessage.objects.get().state, len(mailoutbox)) == (State.DONE, 1)


def test_a_mail_that_cannot_be_sent_keeps_no_other_mail_back(
    work: Work, mailoutbox: list[EmailMessage], monkeypatch: pytest.MonkeyPatch
) -> None:
    put("held:1"), put("held:2")
    OutboxMessage.objects.filter(key="mail.operators:held:1").update(state=State.FAILED)
    work()
    assert len(mailoutbox) == 1
