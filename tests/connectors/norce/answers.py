"""A Norce that answers what the test says, and the client that calls it."""

from __future__ import annotations

from connectors.http import Http
from connectors.norce.api import NorceApi
from connectors.norce.auth import NorceToken
from connectors.ratelimit import Quota

BASE = "https://norce.example.com"
QUOTA = Quota(name="norce-connect", per_minute=8)


def api(quota: Quota = QUOTA, application_id: int = 0, path: str = "connect") -> NorceApi:
    token = NorceToken(http=Http(system="norce", base_url=BASE), client_id="hub", client_secret="s3cret", scope="prod")
    http = Http(system="norce", base_url=f"{BASE}/{path}")
    return NorceApi(http=http, token=token, quota=quota, application_id=application_id)
