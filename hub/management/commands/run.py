"""Run everything on this machine against the sandbox until Ctrl-C."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand

from hub.local import Local
from hub.logins import LOGINS, ensure_logins, password_of

EVENT = '{"type": "JobCompletedEvent", "body": {"ClientId": 1900, "JobId": 1001, "StatusId": 2}}'


class Command(BaseCommand):
    """``make run``: sandbox, web server on port 8000 and workers; prints where to look and who may sign in."""

    help = "Run sandbox, web server and workers until Ctrl-C."

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate, start all, print addresses, wait, stop all."""
        call_command("migrate", verbosity=0)
        ensure_logins(get_user_model())
        state = settings.VAR_DIR / "sandbox.json"
        with Local(web_port=8000, sandbox_port=8765, state=state) as local:
            local.manage("sync_applications")
            local.start_hub()
            self.say(local)
            local.wait()

    def say(self, local: Local) -> None:
        """Print the addresses, the sign-ins, and what to try."""
        self.stdout.write(f"\nAdmin:    {local.web_url}/admin/")
        for login, _, what in LOGINS:
            self.stdout.write(f"          {login} / {password_of(login)}   ({what})")
        self.stdout.write(f"Receiver: {local.web_url}/norce/orders   ({settings.NORCE_RECEIVER_CREDENTIALS[0]})")
        self.stdout.write(f"Events:   {local.web_url}/norce/events/<EventType>   (Bearer {local.event_tokens[0]})")
        self.stdout.write(f"Sandbox:  {local.sandbox_url}/_sandbox/state")
        self.stdout.write("Send one: make order      Stop: Ctrl-C")
        self.stdout.write("Have Norce send an event:")
        self.stdout.write(
            f"  curl -H 'Content-Type: application/json' -d '{EVENT}' {local.sandbox_url}/_sandbox/events\n"
        )
