"""What every test may ask for: the sandbox as the other end, an application, orders, and a way to do the work."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.management.commands import flush
from django.db import connection
from django.db.backends.base.operations import BaseDatabaseOperations
from django.test import Client
from django.utils import translation
from pytest_django.plugin import DjangoDbBlocker

from connectors.sandbox.adapter import SandboxAdapter
from connectors.sandbox.core import Sandbox
from connectors.sandbox.options import SandboxOptions
from connectors.sandbox.registration import register_order
from hub import drain, gateways, rings
from hub.models import Application, ErpConnection
from orders.models import Order

pytest_plugins = ["tests.tryton.fixtures", "tests.orders.norce"]

PAYLOADS = Path(__file__).parent.parent / "connectors" / "sandbox" / "samples"
AUTH = {"Authorization": "Basic bm9yY2U6YS1sb25nLXJhbmRvbS1zZWNyZXQtZm9yLXRlc3Rz"}
SYSTEMS = ("norce", "erp:default", "erp:second")
LASTING = {"django_content_type", "auth_permission"}
MADE = ("auth_group", "auth_group_permissions", "hub_role")
# How long an example takes says how busy the machine is, and nothing of the code.
hypothesis.settings.register_profile("hub", deadline=None, max_examples=30)
hypothesis.settings.load_profile("hub")


def pytest_report_header() -> str:
    """Say which database and queue the suite runs on."""
    database = settings.DATABASES["default"]["ENGINE"].rpartition(".")[2]
    return f"database: {database}, rings: {'redis' if settings.REDIS_URL else 'database'}"


def pytest_collection_finish() -> None:
    """Let the garbage collector look at what tests make, and not each time at all of Django: a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def sample(name: str, **changes: Any) -> dict[str, Any]:
    """Return a sample order by the start of its file's name, with top-level members changed."""
    path = next(PAYLOADS.glob(f"order-{name}*.json"))
    return json.loads(path.read_text()) | changes


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Empty tables between tests by DELETE, but for those that every test needs filled and none changes.

    On PostgreSQL each TRUNCATE makes and syncs new files, and a test leaves few rows. What is made after ``migrate``
    and may be changed, the roles, is put back from a copy.
    """
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        for table in MADE:
            cursor.execute(f"DROP TABLE IF EXISTS made_{table}")
            cursor.execute(f"CREATE TABLE made_{table} AS SELECT * FROM {table}")

    def delete(self: BaseDatabaseOperations, style: object, tables: list[str], **options: bool) -> list[str]:
        statements = [f"DELETE FROM {self.quote_name(table)}" for table in tables if table not in LASTING]
        statements += [f"INSERT INTO {table} SELECT * FROM made_{table}" for table in MADE]
        # SQLite executes one at a time, PostgreSQL all in one go.
        return ["; ".join(statements)] if connection.vendor == "postgresql" else statements

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(connection.ops), "sql_flush", delete)
        patch.setattr(flush, "emit_post_migrate_signal", lambda *args, **options: None)
        yield


@pytest.fixture(autouse=True)
def quiet_rings() -> None:
    """No ring of one test is folded into another test's."""
    rings.forget()


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    """No test reads what Norce said in another."""
    cache.clear()


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """No test speaks the language that a page of the test before was shown in."""
    with translation.override("en"):
        yield


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A Norce tenant and an ERP in this process, mounted on the hub's own HTTP sessions."""
    other_end = Sandbox(SandboxOptions(rate_limit=0, job_seconds=0))
    gateways.forget_sessions()
    for system in SYSTEMS:
        gateways.session(system).mount("http://sandbox.test", SandboxAdapter(other_end, sleep=lambda seconds: None))
    yield other_end
    gateways.forget_sessions()


@pytest.fixture
def application(transactional_db: None) -> Application:
    """The application of the sample orders 1, 3, 4, 5 and 6, with the ERP connection ``default``."""
    connection, _ = ErpConnection.objects.get_or_create(name="default")
    return Application.objects.create(
        key="7f0c2d1a-4b52-4f6e-9a31-0d5b6f1e2c10", number=1901, name="Exempel SE", erp_connection=connection
    )


@pytest.fixture
def business(application: Application) -> Application:
    """The application of the sample order 2 (a company's)."""
    return Application.objects.create(
        key="3c9a5be2-0f17-4d6b-b0c8-91e4a6d7f203",
        number=1902,
        name="Exempel Företag",
        erp_connection=application.erp_connection,
    )


@pytest.fixture
def post_order(client: Client) -> Callable[..., Any]:
    """Post an order as Norce does."""

    def post(body: Any, content_type: str = "application/json", path: str = "/norce/orders", **options: Any) -> Any:
        data = json.dumps(body) if isinstance(body, dict) else body
        return client.post(path, data=data, content_type=content_type, headers=AUTH, **options)

    return post


@pytest.fixture
def received(post_order: Callable[..., Any], sandbox: Sandbox) -> Callable[..., Order]:
    """Receive a sample order, registered in the sandbox as Norce would have it; return its row."""

    def receive(name: str = "01", **changes: Any) -> Order:
        body = sample(name, **changes)
        register_order(sandbox.state, body)
        assert post_order(body).json()["StatusCode"] == "OK"
        return Order.objects.get(client_order_ref=str(body["ClientOrderRef"]), source=body["Source"])

    return receive


@pytest.fixture
def work() -> Callable[[], int]:
    """Do all work that is due now, in this process; return how many items were done."""

    def do() -> int:
        done = 0
        while drain.step():
            done += 1
        return done

    return do
