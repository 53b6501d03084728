"""What the platform is told: alive, able to work, or what is down."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from hub.models import ClusterBeat, OutboxMessage
from hub.supervisor import Supervisor

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def database_rings(settings: Any) -> None:
    settings.REDIS_URL = ""


def beat(seconds_ago: float, name: str = "cluster") -> None:
    ClusterBeat.objects.create(name=name, beat_at=timezone.now() - timedelta(seconds=seconds_ago))


def waiting_for(seconds: float) -> None:
    OutboxMessage.objects.create(
        kind="test", system="erp", subject="order:1", key="test", not_before=timezone.now() - timedelta(seconds=seconds)
    )


def test_it_is_alive_without_workers(client: Client) -> None:
    assert client.get("/health/live").status_code == 200


@pytest.mark.parametrize("path", ["/health/ready", "/health/ready/"])
def test_it_is_ready_when_a_worker_drains(client: Client, path: str) -> None:
    beat(5)
    waiting_for(1)
    assert client.get(path).status_code == 200


def test_it_says_that_due_work_is_not_being_taken(client: Client) -> None:
    beat(5)
    waiting_for(1000)
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()["down"]) == (503, ["workers: due work is not being taken"])


def test_it_says_that_no_worker_ever_came(client: Client) -> None:
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()["down"]) == (503, ["workers: no sign of life ever"])


def test_it_says_since_when_workers_are_silent(client: Client) -> None:
    beat(1000)
    assert "no sign of life since" in client.get("/health/ready").json()["down"][0]


def test_it_says_that_redis_is_away(client: Client, settings: Any) -> None:
    beat(5)
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert client.get("/health/ready").json()["down"][0].startswith("queue: ConnectionError")


def test_it_says_that_the_database_is_away(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(connection, "ensure_connection", away)
    assert client.get("/health/ready").json() == {"ready": False, "down": ["database: OperationalError"]}


def test_a_cluster_that_has_just_started_does_not_stand_still() -> None:
    supervisor = Supervisor()
    supervisor.started = float("inf")
    assert supervisor.stalled() == ""


def test_a_silent_cluster_stands_still_though_another_one_drains() -> None:
    beat(1)
    supervisor = Supervisor()
    supervisor.started = float("-inf")
    assert supervisor.stalled() == "no sign of life"


def test_a_cluster_that_lives_and_takes_nothing_stands_still() -> None:
    supervisor = Supervisor()
    supervisor.started = float("-inf")
    beat(1, supervisor.name)
    waiting_for(1)
    assert supervisor.stalled() == ""
    OutboxMessage.objects.update(not_before=timezone.now() - timedelta(seconds=1000))
    assert supervisor.stalled() == "due work is not being taken"


def test_long_work_in_hand_is_no_standstill(client: Client, settings: Any) -> None:
    beat(5)
    waiting_for(1000)
    until = timezone.now() + timedelta(seconds=settings.HUB_LEASE_SECONDS - 10)
    OutboxMessage.objects.create(
        kind="test", system="erp", subject="order:2", key="long", state="running", lease_until=until
    )
    assert client.get("/health/ready").status_code == 200


def test_of_several_idle_clusters_each_may_be_silent_longer(settings: Any) -> None:
    supervisor = Supervisor()
    supervisor.started = float("-inf")
    beat(settings.HUB_STALL_SECONDS * 1.5, supervisor.name)
    beat(1, "second")
    assert supervisor.stalled() == "no sign of life"
    beat(1, "third")
    assert supervisor.stalled() == ""
