"""What a hand-over has of each kind, and how each thing stands: for the plan, the record and the downloads."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import Count, F, Value
from django.db.models.functions import StrIndex, Substr

from apps.governance.leavers.action import of_key
from apps.governance.leavers.holdings import BY_KEY, HOLDINGS, Way
from apps.governance.leavers.planning import CHOSEN, SO_ALREADY, STAYS
from apps.governance.leavers.running import SHARED
from apps.governance.leavers.settings import Choices
from apps.jobs.bulk.leaving_out import LEFT_OUT
from apps.jobs.models import Job, JobItem
from apps.jobs.states import ItemState

MOVED, GIVEN, HELD, UNKNOWN, OPEN, ELSEWHERE = "moved", "shared", "left", "unknown", "to do", "not theirs"
# Words for where a thing is, with their look.
PLACES = {
    MOVED: ("Moved", "is-ok", "check"),
    GIVEN: ("Shared, not moved", "is-warn", "users"),
    HELD: ("Left", "is-off", "user"),
    UNKNOWN: ("Unknown", "is-unknown", "question-mark"),
    OPEN: ("To do", "is-none", "circle-dashed"),
    ELSEWHERE: ("Nothing to do", "is-off", "circle-minus"),
}


@dataclass(frozen=True)
class KindCount:
    """How many things of one kind there are, and where they are."""

    key: str
    title: str
    icon: str
    found: int
    to_do: int
    moved: int
    left: int
    failed: int
    unknown: int
    calls: int
    optional: bool
    note: str

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)


def kinds_of(job: Job) -> list[KindCount]:
    """Return the kinds that the job has anything of, in the order of the hand-over; one query."""
    kind = Substr("key", 1, StrIndex(F("key"), Value(":")) - 1)
    rows = job.items.order_by().annotate(kind=kind).values("kind", "state").annotate(count=Count("pk"))
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for row in rows:
        counts[row["kind"]][row["state"]] = row["count"]
    return [_count(key, counts[key]) for key in (holding.key for holding in HOLDINGS) if key in counts]


def _count(key: str, by_state: dict[str, int]) -> KindCount:
    holding = BY_KEY[key]
    to_do = sum(by_state.get(state, 0) for state in (ItemState.PENDING, ItemState.IN_FLIGHT))
    return KindCount(
        key=key,
        title=holding.title,
        icon=holding.icon,
        found=sum(by_state.values()),
        to_do=to_do,
        moved=by_state.get(ItemState.SUCCEEDED, 0),
        left=by_state.get(ItemState.SKIPPED, 0) + by_state.get(ItemState.CANCELLED, 0),
        failed=by_state.get(ItemState.FAILED, 0),
        unknown=by_state.get(ItemState.UNKNOWN, 0),
        calls=holding.calls * to_do,
        optional=holding.way == Way.OPTIONAL,
        note=holding.note,
    )


def name_of_leaver(job: Job) -> str:
    """Return the person's name as the plan read it; a retry and an undo have it with their items."""
    user_id = Choices.of(job.params["settings"]).user
    told = (job.preview.get("people") or {}).get(user_id)
    first = None if told else job.items.order_by("position").first()
    leaver = (first.payload.get("settings") or {}).get("leaver") if first is not None else None
    return str(told or (leaver[1] if leaver else "") or f"User {user_id}")


def place_of(item: JobItem) -> str:
    """Return where the thing is, as far as the job knows: one of PLACES."""
    if item.state == ItemState.SUCCEEDED:
        holding, _ = of_key(item.key)
        gives = holding is not None and holding.only_gives
        return GIVEN if gives or (item.result or {}).get("way") == SHARED else MOVED
    if item.state == ItemState.UNKNOWN:
        return UNKNOWN
    if item.state in (ItemState.PENDING, ItemState.IN_FLIGHT):
        return OPEN
    if item.state == ItemState.SKIPPED and item.error_code not in (STAYS, CHOSEN, LEFT_OUT, "unread", "forbidden"):
        return ELSEWHERE if item.error_code in ("", SO_ALREADY) else HELD
    return HELD


def holder_of(item: JobItem) -> str:
    """Return in words who holds it now, as far as the job knows; what was left is as it was found."""
    state = item.after if item.state == ItemState.SUCCEEDED else item.before
    words = ", ".join(word for word, _, _ in (state or {}).get("words") or ())
    if item.state in (ItemState.FAILED, ItemState.CANCELLED) and item.checkpoint.get("answered"):
        return f"{words}; half done, the new person has it too"
    return f"{words}, or as planned: nobody knows" if item.state == ItemState.UNKNOWN else words
