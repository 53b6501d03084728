"""What is not there yet is asked for at longer and longer intervals, for a day."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orders.event_orders import pause_after


@pytest.mark.parametrize(
    ("age", "seconds"),
    [
        *((timedelta(0), 10), (timedelta(seconds=19), 10), (timedelta(minutes=1), 30), (timedelta(hours=1), 900)),
        *((timedelta(hours=23, minutes=59), 900), (timedelta(days=1), None), (timedelta(days=9), None)),
    ],
)
def test_the_pause_grows_with_the_age_until_it_is_given_up(age: timedelta, seconds: float | None) -> None:
    assert pause_after(age) == seconds


def test_a_day_of_asking_is_some_hundred_questions() -> None:
    age, asked = timedelta(0), 0
    while (pause := pause_after(age)) is not None:
        age, asked = age + timedelta(seconds=pause), asked + 1
    assert 96 <= asked < 120
