"""What went wrong, said as what the caller should do next."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.utils import translation

from connectors import catalogue


class HubError(Exception):
    """Base of every error that decides what happens to a piece of work.

    ``text`` is a code of the catalogue, whose texts ``params`` complete, or words of one's own, with their own
    ``remedy`` (an adapter that has no catalogue). ``kind`` is stored on the failed row; ``status`` is the HTTP
    status that said so, if one did.
    """

    kind = "internal"

    def __init__(self, text: str, /, *, remedy: str = "", status: int | None = None, **params: object) -> None:
        super().__init__(text)
        self._entry = catalogue.find(text)
        self._own = text, remedy
        given = params if status is None else {"status": status, **params}
        self.code = self._entry.code if self._entry else ""
        self.params = {name: _plain(value) for name, value in given.items()} if self._entry else {}
        self.status = status

    @property
    def cause(self) -> str:
        """What went wrong, in the language of who reads it where the catalogue has it."""
        return self._entry.cause_of(self.params) if self._entry else self._own[0]

    @property
    def advice(self) -> str:
        """What to do, in the language of who reads it where the catalogue has it."""
        return self._entry.remedy_of(self.params) if self._entry else self._own[1]

    @property
    def told(self) -> str:
        """Both, in that language."""
        return f"{self.cause} {self.advice}".strip()

    @property
    def message(self) -> str:
        """What went wrong, in English."""
        return self._english[0]

    @property
    def remedy(self) -> str:
        """What to do, in English."""
        return self._english[1]

    @cached_property
    def _english(self) -> tuple[str, str]:
        if self._entry is None:
            return self._own
        with translation.override("en"):
            return self._entry.cause_of(self.params), self._entry.remedy_of(self.params)

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class TransientError(HubError):
    """Try again later: a timeout, a 5xx, a 429, an ERP being restarted.

    ``retry_after`` is the other side's wish in seconds, None when it has none. ``counts`` is
    False when nothing was really tried (a full quota), so that the allowance is not used up.
    ``outcome_unknown`` is True when the other side may have done the work all the same, and ``under_way`` for how
    many seconds from now it may still be doing it (code ``erp_under_way``), where the hub would look too early.
    """

    kind = "transient"

    def __init__(
        self,
        text: str,
        /,
        *,
        remedy: str = "",
        retry_after: float | None = None,
        counts: bool = True,
        outcome_unknown: bool = False,
        under_way: float = 0.0,
        status: int | None = None,
        **params: object,
    ) -> None:
        super().__init__(text, remedy=remedy, status=status, **params)
        self.retry_after = retry_after
        self.counts = counts
        self.outcome_unknown = outcome_unknown
        self.under_way = under_way


class PermanentError(HubError):
    """The other side refuses this content; repeating it unchanged is pointless."""

    kind = "permanent"


class ConfigError(HubError):
    """The hub or the other side is set up wrongly: an address, a password, a missing connection."""

    kind = "config"


class MappingError(HubError):
    """A value has no translation; a business user adds it and presses Retry."""

    kind = "mapping"


class HoldError(HubError):
    """A person must look first; the catalogue says whether they may wave it through."""

    kind = "hold"


def _plain(value: object) -> Any:
    """Return a parameter as JSON holds it; of another error its code with its parameters."""
    if isinstance(value, HubError):
        return {"code": value.code, "params": value.params} if value.code else value.message
    if isinstance(value, list):
        return [_plain(one) for one in value]
    # What no database keeps (NUL, half of a character) would lose the whole error.
    return value if isinstance(value, int) else str(value).encode("utf-8", "replace").decode().replace("\x00", "?")
