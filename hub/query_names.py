"""Ask a tenant's $metadata whether it has every name that the hub reads of Norce Query."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from connectors.errors import HubError, PermanentError
from connectors.norce import odata
from connectors.norce.metadata import lacking, read_model
from connectors.norce.query import NorceQuery
from connectors.norce.reads import SETS


def check_names(query: NorceQuery) -> Iterator[dict[str, Any]]:
    """Yield rows of ``system``, ``ok`` and ``answer`` for each namespace: one that says all is there, or one per
    name that is missing.

    ``ok`` is None where the tenant has no $metadata (404): nothing is known to be wrong then.
    """
    for namespace in dict.fromkeys(wanted.namespace for wanted in SETS):
        for ok, answer in _checked(query, namespace):
            yield {"system": f"norce query {namespace}", "ok": ok, "answer": answer}


def _checked(query: NorceQuery, namespace: str) -> list[tuple[bool | None, str]]:
    try:
        missing = _missing(query, namespace)
    except PermanentError as error:
        if error.status == 404:
            return [(None, "There is no $metadata (404): the names could not be checked.")]
        return [(False, str(error))]
    except HubError as error:
        return [(False, str(error))]
    return [(False, text) for text in missing] or [(True, "every name is there")]


def _missing(query: NorceQuery, namespace: str) -> list[str]:
    model = read_model(query.metadata(namespace))
    spelled = partial(odata.in_version, query.version)
    return [text for wanted in SETS if wanted.namespace == namespace for text in lacking(model, wanted, spelled)]
