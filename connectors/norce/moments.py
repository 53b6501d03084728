"""Points in time as Norce writes them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

# WCF services write milliseconds since 1970 in UTC; the offset after them only tells where the writer was.
_WCF = re.compile(r"/Date\((-?\d{1,15})(?:[+-]\d{4})?\)/", re.ASCII)


def parse_moment(text: str | None) -> datetime | None:
    """Read a date and time in any form seen on the wire; None when there is none or it cannot be read.

    ISO 8601, the same with a space ("2020-11-17 14:19:47"), and the "/Date(…)/" of WCF. Without a zone
    in the text the answer is naive: Norce does not document the zone of `SubmitDate`.
    """
    text = (text or "").strip()
    wcf = _WCF.fullmatch(text)
    try:
        if wcf:
            return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(wcf[1]))
        return datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        return None
