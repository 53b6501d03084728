"""The least that can be done with a register: read, decode, hash, keep by page, encode and send on in batches."""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import blake2b
from typing import Any

import requests

from tests.bench.floor.models import Record

BATCH = 500
# Any moment: the stub lists what has changed whenever it is asked for changes.
SINCE = "2026-01-01T00:00:00+00:00"


def run(mode: str, url: str) -> None:
    """Bring the register, or with mode ``delta`` its changes, into a plain table and to Norce."""
    session = requests.Session()
    waiting: list[str] = []
    for page in _pages(session, url, {"since": SINCE} if mode == "delta" else {}):
        payloads = {row["code"]: json.dumps(row, separators=(",", ":")) for row in page}
        _keep(payloads)
        waiting += payloads.values()
        while len(waiting) >= BATCH:
            _send(session, url, waiting[:BATCH])
            del waiting[:BATCH]
    if waiting:
        _send(session, url, waiting)


def _pages(session: requests.Session, url: str, params: dict[str, str]) -> Iterator[list[dict[str, Any]]]:
    after = ""
    while True:
        answer = session.get(f"{url}/erp/customers/list", params=params | {"after": after, "limit": "1000"}, timeout=60)
        page = json.loads(answer.content)
        yield page["customers"]
        after = page["next"]
        if not after:
            return


def _keep(payloads: dict[str, str]) -> None:
    rows = [
        Record(code=code, digest=blake2b(payload.encode(), digest_size=16).hexdigest(), payload=payload)
        for code, payload in payloads.items()
    ]
    Record.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["code"], update_fields=["digest", "payload"], batch_size=1000
    )


def _send(session: requests.Session, url: str, payloads: list[str]) -> None:
    body = f"[{','.join(payloads)}]".encode("ascii")
    session.post(f"{url}/commerce/connect/4.0/Customer/ImportCustomers", data=body, timeout=60).raise_for_status()
