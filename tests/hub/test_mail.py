"""One mail to a server or provider: which failures leave no doubt, which do, and what becomes of EMAIL_URL."""

from __future__ import annotations

import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest
import requests
import responses
from anymail.exceptions import AnymailRecipientsRefused
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage
from django.db import transaction
from pytest_django import Settings
from urllib3.exceptions import MaxRetryError, NameResolutionError
from urllib3.exceptions import SSLError as TlsError

from connectors.errors import ConfigError, HubError, PermanentError, TransientError
from connectors.models import RateBucket
from hub import mail
from hub.mail_url import mail_settings
from hub.models import ApiCall

pytestmark = pytest.mark.django_db(transaction=True)

TO = "elin@example.com"
NO, MAYBE = False, True


def message() -> EmailMessage:
    return EmailMessage("Hello", "Text", "shop@example.com", [TO])


@pytest.mark.parametrize(
    ("error", "connected", "kind", "taken"),
    [
        (smtplib.SMTPRecipientsRefused({TO: (450, b"greylisted")}), True, TransientError, NO),
        (smtplib.SMTPRecipientsRefused({TO: (550, b"unknown")}), True, PermanentError, NO),
        (smtplib.SMTPSenderRefused(451, b"later", "shop@example.com"), True, TransientError, NO),
        (smtplib.SMTPSenderRefused(553, b"not yours", "shop@example.com"), True, ConfigError, NO),
        (smtplib.SMTPDataError(452, b"full"), True, TransientError, NO),
        (smtplib.SMTPDataError(554, b"spam"), True, PermanentError, NO),
        (smtplib.SMTPAuthenticationError(535, b"wrong password"), False, ConfigError, NO),
        (smtplib.SMTPAuthenticationError(454, b"later"), False, TransientError, NO),
        (smtplib.SMTPConnectError(421, b"busy"), False, TransientError, NO),
        (smtplib.SMTPHeloError(501, b"who?"), False, ConfigError, NO),
        (smtplib.SMTPNotSupportedError("no STARTTLS"), False, ConfigError, NO),
        (smtplib.SMTPServerDisconnected("gone"), False, TransientError, NO),
        (smtplib.SMTPServerDisconnected("gone"), True, TransientError, MAYBE),
        (ConnectionRefusedError(), False, TransientError, NO),
        (ssl.SSLCertVerificationError("expired"), False, TransientError, NO),
        (TimeoutError(), False, TransientError, NO),
        (TimeoutError(), True, TransientError, MAYBE),
        (ConnectionResetError(), True, TransientError, MAYBE),
        (AnymailRecipientsRefused(), True, PermanentError, NO),
        (ImproperlyConfigured("no key"), False, ConfigError, NO),
        (ImportError("no such provider"), False, ConfigError, NO),
        (ValueError("a newline in a header"), True, PermanentError, NO),
    ],
)
def test_a_failure_means(error: Exception, connected: bool, kind: type[HubError], taken: bool) -> None:
    found = mail.error_of(error, connected=connected)
    assert (type(found), getattr(found, "outcome_unknown", False)) == (kind, taken)
    assert found.remedy or kind is TransientError


@pytest.fixture
def provider(settings: Settings) -> Iterator[responses.RequestsMock]:
    """A mail provider, on the wire."""
    url = "anymail://brevo?API_KEY=secret"
    for name, value in mail_settings(url, base=Path("/"), timeout=20).items():
        setattr(settings, name, value)
    with responses.RequestsMock() as wire:
        yield wire


URL = "https://api.brevo.com/v3/smtp/email"


@pytest.mark.parametrize(
    ("status", "kind", "taken"),
    [
        (400, PermanentError, NO),
        (401, ConfigError, NO),
        (403, ConfigError, NO),
        (404, ConfigError, NO),
        (408, TransientError, NO),
        (413, PermanentError, NO),
        (429, TransientError, NO),
        (500, TransientError, MAYBE),
        (502, TransientError, MAYBE),
        (503, TransientError, NO),
    ],
)
def test_a_providers_answer_means(
    provider: responses.RequestsMock, status: int, kind: type[HubError], taken: bool
) -> None:
    provider.post(URL, status=status, json={"errors": [{"message": f"{TO} is wrong"}]}, headers={"Retry-After": "7"})
    with pytest.raises(kind) as error:
        mail.send(message())
    assert getattr(error.value, "outcome_unknown", False) is taken
    assert (error.value.status, TO in ApiCall.objects.get().error) == (status, False)


def failed(reason: Exception) -> MaxRetryError:
    return MaxRetryError(cast(Any, None), URL, reason)


@pytest.mark.parametrize(
    ("body", "taken"),
    [
        (requests.ConnectTimeout(), NO),
        (requests.ReadTimeout(), MAYBE),
        (requests.ConnectionError(), MAYBE),
        (requests.ConnectionError(failed(NameResolutionError("x", cast(Any, None), socket.gaierror()))), NO),
        (requests.exceptions.SSLError(failed(TlsError(ssl.SSLCertVerificationError("expired")))), NO),
        (requests.exceptions.SSLError(failed(TlsError(ssl.SSLError("bad record")))), MAYBE),
    ],
    ids=["connecting", "reading", "anything", "name", "certificate", "tls"],
)
def test_a_providers_silence_means(provider: responses.RequestsMock, body: Exception, taken: bool) -> None:
    provider.post(URL, body=body)
    with pytest.raises(TransientError) as error:
        mail.send(message())
    assert error.value.outcome_unknown is taken


