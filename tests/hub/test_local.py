"""What `make run` and `make demo` tell their processes: both ends know the same token, whatever the settings lack."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from connectors.sandbox.options import SandboxOptions
from hub.local import Local
from hub.management.commands.run import Command


@pytest.mark.parametrize("tokens", [["first-of-a-rotation", "second-of-a-rotation"], []])
def test_the_sandbox_sends_its_events_with_a_token_that_the_hub_takes(settings: Any, tokens: list[str]) -> None:
    settings.NORCE_EVENT_TOKENS = tokens
    local = Local(web_port=8000, state=Path("unused"))
    given = local.environment()
    told = SandboxOptions.from_environment(given)
    assert told.events_url == "http://127.0.0.1:8000/norce/events"
    assert told.events_token == given["NORCE_EVENT_TOKENS"].split(",")[0]
    assert given == local.environment()
    assert len(told.events_token) >= 16


@pytest.mark.parametrize(("other", "told"), [("", "sandbox+http://127.0.0.1:8765/erp"), ("tryton+http://x/erp",) * 2])
def test_the_erp_is_the_sandboxs_own_unless_another_is_named(other: str, told: str) -> None:
    local = Local(sandbox_port=8765, erp_url=other, state=Path("unused"))
    assert (local.erp_url, local.environment()["ERP_URL"]) == (told, told)
    assert local.environment()["NORCE_BASE_URL"] == "http://127.0.0.1:8765"


def test_run_says_where_events_go_and_how_to_send_one() -> None:
    said = StringIO()
    local = Local(web_port=8000, sandbox_port=8765, state=Path("unused"))
    Command(stdout=said).say(local)
    assert f"http://127.0.0.1:8000/norce/events/<EventType>   (Bearer {local.event_tokens[0]})" in said.getvalue()
    assert "JobCompletedEvent" in said.getvalue()
    assert "http://127.0.0.1:8765/_sandbox/events" in said.getvalue()
