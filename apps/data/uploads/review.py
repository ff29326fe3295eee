"""What the check found, in the words and figures of the review page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from apps.core.formats import format_number
from apps.data.uploads.effects import Effects, plural
from apps.data.uploads.forms import DETECTED, SendForm
from apps.jobs.models import Job
from domoadmin.tabular.column_types import ColumnType
from domoadmin.tabular.dialect import Dialect


@dataclass(frozen=True)
class Finding:
    """Something to decide or to know: the column if it is about one, a sentence, and what follows from it."""

    text: str
    detail: str = ""
    column: str = ""


@dataclass(frozen=True)
class MatchedColumn:
    """One dataset column and what it gets from the file."""

    name: str
    type_label: str
    source: int | None
    first_value: str
    check: str
    css: str
    icon: str


def _lines(samples: list[dict[str, Any]], count: int) -> str:
    shown = ", ".join(format_number(sample["line"]) for sample in samples[:4])
    more = f" and {format_number(count - 4)} more" if count > 4 else ""
    return f"{'Line' if count == 1 else 'Lines'} {shown}{more}"


class Review(Effects):
    """Reads a planned job's preview; every number on the page comes from here."""

    @classmethod
    def of(cls, job: Job, form: SendForm | None = None) -> Review:
        """Return the review of a job whose check has ended well, with what a form that was refused held."""
        return cls(job, form)

    @property
    def file_name(self) -> str:
        """The name that the person's file had."""
        return str(self._params["file_name"])

    @property
    def file_size(self) -> int:
        """Bytes as they were sent."""
        return int(self._params["file_size"])

    @property
    def unpacked_size(self) -> int | None:
        """Bytes after unpacking; None when the file was not packed."""
        return self._preview["unpacked_size"]  # type: ignore[no-any-return]

    @property
    def check_seconds(self) -> float:
        """How long reading the whole file took."""
        return float(self._preview["check_seconds"])

    @property
    def file_columns(self) -> list[str]:
        """The columns of the file."""
        return list(self._preview["file_columns"])

    @property
    def rows(self) -> list[tuple[int, list[str]]]:
        """The first rows with their lines."""
        return [(line, values) for line, values in self._preview["rows"]]

    @property
    def reading(self) -> str:
        """How the file was read, in one line."""
        dialect = Dialect.from_json(self._preview["dialect"])
        encoding = dialect.encoding.label
        if dialect.encoding.value.startswith("utf"):
            encoding += " with BOM" if dialect.byte_order_mark else " without BOM"
        breaks = self._check["quoted_line_breaks"]
        parts = [
            encoding,
            dialect.delimiter_label,
            f"quote {dialect.quote}" if dialect.quote else "no quoting",
            plural(breaks, "line break inside quotes", "line breaks inside quotes") if breaks else "",
            "header in line 1" if dialect.header else "no header",
        ]
        return " · ".join(part for part in parts if part)

    @property
    def reading_values(self) -> list[tuple[str, str]]:
        """The present corrections as form values, so that matching columns does not lose them."""
        overrides = self._params.get("dialect", {})
        words = {True: "yes", False: "no", None: "none"}
        names = ("encoding", "delimiter", "quote", "header")
        return [
            (name, words.get(overrides[name], overrides[name]) if name in overrides else DETECTED) for name in names
        ]

    @property
    def can_set_aside(self) -> bool:
        """Whether the rows are few enough to be kept apart, and some are left to send."""
        return not self._preview["bad_overflowed"] and self.bad_rows < self.rows_in_file

    @property
    def can_blank(self) -> bool:
        """Whether sending bad values as empty settles all of them: a ragged row has no such value."""
        return not self._preview["bad_overflowed"] and not self._check["ragged_count"]

    @property
    def has_problems_file(self) -> bool:
        """Whether the rows can be downloaded with their reasons."""
        return bool(self._preview.get("problems_file"))

    @property
    def decisions(self) -> list[Finding]:
        """What has to be decided before anything is sent."""
        found = []
        for column in self._check["columns"]:
            count = column["bad_count"]
            if count:
                kind = ColumnType(column["type"])
                what = kind.singular if count == 1 else kind.plural
                text = f"{plural(count, 'value is', 'values are')} not {what}"
                example = column["bad_values"][0]["excerpt"]
                detail = f"{_lines(column['bad_values'], count)}, for example “{example}”. Expected: {kind.expected}."
                found.append(Finding(text, detail, column["name"]))
        ragged = self._check["ragged_count"]
        if ragged:
            first = self._check["ragged_rows"][0]
            found.append(
                Finding(
                    f"{plural(ragged, 'row has', 'rows have')} another number of values than the header",
                    f"{_lines(self._check['ragged_rows'], ragged)}; line {format_number(first['line'])} has "
                    f"{first['found']} values instead of {len(self.file_columns)}.",
                )
            )
        return found

    @property
    def notes(self) -> list[Finding]:
        """What is good to know; nothing of it stops the upload."""
        found = []
        if self._preview["reordered"]:
            found.append(
                Finding(
                    "The columns stand in another order than in the dataset",
                    "They are matched by name and put in order while sending.",
                )
            )
        extra = self._preview["extra"]
        if extra:
            found.append(Finding(f"Only in the file: {', '.join(extra)}", "Left out: the dataset has no such column."))
        missing = [column["name"] for column in self._preview["columns"] if column["source"] is None]
        if missing:
            found.append(Finding(f"Only in the dataset: {', '.join(missing)}", "Stays empty in the new rows."))
        blank = self._check["blank_lines"]
        if blank:
            found.append(
                Finding(f"{plural(blank, 'line is', 'lines are')} blank", "Blank lines are no rows and are not sent.")
            )
        found += [Finding(problem["message"]) for problem in self._check["header_problems"]]
        return found

    @property
    def columns(self) -> list[MatchedColumn]:
        """The dataset's columns with what each gets."""
        first = self.rows[0][1] if self.rows else []
        return [self._matched(column, first) for column in self._preview["columns"]]

    def _matched(self, column: dict[str, Any], first: list[str]) -> MatchedColumn:
        source: int | None = column["source"]
        label = ColumnType.of(column["type"]).label
        value = first[source] if source is not None and source < len(first) else ""
        if source is None:
            return MatchedColumn(column["name"], label, None, "", "Stays empty", "is-warn", "alert-triangle")
        checked = self._check["columns"][source]
        if checked["bad_count"]:
            text = plural(checked["bad_count"], "does not fit", "do not fit")
            return MatchedColumn(column["name"], label, source, value, text, "is-bad", "alert-circle")
        words = {"chosen": "Chosen by you", "position": "By position", "similar": "Matched, spelled differently"}
        text = words.get(column["how"], "Matched")
        rows = self.rows_in_file
        if rows and checked["empty_count"]:
            text += f", {checked['empty_count'] / rows:.0%} empty"
        return MatchedColumn(column["name"], label, source, value, text, "is-ok", "check")

    @property
    def match_summary(self) -> str:
        """How many columns were matched, and how."""
        columns = self._preview["columns"]
        matched = sum(column["source"] is not None for column in columns)
        chosen = sum(column["how"] == "chosen" for column in columns)
        empty = len(columns) - matched
        parts = [f"{matched} matched"]
        parts += [f"{chosen} by you"] if chosen else []
        parts += [f"{empty} {'stays' if empty == 1 else 'stay'} empty"] if empty else []
        return ", ".join(parts)
