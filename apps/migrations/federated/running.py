"""One datasource: look again, ask the gate, send once; and what becomes of it when the answer is lost."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.timezone import localtime

from apps.jobs.kinds import ComeBack, Failed, ItemOutcome, NotDone, Skipped, Succeeded, Unknown
from apps.migrations.federated import gate, upstream
from apps.migrations.federated.mapping import Reference
from apps.migrations.federated.outcomes import (
    BY_CANDIDATES,
    COLLISION,
    NO_MAPPING,
    NOT_ALLOWED,
    VANISHED,
    Outcome,
    told_by,
)
from apps.migrations.federated.upstream import Candidate, Check
from apps.migrations.federated.waves import Wave
from domoadmin.services.errors import Forbidden, NotFound
from domoadmin.services.results.migrations import Migration

if TYPE_CHECKING:
    from apps.jobs.models import JobItem
    from apps.jobs.work import ItemWork

_LISTS_KEPT = 8
# In the payload of an item: a person asked to reverse what ended INCOMPLETE, whatever the lists say.
INSISTS = "insists"
# Between two looks for a lost answer: as long as it has been lost, a quarter of it.
FIRST_LOOK_SECONDS, LONGEST_LOOK_SECONDS = 1.0, 30.0


def run_item(work: ItemWork) -> ItemOutcome:
    """Migrate or reverse one datasource. Raises UpstreamError, ComeBack, LeaseLost, StopRequested."""
    wave = Wave(work.job)
    looked_at, candidate = _lists.find(work, wave)
    # After INCOMPLETE no list can tell whether there is something to take back: a person asked for it.
    refusal = None if work.payload.get(INSISTS) else _why_not(work, wave, candidate)
    if refusal is not None:
        return refusal
    if wave.rehearsal:
        return _rehearsed(work, wave)
    verdict = gate.Verdict()
    if not work.about_to_send(lambda: gate.admit(work.item, timezone.now(), looked_at, verdict)):
        raise ComeBack(verdict.wait_seconds or 0.0)
    mapping = _mapping(work.item)
    answer = upstream.move(work.client, wave.way, wave.target.id, work.item.key, mapping.params)
    work.checkpoint["outcome"] = told_by(answer)
    return _ended(work, answer)


def _why_not(work: ItemWork, wave: Wave, candidate: Candidate | None) -> ItemOutcome | None:
    """Return what becomes of a datasource that can't move any more; None when it can. Nothing was sent for it."""
    item, way = work.item, wave.way
    if candidate is None:
        text = f"It is no longer among the candidates of {wave.target.name}: it vanished since the preview."
        return Failed(f"{text} Nothing was sent.", VANISHED)
    check = candidate.check(way)
    if check == Check.COLLISION:
        return Failed(f"{candidate.why_not(way)} Nothing was sent.", COLLISION)
    if check != Check.CAN_MOVE:
        if item.intended_at is not None:
            # A call of an earlier try came through after all.
            return _found_done(work)
        return Skipped(f"{candidate.why_not(way)} Nothing was sent.")
    if way.needs_mapping and not _mapping(item).whole:
        return Failed("Its mapping is not whole: catalog, schema and table are needed. Nothing was sent.", NO_MAPPING)
    return None


def _mapping(item: JobItem) -> Reference:
    return Reference.of(item.payload.get("mapping"))


def _rehearsed(work: ItemWork, wave: Wave) -> ItemOutcome:
    """Look whether the token sees the datasource and may write it, which is all that can be tried without a call."""
    try:
        dataset = work.client.datasets.get_metadata(work.item.key, part="core,permission,status")
    except (NotFound, Forbidden) as problem:
        return Failed(f"Rehearsal: {problem} Nothing was sent.", NOT_ALLOWED, problem.request_id)
    if dataset.writable is False:
        text = "Rehearsal: the token may only read it, so Domo will probably refuse. Nothing was sent."
        return Failed(text, NOT_ALLOWED, dataset.request_id)
    return Succeeded(result={"rehearsed": True, "call": f"{wave.way.operation} {work.item.key}"})


