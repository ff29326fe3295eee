"""A planned upload, read back from what the check kept: how the file is read, and the parts as they go up."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any, Literal
from uuid import UUID

from apps.jobs.models import Job
from apps.staging.models import StagedFile
from apps.staging.service import StagedSource
from domoadmin.tabular.column_types import ColumnType
from domoadmin.tabular.dialect import Dialect
from domoadmin.tabular.matching import ColumnMatch, SchemaColumn, match_columns
from domoadmin.tabular.parts import Sending, plan_sending
from domoadmin.tabular.results import RAGGED, BadRows, FileCheck
from domoadmin.tabular.transform import Decision, RecordTransform, RowPlan, plan_rows, sends_as_is

KEPT_PLANS = 8


class UploadPlan:
    """A planned upload, read back from its params and preview."""

    def __init__(self, params: dict[str, Any], found: dict[str, Any]) -> None:
        self._params = params
        self._found = found
        self._job: Job | None = None

    @classmethod
    def of(cls, job: Job) -> UploadPlan:
        """Return the plan of a confirmed job; read once in a process, since it does not change any more."""
        found = _plans.get(job.pk)
        if found is None:
            if len(_plans) >= KEPT_PLANS:
                _plans.clear()
            found = _plans[job.pk] = cls(job.params, job.preview)
            found._job = job
        return found

    @cached_property
    def upload_id(self) -> str:
        """The upload that the parts belong to, once the first step has opened it."""
        if self._job is None:
            raise RuntimeError("Only the plan of a job has an upload.")
        opened: dict[str, str] = self._job.items.get(key="open").result
        return opened["upload_id"]

    @cached_property
    def plain(self) -> StagedFile:
        """The staged file in plain UTF-8 that parts are read from."""
        return StagedFile.objects.get(pk=self._found["plain_file"])

    @cached_property
    def dialect(self) -> Dialect:
        """How the plain file is read."""
        return Dialect.from_json(self._found["dialect"]).as_prepared()

    @cached_property
    def check(self) -> FileCheck:
        """What the check found, with the bad rows where they matter."""
        bad = None
        if self._found.get("bad_rows_file") and self._params["decision"] != "stop":
            file = StagedFile.objects.get(pk=self._found["bad_rows_file"])
            bad = BadRows.from_bytes(b"".join(StagedSource(file).open()))
        return FileCheck.from_json(self._found["check"], bad)

    @cached_property
    def match(self) -> ColumnMatch:
        """Which column of the file goes where."""
        schema = [SchemaColumn(column["name"], ColumnType.of(column["type"])) for column in self._found["columns"]]
        return matched(self._params, tuple(self._found["file_columns"]), schema, header=self.dialect.header)

    @cached_property
    def rows(self) -> RowPlan:
        """How records become rows of the dataset, after the decision. Raises Refused while one is missing."""
        decision = {"set_aside": Decision.SET_ASIDE, "empty": Decision.BLANK}.get(
            self._params["decision"], Decision.STOP
        )
        return plan_rows(self.check, self.match, decisions_for(self.check, decision))

    @cached_property
    def as_is(self) -> bool:
        """Whether the file's own bytes go up, so that nothing is rewritten."""
        return sends_as_is(self.dialect, self.match, self.check, self.rows)

    def sendings(self) -> list[Sending]:
        """Return the parts as they go up, numbered from 1 without holes."""
        return plan_sending(self.check.parts, self.rows.set_aside)

    def transform(self, number: int, chunks: Iterator[bytes]) -> RecordTransform:
        """Return what rewrites the part that goes up under this number."""
        sending = self.sendings()[number - 1]
        return RecordTransform(chunks, self.dialect, self.rows, sending.part)


_plans: dict[UUID, UploadPlan] = {}


def parts_to_send(params: dict[str, Any], found: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the payloads of the parts: number, byte range of the plain file, first row and rows."""
    if found["bad_rows"] and params["decision"] == "stop":
        return
    for sending in UploadPlan(params, found).sendings():
        part = sending.part
        yield {
            "number": sending.number,
            "start": part.start,
            "end": part.end,
            "first_row": part.first_record,
            "file_rows": part.rows,
            "rows": sending.rows,
        }


def matched(params: dict[str, Any], names: tuple[str, ...], schema: list[SchemaColumn], *, header: bool) -> ColumnMatch:
    """Match the file's columns with the dataset's, as the params of the upload say."""
    mapping = params.get("mapping", {})
    # Without a header there are no names to go by.
    by_position = bool(mapping.get("by_position")) or not header
    return match_columns(names, schema, by_position=by_position, overrides=mapping.get("chosen") or None)


def decisions_for(check: FileCheck, decision: Decision) -> dict[int, Decision]:
    """Return the same decision for every column that has bad values, and for ragged rows."""
    decided = {index: decision for index, column in enumerate(check.columns) if column.bad_count}
    if check.ragged_count:
        decided[RAGGED] = decision
    return decided


def partition_of(params: dict[str, Any]) -> str:
    """Return the partition whose data the upload replaces; empty for the whole dataset."""
    return str(params.get("partition") or "")


def action_on_the_wire(params: dict[str, Any]) -> Literal["APPEND", "REPLACE"]:
    """Return what the commit says.

    With a partition the document shows APPEND beside restateDataTag: an upstream that would not know the tag then
    adds rows, which the count tells, and never wipes the other partitions.
    """
    return "APPEND" if partition_of(params) or params["action"] == "APPEND" else "REPLACE"
