"""Run the main job over HTTP against the sandbox and show what happened on both sides."""

from __future__ import annotations

import os
import time
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

import requests
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from customers import address_story
from customers import story as register
from hub.local import Local
from hub.logins import ensure_logins
from hub.management.base import as_table
from orders import mail_story, news_story
from orders.story import buyer_of, compare, disagreeing, send
from orders.story_waits import hurry, wait_for_orders, wait_for_work

# Received and confirmed of five orders, the delivery of three, and one that waits in the store.
FEWEST_MAILS = 12


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
        hurry()
        mailbox = settings.VAR_DIR / "mail" / f"{datetime.now():%Y%m%d-%H%M%S}"
        os.environ["EMAIL_URL"] = f"filemail://{mailbox}"
        log = settings.VAR_DIR / "demo.log"
        log.unlink(missing_ok=True)
        with Local(state=settings.VAR_DIR / "sandbox.json", log=log) as local:
            local.manage("sync_applications")
            mail_story.switch_on()
            local.start_hub()
            sent = send(local, say=self.stdout.write)
            wait_for_orders(sent, say=self.stdout.write)
            local.manage("sync", "code_reports", "--wait")
            moved = address_story.tell(local.sandbox_url, buyer_of(sent[0]), say=self.stdout.write)
            clerk = news_story.sandbox_clerk(local.sandbox_url)
            news_story.tell(news_story.TURNS, sent, clerk=clerk, manage=local.manage, say=self.stdout.write)
            wait_for_work(sent)
            register.tell(local.sandbox_url, manage=local.manage, say=self.stdout.write)
            state = requests.get(f"{local.sandbox_url}/_sandbox/state", timeout=10).json()
        rows, money, people = compare(sent, state), news_story.compare(sent, state), register.compare(state)
        letters = mail_story.mails(mailbox)
        for table in (rows, money, [moved], people, letters):
            self.stdout.write(as_table(table))
        wrong = disagreeing((*rows, *money, moved, *people))
        if wrong or len(letters) < FEWEST_MAILS:
            raise CommandError(
                f"The two sides do not agree about {', '.join(wrong) or 'the mails to buyers'}; see {log}."
            )
        self.stdout.write(
            f"Both sides agree on {len(rows)} orders and their money, {people[0]['ERP']} people and "
            f"{people[1]['ERP']} companies; {len(letters)} mails are in {mailbox} "
            f"({time.monotonic() - started:.0f} s). Look at them: make run"
        )
