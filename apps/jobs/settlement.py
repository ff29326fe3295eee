"""What is written when a runner lets go of an item."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import F

from apps.jobs.causes import cause_of
from apps.jobs.models import JobItem
from apps.jobs.states import ITEM_BAD, ITEM_ENDS, ItemState


@dataclass(frozen=True)
class Settlement:
    """What is written when a runner lets go of an item."""

    state: ItemState
    text: str = ""
    code: str = ""
    request_id: str | None = None
    result: dict[str, Any] = field(default_factory=dict)
    after: Any = None
    checkpoint: dict[str, Any] | None = None
    available_at: datetime | None = None
    verify_first: bool = False
    # Neither a come-back nor an item given back counts as a try; a lost runner counts as a loss.
    counts_as_try: bool = True
    is_loss: bool = False
    keeps_sent_mark: bool = False
    keeps_counters: bool = False

    @property
    def ends(self) -> bool:
        """Say whether the item has come to its end."""
        return self.state in ITEM_ENDS


def changes_of(item: JobItem, settlement: Settlement, now: datetime) -> dict[str, Any]:
    """Return the columns of the item that the settlement changes."""
    changes: dict[str, Any] = {
        "state": settlement.state,
        "lease_token": None,
        "lease_expires_at": None,
        "verify_first": settlement.verify_first,
        "error_code": settlement.code[:60],
        "error_text": settlement.text,
        "cause": cause_of(settlement.code, settlement.text) if settlement.state in ITEM_BAD else "",
        "finished_at": now if settlement.ends else None,
        "available_at": settlement.available_at or now,
    }
    if settlement.request_id:
        changes["request_id"] = settlement.request_id[:120]
    if settlement.checkpoint is not None:
        changes["checkpoint"] = settlement.checkpoint
    if settlement.is_loss:
        changes["losses"] = F("losses") + 1
    if not settlement.counts_as_try:
        changes["attempts"] = F("attempts") - 1
    if not settlement.ends and not settlement.keeps_sent_mark:
        changes["sent_at"] = None
    if not settlement.ends and not settlement.keeps_counters:
        changes |= {"bytes_done": 0, "rows_done": 0}
    if settlement.state == ItemState.SUCCEEDED:
        changes |= {
            "result": settlement.result,
            "bytes_done": item.size or item.bytes_done,
            "rows_done": item.rows_done,
        }
        if settlement.after is not None:
            changes["after"] = settlement.after
    return changes


def is_worth_a_record(item: JobItem, settlement: Settlement) -> bool:
    """Say whether the audit trail gets the outcome: not for what ended before anything was intended."""
    if not settlement.ends:
        return False
    return item.intended_at is not None or settlement.state not in (ItemState.CANCELLED, ItemState.SKIPPED)


def audit_outcome(state: str) -> str:
    """Return the outcome in the words of the audit trail."""
    return "succeeded" if state == ItemState.SKIPPED else str(state)
