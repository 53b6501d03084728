"""The queue of those who want to write: a lock on a file beside the database, which the kernel frees when one dies."""

from __future__ import annotations

import fcntl
import os
import time

PAUSE = 0.001
PATIENCE = 5.0


class WriteQueue:
    """One connection's place in the queue. It only orders the waiting: the lock that counts is SQLite's own."""

    def __init__(self, path: str) -> None:
        """Open the lock file ``path``, made where it is missing."""
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)

    def enter(self) -> None:
        """Wait for one's turn; whoever has waited five seconds goes on all the same, and waits as SQLite does."""
        until = time.monotonic() + PATIENCE
        while not self._is_mine() and time.monotonic() < until:
            time.sleep(PAUSE)

    def leave(self) -> None:
        """Let the next one write; without effect for whoever is not in."""
        fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        """Leave for good."""
        os.close(self._file)

    def _is_mine(self) -> bool:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
