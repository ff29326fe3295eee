"""What `manage.py federation` does with its options: candidates, preview, run, reverse, report."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from apps.accounts.models import User
from apps.connections.models import Connection
from apps.jobs import service as jobs
from apps.jobs.command_line import DONE, FAILED, WRONG_USAGE, Refusal, Waiting, actor_named, domo_connection_named
from apps.jobs.finding import NoSuchJob, find_job
from apps.jobs.models import Job, JobItem
from apps.jobs.reporting import count_anew
from apps.jobs.states import ItemState, JobState, Source
from apps.jobs.terminal import ProgressLine
from apps.migrations.federated.command_output import candidate_facts, wave_facts, with_ids
from apps.migrations.federated.jobs import counts_of
from apps.migrations.federated.mapping import Reference
from apps.migrations.federated.mapping_file import COLUMNS, read_mapping
from apps.migrations.federated.outcomes import NOT_ALLOWED, Attempt
from apps.migrations.federated.settings import WaveSettings
from apps.migrations.federated.targets import NoSuchTarget, Target, find_target
from apps.migrations.federated.upstream import Candidate, Check, read_candidates
from apps.migrations.federated.waves import KIND, Wave, create_wave, known_mappings
from apps.migrations.federated.ways import Way, way_of
from domoadmin.services.client import Client
from domoadmin.services.roles import Role

COMMAND = "federation"
SHOWN = 50


class Federation:
    """One run of the command."""

    def __init__(self, options: dict[str, Any], out: Any, errors: Any) -> None:
        self._options = options
        self._out = out
        self._errors = errors
        self._json = bool(options["json"])

    def run(self) -> int:
        """Do what was asked and return the exit code. Raises Refusal, UpstreamError."""
        verb = self._options["verb"]
        # The options are checked before anything is asked of Domo.
        ids = self._ids()
        connection = domo_connection_named(self._options["connection"], "federated datasources")
        person = actor_named(self._options["user"])
        self._require(connection, person, Role.VIEWER if verb in ("candidates", "report") else Role.SUPPORT)
        if verb == "report":
            return self._report(connection, ids)
        way = way_of(self._options["family"], back=verb == "reverse" or bool(self._options.get("back")))
        client = connection.client()
        target = self._target(client, way)
        candidates = read_candidates(client, way, target.id)
        if verb == "candidates":
            return self._candidates(way, target, candidates, ids)
        job = self._wave(connection, person, way, target, candidates, ids)
        return self._preview(job) if verb == "preview" else self._start(job, person)

    @staticmethod
    def _require(connection: Connection, person: User, least: Role) -> None:
        if not connection.may_be_used_by(person) or not person.may(least):
            raise Refusal(f"{person.display_name} may not do this on {connection.name}: it needs the role {least}.")

    def _ids(self) -> list[str] | None:
        name = self._options["ids"]
        if name is None:
            return None
        found = list(dict.fromkeys(line.strip() for line in _text(name, "--ids").splitlines() if line.strip()))
        if not found:
            raise Refusal("--ids: the file names no datasource.", WRONG_USAGE)
        return found

    def _target(self, client: Client, way: Way) -> Target:
        try:
            return find_target(client, way, self._options["target"])
        except NoSuchTarget as refusal:
            raise Refusal(f"--target: {refusal}", WRONG_USAGE) from None

    # What can move

    def _candidates(self, way: Way, target: Target, candidates: dict[str, Candidate], ids: Sequence[str] | None) -> int:
        shown = [each for each in candidates.values() if ids is None or each.id in ids]
        if self._json:
            self._print([candidate_facts(each, way) for each in shown])
            return DONE
        counts = {check: sum(1 for each in shown if each.check(way) == check) for check in Check}
        words = ", ".join(f"{count:,} {check.replace('_', ' ')}" for check, count in counts.items() if count)
        self._out.write(f"{way.title}, {target.name}: {len(shown):,} candidates ({words or 'none'})")
        for each in shown:
            moved = f" {each.migrated_at.isoformat()}" if each.migrated_at else ""
            colliding = f" with {each.colliding_id} {each.colliding_name}" if each.collision else ""
            self._out.write(
                f"{each.id}  {each.check(way):<10}{moved}{colliding}  {each.reference}  {each.name}".rstrip()
            )
        return DONE

    # What will move

    def _wave(
        self,
        connection: Connection,
        person: User,
        way: Way,
        target: Target,
        candidates: dict[str, Candidate],
        ids: list[str] | None,
    ) -> Job:
        mappings = self._mappings(connection, way, candidates, ids)
        keys = ids if ids is not None else self._all_that_can(way, candidates, mappings)
        unknown = [key for key in keys if key not in candidates]
        if unknown:
            named = ", ".join(unknown[:5]) + (f" and {len(unknown) - 5:,} more" if len(unknown) > 5 else "")
            raise Refusal(f"--ids: not among the candidates of {target.name}: {named}. Nothing was sent.", WRONG_USAGE)
        job = create_wave(
            connection,
            person,
            way,
            target,
            keys,
            candidates,
            settings=self._settings(),
            mappings=mappings,
            rehearsal=bool(self._options.get("rehearse")),
            as_mapped=bool(self._options.get("as_mapped")),
            source=Source.COMMAND,
            reads_content=False,
        )
        if self._options["verb"] == "run" or self._options.get("mapping"):
            self._check_mapping(job)
        return job

    def _all_that_can(self, way: Way, candidates: dict[str, Candidate], mappings: dict[str, Reference]) -> list[str]:
        if way.needs_mapping and mappings:
            return list(mappings)
        return [each.id for each in candidates.values() if each.check(way) == Check.CAN_MOVE]

    def _mappings(
        self, connection: Connection, way: Way, candidates: dict[str, Candidate], ids: list[str] | None
    ) -> dict[str, Reference]:
        name = self._options.get("mapping")
        if not way.needs_mapping:
            if name is not None:
                raise Refusal(f"--mapping: {way.title} needs no mapping; leave it out.", WRONG_USAGE)
            return known_mappings(connection, list(candidates)) if way.key == "v2-v1" else {}
        if name is None and self._options["verb"] == "preview":
            # The preview says what is missing.
            return {}
        if name is None:
            columns = ",".join(COLUMNS)
            raise Refusal(
                f"--mapping: {way.title} needs a CSV with the columns {columns}. Nothing was sent.", WRONG_USAGE
            )
        read = read_mapping(_text(name, "--mapping"), {each.id: each.name for each in candidates.values()})
        if read.faults:
            raise Refusal("--mapping: " + "\n  ".join([*read.faults, "Nothing was sent."]), WRONG_USAGE)
        if ids is not None and (spare := [key for key in read.mappings if key not in ids]):
            raise Refusal(
                f"--mapping: {len(spare):,} of its datasources are not in --ids, for example {spare[0]}. "
                "Nothing was sent.",
                WRONG_USAGE,
            )
        return read.mappings

    def _check_mapping(self, job: Job) -> None:
        blocking = Wave(job).blocking
        if not blocking:
            return
        names = dict(job.items.values_list("key", "label"))
        lines = [f"{names[problem.key]} ({problem.key}): {problem.text}" for problem in blocking[:SHOWN]]
        more = [f"and {len(blocking) - SHOWN:,} more"] if len(blocking) > SHOWN else []
        hint = ["--as-mapped takes what is marked as the same table or another case as it is written."]
        doubtful = hint if any(problem.doubtful for problem in blocking) else []
        drop_draft(job)
        raise Refusal("--mapping: " + "\n  ".join([*lines, *more, *doubtful, "Nothing was sent."]), WRONG_USAGE)

    def _settings(self) -> WaveSettings:
        options = self._options
        stop_after = options.get("stop_after")
        for name in ("stop_after", "wave_size", "pause"):
            if (options.get(name) or 0) < 0:
                raise Refusal(f"--{name.replace('_', '-')} is 0 or more.", WRONG_USAGE)
        return WaveSettings(
            at_once=options.get("at_once") or 1,
            wave_size=options.get("wave_size") or 0,
            pause_seconds=options.get("pause") or 0,
            # By default the first INCOMPLETE stops it; a number counts ABORTED and refused ones too.
            stop_incomplete=1 if stop_after is None else 0,
            stop_failures=stop_after or 0,
        )

    # Doing it

    def _preview(self, job: Job) -> int:
        wave = Wave(job)
        if self._json:
            self._print(wave_facts(job))
        else:
            self._out.write(f"{job.title}: preview, nothing sent. Job {job.pk}")
            self._out.write(f"  {wave.way.title}, {wave.target.name} ({wave.target.id}); {wave.settings.pace}")
            self._out.write(f"  stops at {wave.settings.stop_rule}")
            if blocking := {problem.key for problem in wave.blocking}:
                self._out.write(f"  {len(blocking):,} need a mapping before it can run")
            self._print_attempts(job)
        return DONE

    def _start(self, job: Job, person: User) -> int:
        if not job.count_of(ItemState.PENDING):
            self._finish(job, "nothing of it can move; nothing was sent")
            return FAILED if job.total else DONE
        if self._options["inline"]:
            job = jobs.run_inline(job, self._progress())
        else:
            jobs.confirm(job, person)
            if not self._options["wait"]:
                if self._json:
                    self._print(wave_facts(job))
                else:
                    self._out.write(str(job.pk))
                return DONE
            job = wait_for_wave(job, self._progress())
        count_anew([job])
        code = jobs.exit_code(job)
        problem = job.message if code != DONE else ""
        left_out = job.items.filter(state=ItemState.SKIPPED, error_code=NOT_ALLOWED).count()
        if code == DONE and left_out:
            code, problem = FAILED, f"{left_out:,} collide and were left out; they say with what."
        self._finish(job, problem)
        return code

    def _finish(self, job: Job, problem: str) -> None:
        if self._json:
            self._print(wave_facts(job))
        else:
            counts = ", ".join(f"{count:,} {word}" for word, count in counts_of(job).items())
            self._out.write(f"{job.title}: {job.state}. {counts}. Job {job.pk}")
            self._print_attempts(job)
        if problem:
            more = " Look, then go on with `manage.py jobs resume`." if job.state == JobState.PAUSED else ""
            self._errors.write(f"{COMMAND}: {problem}{more} Job {job.pk}")

    def _progress(self) -> Waiting:
        # The bar is for people: it never goes where the answer goes.
        shown = ProgressLine(self._errors, enabled=not self._json and sys.stderr.isatty())
        return Waiting(shown, self._errors, COMMAND)

    # What was done

    def _report(self, connection: Connection, ids: list[str] | None) -> int:
        family = self._options["family"]
        waves = Job.objects.filter(kind=KIND, connection=connection).order_by("created_at")
        if self._options.get("job"):
            try:
                waves = waves.filter(pk=find_job(self._options["job"]).pk)
            except NoSuchJob as unknown:
                raise Refusal(f"--job: {unknown}", WRONG_USAGE) from None
        found = [
            job
            for job in waves
            if job.queued_at is not None
            and Wave(job).way.family == family
            and Wave(job).target.id.lower() == self._options["target"].lower()
        ]
        facts = [with_ids(wave_facts(job), ids) for job in found]
        if self._json:
            self._print(facts)
            return DONE
        if not found:
            self._out.write(f"No wave of {family} to {self._options['target']} was run on {connection.name}.")
        for job in found:
            self._out.write(
                f"{job.title}: {job.state}, {job.created_at:%Y-%m-%d %H:%M} UTC, {job.actor_name}. Job {job.pk}"
            )
            self._print_attempts(job, ids)
        return DONE

    def _print_attempts(self, job: Job, ids: Sequence[str] | None = None) -> None:
        for item in job.items.order_by("stage", "position"):
            if ids is not None and item.key not in ids:
                continue
            attempt = Attempt.of(item)
            toe = f" {attempt.toe}" if attempt.toe else ""
            message = f": {attempt.message}" if attempt.message else ""
            self._out.write(f"  {attempt.outcome:<12}{toe} {attempt.key} {attempt.name} {attempt.reference}{message}")

    def _print(self, value: Any) -> None:
        self._out.write(json.dumps(value, indent=2, ensure_ascii=False, default=str))


def wait_for_wave(job: Job, on_progress: Waiting) -> Job:
    """Wait until a worker has ended the wave or its stop rule holds it; return it anew. Raises jobs.Stopped."""
    while True:
        job = jobs.wait_for(job, on_progress, seconds=2 * 0.5)
        if job.has_ended or job.state == JobState.PAUSED:
            return job


def drop_draft(job: Job) -> None:
    """Remove a draft that was refused at once: nobody has seen it."""
    JobItem.objects.filter(job=job).delete()
    Job.objects.filter(pk=job.pk, state=JobState.DRAFT).delete()


def _text(name: str, option: str) -> str:
    try:
        # A file saved by a spreadsheet begins with a byte order mark.
        return sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        raise Refusal(f"{option}: {problem}", WRONG_USAGE) from None
