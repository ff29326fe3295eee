"""Queries against the sandbox: the editor, good and bad statements, the download."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.test import Client

from apps.connections.models import Connection
from apps.data.queries.results import Cell, ResultTable
from domoadmin.services.results import QueryResult
from tests.apps.data.support import LIST, PARTIAL, calls, csv_rows, datasets, text_of
from tests.clients import client_with_role
from tests.sandbox_process import SandboxProcess

CHOOSE = "/c/halden/data/query/"


@pytest.fixture
def steward(halden: Connection) -> Client:
    """A steward on the sandbox."""
    return client_with_role("steward")


@pytest.fixture
def dataset(halden: Connection, sandbox: SandboxProcess) -> dict[str, Any]:
    """A dataset with some rows, but not many."""
    found = next(each for each in datasets(sandbox) if 1000 < each["rowCount"] < 50_000)
    sandbox.reset()
    return found


def address(dataset: dict[str, Any], rest: str = "") -> str:
    """Return the address of a dataset's editor."""
    return f"{LIST}{dataset['databaseId']}/query/{rest}"


def test_the_editor_opens_with_a_statement_that_works(
    steward: Client, dataset: dict[str, Any], sandbox: SandboxProcess
) -> None:
    text = text_of(steward.get(address(dataset)))
    assert calls(sandbox) == {"datasets.get_metadata": 1}
    statement = f"SELECT * FROM `{dataset['databaseId']}` LIMIT 100"
    assert statement in html.unescape(text)
    assert re.findall(r'<option value="([^"]+)"[^>]*>[\d,]+ rows', text) == ["100", "1000", "10000"]
    result = text_of(steward.post(address(dataset), {"sql": statement, "rows": "100"}, headers=PARTIAL))
    assert "100 rows" in result
    assert "<html" not in result


def test_a_query_is_one_call_and_shows_types_and_time(
    steward: Client, dataset: dict[str, Any], sandbox: SandboxProcess
) -> None:
    sql = f"SELECT COUNT(*) AS `how many`, 'a<b' AS t, NULL AS n, '' AS e FROM `{dataset['databaseId']}`"
    text = text_of(steward.post(address(dataset), {"sql": sql}, headers=PARTIAL))
    assert calls(sandbox) == {"datasets.query_export": 1}
    for words in ("how many", "Whole number", "a&lt;b", ">null<", ">empty<", "1 row, 4 columns"):
        assert words in text
    assert "Result" in text


@pytest.mark.parametrize(("cap", "shown"), [("100", 100), ("1000", 1000), ("7", 100)])
def test_no_more_rows_than_the_cap_are_asked_for(
    steward: Client, dataset: dict[str, Any], cap: str, shown: int
) -> None:
    sql = f"SELECT 1 AS one FROM `{dataset['databaseId']}`"
    text = text_of(steward.post(address(dataset), {"sql": sql, "rows": cap}, headers=PARTIAL))
    assert f"the first {shown:,} rows, there are more" in text
    assert text.count("<tr>") == shown + 1


@pytest.mark.parametrize("sql", ["DROP TABLE x", "", "SELECT 1; SELECT 2", "WITH a AS (SELECT 1) DELETE FROM a"])
def test_what_does_not_read_is_not_sent(
    steward: Client, dataset: dict[str, Any], sandbox: SandboxProcess, sql: str
) -> None:
    text = text_of(steward.post(address(dataset), {"sql": sql}, headers=PARTIAL), 422)
    assert "Not sent" in text
    assert calls(sandbox) == {}


def test_a_statement_that_the_upstream_refuses_keeps_the_sql(steward: Client, dataset: dict[str, Any]) -> None:
    sql = f"SELECT <nope> FROM `{dataset['databaseId']}`"
    text = text_of(steward.post(address(dataset), {"sql": sql}, headers=PARTIAL), 422)
    assert "The upstream did not accept the SQL" in text
    assert "Request id" in text
    # Without a script the whole page comes, with what was typed.
    page = text_of(steward.post(address(dataset), {"sql": sql}), 422)
    assert "<html" in page
    assert sql in html.unescape(page)
    assert "<nope>" not in page


@pytest.mark.parametrize(
    ("faults", "status"),
    [({"status_503": 1.0}, 502), ({"html_maintenance": 1.0}, 503), ({"token_mode": "expired"}, 502)],
)
def test_a_failing_upstream_is_told_beside_the_sql(
    steward: Client, dataset: dict[str, Any], sandbox: SandboxProcess, faults: dict[str, Any], status: int
) -> None:
    sandbox.control(**faults)
    text = text_of(steward.post(address(dataset), {"sql": "SELECT 1"}, headers=PARTIAL), status)
    assert "Your SQL is kept." in text


