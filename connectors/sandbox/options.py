"""How a sandbox is set up: everything that may differ between two of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class SandboxOptions:
    """The settings of one sandbox.

    ``rate_limit`` is Connect calls in a sliding minute (0 for no limit), ``job_seconds`` how long an
    import takes, ``match`` whether an unknown code sent with a known e-mail address or organisation
    number is an insert (``literal``, as the reference reads) or falls through to that identifier.
    ``erp_credentials`` and ``hub_credentials`` are ``user:secret``, empty for none; ``hub_url`` is the
    full address of the hub's order receiver. Events are sent to ``events_url`` with the name of their type
    behind it, and not even raised while it is empty; ``event_wait_scale`` shortens Norce's waits between two tries.
    ``known_parts`` None means that the ERP knows every part;
    ``separate_parties`` False that its register does not tell people from companies.
    ``seed`` makes the error rates repeatable.
    """

    client_id: str = "sandbox"
    client_secret: str = "sandbox-secret"
    rate_limit: int = 60
    job_seconds: float = 0.5
    match: Literal["literal", "fallthrough"] = "literal"
    erp_credentials: str = ""
    unique_reference: bool = False
    separate_parties: bool = True
    known_parts: tuple[str, ...] | None = None
    hub_url: str = ""
    hub_credentials: str = ""
    events_url: str = ""
    events_token: str = ""
    event_wait_scale: float = 1.0
    push_tries: int = 3
    push_pause: float = 0.2
    seed: int = 0

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> SandboxOptions:
        """Read the hub's addresses and credentials, the pace that a benchmark sets and the ERP's kind of register.

        The rest keeps its default.
        """
        return cls(
            separate_parties=environment.get("SANDBOX_SEPARATE_PARTIES", "true").lower() in {"true", "1", "yes", "on"},
            rate_limit=int(environment.get("SANDBOX_RATE_LIMIT", cls.rate_limit)),
            job_seconds=float(environment.get("SANDBOX_JOB_SECONDS", cls.job_seconds)),
            hub_url=environment.get("SANDBOX_HUB_URL", ""),
            hub_credentials=environment.get("SANDBOX_HUB_CREDENTIALS", ""),
            events_url=environment.get("SANDBOX_EVENTS_URL", ""),
            events_token=environment.get("SANDBOX_EVENTS_TOKEN", ""),
            event_wait_scale=float(environment.get("SANDBOX_EVENT_WAIT_SCALE", cls.event_wait_scale)),
        )
