"""Tryton's own environment and a database file filled once, kept under var/tryton for as long as they fit."""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path

HERE = Path(__file__).parent
CACHE = HERE.parent.parent / "var" / "tryton"
REQUIREMENTS, FIXTURE = HERE / "requirements.txt", HERE / "fixture.py"
PASSWORD = "only-for-the-test-server"
DATABASE = "erp"
SQLITE = "sqlite://"
MODULES = ("sale", "sale_shipment_cost", "stock_package_shipping", "account_invoice_stock", "web_shop")


class Unavailable(Exception):
    """Tryton could not be fetched; the text says why."""


def environment() -> Path:
    """Return the folder of Tryton's virtual environment, made when it is not there; raise Unavailable."""
    folder = CACHE / f"venv-{_hash(REQUIREMENTS.read_bytes(), sys.version.encode())}"
    with one_at_a_time("venv"):
        if not (folder / ".complete").exists():
            shutil.rmtree(folder, ignore_errors=True)
            run(sys.executable, "-m", "venv", str(folder))
            _install(folder)
            (folder / ".complete").touch()
    return folder


def golden() -> Path:
    """Return a database file with a shop in it, made when there is none of this fixture and year.

    The fiscal year and the stock are of the calendar year in which it is made.
    """
    path = CACHE / f"golden-{version()}.sqlite"
    with one_at_a_time("golden"):
        if not path.exists():
            with making(path.stem) as folder:
                (folder / f"{DATABASE}.sqlite").touch()
                fill(folder, DATABASE)
                (folder / f"{DATABASE}.sqlite").rename(path)
    return path


def version() -> str:
    """Return what tells one golden database from another that has other contents."""
    key = _hash(REQUIREMENTS.read_bytes(), FIXTURE.read_bytes(), PASSWORD.encode(), " ".join(MODULES).encode())
    return f"{key}-{date.today().year}"


def fill(folder: Path, database: str, uri: str = SQLITE) -> None:
    """Make Tryton's tables in an empty database, and a shop in them; ``folder`` takes the configuration."""
    (folder / "password").write_text(secrets.token_hex(16))
    env = configure(folder, uri=uri) | {"TRYTONPASSFILE": str(folder / "password")}
    programs = environment() / "bin"
    admin = (str(programs / "trytond-admin"), "-d", database, "--email", "admin@example.com")
    run(*admin, "-u", "ir", "res", *MODULES, "--activate-dependencies", env=env)
    run(str(programs / "python"), str(FIXTURE), database, PASSWORD, env=env)


def configure(folder: Path, port: int = 0, uri: str = SQLITE) -> dict[str, str]:
    """Write a server's configuration into a folder; return the environment of its processes."""
    (folder / "www").mkdir(exist_ok=True)
    (folder / "trytond.conf").write_text(
        f"[database]\nuri = {uri}\npath = {folder}\nlist = False\n"
        f"[web]\nlisten = 127.0.0.1:{port}\nroot = {folder / 'www'}\n"
    )
    return {**os.environ, "TRYTOND_CONFIG": str(folder / "trytond.conf")}


def run(*command: str, env: Mapping[str, str] | None = None) -> None:
    """Run a program to its end; raise RuntimeError with the last of what it said when it fails."""
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{Path(command[0]).name} {command[1]} failed: {(done.stderr or done.stdout)[-2000:]}")


def _install(folder: Path) -> None:
    options = ("--quiet", "--disable-pip-version-check", "--requirement", str(REQUIREMENTS))
    try:
        run(str(folder / "bin" / "python"), "-m", "pip", "install", *options)
    except RuntimeError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise Unavailable(f"pip could not install Tryton for the test server: {str(error)[-300:].strip()}") from error


@contextmanager
def making(name: str) -> Iterator[Path]:
    """Lend an empty folder for the making of a golden database."""
    folder = CACHE / f"{name}.making"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    yield folder
    shutil.rmtree(folder)


def _hash(*parts: bytes) -> str:
    return hashlib.blake2b(b"\0".join(parts), digest_size=6).hexdigest()


@contextmanager
def one_at_a_time(name: str) -> Iterator[None]:
    """Let one process at a time make what is named."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    golden()
