"""What went wrong, said as what the caller should do next."""

from __future__ import annotations


class HubError(Exception):
    """Base of every error that decides what happens to a piece of work.

    ``kind`` is stored on the failed row; ``remedy`` tells a person what to press or change;
    ``status`` is the HTTP status that said so, if one did.
    """

    kind = "internal"

    def __init__(self, message: str, *, remedy: str = "", status: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.status = status

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class TransientError(HubError):
    """Try again later: a timeout, a 5xx, a 429, an ERP being restarted.

    ``retry_after`` is the other side's wish in seconds, None when it has none. ``counts`` is
    False when nothing was really tried (a full quota), so that the allowance is not used up.
    ``outcome_unknown`` is True when the other side may have done the work all the same.
    """

    kind = "transient"

    def __init__(
        self,
        message: str,
        *,
        remedy: str = "",
        retry_after: float | None = None,
        counts: bool = True,
        outcome_unknown: bool = False,
        status: int | None = None,
    ) -> None:
        super().__init__(message, remedy=remedy, status=status)
        self.retry_after = retry_after
        self.counts = counts
        self.outcome_unknown = outcome_unknown


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
    """A person must look first. ``code`` names the question; ``releasable`` says a person may wave it through."""

    kind = "hold"

    def __init__(self, message: str, *, code: str, remedy: str = "", releasable: bool = False) -> None:
        super().__init__(message, remedy=remedy)
        self.code = code
        self.releasable = releasable
