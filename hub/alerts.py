"""News for the operators that is no stopped work, kept until a digest tells it (`hub.digest`); mail to them."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone

from connectors.redaction import redact_text
from hub import mail
from hub.models import Alert, OutboxMessage
from hub.models.work import State

KIND = "mail.operators"


def put(*, key: str, subject: str, text: str, path: str) -> None:
    """Keep one alert for the next digest; a repeated key is the same alert. Call it in the transaction of its cause.

    ``subject`` says what is the matter and ``text`` about what, with the numbers a person searches by: alerts
    whose subjects differ in numbers only are one group of the digest, in which each shows its text and
    ``path``, the page to look at. Texts name nobody; addresses and numbers of people in them are masked.
    """
    alert = Alert(key=key, subject=redact_text(subject), text=redact_text(text), path=path)
    Alert.objects.bulk_create([alert], ignore_conflicts=True)


def take_back(key: str) -> None:
    """Say that what an alert was about is over: one that no digest has told yet is then not told."""
    Alert.objects.filter(key=key, ended_at=None).update(ended_at=timezone.now())


def send(message: OutboxMessage) -> State | None:
    """Send one mail; without HUB_ALERT_EMAILS there is nobody to send it to, and that is done.

    A mail whose answer was lost is sent again: operators rather read a digest twice than never. Raises as
    `hub.mail.send`.
    """
    if not settings.HUB_ALERT_EMAILS:
        return State.DONE
    subject, text = f"[Norce hub] {message.payload['subject']}", message.payload["text"]
    mail.send(EmailMessage(subject, text, to=settings.HUB_ALERT_EMAILS), operation="send digest")
    return None
