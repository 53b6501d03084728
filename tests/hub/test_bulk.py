"""Many rows at once: new ones, and such as are there already, with every kind of value as it was."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DataError, connection, transaction

from hub import bulk
from hub.models import SyncRow, SyncRun

pytestmark = pytest.mark.django_db(transaction=True)
ODD = 'tab\t, new\nline, \\N, "quoted", \\u0000, 😀'


def row(run: SyncRun, code: str, **values: Any) -> SyncRow:
    return SyncRow(run=run, erp_code=code, subject=f"customer:default:{code}", **values)


def write(*rows: SyncRow) -> None:
    bulk.upsert(rows, unique=["run", "subject"])


def test_every_kind_of_value_arrives_as_it_was() -> None:
    run = SyncRun.objects.create(resource="customers")
    write(row(run, "1", payload=ODD, changes={"A": [None, ODD]}, norce_id=None, is_active=False), row(run, "2"))
    found = SyncRow.objects.get(erp_code="1")
    assert (found.payload, found.changes, found.norce_id, found.is_active) == (ODD, {"A": [None, ODD]}, None, False)
    assert SyncRow.objects.get(erp_code="2").is_active


def test_a_row_that_is_there_already_is_written_over_and_the_others_come_too() -> None:
    run = SyncRun.objects.create(resource="customers")
    write(row(run, "1", message="old"))
    write(row(run, "1", message="new"), row(run, "2"))
    assert dict(SyncRow.objects.values_list("erp_code", "message")) == {"1": "new", "2": ""}


def test_nothing_is_left_of_rows_whose_transaction_ends_badly() -> None:
    run = SyncRun.objects.create(resource="customers")
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        write(row(run, "1"))
        raise ZeroDivisionError
    assert not SyncRow.objects.exists()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite does not mind the length of a text")
def test_what_the_database_refuses_is_raised_as_djangos_error() -> None:
    with pytest.raises(DataError):
        write(row(SyncRun.objects.create(resource="customers"), "1" * 101))


def test_no_rows_cost_no_statement(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        write()
