"""The check before an upload: unpack, read the whole file, match it with the dataset's schema. Changes nothing."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.conf import settings

from apps.data.uploads.known_partitions import KnownPartitions
from apps.data.uploads.upload_plan import decisions_for, matched
from apps.staging import service as staging
from apps.staging.models import StagedFile
from apps.staging.service import StagedSource
from domoadmin.services.client import Client
from domoadmin.services.errors import NotFound
from domoadmin.services.results import Dataset, Schema
from domoadmin.tabular.check import check_file
from domoadmin.tabular.column_types import ColumnType
from domoadmin.tabular.containers import Container, UnpackLimits
from domoadmin.tabular.detection import detect_dialect
from domoadmin.tabular.dialect import Dialect, Encoding
from domoadmin.tabular.matching import ColumnMatch, SchemaColumn
from domoadmin.tabular.prepare import Inspection, inspect_source, prepared_chunks
from domoadmin.tabular.preview import preview, read_header
from domoadmin.tabular.problems import Refused
from domoadmin.tabular.results import FileCheck
from domoadmin.tabular.set_aside import set_aside_csv
from domoadmin.tabular.transform import Decision, plan_rows

if TYPE_CHECKING:
    from apps.jobs.planning import Planning

PREVIEW_ROWS = 50
# Parts grow with the file up to this many, so that their bookkeeping stays small beside their bytes.
PARTS = 32


def plan(planning: Planning) -> dict[str, Any]:
    """Check the job's file against its dataset and return the preview. Refuses the plan with a sentence for people."""
    try:
        return _Check(planning).run()
    except Refused as refusal:
        planning.refuse(refusal.message, problem=refusal.problem.as_json())
    except (staging.StagingRefused, staging.FileChanged) as refusal:
        planning.refuse(str(refusal))
    raise AssertionError("planning.refuse always raises")


