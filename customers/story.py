"""The demo's second story: a register that Norce does not know, that changes, and that once answers short."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import requests

from hub import by_hand
from hub.models import InboxEvent, SyncRun
from hub.models.work import State

PEOPLE, COMPANIES = 600, 60
# On a slow machine the events of 660 records take a while.
PATIENCE = 180.0
Say = Callable[[str], None]
Manage = Callable[..., None]


def tell(sandbox_url: str, *, manage: Manage, say: Say) -> None:
    """Let the hub carry the register over: in full, after a change, and when the ERP lists only half of it."""
    controls = f"{sandbox_url}/_sandbox"
    _cancel_held("Left behind by an earlier demo.")
    _post(f"{controls}/erp/seed", {"customers": PEOPLE, "companies": COMPANIES})
    say("The ERP's register in full, first as a preview that sends nothing:")
    manage("sync", "customers", "--full", "--dry-run", "--wait")
    manage("sync", "companies", "--full", "--wait")
    manage("sync", "customers", "--full", "--wait")
    _wait_for_events()
    _post(f"{controls}/erp/seed", {"customers": PEOPLE, "change": 0.02})
    say("A fiftieth of the register has changed:")
    manage("sync", "companies", "--delta", "--wait")
    manage("sync", "customers", "--delta", "--wait")
    _post(f"{controls}/faults", {"erp": {"short": 0.5}})
    say("The ERP lists only half of its people, and a full run begins:")
    manage("sync", "customers", "--full", "--wait", "--held-is-ok")
    _post(f"{controls}/faults", {"erp": {}})
    say("The run is held, nothing was sent. A person cancels it, and the next one finds everybody:")
    _cancel_held("The ERP answered short.")
    _wait_for_events()
    manage("sync", "customers", "--full", "--wait")


def _wait_for_events() -> None:
    """Wait until the hub has looked at what Norce has told of customers: until then no run sends anything of them."""
    waiting = InboxEvent.objects.filter(state__in=(State.PENDING, State.RUNNING))
    deadline = time.monotonic() + PATIENCE
    while waiting.exists() and time.monotonic() < deadline:
        time.sleep(0.2)


def _cancel_held(reason: str) -> None:
    for run in SyncRun.objects.filter(resource="customers", state=State.HELD):
        by_hand.cancel(run, by="demo", reason=reason)


def compare(state: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return a row for people and one for companies: what ERP and Norce have; ``agree`` is True or what is wrong."""
    return [
        _compare("people", state["erp"]["customers"], "person", state["norce"]["customers"]),
        _compare("companies", state["erp"]["customers"], "company", state["norce"]["companies"]),
    ]


def _compare(what: str, erp: list[dict[str, Any]], kind: str, norce: list[dict[str, Any]]) -> dict[str, Any]:
    phones = {row["Code"]: row.get("PhoneNumber") or "" for row in norce if row["IsActive"] and row["Code"]}
    listed = [row for row in erp if row["kind"] == kind and row["active"]]
    absent = [row["code"] for row in listed if row["code"] not in phones]
    stale = [row["code"] for row in listed if phones.get(row["code"], row["phone"]) != row["phone"]]
    wrong = [text for codes, text in ((absent, "not in Norce"), (stale, "with an old phone number")) if codes]
    return {
        "register": what,
        "ERP": len(listed),
        "Norce": len(phones),
        "agree": not wrong or "; ".join(f"{', '.join((absent or stale)[:5])} {text}" for text in wrong),
    }


def _post(url: str, body: dict[str, Any]) -> None:
    requests.post(url, json=body, timeout=60).raise_for_status()
