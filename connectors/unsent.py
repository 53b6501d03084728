"""Tell which failures of a call came before anything was sent, so that nothing can have been done."""

from __future__ import annotations

import ssl
from collections.abc import Iterator

import requests
import urllib3

# No connection or none in time, no such name (one of them to urllib3), and a certificate that is not believed: of the
# other failures of TLS, some come when a request has been read.
BEFORE = (requests.ConnectTimeout, urllib3.exceptions.ConnectTimeoutError, ssl.SSLCertVerificationError)


def was_never_sent(error: BaseException | None) -> bool:
    """Return whether a failure of requests' leaves no doubt that the other side got nothing."""
    return any(isinstance(cause, BEFORE) for cause in _causes(error))


def _causes(error: object) -> Iterator[BaseException]:
    """Yield an error and what it wraps: requests' hold urllib3's, which hold those of a proxy or of TLS."""
    while isinstance(error, BaseException):
        yield error
        inner = next(iter(error.args), None)
        error = getattr(error, "reason", None) or getattr(error, "original_error", inner)
