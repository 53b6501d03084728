"""One mail for everything that has come to need a person: grouped, throttled, told once whatever dies."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from pytest_django import Settings

from connectors.errors import MappingError
from hub import alerts, by_hand, digest
from hub import work as engine
from hub.models import Digest, InboxEvent, NorceJob, OutboxMessage, SyncRun
from hub.models.work import State
from tests.faults import be_due
from tests.hub.test_crashes import DiesAt, Killed
from tests.threads import shared_database, side_by_side

Work = Callable[[], int]
SWISH = "There is no ERP value for the payment method SWISH."

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def operators(settings: Settings) -> None:
    settings.HUB_ALERT_EMAILS = ["ops@example.com"]
    settings.HUB_ALERT_MINUTES = 15
    settings.HUB_URL = "https://hub.example.com"


def fail(*numbers: int, error: str = SWISH, **columns: Any) -> None:
    """Let the work of orders have failed."""
    known = {"kind": "erp.order", "system": "erp", "state": State.FAILED, "error_kind": "mapping"}
    known |= {"remedy": "Add SWISH under Value mappings, then Retry.", "finished_at": timezone.now()}
    OutboxMessage.objects.bulk_create(
        OutboxMessage(
            **{"key": f"erp.order:failed-{number}", "subject": f"order:{number}", "error": error.format(number)}
            | known
            | columns
        )
        for number in numbers
    )


def mails() -> list[OutboxMessage]:
    """Return the mails that were put, oldest first."""
    return list(OutboxMessage.objects.filter(kind=alerts.KIND).order_by("pk"))


def text() -> str:
    """Return the text of the only mail."""
    [mail] = mails()
    return mail.payload["text"]


def let_time_pass(minutes: float = 15.1) -> None:
    """Let the last digest have been made so long ago."""
    Digest.objects.update(made_at=timezone.now() - timedelta(minutes=minutes))


def send(work: Work) -> None:
    be_due()
    work()


def test_five_hundred_orders_that_fail_for_one_reason_are_one_group_of_one_mail() -> None:
    fail(*range(1, 501), error="The article A-{0} of order {0} is unknown.")
    digest.look()
    [mail] = mails()
    assert mail.payload["subject"] == (
        "500 things need a person: Order to the ERP – Failed: A value mapping is missing"
    )
    lines = mail.payload["text"].splitlines()
    assert lines[:3] == [
        "500 × Order to the ERP – Failed: A value mapping is missing",
        "The article … of order … is unknown.",
        "What to do: Add SWISH under Value mappings, then Retry.",
    ]
    assert [line.partition(":")[0] for line in lines[3:13]] == ["- order"] * 10
    where = "https://hub.example.com/admin/hub/outboxmessage/?state__exact=failed&error_kind__exact=mapping"
    assert lines[13:] == [f"and 490 more: {where}"]


def test_the_list_that_a_group_leads_to_shows_its_work(admin_client: Client) -> None:
    fail(*range(1, 12))
    fail(20, error_kind="permanent")
    digest.look()
    [line] = [line for line in text().splitlines() if line.startswith("and 1 more: ")]
    found = admin_client.get(line.partition("hub.example.com")[2]).context["cl"].result_list
    assert {row.subject for row in found} == {f"order:{number}" for number in range(1, 12)}


def test_each_cause_is_a_group_the_largest_first() -> None:
    fail(1, error="No rows.", error_kind="hold", state=State.HELD)
    fail(2, 3)
    digest.look()
    heads = [line for line in text().splitlines() if " × " in line]
    assert [head.split(" ")[0] for head in heads] == ["2", "1"]
    assert "Held for a person: Waits for a decision" in heads[1]
    assert mails()[0].payload["subject"].startswith("3 things need a person: Order to the ERP – Failed")


def test_very_many_causes_stay_a_mail_that_can_be_read() -> None:
    for number in range(1, 26):
        fail(number, error="x" * number)
    digest.look()
    assert text().count(" × ") == 20
    assert text().endswith("And 5 more causes: https://hub.example.com/admin/")


def test_an_order_is_named_by_its_numbers_in_both_systems_with_its_page(received: Any, application: Any) -> None:
    order = received("01")
    type(order).objects.update(erp_order_no="SO100001")
    OutboxMessage.objects.update(state=State.FAILED, error_kind="permanent", error="No.")
    digest.look()
    page = f"https://hub.example.com/admin/orders/order/{order.pk}/change/"
    assert f"- Norce order 5100231, ERP order SO100001: {page}" in text().splitlines()


def test_a_held_run_says_what_it_would_do() -> None:
    run = SyncRun.objects.create(
        resource="customers", mode="full", state=State.HELD, error_kind="hold", error="30 of 100 would be deactivated.",
        count_new=3, count_changed=5, count_deactivated=30,
    )  # fmt: skip
    digest.look()
    assert "30 of 100 would be deactivated." in text().splitlines()
    about = f"Run {run.pk} (customers, full): 3 new, 5 changed, 30 to be deactivated, 0 refused"
    assert f"- {about}: https://hub.example.com/admin/hub/syncrun/{run.pk}/change/" in text().splitlines()


def test_jobs_and_events_that_have_stopped_are_told_too() -> None:
    run = SyncRun.objects.create(resource="customers", state=State.DONE)
    job = {"run": run, "batch": 1, "method": "ImportCustomers", "total": 9, "failed": 2}
    NorceJob.objects.create(job_id=17, state=State.FAILED, error_kind="permanent", **job)
    InboxEvent.objects.create(event_type="JobCompletedEvent", subject="norce_job:17", state=State.FAILED, body=b"{}")
    digest.look()
    assert f"- Norce job 17 (ImportCustomers, run {run.pk}): 2 of 9 records failed: " in text()
    assert "- norce_job:17: https://hub.example.com/admin/hub/inboxevent/" in text()


def test_alerts_that_say_the_same_are_one_group() -> None:
    for number in (17, 18):
        alerts.put(
            key=f"late:{number}", subject=f"Job {number} is late", text=f"Run {number}\nis slow.", path=f"/{number}/"
        )
    digest.look()
    assert text().splitlines() == [
        "2 × Job … is late",
        "- Run 17 is slow.: https://hub.example.com/17/",
        "- Run 18 is slow.: https://hub.example.com/18/",
    ]


def test_reasons_are_told_without_personal_data_and_faults_without_their_values() -> None:
    fail(1, error="The ERP refuses maja@example.com, 19800101-1234, +46 70 123 45 67.\nMaja Provberg")
    fail(2, error="KeyError: 'Maja Provberg'", error_kind="internal", remedy="Tell the developers.")
    digest.look()
    assert "KeyError\nWhat to do: Tell the developers." in text()
    for private in ("Maja", "@", "19800101", "123 45"):
        assert private not in text()


def test_nothing_is_told_twice_and_without_news_there_is_no_mail(work: Work, mailoutbox: list[EmailMessage]) -> None:
    fail(1)
    for _ in range(3):
        digest.look()
        send(work)
        let_time_pass()
    assert len(mailoutbox) == 1


def test_what_was_told_before_is_counted_beside_the_news(work: Work) -> None:
    fail(1, 2, 3)
    digest.look()
    send(work)
    let_time_pass()
    fail(4)
    digest.look()
    assert "1 new, 4 wait in all." in mails()[1].payload["text"].splitlines()
    assert "order:1:" not in mails()[1].payload["text"]


@pytest.mark.parametrize(("minutes", "number"), [(14.9, 1), (15.1, 2)])
def test_the_next_mail_waits_for_its_time(work: Work, minutes: float, number: int) -> None:
    fail(1)
    digest.look()
    send(work)
    let_time_pass(minutes)
    fail(2)
    digest.look()
    assert len(mails()) == number


def test_what_was_mended_before_the_mail_is_not_in_it() -> None:
    fail(1, 2, 3)
    by_hand.retry(OutboxMessage.objects.get(subject="order:1"), by="anna", reason="Mended.")
    by_hand.cancel(OutboxMessage.objects.get(subject="order:2"), by="anna", reason="Not wanted.")
    digest.look()
    assert ("order:1" in text(), "order:2" in text(), "order:3" in text()) == (False, False, True)


def test_what_fails_again_after_a_retry_is_news_again(work: Work) -> None:
    fail(1)
    digest.look()
    send(work)
    let_time_pass()
    by_hand.retry(OutboxMessage.objects.get(subject="order:1"), by="anna", reason="Again.")
    OutboxMessage.objects.filter(subject="order:1").update(state=State.FAILED)
    digest.look()
    assert len(mails()) == 2


def test_without_operators_nothing_is_gathered(settings: Settings) -> None:
    settings.HUB_ALERT_EMAILS = []
    fail(1)
    assert digest.look() is None
    assert (mails(), Digest.objects.count()) == ([], 0)


def mail_is(state: State) -> None:
    OutboxMessage.objects.filter(kind=alerts.KIND).update(state=state)


@pytest.mark.parametrize("state", [State.PENDING, State.RUNNING])
def test_while_a_mail_waits_for_the_mail_server_no_other_is_made(work: Work, state: State) -> None:
    fail(1)
    digest.look()
    mail_is(state)
    for number in range(2, 6):
        let_time_pass()
        fail(number)
        assert digest.look() is None
    mail_is(State.DONE)
    digest.look()
    assert mails()[1].payload["subject"].startswith("4 things")


def test_the_mail_after_one_that_could_not_be_sent_tells_what_that_one_would_have() -> None:
    fail(1, 2)
    digest.look()
    mail_is(State.FAILED)
    let_time_pass()
    OutboxMessage.objects.filter(subject="order:2").update(state=State.DONE)
    fail(3)
    digest.look()
    first, second = mails()
    assert (first.state, second.state) == (State.SUPERSEDED, State.PENDING)
    assert [f"order:{number}:" in second.payload["text"] for number in (1, 2, 3)] == [True, False, True]


def test_a_failed_mail_is_not_itself_reported_by_mail() -> None:
    fail(1)
    digest.look()
    mail_is(State.FAILED)
    OutboxMessage.objects.filter(subject="order:1").update(state=State.DONE)
    let_time_pass()
    assert digest.look() is None
    assert [mail.state for mail in mails()] == [State.FAILED]


def test_a_failed_mail_that_somebody_has_sent_again_is_left_to_them(monkeypatch: pytest.MonkeyPatch) -> None:
    fail(1)
    digest.look()
    let_time_pass()
    fail(2)
    monkeypatch.setattr(digest, "_state_of_mail", lambda last: State.FAILED)
    assert digest.look() is None
    assert ([mail.state for mail in mails()], Digest.objects.count()) == ([State.PENDING], 1)
    assert OutboxMessage.objects.get(subject="order:2").told_in is None


def test_two_workers_that_look_at_the_same_moment_make_one_mail(tmp_path: Path) -> None:
    fail(*range(1, 50))
    SyncRun.objects.create(resource="customers", state=State.HELD)
    alerts.put(key="a", subject="An alert", text="Look.", path="/")
    with shared_database(tmp_path):
        made = side_by_side(4, lambda number: digest.look())
        assert sum(one is not None for one in made) == 1
        [mail] = mails()
        assert mail.payload["subject"].startswith("51 things")


@pytest.mark.parametrize("after", [False, True])
def test_death_at_any_statement_tells_each_trouble_once(after: bool) -> None:
    for statement in range(1, 60):
        OutboxMessage.objects.all().delete()
        Digest.objects.all().delete()
        fail(1, 2)
        wrapper = DiesAt(statement, after=after)
        with suppress(Killed), connection.execute_wrapper(wrapper):
            digest.look()
        digest.look()
        mail_is(State.DONE)
        let_time_pass()
        digest.look()
        assert [mail.payload["text"].count("- order:") for mail in mails()] == [2]
        if not wrapper.died:
            break
    assert 2 < statement < 59


def test_two_thousand_troubles_cost_few_statements(
    django_assert_max_num_queries: Any, received: Any, application: Any
) -> None:
    received("01")
    fail(*range(1000, 3000), error="{0} is wrong.")
    InboxEvent.objects.bulk_create(
        InboxEvent(event_type="e", subject=f"customer:default:{number}", body=b"{}", state=State.FAILED)
        for number in range(2000)
    )
    with django_assert_max_num_queries(40):
        digest.look()
    assert mails()[0].payload["subject"].startswith("4000 things")


def test_a_mail_can_be_read_in_the_admin_by_its_text(admin_client: Client) -> None:
    fail(1)
    digest.look()
    page = admin_client.get(reverse("admin:hub_outboxmessage_change", args=[mails()[0].pk])).content.decode()
    assert "payment method SWISH" in page
    other = OutboxMessage.objects.get(subject="order:1")
    page = admin_client.get(reverse("admin:hub_outboxmessage_change", args=[other.pk])).content.decode()
    assert "field-mail_text" not in page


def test_a_mail_is_english_like_the_reasons_it_quotes() -> None:
    fail(1)
    with translation.override("sv"):
        digest.look()
    assert "Order to the ERP – Failed: A value mapping is missing" in text()


def test_it_is_in_the_hubs_language(settings: Settings) -> None:
    settings.LANGUAGE_CODE = "sv"
    error = MappingError("value_unmapped", kind="fee", value="FRAKT", application="Shop", application_key="shop")
    fail(1, **engine.failure(error))
    digest.look()
    assert mails()[0].payload["subject"].startswith("1 sak väntar på en människa: Order till affärssystemet")
    assert "Frakt- och avgiftsartikel FRAKT saknar värdemappning för Shop." in text()
    assert "Gör så här: Lägg till FRAKT under Värdemappningar" in text()


def test_the_english_text_that_is_kept_does_not_depend_on_it(settings: Settings) -> None:
    settings.LANGUAGE_CODE = "sv"
    assert MappingError("bc_row_number", row=3).remedy == "Renumber it."
