"""A wave is a job: what stands in its params, which items it has, and how one is made."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from apps.accounts.models import User
from apps.connections.models import Connection
from apps.jobs import service as jobs
from apps.jobs.kinds import NewItem
from apps.jobs.models import Job, JobItem
from apps.jobs.states import ItemState, JobState, Source
from apps.migrations.federated.content import Content, read_content
from apps.migrations.federated.mapping import Mapped, Problem, Reference, problems_of
from apps.migrations.federated.outcomes import NOT_ALLOWED
from apps.migrations.federated.settings import WaveSettings
from apps.migrations.federated.targets import Target
from apps.migrations.federated.upstream import Candidate, Check
from apps.migrations.federated.ways import WAYS, Way

KIND = "migrations.federated"
VANISHED_TEXT = "It is no longer among the candidates."
MOST_DATASOURCES = 5_000


@dataclass(frozen=True)
class Wave:
    """A job of this kind, its params read."""

    job: Job

    @property
    def way(self) -> Way:
        """Return which way it goes."""
        return WAYS[self.job.params["way"]]

    @property
    def target(self) -> Target:
        """Return the account or integration."""
        return Target.of(self.job.params["target"])

    @property
    def settings(self) -> WaveSettings:
        """Return how it runs."""
        return WaveSettings.of(self.job.params.get("settings") or {})

    @property
    def number(self) -> int:
        """Return its number on the connection."""
        return int(self.job.params.get("number") or 0)

    @property
    def rehearsal(self) -> bool:
        """Say whether it runs everything up to the first call, and sends nothing."""
        return bool(self.job.params.get("rehearsal"))

    @property
    def halted(self) -> str:
        """Return why the stop rule holds it, or ""."""
        text = str(self.job.params.get("halted") or "")
        return text if self.job.state == JobState.PAUSED and self.job.message == text else ""

    @property
    def mapped(self) -> list[Mapped]:
        """Return the datasources still to be sent, with their mappings."""
        return mapped_of(self.job)

    @property
    def problems(self) -> list[Problem]:
        """Return what is wrong with the mapping of what is still to be sent; nothing where none is needed."""
        return problems_of(self.mapped) if self.way.needs_mapping else []

    @property
    def blocking(self) -> list[Problem]:
        """Return the problems that keep it from starting: those that may be meant only until somebody says so."""
        as_mapped = bool(self.job.params.get("as_mapped"))
        return [problem for problem in self.problems if not (problem.doubtful and as_mapped)]


def mapped_of(job: Job) -> list[Mapped]:
    """Return the datasources of a job that are still to be sent, with their mappings, in order."""
    rows = job.items.filter(state=ItemState.PENDING, verify_first=False).order_by("position")
    return [
        Mapped(key, label or key, Reference.of(payload.get("mapping")))
        for key, label, payload in rows.values_list("key", "label", "payload")
    ]


def waves_of(connection: Connection) -> QuerySet[Job]:
    """Return all waves of a connection, newest first."""
    return Job.objects.filter(kind=KIND, connection=connection).order_by("-created_at")


def attempts_on(connection: Connection) -> QuerySet[JobItem]:
    """Return every attempt that was sent, or was about to be, on a connection."""
    return JobItem.objects.filter(job__kind=KIND, job__connection=connection, intended_at__isnull=False)


def items_for(
    way: Way,
    target: Target,
    keys: Sequence[str],
    candidates: Mapping[str, Candidate],
    *,
    settings: WaveSettings,
    mappings: Mapping[str, Reference] | None = None,
    content: Mapping[str, Content] | None = None,
) -> Iterator[NewItem]:
    """Yield an item for each datasource; those that can't move are born skipped, with the reason."""
    for position, key in enumerate(dict.fromkeys(keys)):
        candidate = candidates.get(key)
        reference = (mappings or {}).get(key, Reference())
        if candidate is not None and candidate.reference:
            reference = Reference(candidate.catalog, candidate.schema, candidate.table)
        payload: dict[str, Any] = {"mapping": reference.params}
        if content and key in content:
            payload["content"] = content[key].params
        skip = VANISHED_TEXT if candidate is None else candidate.why_not(way)
        yield NewItem(
            key,
            candidate.name if candidate else key,
            payload=payload,
            stage=settings.wave_of(position),
            before={"stands": stands(way, target, reference, before=True)},
            after={"stands": stands(way, target, reference, before=False)},
            skip=skip,
            skip_code=NOT_ALLOWED if candidate and candidate.check(way) == Check.COLLISION else "",
        )


