"""A kind of job whose upstream is a file: each effect is one line, so that doubles can be counted.

Used by tests in this process, with `points` that raise, and by the chaos tests in others, with points that kill.
"""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from apps.jobs.kinds import Failed, ItemOutcome, JobKind, NewItem, NotDone, Succeeded
from apps.jobs.models import JobItem
from apps.jobs.planning import Planning
from apps.jobs.work import ItemWork
from domoadmin.services.operations import RetrySafety
from domoadmin.services.roles import Role


class Killed(BaseException):
    """Stands for a process that dies: nothing catches it, nothing is settled."""


def effects(path: Path) -> Counter[str]:
    """Return how often each key took effect."""
    return Counter(path.read_text().split()) if path.exists() else Counter()


def add_effect(path: Path, key: str) -> None:
    """Take effect: one line, appended at once, as it survives a kill."""
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, f"{key}\n".encode())
    finally:
        os.close(descriptor)


def kill_once(marker: Path) -> None:
    """Kill this process, hard, unless the marker says that it was done before."""
    try:
        marker.touch(exist_ok=False)
    except FileExistsError:
        return
    os.kill(os.getpid(), signal.SIGKILL)


class EffectKind(JobKind):
    """Params: file (of the effects), safety, keys to plan, kill_at {"point:key": marker}."""

    name = "test.effects"
    title = "Effects in a file"
    role = Role.STEWARD
    concurrency = 2
    back_off_seconds = 0.01
    request_seconds = 0.05

    # What the tests of this process put in: called with (point, key), may raise.
    at_point: Callable[[str, str], None] | None = None

    def plan(self, planning: Planning) -> None:
        """Plan an item for each key of the params; those with an exclamation mark are to be skipped."""
        planning.progress(phase="Looking", done=0, total=len(planning.params["keys"]))
        for key in planning.params["keys"]:
            self._point(planning.params, "plan", key)
            planning.add_items([NewItem(key=key.strip("!"), skip="Nothing to do" if "!" in key else "", size=10)])
        planning.preview({"found": len(planning.params["keys"])})

    def safety(self, item: JobItem) -> RetrySafety:
        """Answer what the params say."""
        return RetrySafety(item.payload.get("safety") or item.job.params["safety"])

    def run_item(self, work: ItemWork) -> ItemOutcome:
        """Take effect, passing the points where a test may strike."""
        key = work.item.key
        self._point(work.params, "claimed", key)
        if self.safety(work.item) != RetrySafety.READ:
            work.about_to_send()
        self._point(work.params, "sent", key)
        add_effect(Path(work.params["file"]), key)
        self._point(work.params, "effect", key)
        work.progress(bytes=10, rows=1)
        return Succeeded(result={"by": os.getpid()}, after={"done": True}, request_id=f"TOE-{key}")

    def verify_item(self, work: ItemWork) -> ItemOutcome | NotDone:
        """Look into the file."""
        key = work.item.key
        self._point(work.params, "verify", key)
        if effects(Path(work.params["file"]))[key]:
            return Succeeded(result={"read_back": True})
        return NotDone()

    def _point(self, params: dict[str, Any], point: str, key: str) -> None:
        marker = params.get("kill_at", {}).get(f"{point}:{key}")
        if marker:
            kill_once(Path(marker))
        if params.get("fails") == key and point == "claimed":
            raise AssertionError("fails by a mistake")
        strike = type(self).at_point
        if strike is not None:
            strike(point, key)


class AllOrNothingKind(EffectKind):
    """Like it, but one failure stops the rest; two stages."""

    name = "test.all_or_nothing"
    title = "All or nothing"
    stop_on_failure = True
    concurrency = 1
    plans = False
    stages = {0: "Sending", 1: "Committing"}

    def run_item(self, work: ItemWork) -> ItemOutcome:
        """Fail where the payload says so."""
        if work.payload.get("fails"):
            return Failed("The upstream said no", "403", "TOE-NO")
        return super().run_item(work)
