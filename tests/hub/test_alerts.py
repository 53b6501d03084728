"""Alerts: kept once per key until a digest tells them; mail to the operators waits for a mail server."""

from __future__ import annotations

from collections.abc import Callable
from smtplib import SMTPServerDisconnected
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.core.mail.backends.locmem import EmailBackend
from pytest_django import Settings

from hub import alerts, checks, digest, outbox
from hub.jobs import LATE, LATE_TEXT
from hub.models import Alert, OutboxMessage
from hub.models.work import State
from tests.faults import be_due

Work = Callable[[], int]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def operators(settings: Settings) -> None:
    settings.HUB_ALERT_EMAILS = ["ops@example.com", "night@example.com"]
    settings.HUB_URL = "https://hub.example.com"


def put(key: str = "job-late:1", text: str = "Look at it.") -> None:
    alerts.put(key=key, subject="Norce is slow", text=text, path="/admin/hub/norcejob/1/change/")


def put_mail() -> OutboxMessage:
    """Put a mail as a digest does."""
    payload = {"subject": "2 things", "text": "The one and the other."}
    outbox.put(key="m", kind=alerts.KIND, system="mail", subject="mail:m", payload=payload)
    return OutboxMessage.objects.get()


def test_a_repeated_key_is_the_same_alert() -> None:
    put(), put(), put("job-late:2")
    assert list(Alert.objects.order_by("pk").values_list("key", flat=True)) == ["job-late:1", "job-late:2"]


def test_an_alert_puts_no_mail_of_its_own() -> None:
    put()
    assert not OutboxMessage.objects.exists()


def test_a_digest_tells_alerts_in_the_language_of_the_hub(settings: Settings) -> None:
    settings.LANGUAGE_CODE = "sv"
    known = {"job": 5, "minutes": 30, "method": "ImportCustomers", "run": 7, "resource": "customers", "total": 3}
    alerts.put(key="job-late:5", subject=LATE % known, text=LATE_TEXT % known, path="/admin/")
    digest.look()
    text = OutboxMessage.objects.get().payload["text"]
    assert "Norce har arbetat med jobb 5 i över 30 minuter" in text
    assert "ImportCustomers i körning 7 (customers), 3 poster, är inte klart." in text


def test_an_alert_that_is_over_is_not_told() -> None:
    put(), put("job-late:2")
    alerts.take_back("job-late:1")
    assert digest.look() is not None
    assert set(Alert.objects.values_list("key", "told_in")) == {("job-late:1", None), ("job-late:2", 1)}


def test_an_alert_that_was_told_is_not_told_again_when_it_is_put_again() -> None:
    put()
    digest.look()
    put()
    assert Alert.objects.get().told_in == 1


def test_what_an_alert_quotes_of_people_is_masked_and_fits_a_database() -> None:
    put(text="maja@example.com said\x00 no")
    assert Alert.objects.get().text == "••• said? no"


def test_a_mail_goes_to_all_operators(work: Work, mailoutbox: list[EmailMessage]) -> None:
    put_mail()
    work()
    [mail] = mailoutbox
    assert (mail.subject, mail.to) == ("[Norce hub] 2 things", ["ops@example.com", "night@example.com"])
    assert mail.body == "The one and the other."


def test_without_operators_no_mail_is_sent_and_nothing_waits(
    work: Work, mailoutbox: list[EmailMessage], settings: Settings
) -> None:
    settings.HUB_ALERT_EMAILS = []
    put_mail()
    work()
    assert (mailoutbox, OutboxMessage.objects.get().state) == ([], State.DONE)


@pytest.mark.parametrize("error", [ConnectionRefusedError("no"), SMTPServerDisconnected("gone"), TimeoutError()])
def test_a_mail_server_that_is_down_gets_the_mail_later(
    work: Work, mailoutbox: list[EmailMessage], monkeypatch: pytest.MonkeyPatch, error: OSError
) -> None:
    def fail(*arguments: Any) -> None:
        raise error

    message = put_mail()
    with monkeypatch.context() as patch:
        patch.setattr(EmailBackend, "send_messages", fail)
        work()
    message.refresh_from_db()
    assert (message.state, bool(message.error)) == (State.PENDING, True)
    be_due()
    work()
    assert (OutboxMessage.objects.get().state, len(mailoutbox)) == (State.DONE, 1)


@pytest.mark.parametrize(
    ("minutes", "emails", "ids"),
    [
        (1, [], []),
        (15, ["ops@example.com"], []),
        (0, [], ["hub.E010"]),
        (15, ["ops@example.com", "ops", "o ps@example.com", "@example.com"], ["hub.E011"] * 3),
    ],
)
def test_settings_that_make_no_sense_are_named(
    settings: Settings, minutes: int, emails: list[str], ids: list[str]
) -> None:
    settings.HUB_ALERT_MINUTES, settings.HUB_ALERT_EMAILS = minutes, emails
    assert [problem.id for problem in checks.check_alerts(None)] == ids
