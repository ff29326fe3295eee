"""What is sent as SQL, and how its rows are limited."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.data.queries.sql import NotReadable, default_statement, limited, quoted_name, reading_statement, tokens


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1",
        "  select * from `x` ;; ",
        "-- first\nSELECT 1",
        "/* DROP TABLE x; */ SELECT 1 # end",
        "(SELECT 1) UNION (SELECT 2)",
        "WITH a AS (SELECT 1) SELECT * FROM a",
        "SELECT ';' AS `a;b`, \"x;y\"",
        "SELECT `update`, replace(name, 'a', 'b') FROM `x`",
    ],
)
def test_reading_statements_are_sent(sql: str) -> None:
    statement = reading_statement(sql)
    assert not statement.rstrip().endswith(";")
    assert "SELECT" in statement.upper()


@pytest.mark.parametrize(
    ("sql", "word"),
    [
        ("", "no SQL"),
        ("  ;  ", "no SQL"),
        ("-- SELECT 1", "no SQL"),
        ("DROP TABLE x", "DROP"),
        ("SELECT 1; DELETE FROM x", "more than one"),
        ("WITH a AS (SELECT 1) DELETE FROM x", "DELETE"),
        ("'SELECT 1'", "SELECT and WITH"),
        ("/* SELECT */ UPDATE x SET y = 1", "UPDATE"),
    ],
)
def test_everything_else_is_refused_in_words(sql: str, word: str) -> None:
    with pytest.raises(NotReadable, match=re.escape(word)):
        reading_statement(sql)


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT 1", "SELECT 1\nLIMIT 101"),
        ("SELECT 1 -- LIMIT 5", "SELECT 1 -- LIMIT 5\nLIMIT 101"),
        ("SELECT 1 LIMIT 5", "SELECT 1 LIMIT 5"),
        ("SELECT 1 limit 5000", "SELECT 1 limit 101"),
        ("SELECT 1 LIMIT 5000 OFFSET 20", "SELECT 1 LIMIT 101 OFFSET 20"),
        ("SELECT 1 LIMIT 20, 5000", "SELECT 1 LIMIT 20, 101"),
        ("SELECT * FROM (SELECT 1 LIMIT 5) t", "SELECT * FROM (SELECT 1 LIMIT 5) t\nLIMIT 101"),
        ("SELECT 'LIMIT 5'", "SELECT 'LIMIT 5'\nLIMIT 101"),
    ],
)
def test_a_statement_brings_no_more_rows_than_asked_for(sql: str, expected: str) -> None:
    assert limited(sql, 101) == expected


@given(st.text())
def test_the_pieces_never_overlap_and_keep_their_text(sql: str) -> None:
    end = 0
    for token in tokens(sql):
        assert token.start >= end
        assert sql[token.start : token.end] == token.text
        end = token.end


@given(st.text())
def test_any_text_in_quotes_is_one_piece_and_can_not_end_the_statement(text: str) -> None:
    quoted = "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"
    statement = reading_statement(f"SELECT {quoted} AS x")
    assert [token.text for token in tokens(statement)] == ["SELECT", quoted, "AS", "x"]


@given(st.text(min_size=1))
def test_a_name_in_back_quotes_is_one_piece(name: str) -> None:
    assert [token.text for token in tokens(quoted_name(name))] == [quoted_name(name)]


def test_the_default_statement_can_be_sent() -> None:
    statement = default_statement("4f1c6a7e-21c8-4b0d-9a55-7d0b3c119e02")
    assert reading_statement(statement) == statement
    assert limited(statement, 101) == statement
