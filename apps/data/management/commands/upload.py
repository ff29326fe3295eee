"""`manage.py upload`: the page's upload for scripts and cron."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand

from apps.accounts.models import User
from apps.data.command_line import (
    DONE,
    FAILED,
    WRONG_USAGE,
    Refusal,
    Waiting,
    actor_named,
    domo_connection_named,
    guarded,
)
from apps.data.uploads.forms import clean_partition
from apps.data.uploads.jobs import UploadKind, create_upload_job
from apps.data.uploads.terminal import ProgressLine
from apps.jobs import service as jobs
from apps.jobs.kinds import get_kind
from apps.jobs.models import Job
from apps.staging import service as staging
from apps.staging.models import StagedFile


class Command(BaseCommand):
    """Upload a CSV file to a dataset; see `manage.py upload --help`."""

    help = (
        "Upload a CSV file (plain, .gz, or .zip with one file) to a dataset. Exit codes: 0 done, 1 failed, "
        "2 wrong usage, 3 outcome unknown."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the command line."""
        parser.add_argument("dataset_id", metavar="DATASET_ID")
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--connection", required=True, metavar="NAME", help="name or slug of a Domo connection")
        parser.add_argument("--action", required=True, choices=["REPLACE", "APPEND"])
        parser.add_argument(
            "--partition",
            metavar="NAME",
            help="with REPLACE: the rows become the data of this partition, the others stay",
        )
        parser.add_argument("--no-index", action="store_true", help="leave the rows unindexed")
        parser.add_argument(
            "--on-bad-rows",
            choices=["stop", "set-aside", "empty"],
            default="stop",
            help="rows that do not fit the schema: stop (default), set them aside, or send bad values as empty",
        )
        parser.add_argument("--match", choices=["name", "position"], default="name", help="how columns are matched")
        parser.add_argument("--encoding", help="instead of the detected one: utf-8, utf-16-le, utf-16-be, cp1252")
        parser.add_argument("--delimiter", help="instead of the detected one, such as ';' (tab: use \\t)")
        parser.add_argument("--quote", help="instead of the detected one: '\"', \"'\" or none")
        parser.add_argument("--header", choices=["yes", "no"], help="whether the first line names the columns")
        parser.add_argument("--user", help="act as this DomoAdmin person (default: the first active admin)")
        parser.add_argument("--json", action="store_true", help="print the job as JSON at the end")
        way = parser.add_mutually_exclusive_group()
        way.add_argument("--wait", action="store_true", help="let the worker do it, and wait for the end")
        way.add_argument("--inline", action="store_true", help="do it in this process, without a worker")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the upload; ends the process with the documented exit code."""
        sys.exit(guarded("upload", self.stderr, lambda: self._upload(options)))

    def _upload(self, options: dict[str, Any]) -> int:
        partition = _partition(options["partition"], options["action"])
        connection = domo_connection_named(options["connection"])
        actor = actor_named(options["user"])
        path: Path = options["file"]
        dataset = connection.client().datasets.get_metadata(options["dataset_id"])
        shown = ProgressLine(self.stderr, enabled=sys.stderr.isatty())
        file = _stage(path, actor, shown, in_place=options["inline"])
        params = _params(options, partition)
        job = create_upload_job(
            file=file, dataset=dataset, connection=connection, actor=actor, source="command", params=params
        )
        if options["inline"]:
            try:
                job = jobs.run_inline(job, on_progress=shown.job)
            except jobs.Stopped:
                shown.end()
                self.stderr.write(f"upload: stopped. Go on with: manage.py jobs retry {job.pk} --inline")
                return FAILED
        else:
            jobs.start_planning(job, confirm=True)
            if not options["wait"]:
                self.stdout.write(str(job.pk))
                return DONE
            job = jobs.wait_for(job, on_progress=Waiting(shown, self.stderr, "upload"))
        shown.end()
        return self._report(job, as_json=options["json"])

    def _report(self, job: Job, *, as_json: bool) -> int:
        code = jobs.exit_code(job)
        facts = get_kind(UploadKind.name).describe(job)
        if as_json:
            self.stdout.write(json.dumps({"id": str(job.pk), "state": job.state, "message": job.message, **facts}))
        elif code == DONE:
            account = facts["account"]
            where = f"the partition {facts['partition']}" if facts["partition"] else "the dataset"
            self.stdout.write(
                f"{account['sent']:,} of {account['in_file']:,} rows sent to {job.params['dataset_name']}, "
                f"{account['set_aside']:,} set aside; {where} has {account['reported']:,} rows now. Job {job.pk}"
            )
        if facts["warning"]:
            self.stderr.write(f"upload: warning: {facts['warning']}")
        if code != DONE:
            request_id = facts.get("request_id")
            request = f" (request id {request_id})" if request_id else ""
            self.stderr.write(f"upload: {facts.get('problem') or job.message}{request} Job {job.pk}")
        return code


def _stage(path: Path, actor: User, shown: ProgressLine, *, in_place: bool) -> StagedFile:
    try:
        if in_place:
            return staging.stage_in_place(path, actor)
        with path.open("rb") as stream:
            size = path.stat().st_size
            return staging.stage_stream(stream, path.name, size, actor, lambda done: shown.phase("Staging", done, size))
    except staging.StagingRefused as problem:
        raise Refusal(str(problem)) from problem
    except IsADirectoryError:
        raise Refusal(f"FILE: {path} is a directory.", WRONG_USAGE) from None
    except FileNotFoundError:
        raise Refusal(f"FILE: {path} does not exist.", WRONG_USAGE) from None
    except PermissionError:
        raise Refusal(f"FILE: {path} may not be read.", WRONG_USAGE) from None


def _partition(name: str | None, action: str) -> str:
    if name is None:
        return ""
    if action != "REPLACE":
        raise Refusal(
            "--partition: the partition's data is replaced, nothing is added to it: say --action REPLACE.", WRONG_USAGE
        )
    try:
        cleaned = clean_partition(name)
    except ValidationError as problem:
        raise Refusal(f"--partition: {problem.messages[0]}", WRONG_USAGE) from None
    if not cleaned:
        raise Refusal("--partition: give the name of a partition, such as 2026-11.", WRONG_USAGE)
    return cleaned


def _params(options: dict[str, Any], partition: str) -> dict[str, Any]:
    dialect: dict[str, Any] = {}
    if options["encoding"]:
        dialect["encoding"] = options["encoding"]
    if options["delimiter"]:
        dialect["delimiter"] = options["delimiter"].replace("\\t", "\t")
    if options["quote"]:
        dialect["quote"] = None if options["quote"] == "none" else options["quote"]
    if options["header"]:
        dialect["header"] = options["header"] == "yes"
    return {
        "action": options["action"],
        "partition": partition,
        "index": not options["no_index"],
        "decision": options["on_bad_rows"].replace("-", "_"),
        "dialect": dialect,
        "mapping": {"by_position": options["match"] == "position"},
        "unattended": True,
    }
