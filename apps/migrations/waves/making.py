"""Waves that follow from another one: a rehearsal, one datasource again, what was migrated taken back."""

from __future__ import annotations

from apps.accounts.models import User
from apps.connections.models import Connection
from apps.jobs import service as jobs
from apps.jobs.kinds import NewItem
from apps.jobs.models import Job, JobItem
from apps.jobs.states import ItemState
from apps.migrations.federated.mapping import Reference
from apps.migrations.federated.running import INSISTS
from apps.migrations.federated.settings import WaveSettings
from apps.migrations.federated.upstream import has_happened, read_candidates, read_standing
from apps.migrations.federated.waves import KIND, Wave, create_wave, known_mappings, params_of, stands


class CannotFollow(Exception):
    """The wave that was asked for can't be made; the message says why."""


def rehearse(job: Job, connection: Connection, actor: User) -> Job:
    """Start a rehearsal of what a draft would do. Raises CannotFollow, jobs.NotAllowed, jobs.NotReady."""
    wave = Wave(job)
    pending = job.items.filter(state=ItemState.PENDING).order_by("position")
    items = [NewItem(each.key, each.label, each.payload, before=each.before, after=each.after) for each in pending]
    if not items:
        raise CannotFollow("None of the datasources can move, so there is nothing to rehearse.")
    params = params_of(connection, wave.way, wave.target, wave.settings, rehearsal=True)
    params |= {"as_mapped": job.params.get("as_mapped", False), "rehearses": str(job.pk)}
    made = jobs.create_job(KIND, title=params["name"], connection=connection, params=params, actor=actor, items=items)
    jobs.confirm(made, actor)
    return made


def settle_by_lists(item: JobItem, connection: Connection, actor: User) -> bool:
    """Settle an unknown outcome when the lists of candidates show the migration by now. Raises UpstreamError."""
    wave = Wave(item.job)
    if item.state != ItemState.UNKNOWN or item.payload.get(INSISTS):
        return False
    standing = read_standing(connection.client(), wave.way, wave.target.id, item.key)
    if not has_happened(wave.way, standing):
        return False
    jobs.decide(item, actor, True, "The lists of candidates show it.")
    return True


def one_again(item: JobItem, connection: Connection, actor: User, *, back: bool, reason: str = "") -> Job:
    """Start a wave of one datasource: the same once more, or the opposite. Raises CannotFollow, jobs.NotAllowed.

    The opposite of what ended INCOMPLETE is sent whatever the lists say: they can't tell.
    """
    wave = Wave(item.job)
    way = wave.way.opposite if back else wave.way
    reference = Reference.of(item.payload.get("mapping"))
    if way.needs_mapping and not reference.whole:
        reference = known_mappings(connection, [item.key]).get(item.key, Reference())
        if not reference.whole:
            raise CannotFollow("DomoAdmin doesn't know its table. Pick it among the candidates and map it.")
    payload = {"mapping": reference.params, "content": item.payload.get("content") or {}}
    if back and item.state != ItemState.SUCCEEDED:
        payload[INSISTS] = True
    new = NewItem(
        item.key,
        item.label,
        payload,
        before={"stands": stands(way, wave.target, reference, before=True)},
        after={"stands": stands(way, wave.target, reference, before=False)},
    )
    name = f"{item.label or item.key}: {'reversed' if back else 'once more'} after {item.job.title}"
    params = params_of(connection, way, wave.target, WaveSettings(), name=name[:200])
    made = jobs.create_job(
        KIND,
        title=name,
        connection=connection,
        params=params,
        actor=actor,
        items=[new],
        retry_of=None if back else item.job,
        undo_of=item.job if back else None,
    )
    jobs.confirm(made, actor, reason=reason)
    return made


def all_again(job: Job, connection: Connection, actor: User) -> Job:
    """Make a draft of what did not complete and of what was not started. Raises CannotFollow, UpstreamError."""
    wave = Wave(job)
    left = job.items.filter(state__in=(ItemState.FAILED, ItemState.CANCELLED)).order_by("position")
    mappings = {item.key: Reference.of(item.payload.get("mapping")) for item in left}
    if not mappings:
        raise CannotFollow("Nothing of this wave is left to be tried again.")
    candidates = read_candidates(connection.client(), wave.way, wave.target.id)
    return create_wave(
        connection,
        actor,
        wave.way,
        wave.target,
        list(mappings),
        candidates,
        settings=wave.settings,
        mappings=mappings,
        as_mapped=bool(job.params.get("as_mapped")),
        rehearsal=wave.rehearsal,
        name=f"{job.title}, again"[:200],
        retry_of=job,
    )


def reverse_all(job: Job, connection: Connection, actor: User) -> Job:
    """Make a draft that takes back all that a wave completed. Raises CannotFollow, UpstreamError, jobs.NotAllowed."""
    wave = Wave(job)
    keys = list(job.items.filter(state=ItemState.SUCCEEDED).order_by("position").values_list("key", flat=True))
    if not keys or wave.rehearsal:
        raise CannotFollow("Nothing of this wave is COMPLETE, so there is nothing to reverse.")
    way = wave.way.opposite
    candidates = read_candidates(connection.client(), way, wave.target.id)
    return create_wave(
        connection,
        actor,
        way,
        wave.target,
        keys,
        candidates,
        settings=wave.settings,
        mappings=known_mappings(connection, keys) if way.family == "v1-v2" else None,
        name=f"{way.verb} {job.title}"[:200],
        undo_of=job,
    )
