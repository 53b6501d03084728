"""What an answer of another system says went wrong, in words fit to be kept and shown."""

from __future__ import annotations

from contextlib import suppress

import simplejson

from connectors.redaction import redact_body, redact_text

LONGEST = 500


def said(body: bytes) -> str:
    """Return the text of an error's body, redacted and cut.

    Of OData's ``{"error": {"code", "message"}}`` the message with its code (that Norce Query answers so is
    inferred), of any other body all of it.
    """
    with suppress(ValueError, RecursionError, TypeError, LookupError):
        error = simplejson.loads(body)["error"]
        if isinstance(error["message"], str) and error["message"].strip():
            code = f"{error['code']}: " if error.get("code") else ""
            return redact_text(f"{code}{error['message'].strip()}")[:LONGEST]
    return redact_body(body)[:LONGEST] or "no text"
