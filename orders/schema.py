"""The OpenAPI schema: addresses as they are written, and the order receiver by Norce's own contract."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

CONTRACT = Path(settings.BASE_DIR) / "connectors" / "norce" / "contracts" / "norce-order-service.openapi.yaml"
ANSWERS = {
    "401": "Wrong or missing credentials",
    "413": "The body is over 2 MiB",
    "415": "Neither JSON nor XML",
    "503": "The order could not be stored; send it again",
}


def without_slash(result: dict[str, Any], **hook: Any) -> dict[str, Any]:
    """Write every address without the slash at its end, which may be there or not; return the schema."""
    result["paths"] = {path.rstrip("/"): operations for path, operations in result["paths"].items()}
    return result


def add_receiver(result: dict[str, Any], **hook: Any) -> dict[str, Any]:
    """Add ``POST /norce/orders`` and the contract's schemas to the schema drf-spectacular made; return it.

    The receiver is a plain Django view, because the way through a REST framework costs a tenth of its
    speed, and its contract is Norce's to write.
    """
    contract = yaml.safe_load(CONTRACT.read_text())
    operation = dict(contract["webhooks"]["createOrder"]["post"])
    known = {"200": operation["responses"]["200"]}
    operation["responses"] = known | {code: {"description": text} for code, text in ANSWERS.items()}
    result["paths"]["/norce/orders"] = {"post": operation}
    components = result.setdefault("components", {})
    for section in ("schemas", "requestBodies"):
        components.setdefault(section, {}).update(contract["components"][section])
    schemes = components.setdefault("securitySchemes", {})
    schemes["receiverBasic"] = contract["components"]["securitySchemes"]["receiverBasic"]
    return result
