"""Translates a MySQL-like statement to DuckDB, and lets only harmless reading through."""

from __future__ import annotations

import re

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from domoadmin.sandbox.errors import ApiError

SOURCE = "dataset"
TABLE_NAMES = ("table", "dataset")
FORBIDDEN_FUNCTION = re.compile(
    r"^(read_|write_|glob$|parquet_|sniff_|duckdb_|pragma_|query|getvariable|getenv|current_setting|load|install|"
    r"json_execute|json_serialize_sql|which_secret|nextval|currval|sleep)",
    re.IGNORECASE,
)
LONGEST_STATEMENT = 100_000


def translate(sql: object, dataset_id: str) -> str:
    """DuckDB's form of a statement, its table replaced by the view "dataset". ApiError 400 says what is wrong."""
    if not isinstance(sql, str) or not sql.strip():
        raise ApiError(400, "The SQL statement is missing")
    if len(sql) > LONGEST_STATEMENT:
        raise ApiError(400, "The SQL statement is too long")
    try:
        statements = [each for each in sqlglot.parse(sql, read="mysql") if each is not None]
    except (SqlglotError, RecursionError) as error:
        raise ApiError(400, f"SQL syntax error: {_plain(str(error))}") from error
    if len(statements) != 1:
        raise ApiError(400, "SQL syntax error: one statement is expected")
    statement = statements[0]
    if not isinstance(statement, exp.Query):
        raise ApiError(400, "Only SELECT statements are allowed")
    _check(statement)
    _replace_tables(statement, dataset_id)
    try:
        return statement.sql(dialect="duckdb")
    except SqlglotError as error:
        raise ApiError(400, f"SQL syntax error: {_plain(str(error))}") from error


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"\x1b\[\d*m", "", text))[:300]


def _check(statement: exp.Query) -> None:
    for node in statement.walk():
        if isinstance(node, exp.Into | exp.Lock | exp.DDL | exp.DML | exp.Command | exp.SessionParameter):
            if isinstance(node, exp.Query):
                continue
            raise ApiError(400, "Only SELECT statements are allowed")
        if isinstance(node, exp.Func):
            name = node.name if isinstance(node, exp.Anonymous) else node.sql_name()
            if FORBIDDEN_FUNCTION.match(name):
                raise ApiError(400, f"Unknown function {name}")


def _replace_tables(statement: exp.Query, dataset_id: str) -> None:
    named = {expression.alias_or_name.lower() for expression in statement.find_all(exp.CTE)}
    for table in list(statement.find_all(exp.Table)):
        if not isinstance(table.this, exp.Identifier):
            raise ApiError(400, "Only the dataset itself can stand after FROM")
        name = table.name.lower()
        if name in named and not table.db:
            continue
        if name not in (dataset_id.lower(), *TABLE_NAMES):
            raise ApiError(400, f"Table '{table.name}' doesn't exist")
        alias = table.alias or table.name
        table.set("db", None)
        table.set("catalog", None)
        table.set("this", exp.to_identifier(SOURCE, quoted=True))
        if not table.args.get("alias"):
            table.set("alias", exp.TableAlias(this=exp.to_identifier(alias, quoted=True)))
