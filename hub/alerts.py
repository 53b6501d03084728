"""Mail to the operators: put once per key, sent by the workers."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMessage

from connectors.errors import TransientError
from hub import outbox
from hub.models import OutboxMessage
from hub.models.work import State

KIND = "mail.operators"


def put(*, key: str, subject: str, text: str, path: str) -> None:
    """Put one mail to HUB_ALERT_EMAILS; a repeated key is the same mail. Call it in the transaction of its cause.

    ``path`` is the page to look at; HUB_URL makes it an address that can be clicked. Texts carry no
    personal data.
    """
    outbox.put(
        key=f"{KIND}:{key}",
        kind=KIND,
        system="mail",
        subject=f"mail:{key}",
        payload={"subject": subject, "text": f"{text}\n\n{settings.HUB_URL}{path}"},
    )


def send(message: OutboxMessage) -> State | None:
    """Send one mail; without HUB_ALERT_EMAILS there is nobody to send it to, and that is done."""
    if not settings.HUB_ALERT_EMAILS:
        return State.DONE
    subject, text = f"[Norce hub] {message.payload['subject']}", message.payload["text"]
    try:
        EmailMessage(subject, text, to=settings.HUB_ALERT_EMAILS).send()
    except OSError as error:
        raise TransientError(f"The mail server did not take the mail ({type(error).__name__}).") from error
    return None
