"""Rows typed into a grid: checked cell by cell, then sent as any other upload."""

from __future__ import annotations

import html

import pytest
from django.test import Client
from django.urls import reverse

from apps.connections.models import Connection
from apps.data.uploads.grid import MOST_CELLS, Grid
from apps.jobs import service as jobs
from apps.jobs.models import Job
from domoadmin.tabular.column_types import ColumnType
from domoadmin.tabular.matching import SchemaColumn
from tests.apps.data.uploads.support import create_dataset, csv_bytes, rows_of, send_and_run, sql, upload
from tests.clients import client_with_role
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.django_db(transaction=True)

ROW = {"cell-0-0": "7", "cell-0-1": "2026-03-04", "cell-0-2": 'said "fine", twice', "cell-0-3": " 12.50 "}


def append_url(dataset: str) -> str:
    return reverse("data:rows_append", args=["halden", dataset])


def test_typed_rows_become_an_upload_that_is_checked_and_counted(
    signed_in: Client, connection: Connection, sandbox: SandboxProcess
) -> None:
    dataset = create_dataset(sandbox)
    upload(signed_in, connection, dataset, csv_bytes(rows_of(10)))
    empty = html.unescape(signed_in.get(append_url(dataset)).content.decode())
    assert empty.count("<tr data-row>") == 6, "Five rows, and one in the template"
    assert 'type="date" data-type="date" name="cell-0-1"' in empty
    assert 'aria-label="amount, row 5"' in empty
    typed = {**ROW, "cell-3-0": "8", "cell-3-4": "x", "cell-4-0": "  ", "cell-9-99": "no such column"}
    answer = signed_in.post(append_url(dataset), typed)
    draft = jobs.plan_inline(Job.objects.get(state="draft"))
    assert answer["Location"] == reverse("data:upload_check", args=["halden", draft.pk])
    assert (draft.params["file_name"], draft.preview["rows_to_send"]) == ("2 typed rows.csv", 2)
    job = send_and_run(signed_in, draft)
    assert (job.state, job.items.get(key="count").result["account"]["reported"]) == ("succeeded", 12)
    found = sql(sandbox, dataset, "SELECT order_id, customer, amount, note FROM {table} WHERE order_id IN (7, 8)")
    assert [row for row in found if row[1] == 'said "fine", twice'] == [[7, 'said "fine", twice', 12.5, ""]]
    assert [row[3] for row in found if row[0] == 8 and row[1] == ""] == ["x"]


def test_each_cell_says_what_is_wrong_with_it_and_nothing_is_lost(
    signed_in: Client, connection: Connection, sandbox: SandboxProcess
) -> None:
    dataset = create_dataset(sandbox)
    wrong = {"cell-1-0": "1,5", "cell-1-1": "31.12.2025", "cell-1-2": "kept"}
    answer = signed_in.post(append_url(dataset), ROW | wrong)
    text = html.unescape(answer.content.decode())
    assert (answer.status_code, "2 cells do not fit." in text) == (422, True)
    assert "This is not a whole number. Expected: digits only, such as 1250." in text
    assert "This is not a date. Expected: YYYY-MM-DD, such as 2026-11-18." in text
    assert 'type="text" data-type="date" name="cell-1-1" value="31.12.2025"' in text, "A date's input would hide it"
    assert 'value="kept"' in text
    assert "No row is filled in yet." in signed_in.post(append_url(dataset), {"cell-0-0": " "}).content.decode()
    assert not Job.objects.exists()
    assert client_with_role("viewer").get(append_url(dataset)).status_code == 403


def test_values_go_up_as_the_schema_wants_them() -> None:
    columns = (("at", ColumnType.DATETIME), ("time", ColumnType.TIME), ("at", ColumnType.STRING))
    grid = Grid.posted(
        [SchemaColumn(name, kind) for name, kind in columns],
        {"cell-5-0": "2026-03-01T09:30", "cell-5-1": "10:20", "cell-5-2": "  a ", "cell-7-0": "", "other": "x"},
    )
    assert grid.problem == ""
    assert grid.csv() == b"at,time,at\n2026-03-01 09:30:00,10:20:00,  a \n"
    assert grid.rows[0][0].shown == "2026-03-01T09:30:00"
    wide = Grid([SchemaColumn(str(number), ColumnType.STRING) for number in range(MOST_CELLS + 1)])
    assert (wide.most_rows, wide.rows) == (0, [])
    many = Grid.posted([SchemaColumn("a", ColumnType.STRING)], {f"cell-{row}-0": "x" for row in range(201)})
    assert "At most 200 rows go at once" in many.problem
