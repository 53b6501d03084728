"""``make demo ERP=tryton``: the main job between the sandbox's Norce and a real Tryton."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path

import django

from tests.tryton.golden import Unavailable
from tests.tryton.server import running

VAR = Path(__file__).parents[2] / "var"


def main() -> None:
    """Run the demo on a database and a sandbox of its own; exit 1 without Tryton, or if the two sides do not agree."""
    for path in VAR.glob("demo-tryton.*"):
        path.unlink()
    database = f"sqlite:///{VAR / 'demo-tryton.sqlite3'}"
    os.environ |= {"DJANGO_SETTINGS_MODULE": "hub.settings", "DATABASE_URL": database, "REDIS_URL": ""}
    django.setup()
    try:
        with running() as server:
            # Models can be imported only once Django is set up.
            import_module("tests.tryton.demo_story").tell(server)
    except Unavailable as error:
        sys.exit(f"No Tryton for the demo: {error}")


if __name__ == "__main__":
    main()
