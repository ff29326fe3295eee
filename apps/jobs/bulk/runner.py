"""Running one item of a bulk job: look again, decide again, send once.

What changed since the preview: an object that meanwhile has the wanted state is skipped; one whose state differs from
the preview's is changed all the same, since the wanted state is what the person confirmed. That it differed is told in
an event, and the state found is what is kept for undo and audit.
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from apps.jobs.bulk import lookahead
from apps.jobs.bulk.actions import BulkAction, Settings, Skip
from apps.jobs.kinds import ItemOutcome, LeaseLost, Skipped, Succeeded
from apps.jobs.models import JobItem
from apps.jobs.states import ItemState, Level
from domoadmin.services.operations import RetrySafety

if TYPE_CHECKING:
    from apps.jobs.work import ItemWork, Turn


def run_item(action: BulkAction, work: ItemWork, settings: Settings) -> ItemOutcome:
    """Change one object. Raises UpstreamError, LeaseLost, StopRequested."""
    # What must not lie between reading and sending, or between the mark and the request, waits for its turn first.
    if action.merges or action.safety(settings) == RetrySafety.UNSAFE:
        with work.turn():
            return _look_and_send(action, work, settings, nullcontext)
    return _look_and_send(action, work, settings, work.turn)


def _look_and_send(action: BulkAction, work: ItemWork, settings: Settings, turn: Turn) -> ItemOutcome:
    item = work.item
    now = _state_now(action, work, settings, turn)
    after = action.wanted(now, settings)
    if isinstance(after, Skip):
        return _nothing_to_do(item, now, after)
    if now != item.before or after != item.after:
        _keep_what_is_found(action, work, now, after)
    work.about_to_send()
    with turn():
        answer = action.send(work.client, item.key, settings, now, after)
    return Succeeded(after=action.settled(answer, after), request_id=answer.request_id)


def _state_now(action: BulkAction, work: ItemWork, settings: Settings, turn: Turn) -> Any:
    read, state = lookahead.of_job(work.job.pk).take(action, work, turn)
    if read and state == work.item.before:
        return state
    with turn():
        return action.state(work.client, work.item.key, settings)


def _nothing_to_do(item: JobItem, now: Any, skip: Skip) -> ItemOutcome:
    if item.intended_at is not None:
        # A runner before this one sent the request and died, or lost the answer: this is its effect.
        return Succeeded(result={"found_done": True}, after=now)
    if now == item.before or item.payload.get("unread"):
        return Skipped(skip.reason)
    return Skipped(f"{skip.reason} That changed since the preview.")


def _keep_what_is_found(action: BulkAction, work: ItemWork, now: Any, after: Any) -> None:
    item = work.item
    if now != item.before and not item.payload.get("unread"):
        work.event(
            f"{item} changed since the preview: {_words(action, item.before)} then, {_words(action, now)} now. "
            "It is changed all the same.",
            Level.WARN,
        )
    held = JobItem.objects.filter(pk=item.pk, lease_token=item.lease_token, state=ItemState.IN_FLIGHT)
    if not held.update(before=now, after=after):
        raise LeaseLost
    item.before, item.after = now, after


def _words(action: BulkAction, state: Any) -> str:
    return ", ".join(word for word, _, _ in action.shown(state)) or "nothing"
