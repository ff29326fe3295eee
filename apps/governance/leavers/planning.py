"""The plan of a hand-over: walks kind by kind, reads what no listing tells, decides for each thing; changes nothing."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from apps.governance.leavers.action import own_settings, spoken
from apps.governance.leavers.holdings import HOLDINGS, Holding, Missing, Parties, Party, State, Thing
from apps.governance.leavers.people import person_of
from apps.governance.leavers.settings import Choices
from apps.jobs.bulk import Selection
from apps.jobs.kinds import NewItem
from apps.jobs.models import Job
from domoadmin.services.errors import NotFound, SearchLimitReached, UpstreamError

if TYPE_CHECKING:
    from apps.jobs.bulk import BulkAction
    from apps.jobs.planning import Planning

BATCH = 200
READERS = 6
# Codes of what is left out.
STAYS, CHOSEN, SO_ALREADY = "stays", "left", "done"


@dataclass
class Tally:
    """What the plan has counted so far."""

    found: Counter[str] = field(default_factory=Counter)
    to_do: int = 0
    calls: int = 0
    seconds: float = 0.0
    missing: list[str] = field(default_factory=list)
    unlisted: list[dict[str, str]] = field(default_factory=list)


def plan(action: BulkAction, planning: Planning) -> None:
    """Add an item for each thing that the person holds. A kind that can't be listed is named and left out.

    Raises UpstreamError where not even the people can be read, PlanRefused where the choices make no sense.
    """
    choices = Choices.of(planning.params["settings"])
    selection = Selection.from_params(planning.params["selection"])
    if not choices.people:
        planning.refuse("Nobody is named who gets anything. Say who: to=ID, or others=dataset=ID.")
    people = _people(planning, [choices.user, *choices.people])
    kinds = [each for each in (selection.query or {}).get("kind", "").split(",") if each]
    tally = Tally()
    readers = ThreadPoolExecutor(READERS, thread_name_prefix="leaver-plan")
    try:
        for holding in HOLDINGS:
            if not kinds or holding.key in kinds:
                to = people.get(choices.recipient(holding))
                _plan_kind(holding, planning, people[choices.user], to, set(selection.ids), tally, readers)
    finally:
        readers.shutdown(wait=False, cancel_futures=True)
    words, _ = action.introduced(planning.client, planning.params["settings"])
    selected = sum(tally.found.values())
    planning.preview(
        {
            "selected": selected,
            "duplicates": 0,
            "unread": 0,
            "cautions": {},
            "call_seconds": round(tally.seconds / tally.calls, 4) if tally.calls else None,
            "words": words,
            "found": dict(tally.found),
            "missing": tally.missing,
            "unlisted": tally.unlisted,
            "people": {party.id: party.name for party in people.values()},
        }
    )
    Job.objects.filter(pk=planning.job.pk).update(title=action.job_title(tally.to_do, words))


def _people(planning: Planning, ids: Iterable[str]) -> dict[str, Party]:
    found: dict[str, Party] = {}
    for user_id in ids:
        try:
            found[user_id] = person_of(planning.client, user_id)
        except NotFound:
            planning.refuse(f"There is no user {user_id} whom this connection's token may see.")
    return found


def _plan_kind(
    holding: Holding,
    planning: Planning,
    leaver: Party,
    to: Party | None,
    only: set[str],
    tally: Tally,
    readers: ThreadPoolExecutor,
) -> None:
    planning.progress(phase=f"Looking for {holding.noun[1]}", done=sum(tally.found.values()), total=0, unit="objects")
    things = _things(holding, planning, leaver, only, tally)
    parties = Parties(leaver, to or leaver)
    try:
        while batch := list(islice(things, BATCH)):
            planning.add_items(list(_items(holding, planning, parties, to is not None, batch, tally, readers)))
            planning.progress(done=sum(tally.found.values()))
    except (UpstreamError, SearchLimitReached) as error:
        # The other kinds can be handed over all the same; this one is named until it was looked through.
        request = error.request_id or ""
        tally.unlisted.append({"kind": holding.title, "problem": str(error), "request_id": request})
        planning.event(f"{holding.title} could not be looked through: {error}", "warn")


def _things(holding: Holding, planning: Planning, leaver: Party, only: set[str], tally: Tally) -> Iterator[Thing]:
    seen: set[str] = set()
    for found in holding.walk(planning.client, leaver):
        planning.check()
        if isinstance(found, Missing):
            tally.missing.append(found.sentence)
        elif found.id not in seen and (not only or f"{holding.key}:{found.id}" in only):
            seen.add(found.id)
            yield found


def _items(
    holding: Holding,
    planning: Planning,
    parties: Parties,
    given: bool,
    things: list[Thing],
    tally: Tally,
    readers: ThreadPoolExecutor,
) -> Iterator[NewItem]:
    def read(thing: Thing) -> State | UpstreamError:
        if thing.state is not None:
            return thing.state
        if thing.stays:
            return holding.planned(parties)
        begun = time.monotonic()
        try:
            return holding.state(planning.client, thing, parties)
        except UpstreamError as error:
            return error
        finally:
            tally.calls, tally.seconds = tally.calls + 1, tally.seconds + time.monotonic() - begun

    for thing, now in zip(things, readers.map(read, things), strict=True):
        if isinstance(now, UpstreamError):
            tally.found[holding.key] += 1
            yield _skipped(holding, thing, parties, holding.planned(parties), f"It can't be read: {now}", "unread")
        elif thing.stays or holding.is_held(now, parties):
            tally.found[holding.key] += 1
            item = _item(holding, thing, parties, given, now)
            tally.to_do += not item.skip
            yield item


def _item(holding: Holding, thing: Thing, parties: Parties, given: bool, now: State) -> NewItem:
    if thing.stays or not holding.moves:
        return _skipped(holding, thing, parties, now, thing.stays or holding.note, STAYS)
    if not given:
        return _skipped(holding, thing, parties, now, f"Left with {parties.leaver.name}, as chosen.", CHOSEN)
    target = holding.wanted(now, parties)
    if target == now:
        return _skipped(holding, thing, parties, now, f"{parties.to.name} has it already.", SO_ALREADY)
    own = own_settings(holding, thing, parties)
    return NewItem(
        f"{holding.key}:{thing.id}",
        holding.label(thing),
        {"settings": own},
        before=spoken(holding, now, own),
        after=spoken(holding, target, own),
    )


def _skipped(holding: Holding, thing: Thing, parties: Parties, now: State, reason: str, code: str) -> NewItem:
    own: dict[str, Any] = own_settings(holding, thing, parties)
    return NewItem(
        f"{holding.key}:{thing.id}",
        holding.label(thing),
        {"settings": own},
        before=spoken(holding, now, own),
        skip=reason,
        skip_code=code,
    )
