"""Run the main job over HTTP against the sandbox and show what happened on both sides."""

from __future__ import annotations

import os
import time
from argparse import ArgumentParser
from typing import Any

import requests
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from customers import story as register
from hub.local import Local
from hub.logins import ensure_logins
from hub.management.base import as_table
from hub.models import OutboxMessage
from hub.models.work import State
from orders.models import Order
from orders.releasing import release
from orders.story import Sent, compare, story

PATIENCE = 45.0
PACE = {"SANDBOX_JOB_SECONDS": "0", "SANDBOX_RATE_LIMIT": "240", "NORCE_REQUESTS_PER_MINUTE": "240"}


class Command(BaseCommand):
    """``make demo``: orders in → ERP → acknowledged, codes back, the register in full and by changes.

    Exits 0 only if both sides agree.
    """

    help = "Run the main job on this machine; leaves its data for a look with `make run`."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """No arguments: the demo is the same for everybody."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Start everything, send the story's orders, do what a person would, compare, stop everything."""
        started = time.monotonic()
        call_command("migrate", verbosity=0)
        ensure_logins(get_user_model())
        # Norce's jobs take their time, and a second demo would wait for the minute of the first to end.
        for name, value in PACE.items():
            os.environ.setdefault(name, value)
        log = settings.VAR_DIR / "demo.log"
        log.unlink(missing_ok=True)
        with Local(state=settings.VAR_DIR / "sandbox.json", log=log) as local:
            local.manage("sync_applications")
            local.start_hub()
            sent = self._send(local)
            self._wait_for_orders(sent)
            local.manage("sync", "code_reports", "--wait")
            register.tell(local.sandbox_url, manage=local.manage, say=self.stdout.write)
            state = requests.get(f"{local.sandbox_url}/_sandbox/state", timeout=10).json()
        rows, people = compare(sent, state), register.compare(state)
        self.stdout.write(as_table(rows))
        self.stdout.write(as_table(people))
        wrong = [row.get("order") or row["register"] for row in (*rows, *people) if row["agree"] is not True]
        if wrong:
            raise CommandError(f"The two sides do not agree about {', '.join(wrong)}; see {log}.")
        self.stdout.write(
            f"Both sides agree on {len(rows)} orders, {people[0]['ERP']} people and {people[1]['ERP']} companies "
            f"({time.monotonic() - started:.0f} s). Look at them: make run"
        )

    def _send(self, local: Local) -> list[Sent]:
        """Have the sandbox push every order of the story to the hub, as Norce would."""
        sent = story(local.sandbox_url, first=int(time.time() * 2) % 2_000_000_000)
        for entry in sent:
            url = f"{local.sandbox_url}/_sandbox/orders?format={entry.format}"
            for _ in range(entry.times):
                answer = requests.post(url, json=entry.request, timeout=60).json()
            self.stdout.write(f"{entry.reference}  {entry.what}: {answer['answer'].get('StatusCode', answer)}")
        return sent

    def _wait_for_orders(self, sent: list[Sent]) -> None:
        """Wait until every order is acknowledged; release those that the shop asked a person to look at."""
        waiting = {entry.reference for entry in sent}
        deadline = time.monotonic() + PATIENCE
        while waiting and time.monotonic() < deadline:
            time.sleep(0.2)
            for order in Order.objects.filter(client_order_ref__in=waiting):
                if order.acknowledged_at:
                    waiting.discard(order.client_order_ref)
                elif OutboxMessage.objects.filter(subject=order.subject, state=State.HELD).exists():
                    held = OutboxMessage.objects.get(subject=order.subject, state=State.HELD)
                    self.stdout.write(f"{order}  held: {held.error} A person releases it.")
                    release(order, by="demo", reason="Looked at: in order.")
