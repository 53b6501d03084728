"""Signing in: guessing is slow, nobody is kept out by others, and an administrator sees it and can help."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt, AccessFailureLog
from django.contrib.auth.models import User
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from hub.prune import prune
from hub.sign_in import address

pytestmark = pytest.mark.django_db
LOGIN = reverse("admin:login")
PASSWORD = "a-long-password"


@pytest.fixture(autouse=True)
def ola() -> User:
    """Somebody who may sign in."""
    return User.objects.create_user("ola", password=PASSWORD, is_staff=True)


def tried(password: str, *, name: str = "ola", times: int = 1, **where: str) -> Any:
    """Try to sign in, each time from a new browser; return the last answer."""
    for _ in range(times):
        answer = Client(**where).post(LOGIN, {"username": name, "password": password})
    return answer


@pytest.mark.parametrize(("language", "said"), [("en", "for 15 minutes"), ("sv", "på 15 minuter")])
def test_after_five_failures_the_right_password_waits_too(language: str, said: str) -> None:
    assert tried("wrong", times=4).status_code == 200
    answer = tried("wrong", HTTP_ACCEPT_LANGUAGE=language)
    assert answer.status_code == 429 and said in answer.content.decode()
    assert f'href="{LOGIN}"' in answer.content.decode()
    assert tried(PASSWORD).status_code == 429


def test_the_wait_ends_even_if_somebody_goes_on_trying() -> None:
    tried("wrong", times=5)
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))
    assert tried(PASSWORD).status_code == 302


def test_a_success_forgets_the_failures_before() -> None:
    tried("wrong", times=4)
    assert tried(PASSWORD).status_code == 302
    assert tried("wrong", times=4).status_code == 200


def test_nobody_else_is_kept_out() -> None:
    User.objects.create_user("vera", password=PASSWORD, is_staff=True)
    tried("wrong", times=6)
    assert tried(PASSWORD, name="vera").status_code == 302
    assert tried(PASSWORD, REMOTE_ADDR="192.0.2.7").status_code == 302


def test_an_administrator_sees_it_and_lets_them_in(admin_client: Client) -> None:
    tried("wrong", times=5)
    page = admin_client.get(reverse("admin:axes_accessfailurelog_changelist")).content.decode()
    assert page.count("127.0.0.1") >= 5
    [row] = AccessAttempt.objects.all()
    assert "ola" in admin_client.get(reverse("admin:axes_accessattempt_changelist")).content.decode()
    admin_client.post(
        reverse("admin:axes_accessattempt_delete", args=[row.pk]), {"post": "yes", "reason": "It was Ola"}
    )
    assert tried(PASSWORD).status_code == 302


def test_no_password_is_kept() -> None:
    tried("my-secret-guess", times=2)
    kept = [*AccessAttempt.objects.values(), *AccessFailureLog.objects.values()]
    assert kept and "my-secret-guess" not in str(kept)


def test_failures_are_pruned() -> None:
    tried("wrong")
    for table in (AccessAttempt, AccessFailureLog):
        table.objects.update(attempt_time=timezone.now() - timedelta(days=91))
    prune()
    assert not AccessAttempt.objects.exists() and not AccessFailureLog.objects.exists()


@pytest.mark.parametrize(
    ("proxies", "forwarded", "seen"),
    [
        (0, "198.51.100.1", "192.0.2.1"),
        (1, "", "192.0.2.1"),
        (1, "198.51.100.1", "198.51.100.1"),
        (1, "203.0.113.9, 198.51.100.1", "198.51.100.1"),
        (2, "203.0.113.9, 198.51.100.1", "203.0.113.9"),
        (2, "198.51.100.1", "198.51.100.1"),
        (1, "nonsense", None),
    ],
)
def test_only_what_our_own_proxies_say_is_believed(settings: Any, proxies: int, forwarded: str, seen: str) -> None:
    settings.TRUSTED_PROXIES = proxies
    headers = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
    assert address(RequestFactory().get("/", REMOTE_ADDR="192.0.2.1", **headers)) == seen
