"""Send one mail: recorded, within a time limit, and with what servers and providers answer as our own errors."""

from __future__ import annotations

import smtplib
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from anymail.exceptions import AnymailAPIError, AnymailError, AnymailInvalidAddress, AnymailRecipientsRefused
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage, get_connection

from connectors.errors import ConfigError, HubError, PermanentError, TransientError
from connectors.http import CallRecord, retry_after
from connectors.ratelimit import block
from connectors.redaction import mask_email, redact_text
from connectors.unsent import was_never_sent
from hub import calls
from hub.models.work import MAIL

# How long all mail rests after the mail server has not answered.
REST = 30.0
TAKEN = 250
# No answer at all, or one that means that nobody's mail is taken now; 450 and 451 are about one receiver.
AWAY = (None, 421, 429, 503)


def send(message: EmailMessage, *, operation: str = "send mail") -> None:
    """Send one mail through EMAIL_URL; ``operation`` names it in the record, which has its receivers masked.

    Raises TransientError (``outcome_unknown`` when it may have been taken all the same), PermanentError
    or ConfigError: `error_of` says which. Not to be called in a transaction.
    """
    calls.before_call()
    started = time.monotonic()
    failure = _try(message)
    _record(message, operation, failure, time.monotonic() - started)
    if failure is None:
        return
    if isinstance(failure, TransientError) and failure.status in AWAY:
        block(MAIL, failure.retry_after or REST)
    raise failure


def _try(message: EmailMessage) -> HubError | None:
    """Connect first and send then: what fails before the connection stands was surely not taken."""
    connected = False
    connection: Any = None
    try:
        connection = get_connection()
        connection.open()
        connected = True
        connection.send_messages([message])
    except (OSError, ValueError, ImportError, AnymailError, ImproperlyConfigured) as error:
        return error_of(error, connected=connected)
    finally:
        with suppress(OSError):
            # A server that will not say goodbye has taken the mail all the same.
            if connection is not None:
                connection.close()
    return None


def _record(message: EmailMessage, operation: str, failure: HubError | None, seconds: float) -> None:
    provider: Any = getattr(message, "anymail_status", None)
    calls.record(
        CallRecord(
            system=MAIL,
            operation=operation,
            method="SEND",
            url=getattr(settings, "EMAIL_HOST", None) or settings.EMAIL_BACKEND.rpartition(".")[0],
            status=failure.status if failure else TAKEN,
            ms=round(seconds * 1000),
            request=f"To: {', '.join(map(mask_email, message.recipients()))}",
            response=f"Message-ID: {message.extra_headers.get('Message-ID', '')}",
            error=redact_text(failure.message) if failure else "",
            request_id=str(getattr(provider, "message_id", None) or ""),
        )
    )


def error_of(error: Exception, *, connected: bool) -> HubError:
    """Return what a failure to send means; ``connected`` says whether the mail server had been reached.

    | failure                                                     | taken?  | error                          |
    |-------------------------------------------------------------|---------|--------------------------------|
    | SMTP reply 4xx (greylisting, full, busy)                    | no      | TransientError                 |
    | SMTP reply 5xx to the receiver or the content               | no      | PermanentError                 |
    | SMTP reply 5xx to us: sign-in, sender, greeting; no TLS     | no      | ConfigError                    |
    | no connection, or none before the mail began                | no      | TransientError                 |
    | a certificate that is not believed                          | no      | TransientError                 |
    | silence, timeout or end of the connection afterwards        | unknown | TransientError outcome_unknown |
    | provider (HTTP): 408, 425, 429, 503                         | no      | TransientError                 |
    | provider: 401, 403, 404, 3xx                                | no      | ConfigError                    |
    | provider: other 4xx, or the receiver refused                | no      | PermanentError                 |
    | provider: other 5xx, an answer that makes no sense, silence | unknown | TransientError outcome_unknown |
    | no such provider, its settings are missing                  | no      | ConfigError                    |
    | an address or header that no mail can have                  | no      | PermanentError                 |
    """
    for kinds, meaning in MEANINGS:
        if isinstance(error, kinds):
            return meaning(error)
    if isinstance(error, OSError) and connected:
        return TransientError("mail_silent", fault=type(error).__name__, outcome_unknown=True)
    return _unreachable(error)


def _unreachable(error: Exception) -> HubError:
    return TransientError("mail_unreachable", fault=type(error).__name__)


def _of_reply(error: Any) -> HubError:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, reply = max(error.recipients.values(), key=lambda answer: answer[0])
        return _by_code(code, reply, _mail_refused)
    if isinstance(error, smtplib.SMTPDataError):
        return _by_code(error.smtp_code, error.smtp_error, _mail_refused)
    return _by_code(error.smtp_code, error.smtp_error, _mail_denied)


def _by_code(code: int, reply: bytes | str, lasting: Callable[[int, str], HubError]) -> HubError:
    said = (reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply) or "–"
    return lasting(code, said) if 500 <= code < 600 else TransientError("mail_later", status=code, said=said)


def _mail_refused(code: int, said: str) -> HubError:
    return PermanentError("mail_refused", status=code, said=said)


def _mail_denied(code: int, said: str) -> HubError:
    return ConfigError("mail_denied", status=code, said=said)


def _of_provider(error: Any) -> HubError:
    status = error.status_code
    if status is None:
        cause = error.__cause__ or error
        unknown = not was_never_sent(cause)
        return TransientError("mail_provider_silent", fault=type(cause).__name__, outcome_unknown=unknown)
    said = error.response.text[:500] or "–"
    if status in (408, 425, 429, 503):
        wait = retry_after(error.response.headers)
        return TransientError("mail_provider_later", retry_after=wait, counts=status != 429, status=status, said=said)
    if 300 <= status < 400 or status in (401, 403, 404):
        return ConfigError("mail_provider_denied", status=status, said=said)
    if 400 <= status < 500:
        return PermanentError("mail_provider_refused", status=status, said=said)
    return TransientError("mail_provider_failed", outcome_unknown=True, status=status, said=said)


def _refused(error: Exception) -> HubError:
    return PermanentError("mail_impossible", said=error)


def _wrong_set_up(error: Exception) -> HubError:
    return ConfigError("mail_not_set_up", said=error)


MEANINGS: tuple[tuple[tuple[type[Exception], ...], Callable[[Any], HubError]], ...] = (
    ((AnymailRecipientsRefused, AnymailInvalidAddress), _refused),
    ((AnymailAPIError,), _of_provider),
    ((AnymailError, ImproperlyConfigured, ImportError, smtplib.SMTPNotSupportedError), _wrong_set_up),
    ((smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused), _of_reply),
    # It is a ValueError too.
    ((ssl.SSLCertVerificationError,), _unreachable),
    ((ValueError,), _refused),
)
"""Which kinds of failure mean what, the narrower ones first; the rest are failures of the connection."""
