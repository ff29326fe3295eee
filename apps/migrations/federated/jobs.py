"""The kind of job that a wave is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from django.urls import reverse

from apps.jobs.kinds import AuditTarget, ItemOutcome, JobKind, NotDone, NotUndoable, UndoPlan
from apps.jobs.models import Job, JobItem
from apps.jobs.states import ItemState
from apps.migrations.federated import running
from apps.migrations.federated.mapping import Reference
from apps.migrations.federated.outcomes import outcome_of
from apps.migrations.federated.upstream import read_candidates
from apps.migrations.federated.waves import KIND, Wave, items_for, known_mappings, params_of
from domoadmin.services.operations import RetrySafety
from domoadmin.services.roles import Role

if TYPE_CHECKING:
    from apps.jobs.planning import Planning
    from apps.jobs.work import ItemWork


class FederatedKind(JobKind):
    """Migrate federated datasources, or reverse that, in waves."""

    name = KIND
    title = "Federated migration"
    area = "migrations"
    role = Role.SUPPORT
    concurrency = 1
    # The lists of candidates can be asked at once whether a call whose runner died came through.
    request_seconds = 1.0
    back_off_seconds = 0.4
    item_noun = "datasources"
    kept_for_ever = True
    draft_keep_hours = 14 * 24.0
    templates: ClassVar[Mapping[str, str]] = {"summary": "migrations/waves/job_summary.html"}

    def concurrency_of(self, job: Job) -> int:
        """As the wave's settings say."""
        wave = Wave(job)
        return max(4, wave.settings.at_once) if wave.rehearsal else wave.settings.at_once

    def plan(self, planning: Planning) -> None:
        """Plan what was made without a page: an undo."""
        wave = Wave(planning.job)
        planning.progress(phase="Reading the candidates")
        candidates = read_candidates(planning.client, wave.way, wave.target.id)
        mappings = {key: Reference.of(each) for key, each in planning.params.get("mappings", {}).items()}
        keys = planning.params["keys"]
        planning.add_items(
            items_for(wave.way, wave.target, keys, candidates, settings=wave.settings, mappings=mappings)
        )

    def safety(self, item: JobItem) -> RetrySafety:
        """The lists of candidates tell what became of a lost answer; a rehearsal only reads."""
        return RetrySafety.READ if Wave(item.job).rehearsal else RetrySafety.VERIFIABLE

    def run_item(self, work: ItemWork) -> ItemOutcome:
        """Migrate or reverse one datasource."""
        return running.run_item(work)

    def verify_item(self, work: ItemWork) -> ItemOutcome | NotDone:
        """Look for one in the lists of candidates."""
        return running.verify_item(work)

    def audited(self, item: JobItem) -> AuditTarget | None:
        """The datasource, by the operation that is sent."""
        wave = Wave(item.job)
        return None if wave.rehearsal else AuditTarget(wave.way.operation, "dataset", item.key, item.label)

    def audited_params(self, job: Job) -> dict[str, Any]:
        """What the wave does, to where, and how."""
        return {name: job.params.get(name) for name in ("way", "target", "settings", "rehearsal")}

    def describe(self, job: Job) -> dict[str, Any]:
        """Return way, target and outcomes, and where the wave has its page."""
        wave = Wave(job)
        return {
            "wave_url": reverse("migrations:wave", args=[job.connection_slug, job.pk]),
            "family": wave.way.family,
            "direction": wave.way.direction,
            "title": wave.way.title,
            "target": wave.target.params,
            "rehearsal": wave.rehearsal,
            "halted": wave.halted,
            "outcomes": counts_of(job),
        }

    def undo_plan(self, job: Job) -> UndoPlan:
        """The opposite way for what is COMPLETE. Back to V2 only with the mappings that DomoAdmin knows."""
        wave = Wave(job)
        if wave.rehearsal or job.connection is None:
            raise NotUndoable("A rehearsal sent nothing, so there is nothing to undo.")
        keys = list(job.items.filter(state=ItemState.SUCCEEDED).order_by("position").values_list("key", flat=True))
        opposite = wave.way.opposite
        mappings = known_mappings(job.connection, keys) if opposite.needs_mapping else {}
        if opposite.needs_mapping and len(mappings) < len(keys):
            raise NotUndoable(
                "To migrate them again their tables are needed, which DomoAdmin doesn't know. "
                "Pick them among the candidates and map them."
            )
        name = f"{opposite.verb} what “{job.title}” {wave.way.done}"
        params = params_of(job.connection, opposite, wave.target, wave.settings, name=name[:200])
        params |= {"keys": keys, "mappings": {key: each.params for key, each in mappings.items()}}
        return UndoPlan(KIND, name, params)

    def why_not_resume(self, job: Job) -> str:
        """After its stop rule a reason is asked for, which the wave's own page does."""
        if Wave(job).halted:
            return "Its stop rule holds it. Go on from the wave's page, which asks what becomes of what may be down."
        return ""

    def why_not_retry(self, job: Job) -> str:
        """On production the slug is typed, which the wave's own page asks for."""
        if self.confirm_word(job):
            return "Try it again from the wave's page: this is production, and the plan is shown before it starts."
        return ""

    def why_not_confirm(self, job: Job) -> str:
        """Say what is wrong with the mapping."""
        wave = Wave(job)
        if not job.items.filter(state=ItemState.PENDING).exists():
            return "None of the datasources can move, so there is nothing to run."
        blocking = wave.blocking
        if not blocking:
            return ""
        number = len({problem.key for problem in blocking})
        which = "1 datasource needs" if number == 1 else f"{number:,} datasources need"
        return f"The mapping of {which} to be put right first: {blocking[0].text}"

    def confirm_word(self, job: Job) -> str:
        """The connection's slug on production: content goes down while it runs."""
        if job.connection is None or not job.connection.is_production or Wave(job).rehearsal:
            return ""
        return job.connection.slug

    def command_line(self, job: Job) -> str:
        """The `manage.py federation` line."""
        wave = Wave(job)
        verb = "reverse" if wave.way.back else "run"
        mapping = " --mapping MAPPING.csv" if wave.way.needs_mapping else ""
        stop = wave.settings.stop_failures if not wave.settings.stop_incomplete else None
        stop_after = f" --stop-after {stop}" if stop is not None else ""
        return (
            f"manage.py federation {verb} --family {wave.way.family} --target {wave.target.id} "
            f"--connection {job.connection_slug} --ids IDS.txt{mapping}{stop_after} --wait"
        )


def counts_of(job: Job) -> dict[str, int]:
    """Return how many datasources came to each outcome."""
    found: dict[str, int] = {}
    columns = ("state", "error_code", "verify_first", "sent_at", "result")
    for item in job.items.only(*columns):
        word = str(outcome_of(item))
        found[word] = found.get(word, 0) + 1
    return found
