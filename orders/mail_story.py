"""The demo's mailbox: a folder of files, as EMAIL_URL=filemail:// fills it, read as a buyer would."""

from __future__ import annotations

import email
from collections.abc import Iterator
from email import policy
from pathlib import Path
from typing import Any

from hub.models import Application
from hub.models.configuration import NoticeKind

# What Django's backend writes behind each mail.
BREAK = "-" * 79


def switch_on() -> None:
    """Let every application send every kind of mail, as a person does on its page."""
    Application.objects.update(notices=[kind.value for kind in NoticeKind])


def mails(folder: Path) -> list[dict[str, Any]]:
    """Return recipient and subject of the mails in the folder, oldest first."""
    return [{"mail to": str(mail["To"]), "subject": str(mail["Subject"])} for mail in _read(folder)]


def _read(folder: Path) -> Iterator[Any]:
    for path in sorted(folder.glob("*.log"), key=lambda one: one.stat().st_mtime_ns):
        for text in path.read_text(encoding="utf-8").split(BREAK):
            if text.strip():
                yield email.message_from_string(text.strip(), policy=policy.default)
