"""Nothing older overwrites anything newer: failed runs that are retried late, and what a full run makes pointless."""

from __future__ import annotations

import pytest

from connectors.sandbox.core import Sandbox
from customers import reading, settling
from customers.models import CustomerBinding
from hub import by_hand, restarts
from hub.models import NorceJob, SyncRow, SyncRun
from hub.models.work import State
from tests.customers.registers import (
    Work,
    binding,
    change,
    delta,
    norce,
    people,
    remove,
    row,
    run,
    sent_codes,
    start,
    to_the_end,
    worked,
)
from tests.faults import be_due, set_faults

pytestmark = pytest.mark.usefixtures("application")


@pytest.fixture
def failed(sandbox: Sandbox, work: Work) -> SyncRun:
    """A delta run of which Norce has refused P001's telephone number 1, and taken P002's."""
    people(sandbox, 3)
    run(work)
    change(sandbox, "P001", phone="1")
    change(sandbox, "P002", phone="1")
    set_faults(sandbox, norce={"fail_rows": ["P001"]})
    item = delta(work)
    set_faults(sandbox, norce={})
    assert item.state == State.FAILED
    return item


def retried(work: Work, item: SyncRun) -> SyncRun:
    by_hand.retry(item, by="anna", reason="Again.")
    return worked(work, item)


def test_an_older_run_sends_nothing_that_a_newer_one_has_told(failed: SyncRun, sandbox: Sandbox, work: Work) -> None:
    change(sandbox, "P001", phone="2")
    delta(work)
    before = sent_codes(sandbox)
    assert (retried(work, failed).state, failed.count_skipped, failed.count_failed) == (State.DONE, 1, 0)
    assert (sent_codes(sandbox), norce(sandbox, "P001")["PhoneNumber"]) == (before, "2")
    assert (row(failed, "P001").action, row(failed, "P001").message) == ("skipped", settling.STALE)


def test_an_older_run_sends_nothing_that_a_newer_one_found_taken_back(
    failed: SyncRun, sandbox: Sandbox, work: Work
) -> None:
    change(sandbox, "P001", phone="")
    assert delta(work).state == State.DONE
    assert (retried(work, failed).state, row(failed, "P001").action) == (State.DONE, "skipped")
    assert (norce(sandbox, "P001").get("PhoneNumber"), row(failed, "P001").message) == (None, settling.SEEN)


def test_an_older_run_does_not_deactivate_who_is_back(sandbox: Sandbox, work: Work) -> None:
    people(sandbox, 10)
    run(work)
    remove(sandbox, "P001")
    set_faults(sandbox, norce={"fail_rows": ["P001"]})
    item = run(work)
    set_faults(sandbox, norce={})
    people(sandbox, 1)
    delta(work)
    retried(work, item)
    assert (row(item, "P001").action, norce(sandbox, "P001")["IsActive"]) == ("skipped", True)


def test_an_older_run_still_sends_what_no_newer_one_could(failed: SyncRun, sandbox: Sandbox, work: Work) -> None:
    set_faults(sandbox, norce={"fail_rows": ["P001"]})
    assert delta(work).state == State.FAILED
    set_faults(sandbox, norce={})
    assert (retried(work, failed).state, norce(sandbox, "P001")["PhoneNumber"]) == (State.DONE, "1")


def test_a_preview_makes_nothing_older(failed: SyncRun, sandbox: Sandbox, work: Work) -> None:
    run(work, dry_run=True)
    assert (retried(work, failed).state, norce(sandbox, "P001")["PhoneNumber"]) == (State.DONE, "1")


def test_a_retry_after_a_failed_run_gives_the_binding_what_norce_took(
    failed: SyncRun, sandbox: Sandbox, work: Work
) -> None:
    retried(work, failed)
    assert (binding("P001").accepted_run, '"PhoneNumber":"1"' in binding("P001").sent) == (failed.pk, True)
    assert run(work).count_unchanged == 3


def test_a_full_run_that_went_well_supersedes_failed_ones(failed: SyncRun, sandbox: Sandbox, work: Work) -> None:
    run(work)
    failed.refresh_from_db()
    assert (failed.state, norce(sandbox, "P001")["PhoneNumber"]) == (State.SUPERSEDED, "1")
    with pytest.raises(by_hand.NotAllowed):
        by_hand.retry(failed, by="anna", reason="Again.")


@pytest.mark.parametrize("options", [{"mode": "delta"}, {"dry_run": True}])
def test_neither_a_delta_nor_a_preview_supersedes(
    failed: SyncRun, sandbox: Sandbox, work: Work, options: dict[str, object]
) -> None:
    run(work, **options)  # type: ignore[arg-type]
    failed.refresh_from_db()
    assert failed.state == State.FAILED


def test_a_job_is_not_restarted_when_a_newer_one_was_accepted(failed: SyncRun, sandbox: Sandbox, work: Work) -> None:
    job = NorceJob.objects.filter(run=failed).first()
    assert job is not None and restarts.why_not(job) == ""
    change(sandbox, "P003", phone="3")
    delta(work)
    assert "would overwrite newer data" in restarts.why_not(job)
    with pytest.raises(by_hand.NotAllowed):
        restarts.restart(job, by="anna", reason="Again.")


def test_whom_norce_has_forgotten_meanwhile_is_skipped(failed: SyncRun, sandbox: Sandbox, work: Work) -> None:
    CustomerBinding.objects.filter(erp_code="P001").update(forgotten_at=failed.created_at)
    retried(work, failed)
    assert (row(failed, "P001").action, row(failed, "P001").message) == (
        SyncRow.Action.SKIPPED,
        settling.FORGOTTEN,
    )


def test_a_full_run_that_goes_on_late_ends_nobody_whom_a_newer_run_has_seen(
    sandbox: Sandbox, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    people(sandbox, 4)
    run(work)
    older, pages = start(), iter([reading._page])
    with monkeypatch.context() as one_page:
        one_page.setattr(reading, "PAGE", 2)
        one_page.setattr(reading, "_page", lambda *arguments: next(pages)(*arguments))
        assert worked(work, older).state == State.FAILED
    set_faults(sandbox, norce={"fail_rows": ["P001"]})
    change(sandbox, "P001", phone="1")
    assert delta(work).state == State.FAILED
    set_faults(sandbox, norce={})
    assert (retried(work, older).state, older.count_deactivated) == (State.DONE, 0)


def test_what_was_planned_for_a_code_that_was_corrected_meanwhile_is_not_sent(
    failed: SyncRun, sandbox: Sandbox, work: Work
) -> None:
    CustomerBinding.objects.filter(erp_code="P001").update(erp_code="P9")
    assert (retried(work, failed).state, row(failed, "P001").message) == (State.DONE, settling.GONE)
    assert set(CustomerBinding.objects.values_list("erp_code", flat=True)) == {"P002", "P003", "P9"}


def test_a_code_that_is_corrected_while_norce_works_does_not_come_back(sandbox: Sandbox, work: Work) -> None:
    people(sandbox, 1)
    run(work)
    set_faults(sandbox, norce={"jobs": "hang"})
    change(sandbox, "P001", phone="1")
    item = delta(work)
    CustomerBinding.objects.update(erp_code="P9")
    set_faults(sandbox, norce={})
    be_due()
    assert to_the_end(work, item).state == State.DONE
    assert list(CustomerBinding.objects.values_list("erp_code", flat=True)) == ["P9"]