class _Check:
    def __init__(self, planning: Planning) -> None:
        self._planning = planning
        self._params = planning.params
        self._overrides: dict[str, Any] = dict(self._params.get("dialect", {}))
        file = StagedFile.objects.filter(pk=self._params["staged_file"]).first()
        if file is None:
            raise Refused("file_gone", "The staged file has been removed: its time was over. Upload it again.")
        self._file = file

    def run(self) -> dict[str, Any]:
        staging.keep(self._file)
        dataset, schema = self._read_dataset(self._planning.client)
        source = StagedSource(self._file)
        inspection = inspect_source(source, self._encoding())
        plain = self._prepare(source, inspection)
        dialect = self._dialect(inspection, [column.name for column in schema])
        reading = dialect.as_prepared()
        plain_source = StagedSource(plain)
        match = self._match(read_header(plain_source, reading), schema, dialect)
        started = time.monotonic()
        check = self._check(plain_source, reading, match)
        seconds = time.monotonic() - started
        found = self._describe(dataset, schema, plain, dialect, match, check, seconds)
        found["partitions"] = KnownPartitions.read(self._planning.client, self._params["dataset_id"]).as_json()
        self._planning.preview(found)
        if check.fatal is not None:
            problem = check.fatal
            raise Refused(problem.code, problem.message, problem.line, problem.column)
        found |= self._keep_problems(plain_source, reading, match, check)
        found = with_decision(self._params, found)
        self._planning.preview(found)
        if self._params.get("unattended"):
            self._refuse_undecided(check)
        return found

    def _read_dataset(self, client: Client) -> tuple[Dataset, list[SchemaColumn]]:
        dataset_id = self._params["dataset_id"]
        self._planning.progress(phase="Reading the dataset", done=0, total=0, unit="bytes")
        try:
            dataset = client.datasets.get_metadata(dataset_id)
        except NotFound as problem:
            self._planning.refuse(
                f"The dataset {dataset_id} does not exist, or this token may not see it. Domo says: {problem}",
                problem={"request_id": problem.request_id},
            )
        if dataset.writable is False:
            self._planning.refuse(
                f"This token may not write to {dataset.name or dataset_id}: its rights are {dataset.permissions}. Ask "
                "the owner to share the dataset with the account behind this connection."
            )
        columns = schema_columns(client, dataset_id)
        if not columns:
            self._planning.refuse(
                f"{dataset.name or dataset_id} has no columns yet, so no file can be matched with it. "
                "Give it a schema first."
            )
        return dataset, columns

    def _prepare(self, source: StagedSource, inspection: Inspection) -> StagedFile:
        if not inspection.needs_preparing:
            return self._file
        planning, total = self._planning, source.size
        plain = inspection.container is Container.PLAIN
        phase = "Converting to UTF-8" if plain else "Unpacking"
        planning.progress(phase=phase, done=0, total=total, unit="bytes")
        limits = UnpackLimits(unpacked_bytes=settings.UPLOAD_MAX_BYTES)
        chunks = prepared_chunks(source, inspection, limits, lambda done: planning.progress(done=done))
        try:
            return staging.stage_pieces(chunks, inspection.member_name or self._file.name, self._file.owner)
        except staging.StorageFull:
            raise Refused(
                "storage_full",
                f"The staging storage has no room for {self._file.name} {'converted to UTF-8' if plain else 'unpacked'}"
                ". Ask an administrator to free space, then check the file again. The file itself is kept.",
            ) from None

    def _encoding(self) -> Encoding | None:
        name = self._overrides.get("encoding")
        try:
            return None if name is None else Encoding(name)
        except ValueError:
            known = ", ".join(Encoding)
            raise Refused("encoding", f"encoding: {name!r} is not known here. Choose one of {known}.") from None

    def _dialect(self, inspection: Inspection, known_columns: list[str]) -> Dialect:
        detected = detect_dialect(inspection, known_columns)
        try:
            return replace(detected, **{name: value for name, value in self._overrides.items() if name != "encoding"})
        except ValueError as problem:
            raise Refused("dialect", str(problem)) from None

    def _match(self, names: tuple[str, ...], schema: list[SchemaColumn], dialect: Dialect) -> ColumnMatch:
        match = matched(self._params, names, schema, header=dialect.header)
        if all(source is None for source in match.sources):
            in_file = ", ".join(names[:8]) + (" ..." if len(names) > 8 else "")
            in_dataset = ", ".join(column.name for column in schema[:8]) + (" ..." if len(schema) > 8 else "")
            raise Refused(
                "no_column_matches",
                f"No column of the file has the name of a column of the dataset. In the file: {in_file}. "
                f"In the dataset: {in_dataset}. Is this the right file? "
                "Else say that there is no header, or match by position.",
            )
        return match

    def _check(self, source: StagedSource, dialect: Dialect, match: ColumnMatch) -> FileCheck:
        planning = self._planning
        planning.progress(phase="Checking every row", done=0, total=source.size, unit="bytes")
        return check_file(
            source,
            dialect,
            match.file_types(),
            part_bytes=part_bytes(source.size),
            progress=lambda done: planning.progress(done=done),
        )

    def _describe(
        self,
        dataset: Dataset,
        schema: list[SchemaColumn],
        plain: StagedFile,
        dialect: Dialect,
        match: ColumnMatch,
        check: FileCheck,
        seconds: float,
    ) -> dict[str, Any]:
        return {
            "dataset": {"row_count": dataset.row_count, "card_count": dataset.card_count},
            "plain_file": str(plain.pk),
            "unpacked_size": plain.size if plain.pk != self._file.pk else None,
            "dialect": dialect.as_json(),
            "columns": [
                {"name": column.name, "type": str(column.type), "source": source, "how": str(how)}
                for column, source, how in zip(schema, match.sources, match.how, strict=True)
            ],
            "file_columns": list(match.file_columns),
            "extra": list(match.extra),
            "reordered": match.reordered,
            "check": check.as_json(),
            "check_seconds": round(seconds, 3),
            "rows_in_file": check.row_count,
            "rows": [
                [row.line, list(row.values)]
                for row in preview(StagedSource(plain), dialect.as_prepared(), PREVIEW_ROWS)
            ],
        }

    def _keep_problems(
        self, source: StagedSource, dialect: Dialect, match: ColumnMatch, check: FileCheck
    ) -> dict[str, Any]:
        """Keep the numbers of the bad rows, and the rows themselves with their reasons, beside the file."""
        bad = check.bad_rows
        if not len(bad):
            return {"bad_rows": 0, "bad_overflowed": False}
        owner = self._file.owner
        kept = {"bad_rows": len(bad.records()), "bad_overflowed": bad.overflowed}
        if bad.overflowed:
            return kept
        numbers = staging.stage_pieces([bad.to_bytes()], "bad-rows", owner)
        aside = plan_rows(check, match, decisions_for(check, Decision.SET_ASIDE))
        rows = staging.stage_pieces(set_aside_csv(source, dialect, check, aside), "rows-with-problems.csv", owner)
        return {**kept, "bad_rows_file": str(numbers.pk), "problems_file": str(rows.pk)}

    def _refuse_undecided(self, check: FileCheck) -> None:
        """A command has nobody to ask: what stays undecided refuses the plan, all of it in one message."""
        if self._params["decision"] == "stop":
            problems = [column.problem for column in check.columns] + [check.ragged_problem]
            said = [problem.message for problem in problems if problem is not None]
            if said:
                raise Refused(
                    "bad_rows", " ".join(said) + " Nothing was sent. Fix the file, or choose with --on-bad-rows."
                )
        elif self._params["decision"] == "empty" and check.ragged_problem is not None:
            raise Refused("ragged_rows", f"{check.ragged_problem.message} Such rows can only be set aside.")


def schema_columns(client: Client, dataset_id: str) -> list[SchemaColumn]:
    """Return the columns that uploaded rows are to have, in their order. Raises UpstreamError."""
    return [SchemaColumn(column.name, ColumnType.of(column.type)) for column in _schema(client, dataset_id).columns]


def _schema(client: Client, dataset_id: str) -> Schema:
    try:
        return client.datasets.get_latest_schema(dataset_id)
    except NotFound:
        # An upstream without the newer call has the indexed schema.
        return client.datasets.get_schema(dataset_id, include_hidden=True)


def with_decision(params: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    """Return the preview with what follows from the decision: how many rows go up."""
    aside = found["bad_rows"] if params["decision"] == "set_aside" else 0
    return {**found, "rows_to_send": found["rows_in_file"] - aside}


def part_bytes(size: int) -> int:
    """Return the size of parts for a file: UPLOAD_PART_BYTES, for large files up to UPLOAD_MOST_PART_BYTES."""
    least, most = int(settings.UPLOAD_PART_BYTES), int(settings.UPLOAD_MOST_PART_BYTES)
    return max(least, min(most, -(-size // PARTS)))