def test_a_provider_gets_the_mail_and_its_number_is_kept(provider: responses.RequestsMock) -> None:
    provider.post(URL, status=201, json={"messageId": "<abc@brevo>"})
    mail.send(message(), operation="send order_confirmed")
    call = ApiCall.objects.get()
    assert (call.operation, call.status, call.request) == ("send order_confirmed", 250, "To: e•••@example.com")
    assert call.request_id == "<abc@brevo>"


def test_a_provider_that_asks_for_a_pause_gets_it(provider: responses.RequestsMock) -> None:
    provider.post(URL, status=429, headers={"Retry-After": "7"})
    with pytest.raises(TransientError) as error:
        mail.send(message())
    assert (error.value.retry_after, error.value.counts) == (7.0, False)
    assert RateBucket.objects.filter(name="mail").exists()


def test_no_mail_is_sent_inside_a_transaction(mailoutbox: list[EmailMessage]) -> None:
    with transaction.atomic(), pytest.raises(RuntimeError, match="inside a database transaction"):
        mail.send(message())
    assert mailoutbox == []


Talk = Callable[[socket.socket], None]


@pytest.fixture
def smtp(settings: Settings) -> Iterator[Callable[[Talk], None]]:
    """A mail server on a socket that says what a test lets it say to one connection."""
    server = socket.create_server(("127.0.0.1", 0))
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = server.getsockname()[:2]
    settings.EMAIL_TIMEOUT = 2
    threads: list[threading.Thread] = []

    def serve(talk: Talk) -> None:
        def answer() -> None:
            with server.accept()[0] as connection:
                talk(connection)

        threads.append(threading.Thread(target=answer))
        threads[0].start()

    yield serve
    server.close()
    for thread in threads:
        thread.join()


def talk(connection: socket.socket, after_data: bytes | None) -> None:
    """Speak SMTP up to the goodbye; after the content give ``after_data``, or say nothing and hang up."""
    connection.sendall(b"220 mail.example.com\r\n")
    lines = connection.makefile("rb")
    for line in lines:
        word = line[:4].decode().strip().upper()
        if word == "QUIT":
            return
        connection.sendall(b"354 go on\r\n" if word == "DATA" else b"250 fine\r\n")
        if word == "DATA":
            while lines.readline() not in (b".\r\n", b""):
                pass
            if after_data is None:
                return
            connection.sendall(after_data)


def test_a_real_server_takes_a_mail_and_need_not_say_goodbye(smtp: Any) -> None:
    smtp(lambda connection: talk(connection, b"250 queued\r\n"))
    mail.send(message())
    assert ApiCall.objects.get().status == 250


@pytest.mark.parametrize(
    ("after_data", "kind", "taken"),
    [
        (None, TransientError, MAYBE),
        (b"451 later\r\n", TransientError, NO),
        (b"554 spam\r\n", PermanentError, NO),
    ],
)
def test_a_real_server_may_refuse_or_fall_silent(
    smtp: Any, after_data: bytes | None, kind: type[HubError], taken: bool
) -> None:
    smtp(lambda connection: talk(connection, after_data))
    with pytest.raises(kind) as error:
        mail.send(message())
    assert getattr(error.value, "outcome_unknown", False) is taken


def test_a_server_that_hangs_up_before_its_greeting_has_taken_nothing(smtp: Any) -> None:
    smtp(lambda connection: None)
    with pytest.raises(TransientError) as error:
        mail.send(message())
    assert not error.value.outcome_unknown


def settings_of(url: str) -> dict[str, Any]:
    return mail_settings(url, base=Path("/srv/hub"), timeout=20)


def test_a_provider_is_set_up_by_its_address() -> None:
    assert settings_of("anymail://mailgun?API_KEY=a%2Bb&SENDER_DOMAIN=example.com") == {
        "EMAIL_BACKEND": "anymail.backends.mailgun.EmailBackend",
        "ANYMAIL": {"MAILGUN_API_KEY": "a+b", "MAILGUN_SENDER_DOMAIN": "example.com", "REQUESTS_TIMEOUT": 20},
    }


@pytest.mark.parametrize(
    ("url", "folder"),
    [("filemail://var/mail", "/srv/hub/var/mail"), ("filemail:///srv/a%20b", "/srv/a b")],
)
def test_a_local_mailbox_is_a_folder(url: str, folder: str) -> None:
    assert settings_of(url)["EMAIL_FILE_PATH"] == folder


def test_a_mail_lands_in_the_local_mailbox(settings: Settings, tmp_path: Path) -> None:
    for name, value in settings_of(f"filemail://{tmp_path}").items():
        setattr(settings, name, value)
    mail.send(message())
    [file] = tmp_path.iterdir()
    assert "Subject: Hello" in file.read_text()


def test_a_server_with_a_password_is_set_up_and_nonsense_is_refused() -> None:
    found = settings_of("smtp+tls://user:p%40ss@mail.example.com:587")
    assert (found["EMAIL_HOST_PASSWORD"], found["EMAIL_USE_TLS"], found["EMAIL_TIMEOUT"]) == ("p@ss", True, 20)
    with pytest.raises(ImproperlyConfigured):
        settings_of("pigeon://roof")
