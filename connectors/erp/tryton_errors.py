"""What Tryton says went wrong, in our terms and without the names of people."""

from __future__ import annotations

import re
from typing import Any

from connectors.errors import ConfigError, HubError, PermanentError, TransientError
from connectors.redaction import MASK, redact_text

# A quoted word behind one of these names a thing of Tryton's; any other may name a person.
_NAMED = {"field", "of", "in", "access", "sale", "product", "invoice", "shipment", "line", "module", "model", "rate"}
_QUOTED = re.compile(r'(\w+ )?"[^"]*"')
_UNKNOWN_NAME = re.compile(r"^'?([a-z][a-z_.]*)'?$")


class Refused(PermanentError):
    """Tryton's own rules refuse what was asked for; nothing was changed."""


def warning(answer: Any) -> str:
    """Return the name of the question that an answer asks, "" when it asks none."""
    match answer:
        case {"error": ["UserWarning", [str(name), *_], *_]}:
            return name
    return ""


def error_of(system: str, operation: str, error: Any) -> HubError:
    """Return what an ``error`` member means; its text is Tryton's without what may name a person."""
    match error:
        case ["UserError", [str(text), *_], *_]:
            return Refused("tryton_refused", system=system, operation=operation, said=_without_names(text))
        case ["ConcurrencyException", *_]:
            return TransientError("tryton_changed", system=system, operation=operation)
        case [str(name), *_] if (found := _UNKNOWN_NAME.match(name)) and "_" in name:
            return ConfigError("tryton_module_missing", system=system, operation=operation, name=found[1])
    # Any other is a fault in Tryton: it has taken everything back, and its text may quote whatever it was given.
    return TransientError("tryton_failed", system=system, operation=operation)


def _without_names(text: str) -> str:
    return redact_text(_QUOTED.sub(_masked, text))[:500]


def _masked(found: re.Match[str]) -> str:
    before = found[1] or ""
    return found[0] if before.strip() in _NAMED else f'{before}"{MASK}"'