def test_the_download_streams_every_row_safely(steward: Client, dataset: dict[str, Any]) -> None:
    sql = f"SELECT '=1+1' AS `=formula`, 'a\nb' AS t FROM `{dataset['databaseId']}`"
    response = steward.post(address(dataset, "result.csv"), {"sql": sql})
    assert response.streaming
    rows = csv_rows(text_of(response))
    assert rows[0] == ["'=formula", "t"]
    assert rows[1] == ["'=1+1", "a\nb"]
    assert len(rows) - 1 == dataset["rowCount"]


@pytest.mark.parametrize("sql", ["DROP TABLE x", "SELECT nope FROM `x`"])
def test_a_download_that_can_not_be_is_a_page_that_says_why(steward: Client, dataset: dict[str, Any], sql: str) -> None:
    response = steward.post(address(dataset, "result.csv"), {"sql": sql})
    assert response.headers["Content-Type"].startswith("text/html")
    assert sql in html.unescape(text_of(response, 422))


def test_columns_stand_beside_the_editor_ready_to_be_put_in(steward: Client, dataset: dict[str, Any]) -> None:
    text = text_of(steward.get(f"{LIST}{dataset['databaseId']}/panels/columns/", headers=PARTIAL))
    assert 'data-insert="`' in text


def test_a_dataset_is_chosen_by_name_or_from_the_last_ones(
    steward: Client, dataset: dict[str, Any], sandbox: SandboxProcess
) -> None:
    assert "Nothing looked at yet" in text_of(steward.get(CHOOSE))
    assert calls(sandbox) == {}
    text = text_of(steward.get(f"{CHOOSE}?q=store", headers=PARTIAL))
    assert "Store sales daily" in text
    assert calls(sandbox) == {"search.query": 1}
    assert "No dataset matches" in text_of(steward.get(f"{CHOOSE}?q=zzzzz"))
    text_of(steward.get(f"{LIST}{dataset['databaseId']}/"))
    text = text_of(steward.get(CHOOSE))
    assert "You looked at these last" in text
    assert address(dataset) in text


def test_choosing_lives_without_the_upstream(steward: Client, sandbox: SandboxProcess) -> None:
    sandbox.control(token_mode="expired")
    assert "could not be searched" in text_of(steward.get(f"{CHOOSE}?q=store"), 502)


@pytest.mark.parametrize("role", ["viewer", "support"])
def test_queries_are_for_stewards(dataset: dict[str, Any], role: str) -> None:
    client = client_with_role(role)
    for url in (CHOOSE, address(dataset)):
        assert "steward" in text_of(client.get(url), 403)
    text_of(client.post(address(dataset, "result.csv"), {"sql": "SELECT 1"}), 403)
    assert CHOOSE not in text_of(client.get(LIST))


def test_a_download_is_no_get(steward: Client, dataset: dict[str, Any]) -> None:
    assert steward.get(address(dataset, "result.csv")).status_code == 405


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("COUNT(*)", "209,509"),
        ("COUNT(DISTINCT `order_id`)", "209,509"),
        ("net_amount", "209,509"),
        ("number_of_orders", "209,509"),
        ("width", "209,509"),
        ("order_id", "209509"),
        ("orderId", "209509"),
        ("ID", "209509"),
        ("storeNo", "209509"),
        ("Fiscal Year", "209509"),
    ],
)
def test_what_counts_has_separators_and_what_names_something_has_none(column: str, text: str) -> None:
    table = ResultTable.of(QueryResult.from_raw({"columns": [column], "rows": [[209509]]}), 10)
    assert table.rows == [[Cell(text, "num", "209509" if text != "209509" else "")]]


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("-1234567.10", '<td class="num" title="-1234567.10">-1,234,567.10</td>'),
        (999, '<td class="num">999</td>'),
        (1e21, '<td class="num">1e+21</td>'),
        ("01234", '<td class="num">01234</td>'),
    ],
)
def test_a_number_keeps_each_of_its_digits(value: object, cell: str) -> None:
    raw = {"columns": ["amount"], "metadata": [{"type": "DECIMAL"}], "rows": [[value]]}
    assert ResultTable.of(QueryResult.from_raw(raw), 10).body == f"<tr>{cell}</tr>"
