"""What an ERP may do besides: carry a write out long after the hub has stopped waiting for its answer."""

from __future__ import annotations

from typing import Protocol, runtime_checkable


@runtime_checkable
class ErpLateWrites(Protocol):
    """An adapter whose ERP lets calls wait their turn, or work on for longer than the hub listens.

    Its errors of such a write say the same (``under_way`` of `TransientError`); the hub looks for what was
    written, and writes again, no sooner. The attribute is for a worker that died before it heard an error.
    """

    @property
    def write_seconds(self) -> float:
        """For how many seconds after it was sent a write may still be carried out."""
