"""`manage.py users_import`: the page's import of people for scripts and cron."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from apps.accounts.models import User
from apps.governance.users.csv_checks import FAULTY
from apps.governance.users.csv_file import FileRefused
from apps.governance.users.import_plan import read_staged
from apps.governance.users.importing import create_import_job
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
from apps.jobs.kinds import kind_of
from apps.jobs.models import Job
from apps.jobs.states import JobState, Source
from apps.jobs.terminal import ProgressLine
from apps.staging import service as staging
from apps.staging.models import StagedFile

SHOWN = 50


class Command(BaseCommand):
    """Make people and change roles from a CSV; see `manage.py users_import --help`."""

    help = (
        "Make people and change roles as the rows of a CSV say. --preview checks every row and sends nothing; --run "
        "sends, unless a row is faulty. Exit codes: 0 done (a preview: clean), 1 failed or faulty, 2 wrong usage, "
        "3 outcome unknown."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the command line."""
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--connection", required=True, metavar="NAME", help="name or slug of a Domo connection")
        way = parser.add_mutually_exclusive_group(required=True)
        way.add_argument("--preview", action="store_true", help="check every row and show what would be done")
        way.add_argument("--run", action="store_true", help="check every row and do it")
        parser.add_argument("--set-aside", action="store_true", help="leave faulty rows out and send the others")
        parser.add_argument("--ignore-columns", action="store_true", help="leave columns out that are not known")
        place = parser.add_mutually_exclusive_group()
        place.add_argument("--wait", action="store_true", help="let the worker do it, and wait for the end")
        place.add_argument("--inline", action="store_true", help="do it in this process, without a worker")
        parser.add_argument("--user", help="act as this DomoAdmin person (default: the first active admin)")
        parser.add_argument("--json", action="store_true", help="print the job as JSON at the end")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was asked; ends the process with the documented exit code."""
        sys.exit(guarded("users_import", self.stderr, lambda: self._import(options)))

    def _import(self, options: dict[str, Any]) -> int:
        connection = domo_connection_named(options["connection"], "people")
        actor = actor_named(options["user"])
        file = _stage(options["file"], actor)
        job = create_import_job(
            connection,
            actor,
            file,
            source=Source.COMMAND,
            set_aside=options["set_aside"],
            ignore_columns=options["ignore_columns"],
        )
        shown = ProgressLine(self.stderr, enabled=sys.stderr.isatty())
        try:
            # Planned here in any case, so that what is faulty is said before anything is left to a worker.
            job = jobs.plan_inline(job, shown.job)
            shown.end()
            if job.has_ended:
                raise Refusal(f"{job.message} Job {job.pk}")
            return self._previewed(job, options) if options["preview"] else self._run(job, actor, options, shown)
        except jobs.Stopped as stopped:
            shown.end()
            raise Refusal(f"{stopped} Look at it: manage.py jobs show {stopped.job.pk}") from None

    def _previewed(self, job: Job, options: dict[str, Any]) -> int:
        refusal = kind_of(job).why_not_confirm(job)
        faulty = job.preview["counts"][FAULTY] or job.preview["header_problems"] or job.preview["unknown_columns"]
        if options["json"]:
            self._print_json(job)
            return FAILED if refusal else DONE
        self.stdout.write(f"{job.title}: preview, nothing sent. Job {job.pk}")
        self.stdout.write(f"  {_counted(job)}")
        for text in [*job.preview["header_problems"], *(text for _, text in job.preview["unknown_columns"])]:
            self.stdout.write(f"  {text}")
        self._print_faults(job)
        return FAILED if refusal and faulty else DONE

    def _print_faults(self, job: Job) -> None:
        faulty = job.items.filter(error_code=FAULTY).order_by("position")
        for item in faulty[:SHOWN]:
            self.stdout.write(f"  line {item.payload['line']}: {item.error_text}")
        left = faulty.count() - SHOWN
        if left > 0:
            self.stdout.write(f"  and {left:,} more faulty rows")

    def _run(self, job: Job, actor: User, options: dict[str, Any], shown: ProgressLine) -> int:
        refusal = kind_of(job).why_not_confirm(job)
        if refusal:
            self._print_faults(job)
            jobs.request_cancel(job, actor)
            hint = " Say --set-aside to send the others." if job.preview["counts"][FAULTY] else ""
            raise Refusal(f"{refusal}{hint} Nothing was sent.")
        if options["inline"]:
            job = jobs.run_inline(job, on_progress=shown.job)
        else:
            jobs.confirm(job, actor)
            if not options["wait"]:
                self.stdout.write(str(job.pk))
                return DONE
            job = jobs.wait_for(job, on_progress=Waiting(shown, self.stderr, "users_import"))
        shown.end()
        return self._report(job, as_json=options["json"])

    def _report(self, job: Job, *, as_json: bool) -> int:
        code = jobs.exit_code(job)
        facts = kind_of(job).describe(job)
        if as_json:
            self._print_json(job)
        else:
            self.stdout.write(
                f"{facts['made']:,} made, {facts['changed']:,} with another role, {facts['set_aside']:,} set aside. "
                f"Job {job.pk}"
            )
        if job.state != JobState.SUCCEEDED:
            self.stderr.write(f"users_import: {job.message or f'the job ended as {job.state}'} Job {job.pk}")
        return code

    def _print_json(self, job: Job) -> None:
        facts = kind_of(job).describe(job)
        written = {"id": str(job.pk), "state": job.state, "message": job.message, "preview": job.preview, **facts}
        self.stdout.write(json.dumps(written, ensure_ascii=False))


def _stage(path: Path, actor: User) -> StagedFile:
    try:
        with path.open("rb") as stream:
            file = staging.stage_stream(stream, path.name, path.stat().st_size, actor)
        read_staged(file)
    except FileRefused as refusal:
        staging.remove(file)
        raise Refusal(f"{refusal} Nothing was sent.") from None
    except staging.StagingRefused as problem:
        raise Refusal(str(problem)) from problem
    except IsADirectoryError:
        raise Refusal(f"FILE: {path} is a directory.", WRONG_USAGE) from None
    except FileNotFoundError:
        raise Refusal(f"FILE: {path} does not exist.", WRONG_USAGE) from None
    except PermissionError:
        raise Refusal(f"FILE: {path} may not be read.", WRONG_USAGE) from None
    return file


def _counted(job: Job) -> str:
    counts = job.preview["counts"]
    return (
        f"{counts['create']:,} new, {counts['update']:,} changed, {counts['same']:,} without a change, "
        f"{counts['faulty']:,} faulty"
    )
