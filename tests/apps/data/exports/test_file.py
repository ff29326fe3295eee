"""A dataset to a CSV or Parquet file: form, job, download, row account."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from django.test import Client

from apps.accounts.models import User
from apps.connections.models import Connection
from apps.data.exports.file_jobs import FileExportKind
from apps.jobs import service
from apps.jobs.models import Job
from tests.apps.data.exports.support import Exports
from tests.apps.data.support import csv_rows, datasets, text_of
from tests.services.upstream import Asked, Told, Upstream, told
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


def small(exports: Exports) -> str:
    """Return the id of a dataset of some hundred rows."""
    return str(next(each for each in datasets(exports.sandbox) if 500 < each["rowCount"] < 1_500)["databaseId"])


def query(exports: Exports, key: str, sql: str) -> Any:
    return exports.ask("POST", f"/api/query/v1/execute/export/{key}", {"sql": sql})


def plain(value: Any) -> str:
    """Write a value so that times and numbers of both sides look alike."""
    if isinstance(value, float | Decimal):
        return f"{float(value):g}"
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def downloaded(exports: Exports, job: Job) -> bytes:
    response = exports.browser.get(exports.url(f"exports/{job.pk}/file/"))
    assert response.status_code == 200
    content = b"".join(response)
    assert int(response.headers["Content-Length"]) == len(content)
    return content


def test_chosen_columns_and_rows_become_a_csv_whose_rows_add_up(exports: Exports) -> None:
    key = small(exports)
    names = query(exports, key, f"SELECT * FROM `{key}` LIMIT 1")["columns"][:3]
    condition = f"`{names[0]}` IS NOT NULL"
    job = exports.run(exports.post_file(key, columns=names, where=condition, safe="on"))
    assert job.state == "succeeded", job.message
    chosen = ", ".join(f"`{name}`" for name in names)
    wanted = query(exports, key, f"SELECT {chosen} FROM `{key}` WHERE {condition}")
    rows = csv_rows(downloaded(exports, job).decode())
    assert rows[0] == names
    assert len(rows) - 1 == wanted["numRows"]
    assert rows[1][0] == str(wanted["rows"][0][0])
    page = text_of(exports.browser.get(job.get_absolute_url()))
    assert "Both agree" in page
    assert "Download CSV" in page


def test_parquet_has_the_types_of_the_schema_and_every_value(exports: Exports, tmp_path: Path) -> None:
    key = small(exports)
    job = exports.run(exports.post_file(key, format="parquet"))
    assert job.state == "succeeded", job.message
    file = tmp_path / "rows.parquet"
    file.write_bytes(downloaded(exports, job))
    wanted = query(exports, key, f"SELECT * FROM `{key}`")
    found = duckdb.sql(f"SELECT * FROM '{file}'")
    assert found is not None
    assert found.columns == wanted["columns"]
    columns = exports.ask("GET", f"/api/data/v2/datasources/{key}/schemas/latest")["schema"]["columns"]
    types = {"LONG": "BIGINT", "DATETIME": "TIMESTAMP", "STRING": "VARCHAR"}
    given = [types.get(each["type"], each["type"]) for each in columns]
    assert [str(each).partition("(")[0] for each in found.types] == given
    rows = found.fetchall()
    assert len(rows) == wanted["numRows"]
    assert [plain(value) for value in rows[0]] == [plain(value) for value in wanted["rows"][0]]
    assert FileExportKind().describe(job)["result"]["as_text"] == []


def test_the_exact_values_are_left_alone_and_the_safe_ones_open_no_formula(exports: Exports) -> None:
    key = exports.dataset("Formulas", ["text"])
    upload = exports.ask("POST", f"/api/data/v3/datasources/{key}/uploads", {"action": None, "appendId": None})
    path = f"/api/data/v3/datasources/{key}/uploads/{upload['uploadId']}"
    with exports.sandbox.client() as client:
        client.put(f"{path}/parts/1", content=b'=1+1\n"a,""b"""\n', headers={"Content-Type": "text/csv"})
    exports.ask("PUT", f"{path}/commit", {"action": "REPLACE", "index": True})
    wait_until(lambda: query(exports, key, f"SELECT * FROM `{key}`")["numRows"] == 2, "the rows are indexed")
    exact = downloaded(exports, exports.run(exports.post_file(key))).decode()
    assert exact == 'text\n=1+1\n"a,""b"""\n'
    assert list(csv.reader(io.StringIO(exact))) == [["text"], ["=1+1"], ['a,"b"']]
    safe = csv_rows(downloaded(exports, exports.run(exports.post_file(key, safe="on"))).decode())
    assert safe[1] == ["'=1+1"]


def test_a_condition_that_domo_or_we_refuse_is_told_at_its_field(exports: Exports) -> None:
    key = small(exports)
    page = text_of(exports.post_file(key, where="`nope` > 1"), 422)
    assert "Domo does not accept this condition" in page
    assert "Request id" in page
    assert "`nope` &gt; 1</textarea>" in page
    assert "more than one statement" in text_of(exports.post_file(key, where="1 = 1; DROP TABLE x"), 422)
    assert "No row meets this condition" in text_of(exports.post_file(key, where="1 = 0"), 422)
    assert "Choose CSV or Parquet" in text_of(exports.post_file(key, format=""), 422)
    assert not Job.objects.exists()


def test_a_broken_answer_is_asked_for_again(exports: Exports, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FileExportKind, "back_off_seconds", 0.01)
    job = exports.job(exports.post_file(small(exports)))
    exports.sandbox.control(match="datasets.query_export", cut_before_effect=1.0, count=1)
    job = service.run_inline(job)
    assert (job.state, FileExportKind().describe(job)["agrees"]) == ("succeeded", True), job.message


def test_rows_that_do_not_add_up_end_as_failed_and_say_so(
    client: Client, steward: User, other_hands: Connection, upstream: Upstream, no_broker: None
) -> None:
    def script(asked: Asked) -> Told:
        if asked.method == "GET":
            return told({"id": "d1", "name": "Cut off", "rowCount": 3})
        counts = b"COUNT(*)" in asked.body
        return told({"columns": ["n"], "rows": [[3]] if counts else [[1], [2]], "numRows": 1 if counts else 2})

    upstream.script(script)
    client.force_login(steward, backend="django.contrib.auth.backends.ModelBackend")
    response = client.post(f"/c/{other_hands.slug}/data/datasets/d1/export/file/", {"format": "csv"})
    job = service.run_inline(Job.objects.get(pk=response.headers["Location"].rstrip("/").rpartition("/")[2]))
    assert job.state == "failed"
    assert "2 came, but Domo counts 3 before and 3 after" in job.message
    page = text_of(client.get(job.get_absolute_url()))
    assert "The rows do not add up: look at the account" in page
    assert "They differ" in page
