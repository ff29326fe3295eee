"""`manage.py export_activity`: any range of the activity log to a file of this machine, for scripts and cron."""

from __future__ import annotations

import json
import os
import sys
from argparse import ArgumentParser
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from apps.governance.activity.entries import EntryFilter
from apps.governance.activity.jobs import ActivityExportKind, create_export, export_file
from apps.governance.activity.periods import Period
from apps.governance.activity.writing import FORMATS
from apps.jobs import service as jobs
from apps.jobs.command_line import (
    DONE,
    FAILED,
    WRONG_USAGE,
    Refusal,
    Waiting,
    actor_named,
    domo_connection_named,
    guarded,
)
from apps.jobs.kinds import get_kind
from apps.jobs.models import Job
from apps.jobs.states import Source
from apps.jobs.terminal import ProgressLine
from apps.staging import service as staging
from apps.staging.models import StagedFile


class Command(BaseCommand):
    """Export the activity log; see `manage.py export_activity --help`."""

    help = (
        "Export a range of the activity log, however large. A worker does it and its id is printed at once; with "
        "--wait it is waited for, with --inline this process does it. Exit codes: 0 done, 1 failed, 2 wrong usage "
        "(nothing was asked of Domo), 3 an outcome is unknown."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the command line."""
        parser.add_argument("--connection", required=True, metavar="NAME", help="name or slug of a Domo connection")
        parser.add_argument(
            "--since", required=True, metavar="TIME", help="2026-11-01 or 2026-11-01T08:00 (UTC unless told)"
        )
        parser.add_argument("--until", metavar="TIME", help="the same; a day counts whole (default: now)")
        parser.add_argument("--format", required=True, choices=list(FORMATS))
        parser.add_argument("--output", type=Path, metavar="FILE", help="write the file there; with --wait or --inline")
        parser.add_argument("--person", default="", metavar="ID", help="only entries of this person: an id or a name")
        parser.add_argument("--action", default="", metavar="ACTION", help="only this action, such as VIEWED")
        parser.add_argument(
            "--object-type", action="append", default=[], metavar="TYPE", help="repeatable: DATA_SOURCE"
        )
        parser.add_argument("--object-id", default="", metavar="ID", help="only entries about this object")
        parser.add_argument(
            "--spreadsheet", action="store_true", help="CSV: make text that begins like a formula safe to open"
        )
        parser.add_argument("--user", help="act as this DomoAdmin person (default: the first active admin)")
        parser.add_argument("--json", action="store_true", help="print the job as JSON at the end")
        way = parser.add_mutually_exclusive_group()
        way.add_argument("--wait", action="store_true", help="let a worker do it, and wait for the end")
        way.add_argument("--inline", action="store_true", help="do it in this process, without a worker")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the export; ends the process with the documented exit code."""
        sys.exit(guarded("export_activity", self.stderr, lambda: self._export(options)))

    def _export(self, options: dict[str, Any]) -> int:
        target: Path | None = options["output"]
        _check_target(target, waits=options["wait"] or options["inline"])
        period = _period(options)
        wanted = EntryFilter(tuple(options["object_type"]), options["person"], options["action"], options["object_id"])
        connection = domo_connection_named(options["connection"], "activity log")
        actor = actor_named(options["user"])
        job = create_export(
            connection,
            actor,
            period,
            wanted,
            form=options["format"],
            exact=not options["spreadsheet"],
            source=Source.COMMAND,
        )
        shown = ProgressLine(self.stderr, enabled=sys.stderr.isatty())
        try:
            if options["inline"]:
                job = jobs.run_inline(job, on_progress=lambda now: _show(shown, now))
            else:
                jobs.confirm(job, actor)
                if not options["wait"]:
                    self.stdout.write(str(job.pk))
                    return DONE
                job = jobs.wait_for(job, on_progress=Waiting(shown, self.stderr, "export_activity"))
        except jobs.Stopped:
            self.stderr.write(f"export_activity: stopped. Go on with: manage.py jobs run {job.pk}")
            return FAILED
        finally:
            shown.end()
        return self._report(job, target, as_json=options["json"])

    def _report(self, job: Job, target: Path | None, *, as_json: bool) -> int:
        code = jobs.exit_code(job)
        facts = get_kind(ActivityExportKind.name).describe(job)
        file = export_file(job)
        if code == DONE and file is not None and target is not None:
            _write(file, target)
            staging.remove(file)
        if as_json:
            self.stdout.write(json.dumps({"id": str(job.pk), "state": job.state, "message": job.message, **facts}))
        elif code == DONE:
            where = f"written to {target}" if target is not None else "exported"
            self.stdout.write(f"{facts['entries']:,} entries {where}. Job {job.pk}")
        if code != DONE:
            self.stderr.write(f"export_activity: {job.message} Job {job.pk}")
        return code


def _check_target(target: Path | None, *, waits: bool) -> None:
    if target is None:
        return
    if not waits:
        raise Refusal("--output: say --wait or --inline too; a worker's file is on the job's page.", WRONG_USAGE)
    if not target.parent.is_dir():
        raise Refusal(f"--output: there is no directory {target.parent}.", WRONG_USAGE)


def _period(options: dict[str, Any]) -> Period:
    now = timezone.now()
    since = _moment("--since", options["since"], whole_day=False)
    until = _moment("--until", options["until"], whole_day=True) if options["until"] else now
    if until < since:
        raise Refusal("--until: this is before --since.", WRONG_USAGE)
    if since > now:
        raise Refusal("--since: this lies in the future: nothing has happened yet.", WRONG_USAGE)
    return Period.between(since, until, now)


def _moment(option: str, text: str, *, whole_day: bool) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Refusal(f"{option}: {text!r} is no time. Write 2026-11-01 or 2026-11-01T08:00.", WRONG_USAGE) from None
    if whole_day and len(text) == len("2026-11-01") and found.time() == time.min:
        found += timedelta(days=1) - timedelta(milliseconds=1)
    return found if timezone.is_aware(found) else timezone.make_aware(found)


def _show(shown: ProgressLine, job: Job) -> None:
    shown.counted("Reading", (job.progress or {}).get("rows") or 0, None, "entries")


def _write(file: StagedFile, target: Path) -> None:
    """Write the file whole or not at all."""
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as opened:
            opened.writelines(staging.StagedSource(file).open())
        part.replace(target)
    except OSError as problem:
        raise Refusal(f"--output: {target} can't be written: {problem.strerror}.") from problem
    finally:
        part.unlink(missing_ok=True)
