"""Queries: the dialect, the generated rows, and what must not be reachable."""

from __future__ import annotations

import csv
import io

import httpx
import pytest

from domoadmin.sandbox.errors import ApiError
from domoadmin.sandbox.sql.dialect import translate
from tests.sandbox.clients import DatasetClient, dataset_id

ID = "4c4a2c47-f9f1-41ce-b292-75cacc239da0"


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        (f"SELECT * FROM `{ID}`", 'SELECT * FROM "dataset" AS "' + ID + '"'),
        ('select `a b` from table where x = "it\'s"', 'SELECT "a b" FROM "dataset" AS "table" WHERE x = \'it\'\'s\''),
        (
            "select ifnull(a, 0) from table limit 5, 10",
            'SELECT COALESCE(a, 0) FROM "dataset" AS "table" LIMIT 10 OFFSET 5',
        ),
        (
            "with t as (select 1 as n) select n from t",
            "WITH t AS (SELECT 1 AS n) SELECT n FROM t",
        ),
    ],
)
def test_the_dialect_is_translated(sql: str, expected: str) -> None:
    assert translate(sql, ID) == expected


@pytest.mark.parametrize(
    "sql",
    [
        "",
        None,
        "selec * from table",
        "SELECT 1; SELECT 2",
        "DROP TABLE table",
        "INSERT INTO table VALUES (1)",
        "UPDATE table SET a = 1",
        "COPY table TO 'x.csv'",
        "ATTACH 'x.db'",
        "SET memory_limit = '9GB'",
        "SELECT * FROM other_table",
        "SELECT * FROM read_csv('secret.csv')",
        "SELECT * FROM read_text('secret')",
        "SELECT * FROM glob('*')",
        "SELECT * FROM 'secret.parquet'",
        "SELECT * FROM table WHERE a IN (SELECT content FROM read_blob('secret'))",
        "SELECT getenv('HOME') FROM table",
        "SELECT current_setting('temp_directory')",
        "SELECT * FROM duckdb_settings()",
        "SELECT * FROM query('select 1')",
        "SELECT * INTO OUTFILE 'x' FROM table",
    ],
)
def test_only_harmless_reading_is_let_through(sql: object) -> None:
    with pytest.raises(ApiError) as caught:
        translate(sql, ID)
    assert caught.value.status == 400


@pytest.fixture
def store_sales(client: httpx.Client) -> DatasetClient:
    return DatasetClient(client, dataset_id(client, "Store sales daily"))


def test_generated_rows_are_as_many_as_the_metadata_says(store_sales: DatasetClient) -> None:
    rows = store_sales.query(f"SELECT COUNT(*) AS n FROM `{store_sales.id}`")
    assert rows == [{"n": store_sales.metadata()["rowCount"]}]


def test_generated_rows_fit_their_schema_and_stay_the_same(store_sales: DatasetClient) -> None:
    sql = "SELECT sale_date, store_id, net_amount, quantity FROM table LIMIT 50"
    rows = store_sales.query(sql)
    assert rows == store_sales.query(sql)
    assert all(1 <= row["quantity"] <= 6 and row["net_amount"] >= 0 for row in rows)
    assert all(len(row["sale_date"]) == 10 and "-" in row["store_id"] for row in rows)


def test_every_kind_of_generated_dataset_can_be_queried(client: httpx.Client) -> None:
    for record in client.get("/api/data/v3/datasources", params={"limit": 300}).json()["dataSources"]:
        answer = client.post(f"/api/query/v1/execute/{record['id']}", json={"sql": "SELECT * FROM table LIMIT 2"})
        assert answer.status_code == 200, (record["name"], answer.text)
        columns = client.get(f"/api/query/v1/datasources/{record['id']}/schema/indexed").json()["tables"][0]["columns"]
        assert len(columns) == record["columnCount"]
        assert all(list(row) == [column["name"] for column in columns] for row in answer.json())


def test_the_export_answers_columns_and_rows(dataset: DatasetClient) -> None:
    dataset.upload(b"a,1,2026-01-01\nb,2,2026-01-02\n")
    path = f"/api/query/v1/execute/export/{dataset.id}"
    answer = dataset.client.post(
        path, json={"sql": f"SELECT name, SUM(amount) AS total FROM `{dataset.id}` GROUP BY name"}
    )
    body = answer.json()
    assert body["columns"] == ["name", "total"]
    assert sorted(body["rows"]) == [["a", 1], ["b", 2]]
    assert (body["numRows"], body["numColumns"], body["datasource"]) == (2, 2, dataset.id)
    assert [entry["type"] for entry in body["metadata"]] == ["STRING", "LONG"]


def test_the_export_answers_csv_when_asked(dataset: DatasetClient) -> None:
    dataset.upload(b'"a ""quoted"" name",1,2026-01-01\n')
    answer = dataset.client.post(
        f"/api/query/v1/execute/export/{dataset.id}?includeHeader=true",
        json={"sql": "SELECT * FROM table"},
        headers={"Accept": "text/csv"},
    )
    assert answer.headers["Content-Type"].startswith("text/csv")
    rows = list(csv.reader(io.StringIO(answer.text)))
    assert rows == [["name", "amount", "day"], ['a "quoted" name', "1", "2026-01-01"]]


def test_public_clients_get_columns_and_rows_from_execute(dataset: DatasetClient) -> None:
    dataset.upload(b"a,1,2026-01-01\n")
    headers = {"Accept": "application/json, text/plain"}
    answer = dataset.client.post(
        f"/api/query/v1/execute/{dataset.id}", json={"sql": "select * from table"}, headers=headers
    )
    assert answer.json()["rows"] == [["a", 1, "2026-01-01"]]


@pytest.mark.parametrize("sql", ["SELECT nothing_like_it FROM table", "SELECT FROM WHERE", "DELETE FROM table"])
def test_refused_statements_come_with_domos_body(dataset: DatasetClient, sql: str) -> None:
    answer = dataset.client.post(f"/api/query/v1/execute/{dataset.id}", json={"sql": sql})
    assert answer.status_code == 400
    assert answer.json()["toe"]
    assert "/" not in answer.json()["message"]
