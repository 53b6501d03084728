"""Schedules in the admin: what starts by itself, how often and when, in words."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse
from django_q.models import Schedule

from hub import schedules
from hub.admin.schedule_words import interval, schedule_title

LIST = "admin:django_q_schedule_changelist"


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (1, "every minute"),
        (10, "every 10 minutes"),
        (60, "every hour"),
        (90, "every 90 minutes"),
        (240, "every 4 hours"),
        (1440, "every day"),
        (4320, "every 3 days"),
        (10080, "every week"),
        (20160, "every 2 weeks"),
    ],
)
def test_an_interval_is_told_in_its_largest_unit(minutes: int, words: str) -> None:
    assert interval(minutes) == words


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("code_reports", "ERP codes to Norce, what has changed"),
        ("customers full", "Customers to Norce, in full"),
        ("customers full again", "Customers to Norce, in full, tried again"),
        ("companies full again shop se", "Companies to Norce, in full, tried again (shop se)"),
    ],
)
def test_a_task_is_told_in_words(name: str, words: str) -> None:
    assert schedule_title(name) == words


def test_no_task_shows_its_own_name(admin_client: Client, transactional_db: None) -> None:
    schedules.set_schedules()
    page = admin_client.get(reverse(LIST)).content.decode()
    shown = [entry.name for entry in schedules.TABLE if f">{entry.name}<" in page]
    assert (shown, "every 10 minutes" in page) == ([], True)


def test_a_single_start_is_once_and_at_its_hour(admin_client: Client, transactional_db: None) -> None:
    schedules.again("customers", "")
    Schedule.objects.update(next_run=datetime(2026, 11, 22, 1, 10, tzinfo=UTC))
    page = admin_client.get(reverse(LIST)).content.decode()
    for text in ("Customers to Norce, in full, tried again", "once", "2026-11-22 02:10"):
        assert text in page