def stands(way: Way, target: Target, reference: Reference, *, before: bool) -> str:
    """Say where a datasource stands before or after a migration."""
    at_target = before if way.back else not before
    if way.family == "v1-v2":
        words = f"Federated V2, account {target.name}" if at_target else "Federated V1"
        return f"{words}: {reference}" if at_target and reference.whole else words
    words = f"Cloud Amplifier, {target.name}" if at_target else "Federated V2"
    return f"{words}: {reference}" if reference.whole else words


def create_wave(
    connection: Connection,
    actor: User,
    way: Way,
    target: Target,
    keys: Sequence[str],
    candidates: Mapping[str, Candidate],
    *,
    settings: WaveSettings | None = None,
    mappings: Mapping[str, Reference] | None = None,
    name: str = "",
    rehearsal: bool = False,
    as_mapped: bool = False,
    source: str = Source.PAGE,
    retry_of: Job | None = None,
    undo_of: Job | None = None,
    reads_content: bool = True,
) -> Job:
    """Make a draft, planned from candidates that were read just now. Raises jobs.NotAllowed.

    Reads what hangs on the datasources, as far as it is told; nothing of that stops the wave from being made.
    """
    settings = settings or WaveSettings()
    content = read_content(connection.client(), keys) if reads_content else None
    items = list(items_for(way, target, keys, candidates, settings=settings, mappings=mappings, content=content))
    with transaction.atomic():
        params = params_of(connection, way, target, settings, name=name, rehearsal=rehearsal)
        params["as_mapped"] = as_mapped
        return jobs.create_job(
            KIND,
            title=params["name"],
            connection=connection,
            params=params,
            actor=actor,
            source=source,
            items=items,
            retry_of=retry_of,
            undo_of=undo_of,
        )


def params_of(
    connection: Connection, way: Way, target: Target, settings: WaveSettings, *, name: str = "", rehearsal: bool = False
) -> dict[str, Any]:
    """Return the params of a new wave, with the connection's next number."""
    number = waves_of(connection).count() + 1
    usual = f"{'Rehearsal' if rehearsal else 'Wave'} {number}, {'back from ' if way.back else ''}{target.name}"
    return {
        "way": way.key,
        "target": target.params,
        "number": number,
        "name": name.strip() or usual,
        "settings": settings.params,
        "rehearsal": rehearsal,
    }


def known_mappings(connection: Connection, keys: Collection[str]) -> dict[str, Reference]:
    """Return the mapping with which each V1 datasource was last migrated by DomoAdmin."""
    found: dict[str, Reference] = {}
    sent = attempts_on(connection).filter(job__params__way="v1-v2", state=ItemState.SUCCEEDED, key__in=keys)
    for key, payload in sent.order_by("finished_at").values_list("key", "payload"):
        reference = Reference.of(payload.get("mapping"))
        if reference.whole:
            found[key] = reference
    return found


def store_mappings(job: Job, mappings: Mapping[str, Reference]) -> int:
    """Write mappings into items that nobody has begun; return how many were written.

    Each by compare-and-set on its state: one that a runner has just taken keeps what is being sent.
    """
    wave = Wave(job)
    written = 0
    with transaction.atomic():
        for item in job.items.filter(key__in=mappings, state=ItemState.PENDING, verify_first=False):
            reference = mappings[item.key]
            written += JobItem.objects.filter(pk=item.pk, state=ItemState.PENDING).update(
                payload={**item.payload, "mapping": reference.params},
                before={"stands": stands(wave.way, wave.target, reference, before=True)},
                after={"stands": stands(wave.way, wave.target, reference, before=False)},
            )
    return written


def store_settings(job: Job, settings: WaveSettings, **params: Any) -> None:
    """Write new settings into a draft or a wave that stands still; what is still to do is cut into waves anew."""
    with transaction.atomic():
        locked = Job.objects.select_for_update().get(pk=job.pk)
        locked.params = {**locked.params, **params, "settings": settings.params}
        title = str(locked.params.get("name") or locked.title)[:300]
        Job.objects.filter(pk=job.pk).update(params=locked.params, title=title)
        first = _first_free_stage(job)
        pending = job.items.filter(state=ItemState.PENDING, verify_first=False).order_by("position")
        for place, (pk, stage) in enumerate(pending.values_list("pk", "stage")):
            wanted = first + settings.wave_of(place)
            if stage != wanted:
                JobItem.objects.filter(pk=pk, state=ItemState.PENDING).update(stage=wanted)
    job.refresh_from_db()


def _first_free_stage(job: Job) -> int:
    begun = job.items.exclude(state__in=(ItemState.PENDING, ItemState.SKIPPED)).order_by("-stage").first()
    return begun.stage + 1 if begun is not None else 0
