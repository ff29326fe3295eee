"""`manage.py export`: a dataset to a CSV or Parquet file of this machine, for scripts and cron."""

from __future__ import annotations

import json
import os
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from apps.data.command_line import DONE, FAILED, WRONG_USAGE, Refusal, actor_named, domo_connection_named, guarded
from apps.data.exports.file_jobs import FORMATS, FileExportKind, create_file_export, file_of
from apps.data.exports.file_statement import statement
from apps.data.queries.sql import NotReadable
from apps.data.uploads.terminal import ProgressLine
from apps.jobs import service as jobs
from apps.jobs.kinds import get_kind
from apps.jobs.models import Job
from apps.jobs.states import Source
from apps.staging import service as staging
from apps.staging.models import StagedFile


class Command(BaseCommand):
    """Export a dataset to a file; see `manage.py export --help`."""

    help = (
        "Export a dataset's rows to a CSV or Parquet file, compared with what Domo counts. Exit codes: 0 done, "
        "1 failed, 2 wrong usage."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the command line."""
        parser.add_argument("dataset_id", metavar="DATASET_ID")
        parser.add_argument("--connection", required=True, metavar="NAME", help="name or slug of a Domo connection")
        parser.add_argument("--to", required=True, type=Path, metavar="FILE", help="FILE.csv or FILE.parquet")
        parser.add_argument("--columns", default="", metavar="A,B", help="only these columns, in this order")
        parser.add_argument("--where", default="", metavar="SQL", help="only rows that meet this condition")
        parser.add_argument(
            "--spreadsheet", action="store_true", help="CSV: make text that begins like a formula safe to open"
        )
        parser.add_argument("--user", help="act as this DomoAdmin person (default: the first active admin)")
        parser.add_argument("--json", action="store_true", help="print the job as JSON at the end")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the export; ends the process with the documented exit code."""
        sys.exit(guarded("export", self.stderr, lambda: self._export(options)))

    def _export(self, options: dict[str, Any]) -> int:
        target: Path = options["to"]
        params = _params(options, target)
        connection, actor = domo_connection_named(options["connection"]), actor_named(options["user"])
        dataset = connection.client().datasets.get_metadata(options["dataset_id"])
        job = create_file_export(dataset, connection, actor, params, Source.COMMAND)
        shown = ProgressLine(self.stderr, enabled=sys.stderr.isatty())
        try:
            job = jobs.run_inline(job, on_progress=lambda now: _show(shown, now, dataset.row_count))
        except jobs.Stopped:
            self.stderr.write(f"export: stopped; nothing was written to {target}. Job {job.pk}")
            return FAILED
        finally:
            shown.end()
        return self._report(job, target, as_json=options["json"])

    def _report(self, job: Job, target: Path, *, as_json: bool) -> int:
        code = jobs.exit_code(job)
        facts = get_kind(FileExportKind.name).describe(job)
        file = file_of(job)
        if code == DONE and file is not None:
            _write(file, target)
        if file is not None:
            staging.remove(file)
        if as_json:
            self.stdout.write(json.dumps({"id": str(job.pk), "state": job.state, "message": job.message, **facts}))
        elif code == DONE:
            counted = "not counted by Domo" if facts["expected"] is None else f"Domo counts {facts['expected']:,}"
            self.stdout.write(f"{facts['rows']:,} rows written to {target} ({counted}). Job {job.pk}")
        if code != DONE:
            self.stderr.write(f"export: {job.message} Nothing was written to {target}. Job {job.pk}")
        return code


def _params(options: dict[str, Any], target: Path) -> dict[str, Any]:
    ending = target.suffix.lower().removeprefix(".")
    if ending not in FORMATS:
        raise Refusal(f"--to: {target.name} is neither a .csv nor a .parquet file.", WRONG_USAGE)
    if not target.parent.is_dir():
        raise Refusal(f"--to: there is no directory {target.parent}.", WRONG_USAGE)
    columns = [name.strip() for name in options["columns"].split(",") if name.strip()]
    try:
        statement(options["dataset_id"], columns, options["where"])
    except NotReadable as refusal:
        raise Refusal(f"--where: {refusal}", WRONG_USAGE) from None
    return {"format": ending, "columns": columns, "where": options["where"], "exact": not options["spreadsheet"]}


def _show(shown: ProgressLine, job: Job, expected: int | None) -> None:
    rows = (job.progress or {}).get("rows") or 0
    shown.counted("Exporting", rows, expected, "rows")


def _write(file: StagedFile, target: Path) -> None:
    """Write the file whole or not at all."""
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as opened:
            opened.writelines(staging.StagedSource(file).open())
        part.replace(target)
    except OSError as problem:
        raise Refusal(f"--to: {target} can't be written: {problem.strerror}.") from problem
    finally:
        part.unlink(missing_ok=True)
