"""Nor does what a person only sees after a step: dialogs, questions, previews, refusals, second factors."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.models import User
from django.test import Client
from django.urls import resolve, reverse
from lxml import html
from playwright.sync_api import BrowserContext, Page

from connectors.sandbox.core import Sandbox
from customers.models import CustomerBinding
from hub.models import Application, ValueMapping
from hub.models.configuration import ValueKind
from orders.models import NoticeTemplate, Order
from tests import addresses, day
from tests.browser.axe import broken, broken_pages
from tests.browser.conftest import confirm, sign_in

pytestmark = pytest.mark.browser

SECRET = "JBSWY3DPEHPK3PXP"


def dialogs(person: User) -> dict[str, tuple[str, str]]:
    """Return one of each kind of dialog: its name → the page that has its button, and the button's address."""
    client, found = Client(), dict[str, tuple[str, str]]()
    client.force_login(person)
    for url in addresses.of_site(person):
        for address in html.fromstring(client.get(url).content).xpath("//*[@hx-target='#modal-content']/@hx-get"):
            found.setdefault(resolve(address.partition("?")[0]).view_name, (url, address))
    return found


def test_dialogs(
    page: Page,
    person: User,
    application: Application,
    sandbox: Sandbox,
    received: Callable[..., Order],
    work: Callable[[], int],
) -> None:
    day.pass_by(application, sandbox, received, work)
    there, faults = dialogs(person), {}
    for name, (url, address) in there.items():
        page.goto(url)
        page.locator(f'[hx-get="{address}"]').first.evaluate("button => button.click()")
        page.get_by_role("dialog").wait_for()
        faults[name] = broken(page, "[role=dialog]")
    assert len(there) > 10
    assert {name: fault for name, fault in faults.items() if fault} == {}


def test_the_question_before_a_mapping_is_saved(page: Page, application: Application) -> None:
    row = ValueMapping.objects.create(kind=ValueKind.PAYMENT_METHOD, norce_value="CARD", erp_value="K0")
    page.goto(reverse("admin:hub_valuemapping_change", args=[row.pk]))
    page.get_by_label("ERP value", exact=False).fill("K1")
    page.get_by_label("Reason").fill("A new word.")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("heading", name="Save this value mapping?").wait_for()
    assert broken(page) == []


@pytest.mark.parametrize(("kind", "answer"), [("payment_method", "What the file would do"), ("nonsense", "Line 2")])
def test_the_answer_to_a_file(page: Page, application: Application, tmp_path: Path, kind: str, answer: str) -> None:
    file = tmp_path / "mappings.csv"
    file.write_text(f"kind,application_key,norce_value,erp_value\n{kind},,CARD,K1\n")
    page.goto(reverse("admin:hub_valuemapping_import"))
    page.get_by_label("File (.xlsx or .csv)").set_input_files(file)
    page.get_by_role("button", name="Look at it").click()
    page.get_by_text(answer).first.wait_for()
    assert broken(page) == []


def test_the_preview_of_a_mail(page: Page, received: Callable[..., Order], application: Application) -> None:
    received("01")
    row, _ = NoticeTemplate.objects.get_or_create(kind="order_received", language="sv", application_key="")
    page.goto(reverse("admin:orders_noticetemplate_change", args=[row.pk]))
    with page.expect_popup() as opened:
        page.get_by_role("button", name="Preview").click()
    opened.value.wait_for_load_state()
    assert broken(opened.value) == []


def test_the_question_before_codes_are_reported_again(page: Page, application: Application) -> None:
    CustomerBinding.objects.create(erp_connection="default", erp_code="P1")
    page.goto(reverse("admin:customers_customerbinding_changelist"))
    page.locator("input[name=_selected_action]").first.check()
    page.locator("select[name=action]").select_option("report_selected")
    page.locator("select[name=action]").evaluate("select => select.form.submit()")
    page.get_by_role("heading", name="Report 1 code again?").wait_for()
    assert broken(page) == []


def test_who_is_locked_out(context: BrowserContext, person: User) -> None:
    page = context.new_page()
    page.goto(reverse("admin:login"))
    for _ in range(5):
        page.get_by_label("Username").fill(person.username)
        page.get_by_label("Password", exact=False).first.fill("wrong")
        page.get_by_role("button", name="Log in").click()
    page.get_by_text("for 15 minutes", exact=False).wait_for()
    assert broken(page) == []


def test_making_a_second_factor(context: BrowserContext, factors: None, person: User) -> None:
    page = context.new_page()
    assert broken_pages(page, [reverse("account_login")]) == {}
    sign_in(page, person)
    assert broken_pages(page, [reverse("account_reauthenticate")]) == {}
    confirm(page)
    pages = ("mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "mfa_list_webauthn")
    assert broken_pages(page, map(reverse, pages)) == {}
    TOTP.activate(person, SECRET)
    RecoveryCodes.activate(person)
    pages = ("mfa_index", "mfa_deactivate_totp", "mfa_generate_recovery_codes", "mfa_view_recovery_codes")
    assert broken_pages(page, map(reverse, pages)) == {}


def test_the_question_for_a_second_factor(context: BrowserContext, factors: None, person: User) -> None:
    TOTP.activate(person, SECRET)
    page = context.new_page()
    sign_in(page, person)
    page.wait_for_url("**/2fa/authenticate/**")
    assert broken(page) == []
