"""A person is erased everywhere, once and for all, and a proof stays that does not say who it was."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from connectors.errors import ConfigError, PermanentError
from connectors.sandbox.core import Sandbox
from customers.erasing import person_by
from customers.models import CompanyBinding, CustomerBinding
from hub import erasing, rejected, runs
from hub.models import ApiCall, Erasure, InboxEvent, OutboxMessage, RejectedMessage, SyncRow, SyncRun
from hub.models.erasures import hash_of
from hub.models.work import State
from hub.person import Person
from orders.models import Order
from tests.conftest import sample
from tests.customers.codes import binding, bound, mail
from tests.faults import BUYER, be_due, known_person, set_faults

Receive = Callable[..., Order]
Work = Callable[[], int]

pytestmark = pytest.mark.usefixtures("application", "sandbox")


def command(*arguments: str, reason: str = "asked for it") -> dict[str, int]:
    out = StringIO()
    call_command("erase_person", *arguments, "--reason", reason, "--by", "anna", "--json", stdout=out)
    return {row["table"]: row["rows"] for row in json.loads(out.getvalue()) if row["rows"]}


def refusal(*arguments: str) -> str:
    with pytest.raises(CommandError) as error:
        command(*arguments)
    assert error.value.returncode != 0
    return str(error.value)


def full_run(work: Work, mode: str = SyncRun.Mode.FULL, **options: Any) -> SyncRun:
    run = runs.start(resource="customers", by="test", mode=mode, **options)
    assert run is not None
    work()
    be_due()
    work()
    run.refresh_from_db()
    return run


def everything() -> str:
    """Return all that the hub's tables hold, as one text."""
    bindings = (CustomerBinding, CompanyBinding)
    tables = (Order, OutboxMessage, SyncRow, SyncRun, *bindings, RejectedMessage, InboxEvent, ApiCall, Erasure)
    values = [list(table._default_manager.values().order_by("pk")) for table in tables]
    return str([{k: bytes(v) if k == "body" else v for k, v in row.items()} for rows in values for row in rows]).lower()


@pytest.fixture
def known(sandbox: Sandbox, received: Receive, work: Work) -> CustomerBinding:
    """The buyer of sample 1: in the ERP, in Norce, with an order, run rows and a message that was refused."""
    known_person(sandbox, "C77")
    assert full_run(work).state == State.DONE
    received("01")
    work()
    rejected.keep(endpoint="norce/orders", body=json.dumps(sample("01")).encode(), reason="again")
    CustomerBinding.objects.filter(erp_code="C77").update(norce_id=4711)
    return CustomerBinding.objects.get(erp_code="C77")


def test_nothing_of_the_person_is_left_and_codes_and_numbers_are(known: CustomerBinding) -> None:
    assert all(word in everything() for word in (BUYER, "provberg", "exempelgatan"))
    done = command("--email", BUYER.upper())
    assert done | {"syncrow": 1, "customerbinding": 1, "order": 1, "rejectedmessage": 1} == done
    assert not [word for word in (BUYER, "maja", "provberg", "exempelgatan", "0701740605") if word in everything()]
    known.refresh_from_db()
    assert (known.erp_code, known.sent, known.email, known.norce_id) == ("C77", "", "", 4711) and known.forgotten_at
    assert b"5100231" in bytes(RejectedMessage.objects.get().body)


@pytest.mark.parametrize("way", ["--code", "--norce-id"])
def test_a_code_or_an_id_finds_the_same_as_the_address(known: CustomerBinding, way: str) -> None:
    by_address = command("--email", BUYER, "--dry-run")
    assert command(way, str({"--code": known.erp_code, "--norce-id": known.norce_id}[way])) == by_address


def test_a_dry_run_counts_and_changes_nothing(known: CustomerBinding) -> None:
    before = everything()
    assert command("--email", BUYER, "--dry-run")["order"] == 1
    assert everything() == before and not Erasure.objects.exists()


def test_the_proof_says_who_when_why_and_how_much_and_not_whom(known: CustomerBinding) -> None:
    done = command("--email", BUYER, reason=f"{BUYER} asked for it")
    proof = Erasure.objects.get()
    assert (proof.state, proof.asked_by, proof.reason) == ("done", "anna", "erased asked for it")
    assert {name: number for name, number in proof.counts.items() if number} == done
    assert proof.identifier_hash == hash_of(BUYER) and proof.finished_at is not None


def test_erasing_twice_says_when_it_was_done(known: CustomerBinding) -> None:
    command("--email", BUYER)
    assert "they were erased on" in refusal("--email", BUYER)
    assert "Nothing" in refusal("--email", BUYER) and Erasure.objects.count() == 1
    assert "Nobody was found" in refusal("--code", "C77")


def test_nobody_is_said_and_leaves_no_proof() -> None:
    assert "Nobody was found" in refusal("--email", "nobody@example.com")
    assert "Nobody was found" in refusal("--code", "C404")
    assert "Nobody was found" in refusal("--norce-id", "404")
    assert not Erasure.objects.exists()


def test_several_people_are_listed_by_code_and_left_alone() -> None:
    bound(1, erp_connection="default")
    bound(1, erp_connection="second", email=mail(2))
    text = refusal("--code", "C1")
    assert "2 people match, with these codes: default C1, second C1." in text and "@" not in text
    assert binding_count() == 2


def binding_count() -> int:
    return CustomerBinding.objects.filter(forgotten_at=None).count()