def _ended(work: ItemWork, answer: Migration) -> ItemOutcome:
    toe = answer.toe or answer.request_id
    if answer.dataset_id and answer.dataset_id.lower() != work.item.key.lower():
        return Unknown(f"Domo's answer is about another datasource, {answer.dataset_id}.", toe)
    if answer.completed:
        return Succeeded(result=work.checkpoint["outcome"], after=work.item.after, request_id=toe)
    message = answer.error_message or "Domo gave no reason."
    if answer.unchanged:
        return Failed(message, Outcome.ABORTED, toe)
    if answer.state == Outcome.INCOMPLETE:
        return Failed(message, Outcome.INCOMPLETE, toe)
    return Unknown(
        f"Domo answered with the state “{answer.state or 'none'}”, which it doesn't document. {message}", toe
    )


def verify_item(work: ItemWork) -> ItemOutcome | NotDone:
    """Read the lists of candidates for a migration whose answer was lost. It is never sent again by itself.

    Found there: COMPLETE. Not found: it may be under way, so it is looked for a while; then a person decides, since it
    may also have ended INCOMPLETE. Raises UpstreamError, ComeBack.
    """
    item, wave = work.item, Wave(work.job)
    standing = upstream.read_standing(work.client, wave.way, wave.target.id, item.key)
    insists = bool(work.payload.get(INSISTS))
    if upstream.has_happened(wave.way, standing) and not insists:
        return _found_done(work)
    if work.job.has_ended and work.job.retry_unknown_by_id is not None:
        # A person has looked and asked for it to be done again.
        return NotDone()
    now = timezone.now()
    begun = item.sent_at or item.intended_at or now
    if not work.job.has_ended and not insists and now < gate.settle_deadline(item):
        lost_for = (now - begun).total_seconds()
        raise ComeBack(min(LONGEST_LOOK_SECONDS, max(FIRST_LOOK_SECONDS, lost_for / 4)))
    told = "are silent about it" if standing == upstream.Standing.UNTOLD else f"don't show it as {wave.way.done}"
    told = "can't tell about one that was INCOMPLETE before" if insists else told
    return Unknown(
        f"The answer was lost, and at {localtime(now):%H:%M} the lists of candidates {told}. It never began, or it "
        "ended ABORTED or INCOMPLETE. It was sent once and is not sent again by itself: look at its content in Domo."
    )


def _found_done(work: ItemWork) -> Succeeded:
    item = work.item
    work.checkpoint["outcome"] = {
        "state": str(Outcome.COMPLETE),
        "message": "The answer was lost; the list of candidates shows that it is done.",
        "settled_by": BY_CANDIDATES,
        "started": item.sent_at.isoformat() if item.sent_at else None,
    }
    return Succeeded(result=work.checkpoint["outcome"], after=item.after)


class _Lists:
    """Lists of candidates that were read a moment ago, for the look before each call; shared by the threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lists: OrderedDict[tuple[Any, ...], tuple[datetime, Mapping[str, Candidate]]] = OrderedDict()

    def find(self, work: ItemWork, wave: Wave) -> tuple[datetime, Candidate | None]:
        """Return when the list was read, and the candidate; None when it isn't in it. Raises UpstreamError."""
        key = (work.job.connection_id, wave.way.key, wave.target.id, work.job.pk)
        with self._lock:
            read_at, found = self._lists.get(key, (datetime.min.replace(tzinfo=UTC), {}))
            if timezone.now() - read_at > timedelta(seconds=gate.LIST_SECONDS):
                read_at = timezone.now()
                found = upstream.read_candidates(work.client, wave.way, wave.target.id)
                self._lists[key] = (read_at, found)
                self._lists.move_to_end(key)
                while len(self._lists) > _LISTS_KEPT:
                    self._lists.popitem(last=False)
        return read_at, found.get(work.item.key)


_lists = _Lists()
