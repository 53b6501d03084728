"""``python -m tests.bench [intake|inbox|pipeline …] [--quick]``: measure, print, keep in var/bench.json."""

from __future__ import annotations

import json
import os
import secrets
import tempfile
from argparse import ArgumentParser, Namespace
from importlib import import_module
from pathlib import Path

import django
from django.core.management import call_command
from django.db import connections
from rich.console import Console

from tests.bench.database import own_database
from tests.bench.figures import Figure, machine, table
from tests.bench.setting import Setting, environment

QUICK_RECORDS = 500
QUICK_ORDERS = 2000
# Each is a module beside this one, whose imports need Django's settings.
BENCHMARKS = ("intake", "inbox", "pipeline", "quota", "register", "admin", "tryton")


def main() -> None:
    """Run the benchmarks that are named, or all, on a database of their own."""
    arguments = _arguments()
    facts = machine()
    with tempfile.TemporaryDirectory() as folder, own_database(os.environ.get("DATABASE_URL", ""), Path(folder)) as url:
        try:
            results = _measure(arguments, Path(folder), url)
        finally:
            connections.close_all()
    facts["database"] = url.partition(":")[0]
    Console().print(*(f"{name} {value}" for name, value in facts.items()), sep=" · ")
    kept = {name: {figure.name: round(figure.value, 3) for figure in figures} for name, figures in results.items()}
    arguments.output.write_text(json.dumps({"machine": facts, **kept}, indent=2) + "\n")


def _arguments() -> Namespace:
    parser = ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"any of {', '.join(BENCHMARKS)} (default: all)")
    parser.add_argument("--quick", action="store_true", help="tiny numbers that only show that everything works")
    parser.add_argument("--records", type=int, default=200_000, help="how many customers the register has")
    parser.add_argument("--orders", type=int, default=1_000_000, help="how many orders the admin's lists have")
    parser.add_argument("--output", type=Path, default=Path("var/bench.json"), help="where to keep the figures")
    arguments = parser.parse_args()
    unknown = set(arguments.names) - set(BENCHMARKS)
    if unknown:
        parser.error(f"There is no benchmark {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}.")
    arguments.names = arguments.names or list(BENCHMARKS)
    return arguments


def _measure(arguments: Namespace, folder: Path, url: str) -> dict[str, list[Figure]]:
    credentials = f"norce:{secrets.token_hex(24)}"
    event_token = secrets.token_hex(24)
    os.environ |= environment(url, credentials, event_token)
    django.setup()
    call_command("migrate", verbosity=0)
    setting = Setting(
        folder=folder,
        log=arguments.output.with_suffix(".log"),
        credentials=credentials,
        event_token=event_token,
        postgresql=url.startswith("postgres"),
        quick=arguments.quick,
        records=QUICK_RECORDS if arguments.quick else arguments.records,
        orders=QUICK_ORDERS if arguments.quick else arguments.orders,
    )
    setting.log.unlink(missing_ok=True)
    results = {}
    for name in arguments.names:
        results[name] = import_module(f"tests.bench.{name}").measure(setting)
        Console().print(table(name, results[name]))
    return results


if __name__ == "__main__":
    main()
