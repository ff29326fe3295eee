"""Handing one thing over: look again, make the calls that still lead to the wanted state, believe what can be read.

An item may take two calls (give, then take away). Each is marked before it leaves and noted when it was answered, so a
runner that takes over reads the thing and makes only what is missing.
"""

from __future__ import annotations

from typing import Any

from apps.governance.leavers.action import bare, holding_of, parties_of, spoken, thing_of
from apps.governance.leavers.holdings import Holding, Parties, State, Step, Thing
from apps.jobs.kinds import ComeBack, Failed, ItemOutcome, LeaseLost, Skipped, Succeeded, Unknown
from apps.jobs.models import JobItem
from apps.jobs.states import ItemState, Level
from apps.jobs.work import ItemWork
from domoadmin.services.errors import NotFound, UpstreamError

# Codes of what could not be moved.
NO_CALL, NOT_TAKEN = "no_call", "not_taken"
SHARED = "shared"
WAIT_SECONDS = 0.2


def run(work: ItemWork, settings: dict[str, Any]) -> ItemOutcome:
    """Hand one thing over, or give it back. Raises UpstreamError, LeaseLost, StopRequested."""
    holding, thing, parties = holding_of(settings), thing_of(settings), parties_of(settings)
    _wait_for_others(work, holding, thing)
    before, target = bare(work.item.before), bare(work.item.after)
    now = holding.state(work.client, thing, parties, target)
    if work.item.intended_at is not None:
        # A runner before this one has sent something: what is missing is done, and only that.
        if now == target:
            return Succeeded(result={"found_done": True}, after=work.item.after)
    elif now == target:
        return Skipped("It is so already. That changed since the preview.")
    elif "target" in settings:
        if now != before:
            return Skipped("Somebody changed it since. It stays as it is.")
    elif not holding.is_held(now, parties):
        return Skipped(f"It is not {parties.leaver.name}'s any more. That changed since the preview.")
    elif now != before and not _is_half_done(work, now, before, target):
        target = holding.wanted(now, parties)
        _keep(work, spoken(holding, now, settings), spoken(holding, target, settings))
    return _Sending(work, settings, holding, thing, parties).lead(now, target)


def _wait_for_others(work: ItemWork, holding: Holding, thing: Thing) -> None:
    """Let another item that sends the same object go first, in whatever process it runs."""
    keys = [f"{kind}:{thing.id}" for kind in holding.waits_for]
    if keys and work.job.items.filter(key__in=keys, state__in=(ItemState.PENDING, ItemState.IN_FLIGHT)).exists():
        raise ComeBack(WAIT_SECONDS)


def _is_half_done(work: ItemWork, now: State, before: State, target: State) -> bool:
    """Say whether a retry finds what the job before it has done: then what stood before that counts for the undo."""
    mixed = all(now.get(name) in (before.get(name), target.get(name)) for name in target)
    return work.job.retry_of_id is not None and mixed


def _keep(work: ItemWork, before: State, after: State) -> None:
    item = work.item
    held = JobItem.objects.filter(pk=item.pk, lease_token=item.lease_token, state=ItemState.IN_FLIGHT)
    if not held.update(before=before, after=after):
        raise LeaseLost
    item.before, item.after = before, after


class _Sending:
    """The calls for one item."""

    def __init__(
        self, work: ItemWork, settings: dict[str, Any], holding: Holding, thing: Thing, parties: Parties
    ) -> None:
        self.work, self.settings = work, settings
        self.holding, self.thing, self.parties = holding, thing, parties

    def lead(self, now: State, target: State) -> ItemOutcome:
        """Make the calls from one state to the other."""
        steps = self.holding.steps(self.work.client, self.thing, now, target, self.parties)
        try:
            request_id = self._send(steps)
        except _CallMissing as missing:
            return self._second_best(missing)
        if self.holding.reads_back:
            found = self.holding.state(self.work.client, self.thing, self.parties, target)
            if found != target:
                return self._not_taken(found, request_id)
        return Succeeded(after=spoken(self.holding, target, self.settings), request_id=request_id)

    def _send(self, steps: list[Step]) -> str | None:
        request_id = None
        for number, step in enumerate(steps):
            if number:
                self.work.save_checkpoint({"answered": number, "of": len(steps)}, answered=True)
            self.work.about_to_send()
            try:
                request_id = step.call().request_id
            except UpstreamError as error:
                if not step.declared.documented and _is_missing(error):
                    raise _CallMissing(error, number) from error
                if number:
                    self.work.event(f"{self.work.item} is half done: it was given, and not yet taken away.", Level.WARN)
                raise
        return request_id

    def _second_best(self, missing: _CallMissing) -> ItemOutcome:
        """Do what the documents know instead; where that is nothing, say so."""
        instead = None
        if not missing.number and "target" not in self.settings:
            instead = self.holding.instead(self.work.client, self.thing, self.parties)
        if instead is None:
            half = " It was given to the new person, and not taken from the old one." if missing.number else ""
            text = f"This Domo lacks the call that moves it ({missing.error}).{half} Change it in Domo."
            return Failed(text, NO_CALL, missing.error.request_id)
        before, after, steps = instead
        _keep(self.work, spoken(self.holding, before, self.settings), spoken(self.holding, after, self.settings))
        if steps:
            self.work.save_checkpoint({"instead": True}, answered=True)
        request_id = self._send(steps)
        return Succeeded(
            result={"way": SHARED}, after=spoken(self.holding, after, self.settings), request_id=request_id
        )

    def _not_taken(self, found: State, request_id: str | None) -> ItemOutcome:
        words = ", ".join(word for word, _, _ in spoken(self.holding, found, self.settings)["words"])
        if self.holding.lags:
            text = f"Domo took the call, and what it shows is still: {words}. Its search may be behind: read it back."
            return Unknown(text, request_id)
        text = f"Domo answered that it is done, and reading it back shows: {words}. Change it in Domo."
        return Failed(text, NOT_TAKEN, request_id)


class _CallMissing(Exception):
    """The upstream doesn't have an optional call; `number` calls were answered before it."""

    def __init__(self, error: UpstreamError, number: int) -> None:
        super().__init__(str(error))
        self.error, self.number = error, number


def _is_missing(error: UpstreamError) -> bool:
    # The thing itself was read a moment ago: what is not found is the call.
    return isinstance(error, NotFound) or error.status in (405, 501)
