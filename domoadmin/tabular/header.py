"""Names of a file's columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from domoadmin.tabular.problems import Problem, place
from domoadmin.tabular.record_machine import RecordMachine


def header_names(machine: RecordMachine) -> list[str]:
    """Column names from a header record, spaces around them removed."""
    return [field.head.decode("utf-8", "ignore").strip() for field in machine.fields]


def generated_names(count: int) -> list[str]:
    """Names for a file without header: Column 1, Column 2."""
    return [f"Column {number}" for number in range(1, count + 1)]


def header_problems(names: Sequence[str], line: int) -> list[Problem]:
    """Names that are empty or stand twice."""
    problems = [
        Problem(
            "empty_column_name",
            f"{place(line)}column {index} has no name. Name it, or match it by position.",
            line,
            "",
        )
        for index, name in enumerate(names, 1)
        if not name
    ]
    for name, count in Counter(name for name in names if name).items():
        if count > 1:
            text = f'the column name "{name}" stands {count} times. Only the first is matched by name.'
            problems.append(Problem("duplicate_column_name", place(line) + text, line, name))
    return problems
