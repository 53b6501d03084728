"""The demo's story of a buyer who moves: the address is changed in the shop and arrives in the ERP."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import requests

STREET = "Nya gatan"
PATIENCE = 30.0


def tell(sandbox_url: str, address: str, *, say: Callable[[str], None]) -> dict[str, Any]:
    """Change the address of the buyer with an e-mail address in Norce, and wait until the ERP has it.

    Returns a row for the demo's table; ``agree`` is True or what is wrong.
    """
    buyer = _find(_state(sandbox_url)["norce"]["customers"], "EmailAddress", address)
    street = f"{STREET} {int(time.time()) % 1000}"
    place = {"AddressLine1": street, "ZipCode": "999 02", "City": "Exempelstad", "CountryCode": "SE"}
    url = f"{sandbox_url}/_sandbox/norce/customers/{buyer['Id']}"
    requests.post(url, json={"InvoiceAddress": place}, timeout=10).raise_for_status()
    say(f"Norce's customer {buyer['Id']} ({buyer['Code']}) moves to {street}; Norce tells the hub.")
    arrived = _wait(sandbox_url, buyer["Code"], street)
    return {
        "customer": buyer["Code"],
        "shop": street,
        "ERP": arrived,
        "agree": arrived == street or "the address has not arrived",
    }


def _wait(sandbox_url: str, code: str, street: str) -> str:
    deadline = time.monotonic() + PATIENCE
    found = ""
    while found != street and time.monotonic() < deadline:
        time.sleep(0.2)
        answer = requests.get(f"{sandbox_url}/erp/customers", params={"code": code}, timeout=10).json()
        found = _find(answer["customers"], "code", code)["address"]["line1"]
    return found


def _find(rows: list[dict[str, Any]], name: str, value: str) -> dict[str, Any]:
    return next(row for row in rows if str(row[name]).casefold() == value.casefold())


def _state(sandbox_url: str) -> Mapping[str, Any]:
    state: Mapping[str, Any] = requests.get(f"{sandbox_url}/_sandbox/state", timeout=10).json()
    return state
