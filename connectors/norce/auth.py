"""The access token of a Norce account, see `connectors.oauth`."""

from __future__ import annotations

from dataclasses import dataclass, field

from connectors.oauth import ClientToken
from connectors.ratelimit import Quota

TOKEN_PATH = "/identity/1.0/connect/token"


@dataclass(kw_only=True)
class NorceToken(ClientToken):
    """The token of the account at ``http``; three token calls a minute are allowed per address."""

    url: str = ""
    who: str = "Norce"
    settings: str = "NORCE_CLIENT_ID, NORCE_CLIENT_SECRET, NORCE_SCOPE"
    quota: Quota = field(default_factory=lambda: Quota(name="norce-token", per_minute=3))

    def __post_init__(self) -> None:
        self.url = self.url or self.http.base_url + TOKEN_PATH
