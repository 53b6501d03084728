"""A run over several ERPs' news: one that cannot be read keeps no other's back, and numbers may be used twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from connectors.erp.base import NewsPage
from connectors.errors import HubError, PermanentError, TransientError
from connectors.sandbox.core import Sandbox
from hub import gateways, runs
from hub.models import Application, ErpConnection, OutboxMessage, SyncRow, SyncRun
from hub.models.work import State
from orders.models import DeliveryNote, Order
from orders.updates import read_order
from tests.faults import be_due
from tests.orders.clerk import clerk, in_erp, in_norce, read_news

Work = Callable[[], int]


class Alpha:
    """An ERP with two pages of news, which raises its ``errors`` instead of the second one; ``asked`` is from where."""

    def __init__(self) -> None:
        self.errors: list[HubError] = []
        self.asked: list[str] = []

    def list_news(self, *, since: datetime, after: str, limit: int) -> NewsPage:
        self.asked.append(after)
        if after and self.errors:
            raise self.errors.pop(0)
        return NewsPage(orders=(), next="" if after else "2")


@pytest.fixture
def alpha(business: Application, monkeypatch: pytest.MonkeyPatch) -> Alpha:
    """The ERP of another application, whose name comes first."""
    Application.objects.filter(pk=business.pk).update(erp_connection=ErpConnection.objects.create(name="alpha"))
    found, erp = Alpha(), gateways.erp
    monkeypatch.setattr(gateways, "erp", lambda name: found if name == "alpha" else erp(name))
    return found


def notes(sandbox: Sandbox, order: Order) -> list[str]:
    return [one["note_no"] for one in in_norce(sandbox, order)["delivery_notes"]]


def test_an_erp_that_refuses_keeps_no_other_erps_news_back(
    confirmed: Order, alpha: Alpha, sandbox: Sandbox, work: Work
) -> None:
    alpha.errors = [PermanentError("The password has expired."), PermanentError("It has expired.")]
    clerk(sandbox, "ship")
    run = read_news(work)
    assert (run.state, run.error, notes(sandbox, confirmed)) == (State.FAILED, "It has expired.", ["D70001"])
    assert runs.cursor("order_news", "") is None


def test_while_an_erp_is_away_each_try_reads_the_others_and_goes_on_where_it_was(
    confirmed: Order, alpha: Alpha, sandbox: Sandbox, work: Work
) -> None:
    alpha.errors = [TransientError("Away.")] * 5
    for number, state in enumerate([State.PENDING, State.PENDING, State.DONE], start=1):
        clerk(sandbox, "ship", rows={1 if number == 1 else 2: "1"})
        read_news(work) if number == 1 else (be_due(), work())
        assert (SyncRun.objects.get().state, len(notes(sandbox, confirmed))) == (state, number)
    assert alpha.asked == ["", "2", "2", "2", "2", "2", "2"]


def test_another_order_of_the_erp_with_the_same_number_is_said_once_and_told_nobody(
    confirmed: Order, sandbox: Sandbox, work: Work
) -> None:
    in_erp(sandbox)["reference"] = "1901-999"
    clerk(sandbox, "ship"), clerk(sandbox, "invoice")
    first, second = read_news(work), read_news(work)
    assert (first.state, second.state) == (State.FAILED, State.DONE)
    row = SyncRow.objects.get()
    assert (row.action, row.error_code) == (SyncRow.Action.FAILED, "erp_order_other")
    assert "SO100001 has another reference than ours (1901-5100231)" in row.message
    assert (DeliveryNote.objects.count(), in_norce(sandbox, confirmed)["invoices"]) == (0, [])


def test_an_order_whose_reference_the_erp_does_not_tell_is_ours(confirmed: Order, sandbox: Sandbox, work: Work) -> None:
    in_erp(sandbox)["reference"] = ""
    clerk(sandbox, "ship")
    read_news(work)
    assert notes(sandbox, confirmed) == ["D70001"]


def test_another_order_is_not_taken_when_it_is_read_by_itself(confirmed: Order, sandbox: Sandbox, work: Work) -> None:
    in_erp(sandbox)["reference"] = "1901-999"
    clerk(sandbox, "ship")
    with pytest.raises(PermanentError, match="another reference"):
        read_order(OutboxMessage(subject=confirmed.subject))
    assert not DeliveryNote.objects.exists()
