"""When a run looks wrong: it would deactivate too many, or the ERP answered short."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b

from hub import alerts
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


def reasons(connection: ErpConnection, weight: Weight) -> list[str]:
    """Return in words what looks wrong, nothing when the run may go on.

    Both limits must be passed for deactivations: five of ten is little, five of a hundred thousand
    less. A register that has shrunk to a fraction speaks of a broken listing, not of lost customers.
    """
    found = []
    many = weight.deactivated > connection.brake_count
    if many and weight.deactivated * 100 > connection.brake_percent * weight.known:
        found.append(
            f"{connection.name}: {weight.deactivated} of {weight.known} would be deactivated; the limit is "
            f"{connection.brake_count} and {connection.brake_percent} %."
        )
    if weight.read_before and weight.read * 100 < connection.brake_short_percent * weight.read_before:
        found.append(f"{connection.name}: {weight.read} records were read, {weight.read_before} the last time.")
    return found


def plan_digest(run: SyncRun) -> str:
    """Return a digest of everything the run would send, so that an approval is for this plan only."""
    digest = blake2b(digest_size=20)
    rows = run.rows.exclude(payload="").order_by("pk").values_list("subject", "change", "norce_id", "payload")
    for row in rows.iterator(chunk_size=2000):
        digest.update(repr(row).encode())
    return digest.hexdigest()


def tell_operators(run: SyncRun, found: list[str], counts: Mapping[str, int]) -> None:
    """Put the mail about a held run; call it in the transaction that keeps its plan."""
    shown = ", ".join(f"{number} {name}" for name, number in counts.items())
    alerts.put(
        key=f"held:{run.pk}:{run.plan}",
        subject=f"Run {run.pk} ({run.resource}, {run.mode}) is held",
        text="\n".join([*found, f"The plan: {shown}.", "Nothing was sent. Approve or cancel it:"]),
        path=f"/admin/hub/syncrun/{run.pk}/change/",
    )
