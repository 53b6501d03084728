"""Norce's events on their way in: kept once, answered at once; what makes no sense is kept too."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, InterfaceError, OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django_q.models import OrmQ

from hub import checks, inbox, registry, rings
from hub.broker import RingBroker
from hub.models import InboxEvent, RejectedMessage
from hub.models.work import State
from tests.hub.test_crashes import DiesAt, Killed

OLD, NEW = "the-old-token-of-a-rotation", "the-new-token-of-a-rotation"
PATH = "/norce/events/JobCompletedEvent"
SAMPLES = Path(__file__).parents[2] / "connectors" / "sandbox" / "samples"
BODY = {"ClientId": 1900, "ApplicationId": 1901, "JobId": 330915, "StatusId": 2}

pytestmark = pytest.mark.django_db(transaction=True)
Post = Callable[..., Any]


@pytest.fixture(autouse=True)
def door(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two tokens open the door; rings go to the database whatever the suite runs on."""
    settings.NORCE_EVENT_TOKENS = [OLD, NEW]
    settings.REDIS_URL = ""
    monkeypatch.setattr(rings, "get_broker", lambda: RingBroker("hub"))
    monkeypatch.setattr(rings, "async_task", lambda task: RingBroker("hub").enqueue(task))


@pytest.fixture
def post(client: Client) -> Post:
    """Post an event as Norce does."""

    def post(body: Any = BODY, path: str = PATH, token: str = NEW, **options: Any) -> Any:
        data = json.dumps(body) if isinstance(body, dict) else body
        options = {"headers": {"Authorization": f"Bearer {token}"}, "content_type": "application/json"} | options
        return client.post(path, data=data, **options)

    return post


@pytest.fixture
def changed(post: Post, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], Any]:
    """Post that a customer has changed; whoever handles that does nothing."""
    known = registry.EventType(
        handler=lambda event: None, identify=lambda message: (f"norce_customer:{message.customer_id}", "")
    )
    monkeypatch.setitem(registry._events, "CustomerChangedNotification", known)

    def post_change(number: int) -> Any:
        body = {"ClientId": 1, "CustomerId": number, "EntityChanged": "tClientCustomer"}
        return post(body, path="/norce/events/CustomerChangedNotification")

    return post_change


def counts() -> tuple[int, int, int]:
    """Return how many events, rejected messages and rings there are."""
    return InboxEvent.objects.count(), RejectedMessage.objects.count(), OrmQ.objects.count()


@pytest.mark.parametrize("path", [PATH, f"{PATH}/"])
def test_it_stores_an_event_with_a_ring_and_answers_nothing(post: Post, path: str) -> None:
    answer = post(path=path)
    assert (answer.status_code, answer.content, answer.cookies) == (200, b"", {})
    event = InboxEvent.objects.get()
    assert (event.event_type, event.subject) == ("JobCompletedEvent", "norce_job:330915")
    assert (event.key, event.application_number) == ("JobCompletedEvent:330915:2", 1901)
    assert (json.loads(bytes(event.body)), counts()) == (BODY, (1, 0, 1))


def test_it_needs_neither_csrf_nor_https(post: Post, settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    client = Client(enforce_csrf_checks=True, headers={"Authorization": f"Bearer {NEW}"})
    assert client.post(PATH, data=json.dumps(BODY), content_type="application/json").status_code == 200


def test_an_event_whose_ring_is_folded_costs_one_statement(post: Post) -> None:
    post()
    with CaptureQueriesContext(connection) as queries:
        post(BODY | {"JobId": 330916})
    assert [query["sql"].split()[0] for query in queries] == ["INSERT"]
    assert counts() == (2, 0, 1)


@pytest.mark.parametrize("token", [OLD, NEW])
def test_both_tokens_of_a_rotation_work(post: Post, token: str) -> None:
    assert post(token=token).status_code == 200


def test_a_token_that_was_rotated_out_is_refused(post: Post, settings: Any) -> None:
    settings.NORCE_EVENT_TOKENS = [NEW]
    assert (post(token=OLD).status_code, post(token=NEW).status_code) == (401, 200)


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", f"Basic {NEW}", NEW, f"Bearer {NEW}x", f"Bearer {NEW[:-1]}"]
)
def test_it_refuses_missing_and_wrong_tokens(post: Post, header: str) -> None:
    answer = post(headers={"Authorization": header})
    assert (answer.status_code, answer["WWW-Authenticate"], counts()) == (401, "Bearer", (0, 0, 0))


