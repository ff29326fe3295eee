"""The SQL of an export to a file: chosen columns, an optional condition."""

from __future__ import annotations

from collections.abc import Sequence

from apps.data.optional_calls import if_told
from apps.data.queries.results import run
from apps.data.queries.sql import quoted_name, reading_statement
from domoadmin.services.client import Client


def statement(dataset_id: str, columns: Sequence[str], where: str) -> str:
    """Return the SELECT of the rows. Raises NotReadable when the condition makes it more than one statement."""
    names = ", ".join(map(quoted_name, columns)) or "*"
    return reading_statement(f"SELECT {names} FROM {quoted_name(dataset_id)}{_condition(where)}")  # noqa: S608 - quoted


def count_statement(dataset_id: str, where: str) -> str:
    """Return the SELECT that counts the same rows. Raises NotReadable."""
    table = quoted_name(dataset_id)
    return reading_statement(f"SELECT COUNT(*) AS `row_count` FROM {table}{_condition(where)}")  # noqa: S608 - quoted


def _condition(where: str) -> str:
    # A line of its own: the condition may end in a comment.
    return f" WHERE (\n{where}\n)" if where.strip() else ""


def counted(client: Client, dataset_id: str, where: str) -> int | None:
    """Return how many rows there are by SQL; None when no number comes. Raises UpstreamError."""
    result = run(client, dataset_id, count_statement(dataset_id, where))
    value = result.rows[0][0] if result.rows and result.rows[0] else None
    try:
        return int(float(value))  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None


def count_if_possible(client: Client, dataset_id: str, where: str) -> int | None:
    """Return how many rows there are by SQL; None where the upstream does not count them."""
    return if_told(lambda: counted(client, dataset_id, where))
