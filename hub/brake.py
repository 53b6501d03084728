"""When a run looks wrong: it would deactivate too many, or the ERP answered short."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b

from connectors.errors import HubError
from hub.models import ErpConnection, SyncRun


@dataclass(frozen=True, kw_only=True)
class Weight:
    """What a plan would do to the customers of one ERP connection, in records.

    ``known`` are those that Norce has from there, ``read_before`` what the last full run read (None: none did).
    """

    deactivated: int
    known: int
    read: int
    read_before: int | None


def reasons(connection: ErpConnection, weight: Weight) -> list[HubError]:
    """Return what looks wrong, nothing when the run may go on.

    Both limits must be passed for deactivations: five of ten is little, five of a hundred thousand
    less. A register that has shrunk to a fraction speaks of a broken listing, not of lost customers.
    """
    found: list[HubError] = []
    many = weight.deactivated > connection.brake_count
    if many and weight.deactivated * 100 > connection.brake_percent * weight.known:
        found.append(
            HubError(
                "brake_deactivates",
                connection=connection.name,
                number=weight.deactivated,
                known=weight.known,
                most=connection.brake_count,
                percent=connection.brake_percent,
            )
        )
    if weight.read_before and weight.read * 100 < connection.brake_short_percent * weight.read_before:
        found.append(HubError("brake_short", connection=connection.name, read=weight.read, before=weight.read_before))
    return found


def plan_digest(run: SyncRun) -> str:
    """Return a digest of everything the run would send, so that an approval is for this plan only."""
    digest = blake2b(digest_size=20)
    rows = run.rows.exclude(payload="").order_by("pk").values_list("subject", "change", "norce_id", "payload")
    for row in rows.iterator(chunk_size=2000):
        digest.update(repr(row).encode())
    return digest.hexdigest()