@pytest.mark.parametrize("tokens", [[], [""]])
def test_without_tokens_the_door_is_shut(post: Post, settings: Any, tokens: list[str]) -> None:
    settings.NORCE_EVENT_TOKENS = tokens
    assert {post(token=token).status_code for token in ("", NEW)} == {401}


@pytest.mark.parametrize(("size", "status"), [(64 * 1024, 200), (64 * 1024 + 1, 413)])
def test_it_takes_64_kib(post: Post, size: int, status: int) -> None:
    body = json.dumps(BODY).ljust(size)
    assert post(body).status_code == status
    assert counts()[:2] == ((1, 0) if status == 200 else (0, 1))


def test_of_a_body_that_is_too_large_only_its_size_is_kept(post: Post) -> None:
    post(b" " * 100_000)
    kept = RejectedMessage.objects.get()
    assert (kept.size, bytes(kept.body), kept.endpoint) == (100_000, b"", "norce/events")
    assert "at most 65536" in kept.reason


@pytest.mark.parametrize(("size", "status"), [(100, 200), (70_000, 413)])
def test_it_takes_a_body_in_chunks_without_a_length(post: Post, size: int, status: int) -> None:
    stream = io.BytesIO(json.dumps(BODY).ljust(size).encode())
    chunked: dict[str, Any] = {"wsgi.input": stream, "wsgi.input_terminated": True, "CONTENT_LENGTH": ""}
    assert post(**chunked).status_code == status


def test_the_same_event_again_is_answered_and_not_stored_twice(post: Post) -> None:
    assert [post().status_code for _ in range(3)] == [200, 200, 200]
    assert counts() == (1, 0, 1)


def test_a_repeat_that_would_ring_rings_nobody(post: Post) -> None:
    post()
    rings.forget()
    assert (post().status_code, counts()) == (200, (1, 0, 1))


def test_another_status_of_the_same_job_is_another_event(post: Post) -> None:
    post()
    post(BODY | {"StatusId": 3})
    assert counts()[0] == 2


def test_a_change_is_folded_into_the_one_that_waits_and_news_again_once_that_one_is_taken(
    post: Post, changed: Callable[[int], Any]
) -> None:
    for _ in range(3):
        assert changed(5).status_code == 200
    changed(6)
    assert list(InboxEvent.objects.values_list("subject", "key")) == [
        ("norce_customer:5", ""),
        ("norce_customer:6", ""),
    ]
    InboxEvent.objects.filter(subject="norce_customer:5").update(state=State.RUNNING)
    assert [changed(5).status_code for _ in range(2)] == [200, 200]
    assert InboxEvent.objects.filter(subject="norce_customer:5").count() == 2


def test_a_change_that_begins_to_be_worked_on_while_the_next_comes_is_followed_by_it(
    changed: Callable[[int], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    changed(5)

    def taken_meanwhile(event: InboxEvent) -> bool:
        InboxEvent.objects.update(state=State.RUNNING)
        return False

    monkeypatch.setattr(inbox, "_is_known", taken_meanwhile)
    assert changed(5).status_code == 200
    assert sorted(InboxEvent.objects.values_list("state", flat=True)) == [State.PENDING, State.RUNNING]


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("event-*.json")), ids=lambda path: path.stem)
def test_every_event_of_the_contract_is_taken(post: Post, path: Path) -> None:
    name = path.stem.split("-")[1]
    assert post(path.read_bytes(), path=f"/norce/events/{name}").status_code == 200
    assert (InboxEvent.objects.get().event_type, RejectedMessage.objects.count()) == (name, 0)


def test_an_event_that_nobody_handles_is_kept_as_done_and_rings_nobody(post: Post) -> None:
    for _ in range(2):
        post({"ClientId": 1, "PartNo": "A", "EntityChanged": "x"}, path="/norce/events/SkuChangedNotification")
    assert set(InboxEvent.objects.values_list("state", "subject", "note")) == {(State.DONE, "A", inbox.NOBODY)}
    assert counts() == (2, 0, 0)


@pytest.mark.parametrize("reference", ["\x00", "\ud800"])
def test_a_name_that_no_database_keeps_is_rejected(post: Post, reference: str) -> None:
    body = {"ClientId": 1, "ApplicationId": 1, "ClientOrderRef": reference, "Source": "WEB"}
    assert post(body, path="/norce/events/OrderReceivedEvent").status_code == 200
    assert counts() == (0, 1, 0)


