"""What the order desk does in a morning, in a browser: read why, mend, press, and see that it went."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, expect

from connectors.sandbox.core import Sandbox
from hub import summary
from hub.models import Application, SyncRun, ValueMapping
from hub.models.configuration import ValueKind
from hub.models.work import State
from orders.models import NoticeTemplate, Order
from tests.customers import registers

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("language", ["en", "sv"])]

Receive = Callable[..., Order]
Say = Callable[[str], str]
Work = Callable[[], int]


@pytest.fixture
def stopped(application: Application, received: Receive, work: Work) -> Order:
    """An order whose payment method the ERP must be told another word for."""
    application.erp_connection.strict_kinds = [ValueKind.PAYMENT_METHOD]
    application.erp_connection.save()
    order = received("01")
    work()
    return order


@pytest.fixture
def held(application: Application, sandbox: Sandbox, work: Work) -> SyncRun:
    """A full run that would take most customers out of Norce, and waits for a person."""
    application.erp_connection.brake_count = 5
    application.erp_connection.save()
    codes = registers.people(sandbox, 12)
    registers.run(work)
    registers.remove(sandbox, *codes[2:])
    run = registers.run(work)
    assert run.state == State.HELD
    return run


def press(page: Page, name: str) -> None:
    """Press the first button of a name, whether a button or a link that looks like one."""
    named = re.compile(rf"^{re.escape(name)}…?$")
    page.get_by_role("button", name=named).or_(page.get_by_role("link", name=named)).first.click()


def give_reason(page: Page, say: Say, button: str, reason: str) -> None:
    """Say why in the dialog that is open, and press its button."""
    dialog = page.get_by_role("dialog")
    dialog.get_by_label(say("Reason")).fill(reason)
    dialog.get_by_role("button", name=button).click()
    expect(dialog).to_be_hidden()


def test_a_person_signs_in(context: BrowserContext, hub_url: str, person: User, say: Say) -> None:
    page = context.new_page()
    page.goto("/")
    page.get_by_label(say("Username")).fill(person.username)
    page.get_by_label(say("Password"), exact=False).first.fill("a-wrong-password")
    press(page, say("Log in"))
    expect(page).to_have_url(re.compile("/login/"))
    page.get_by_label(say("Password"), exact=False).first.fill("a-long-password")
    press(page, say("Log in"))
    expect(page.get_by_role("heading", name=say("Needs a person"))).to_be_visible()


def test_a_person_finds_a_stopped_order_mends_its_mapping_and_sees_it_confirmed(
    page: Page, say: Say, stopped: Order, work: Work
) -> None:
    summary.refresh()
    page.goto("/admin/")
    page.get_by_role("main").get_by_role("link", name=say("A value mapping is missing"), exact=False).click()
    page.get_by_role("link", name=stopped.client_order_ref).click()
    expect(page.get_by_text(say("A value mapping is missing"))).to_be_visible()
    page.get_by_role("link", name="CARD").click()
    page.get_by_label(say("ERP value"), exact=False).fill("K1")
    press(page, say("Save"))
    expect(page.get_by_role("heading", name=say("Save this value mapping?"))).to_be_visible()
    press(page, say("Save"))
    page.wait_for_url(f"**{reverse('admin:orders_order_change', args=[stopped.pk])}")
    press(page, say("Retry"))
    page.get_by_label(say("Reason")).fill("Card is K1 in the ERP.")
    press(page, say("Map again with today's mappings"))
    expect(page.get_by_role("main")).to_contain_text(say("The order will be tried again."))
    work()
    page.reload()
    expect(page.get_by_text(say("Confirmed")).first).to_be_visible()
    expect(page.get_by_text("SO100001").first).to_be_visible()
    expect(page.get_by_text("Card is K1 in the ERP.").first).to_be_visible()


def test_a_person_looks_through_a_held_run_and_approves_it(page: Page, say: Say, held: SyncRun, work: Work) -> None:
    page.goto(reverse("admin:hub_syncrun_changelist"))
    page.get_by_role("link", name=say("Customers to Norce")).first.click()
    expect(page.get_by_text(say("Calls it would make"))).to_be_visible()
    page.get_by_role("link", name="10", exact=True).first.click()
    expect(page.get_by_text("p003@example.com")).to_be_visible()
    page.go_back()
    press(page, say("Approve"))
    give_reason(page, say, say("Approve"), "The old shop's customers are gone.")
    work()
    page.reload()
    expect(page.get_by_text(say("Done")).first).to_be_visible()
    held.refresh_from_db()
    assert held.count_accepted == 10


def test_a_person_imports_mappings_after_a_look_at_them(
    page: Page, say: Say, application: Application, tmp_path: Path
) -> None:
    ValueMapping.objects.create(kind=ValueKind.PAYMENT_METHOD, norce_value="CARD", erp_value="K0")
    file = tmp_path / "mappings.csv"
    file.write_text("kind,application_key,norce_value,erp_value\npayment_method,,CARD,K1\npayment_method,,SWISH,S1\n")
    page.goto(reverse("admin:hub_valuemapping_import"))
    page.get_by_label(say("File (.xlsx or .csv)")).set_input_files(file)
    press(page, say("Look at it"))
    expect(page.get_by_text(say("What the file would do"))).to_be_visible()
    expect(page.get_by_role("cell", name="SWISH").first).to_be_visible()
    assert ValueMapping.objects.count() == 1
    page.get_by_label(say("Reason")).fill("The ERP has new words.")
    press(page, say("Import"))
    expect(page.get_by_role("link", name="SWISH")).to_be_visible()
    assert set(ValueMapping.objects.values_list("norce_value", "erp_value")) == {("CARD", "K1"), ("SWISH", "S1")}


def test_a_person_edits_a_mail_and_looks_at_it_before_it_is_saved(page: Page, say: Say, stopped: Order) -> None:
    row, _ = NoticeTemplate.objects.get_or_create(kind="order_received", language="sv", application_key="")
    page.goto(reverse("admin:orders_noticetemplate_change", args=[row.pk]))
    page.get_by_label(say("Subject"), exact=False).first.fill("Tack, {{ buyer.first_name }}!")
    page.get_by_label(say("Norce order"), exact=True).fill(stopped.client_order_ref)
    page.get_by_label(say("Why you look at this order: kept with your name")).fill("She has called.")
    with page.expect_popup() as opened:
        press(page, say("Preview"))
    expect(opened.value.get_by_text("Tack, Maja!").first).to_be_visible()
    row.refresh_from_db()
    assert row.subject == ""
    page.get_by_label(say("Reason")).fill("Warmer.")
    press(page, say("Save"))
    expect(page.get_by_text(say("Own text")).first).to_be_visible()