def test_one_person_with_two_codes_is_one_person() -> None:
    bound(1)
    bound(2, email=mail(1), erp_connection="second")
    assert command("--code", "C1") == {"customerbinding": 2}
    assert binding_count() == 0


def test_it_is_refused_while_an_order_is_under_way(sandbox: Sandbox, received: Receive, work: Work) -> None:
    set_faults(sandbox, erp={"refuse_customers": True})
    order = received("01")
    work()
    assert f"erp.order of order:{order.pk} is failed" in refusal("--email", BUYER)
    assert BUYER in everything() and not Erasure.objects.exists()
    assert command("--email", BUYER, "--even-unfinished")["order"] == 1


def test_it_is_refused_while_a_run_holds_their_record(work: Work) -> None:
    row = bound(1)
    run = SyncRun.objects.create(resource="customers", state=State.HELD)
    columns = {"subject": row.subject, "erp_connection": "default", "erp_code": "C1", "payload": "{}"}
    SyncRow.objects.create(run=run, identifier=mail(1), **columns)
    assert f"run {run.pk} (customers) has a record" in refusal("--email", mail(1))
    command("--email", mail(1), "--even-unfinished")
    assert SyncRow.objects.get().action == SyncRow.Action.SKIPPED


def test_an_interrupted_erasure_goes_on_under_its_proof(known: CustomerBinding, monkeypatch: Any) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("customers.forgetting.forget", lambda rows: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            erasing.erase(erasing.known(person_by(code="C77")), by="anna", reason="asked")
    assert Erasure.objects.get().state == Erasure.State.RUNNING
    command("--code", "C77")
    proof = Erasure.objects.get()
    assert (proof.state, proof.counts["order"], proof.counts["customerbinding"]) == ("done", 1, 1)
    assert BUYER not in everything()


def test_no_run_brings_them_back(known: CustomerBinding, sandbox: Sandbox, work: Work) -> None:
    command("--email", BUYER)
    calls = len(sandbox.state.payloads)
    sandbox.state.erp_customers.get("C77")["phone"] = "08-1"
    for mode in (SyncRun.Mode.DELTA, SyncRun.Mode.FULL):
        assert full_run(work, mode).state == State.DONE
    assert len(sandbox.state.payloads) == calls and BUYER not in everything().replace("apicall", "")


def test_somebody_only_runs_have_seen_does_not_come_back_either(sandbox: Sandbox, work: Work) -> None:
    known_person(sandbox, "C77")
    full_run(work, dry_run=True)
    assert command("--email", BUYER)["syncrow"] == 1
    full_run(work)
    assert (len(sandbox.state.payloads), CustomerBinding.objects.get().email) == (0, "")


def test_a_new_order_of_an_erased_buyer_goes_through(known: CustomerBinding, received: Receive, work: Work) -> None:
    command("--email", BUYER)
    order = received("01", ClientOrderRef="5100999")
    work()
    order.refresh_from_db()
    known.refresh_from_db()
    assert order.erp_order_no and order.customer_code == "C77"
    assert (known.email, known.report) == ("", "") and CustomerBinding.objects.count() == 1


def test_a_refused_body_that_is_neither_json_nor_xml_goes_whole() -> None:
    rejected.keep(endpoint="e", body=f"{{broken {BUYER} Maja".encode(), reason=f"unreadable: {BUYER}")
    assert command("--email", BUYER) == {"rejectedmessage": 2}
    row = RejectedMessage.objects.get()
    assert (bytes(row.body), row.reason) == (b"erased", "unreadable: erased")


def test_calls_and_events_lose_the_address() -> None:
    columns: dict[str, Any] = {"system": "erp", "operation": "o", "method": "GET", "ms": 1}
    ApiCall.objects.create(url=f"https://erp.example.com/?q={BUYER.upper()}&n=7", **columns)
    InboxEvent.objects.create(event_type="e", subject="s", body=json.dumps({"Id": 5, "Email": BUYER}).encode())
    assert command("--email", BUYER) == {"apicall": 1, "inboxevent": 1}
    assert ApiCall.objects.get().url == "https://erp.example.com/?q=erased&n=7"
    assert json.loads(bytes(InboxEvent.objects.get().body)) == {"Id": 5, "Email": "erased"}


def test_an_address_inside_a_longer_one_is_another_persons() -> None:
    assert Person(emails=frozenset(["bo@example.com"])).without("jimbo@example.com") == "jimbo@example.com"


def test_a_person_is_named_in_one_way() -> None:
    with pytest.raises(PermanentError):
        bound(1, norce_id=5)
        bound(2, norce_id=5, erp_connection="second")
        person_by(norce_id=5)
    assert "--email" in refusal()
    with pytest.raises(ConfigError, match="Say why"):
        erasing.erase(Person(), by="anna", reason=" ")


def test_the_proof_is_found_in_the_admin_by_the_address(known: CustomerBinding, admin_client: Client) -> None:
    command("--email", BUYER)
    page = reverse("admin:hub_erasure_changelist")
    assert "asked for it" in admin_client.get(page, {"q": BUYER.upper()}).text
    assert "asked for it" not in admin_client.get(page, {"q": "other@example.com"}).text
    proof = admin_client.get(reverse("admin:hub_erasure_change", args=[Erasure.objects.get().pk])).text
    assert "order: 1" in proof and BUYER not in proof


def test_other_people_are_left_alone(known: CustomerBinding) -> None:
    bound(2)
    command("--email", BUYER)
    assert (binding(2).email, binding(2).forgotten_at) == (mail(2), None)