def test_names_in_any_case_and_numbers_as_text_are_read(post: Post) -> None:
    post({"clientid": "1", "jobId": "330915", "statusId": "2"})
    event = InboxEvent.objects.get()
    assert (event.key, event.application_number) == ("JobCompletedEvent:330915:2", None)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\x00\xff",
        b"null",
        b"[]",
        b'"JobId"',
        b"{}",
        b'{"JobId": 1}',
        b'{"JobId": "x", "StatusId": 2}',
        b'{"JobId": 0, "StatusId": 2}',
        b'{"JobId": 99999999999999999999, "StatusId": 2}',
        b'{"JobId": ' + b"9" * 5000 + b', "StatusId": 2}',
        b"[" * 60_000,
    ],
    ids=lambda body: repr(body[:30]),
)
def test_authenticated_nonsense_is_kept_as_rejected_and_answered_200(post: Post, body: bytes) -> None:
    answer = post(body)
    kept = RejectedMessage.objects.get()
    assert (answer.status_code, answer.content, bytes(kept.body)) == (200, b"", body)
    assert (kept.endpoint, bool(kept.reason)) == ("norce/events", True)
    assert counts() == (0, 1, 0)


@pytest.mark.parametrize("name", ["jobcompletedevent", "OrderInvoicedEvent", "%00", "%F0%9F%98%80", "x" * 3000])
def test_an_unknown_type_is_kept_as_rejected_with_the_types_there_are(post: Post, name: str) -> None:
    assert post(path=f"/norce/events/{name}").status_code == 200
    assert "there are CustomerChangedNotification" in RejectedMessage.objects.get().reason
    assert counts() == (0, 1, 0)


@pytest.mark.parametrize("number", [0, -1, 2**31, 2**70])
def test_an_application_that_cannot_be_one_is_left_out(post: Post, number: int) -> None:
    post(BODY | {"ApplicationId": number})
    assert InboxEvent.objects.get().application_number is None


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
@pytest.mark.parametrize("body", [BODY, b"nonsense"])
def test_it_answers_503_and_stores_nothing_when_the_database_is_down(
    post: Post, error: type[Exception], body: Any
) -> None:
    def fail(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        raise error("the server closed the connection")

    with connection.execute_wrapper(fail):
        answer = post(body)
    assert (answer.status_code, counts()) == (503, (0, 0, 0))


def test_a_conflict_that_is_no_repeat_is_not_answered_200(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(event: InboxEvent, **options: Any) -> None:
        raise IntegrityError("a rule that the code does not know")

    broken = registry.EventType(handler=lambda event: None, identify=lambda message: ("a", ""))
    monkeypatch.setitem(registry._events, "JobCompletedEvent", broken)
    monkeypatch.setattr(InboxEvent, "save", refuse)
    assert (post().status_code, counts()) == (503, (0, 0, 0))


@pytest.mark.parametrize("after", [False, True])
def test_death_at_any_statement_leaves_the_event_with_its_ring_or_nothing(post: Post, after: bool) -> None:
    for statement in range(1, 20):
        InboxEvent.objects.all().delete()
        OrmQ.objects.all().delete()
        rings.forget()
        wrapper = DiesAt(statement, after=after)
        with suppress(Killed), connection.execute_wrapper(wrapper):
            post()
        assert counts() in ((0, 0, 0), (1, 0, 1))
        if not wrapper.died:
            break
    assert (statement >= 3, counts()) == (True, (1, 0, 1))


@pytest.mark.parametrize(
    ("tokens", "ids"),
    [
        ([], []),
        (["f" * 24], []),
        (["short"], ["hub.W003"]),
        (["f" * 24, "two words" * 4], ["hub.E005"]),
        (["å" * 30], ["hub.E005"]),
    ],
)
def test_tokens_that_are_short_or_cannot_be_sent_are_named(settings: Any, tokens: list[str], ids: list[str]) -> None:
    settings.NORCE_EVENT_TOKENS = tokens
    assert [problem.id for problem in checks.check_credentials(None)] == ids


def test_an_event_is_kept_as_it_came(post: Post) -> None:
    body = b'\xef\xbb\xbf{"ClientId": 1, "JobId": 1, "StatusId": 4, "Amount": 1.10}'
    post(body)
    assert bytes(InboxEvent.objects.get().body) == body


@pytest.mark.parametrize("number", ["9" * 4000, "-1"])
def test_a_status_that_no_status_can_be_is_rejected_and_not_asked_for_again(post: Post, number: str) -> None:
    assert post(body=f'{{"JobId": 1, "StatusId": {number}}}').status_code == 200
    assert counts()[:2] == (0, 1)
