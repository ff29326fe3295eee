"""`manage.py export_s3`: datasets to an S3 bucket, with keys from the environment, never from the command line."""

from __future__ import annotations

import json
import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from apps.data.command_line import DONE, FAILED, WRONG_USAGE, Refusal, actor_named, domo_connection_named, guarded
from apps.data.exports.s3_forms import MANY_PATTERN, SINGLE_PATTERN, S3Form
from apps.data.exports.s3_jobs import S3ExportKind, create_s3_export, create_selection_draft, seal_keys
from apps.data.exports.s3_target import TargetRefused
from apps.data.uploads.terminal import ProgressLine
from apps.jobs import service as jobs
from apps.jobs.bulk import Selection
from apps.jobs.kinds import get_kind
from apps.jobs.models import Job
from apps.jobs.states import ItemState, Source

_OPTIONS = {
    "pattern": "--path",
    "access_key": "--access-key-env",
    "secret_key": "--secret-key-env",
    "session_token": "--session-token-env",
    "include_bom": "--bom",
}


class Command(BaseCommand):
    """Export datasets to S3; see `manage.py export_s3 --help`."""

    help = (
        "Export one or more datasets to an S3 bucket and wait for the end. The AWS keys are read from environment "
        "variables. Exit codes: 0 done, 1 failed, 2 wrong usage (nothing sent), 3 an outcome is unknown."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the command line."""
        parser.add_argument("dataset_ids", metavar="DATASET_ID", nargs="+")
        parser.add_argument("--connection", required=True, metavar="NAME", help="name or slug of a Domo connection")
        parser.add_argument("--bucket", required=True, help="the bucket's name, without s3://")
        parser.add_argument("--region", required=True, help="the bucket's region, such as eu-north-1")
        parser.add_argument("--path", metavar="PATTERN", help="path in the bucket; may hold {name}, {id} and {date}")
        parser.add_argument("--columns", default="", metavar="A,B", help="only these columns (one dataset)")
        parser.add_argument("--bom", action="store_true", help="begin files with a byte order mark")
        parser.add_argument("--no-cache", action="store_true", help="Domo may not answer from its cache")
        for name, variable in (
            ("access-key", "AWS_ACCESS_KEY_ID"),
            ("secret-key", "AWS_SECRET_ACCESS_KEY"),
            ("session-token", "AWS_SESSION_TOKEN"),
        ):
            parser.add_argument(
                f"--{name}-env", default=variable, metavar="VARIABLE", help=f"where it stands (default: {variable})"
            )
        parser.add_argument("--preview", action="store_true", help="show what would go where; nothing is sent")
        parser.add_argument("--yes", action="store_true", help="export many datasets from production")
        parser.add_argument("--user", help="act as this DomoAdmin person (default: the first active admin)")
        parser.add_argument("--json", action="store_true", help="print the job as JSON at the end")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the exports; ends the process with the documented exit code."""
        sys.exit(guarded("export_s3", self.stderr, lambda: self._export(options)))

    def _export(self, options: dict[str, Any]) -> int:
        connection, actor = domo_connection_named(options["connection"]), actor_named(options["user"])
        ids = list(dict.fromkeys(options["dataset_ids"]))
        form = _checked(options, many=len(ids) > 1)
        columns = [name.strip() for name in options["columns"].split(",") if name.strip()]
        params = {**form.params, "columns": columns}
        if len(ids) > 1 or options["preview"]:
            job = create_selection_draft(connection, Selection(ids=tuple(ids)), actor, params, Source.COMMAND)
            job = jobs.plan_inline(job)
        else:
            dataset = connection.client().datasets.get_metadata(ids[0])
            try:
                job = create_s3_export(dataset, connection, actor, params, form.keys, Source.COMMAND)
            except (jobs.AlreadyActive, TargetRefused) as refusal:
                raise Refusal(str(refusal)) from None
        if options["preview"] or job.has_ended:
            return self._preview(job)
        if get_kind(job.kind).confirm_word(job) and not options["yes"]:
            raise Refusal(f"{connection.name} is production: say --yes to export {job.total:,} datasets.", WRONG_USAGE)
        seal_keys(job, form.keys)
        job.refresh_from_db()
        return self._run(job, as_json=options["json"])

    def _preview(self, job: Job) -> int:
        for item in job.items.order_by("position"):
            where = f"s3://{job.params['bucket']}/{item.payload.get('path', '')}"
            skipped = item.state == ItemState.SKIPPED
            self.stdout.write(f"{item.label}: {f'left out. {item.error_text}' if skipped else where}")
        if job.has_ended:
            raise Refusal(job.message)
        job.delete()
        self.stdout.write("Nothing was sent.")
        return DONE

    def _run(self, job: Job, *, as_json: bool) -> int:
        shown = ProgressLine(self.stderr, enabled=sys.stderr.isatty())
        try:
            job = jobs.run_inline(job, on_progress=lambda now: _show(shown, now))
        except jobs.Stopped:
            self.stderr.write(f"export_s3: stopped. Go on with: manage.py jobs run {job.pk}")
            return FAILED
        finally:
            shown.end()
        facts, code = get_kind(S3ExportKind.name).describe(job), jobs.exit_code(job)
        if as_json:
            self.stdout.write(json.dumps({"id": str(job.pk), "state": job.state, "message": job.message, **facts}))
        else:
            self._tell(job, facts)
        if code != DONE:
            self.stderr.write(f"export_s3: {job.message} Job {job.pk}")
        return code

    def _tell(self, job: Job, facts: dict[str, Any]) -> None:
        for each in facts["datasets"]:
            if each["state"] == ItemState.SUCCEEDED:
                note = " (unchanged: Domo returned an earlier export)" if each["unchanged"] else ""
                self.stdout.write(f"{each['name']}: {_amount(each['rows'], each['file_count'])}{note}")
            else:
                self.stdout.write(f"{each['name']}: {each['state']}. {each['problem']}")
        self.stdout.write(f"{_amount(facts['rows'], facts['files'])}. Job {job.pk}")


def _amount(rows: int, files: int) -> str:
    return f"{rows:,} row{'' if rows == 1 else 's'} in {files:,} file{'' if files == 1 else 's'}"


def _show(shown: ProgressLine, job: Job) -> None:
    progress = job.progress or {}
    shown.counted("Exporting", progress.get("done") or 0, job.total, "datasets")


def _checked(options: dict[str, Any], *, many: bool) -> S3Form:
    """Check target and keys as the page does. Raises Refusal naming the option."""
    path = options["path"] if options["path"] is not None else MANY_PATTERN if many else SINGLE_PATTERN
    values: dict[str, Any] = {"bucket": options["bucket"], "region": options["region"], "pattern": path}
    values |= {"include_bom": options["bom"], "use_cache": not options["no_cache"]}
    for name in ("access_key", "secret_key", "session_token"):
        values[name] = os.environ.get(options[f"{name}_env"], "")
    form = S3Form(values, many=many)
    if not form.is_valid():
        name, errors = next(iter(form.errors.items()))
        option = _OPTIONS.get(name, f"--{name}")
        variable = f" ({options[f'{name}_env']})" if f"{name}_env" in options else ""
        raise Refusal(f"{option}{variable}: {errors[0]}", WRONG_USAGE)
    return form
