"""Jobs of Beast Modes: locking and unlocking many, and the look at all formulas that finds the duplicates."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, ClassVar

from django.urls import reverse

from apps.accounts.models import User
from apps.connections.models import Connection
from apps.governance.beast_modes import reading
from apps.governance.beast_modes.listing import TARGET_KIND
from apps.governance.beast_modes.selection import BEAST_MODES
from apps.governance.beast_modes.survey import forget_older, look_at
from apps.jobs.bulk import BulkAction, Settings, Skip, TargetSource
from apps.jobs.kinds import ItemOutcome, JobKind, NewItem, Succeeded
from apps.jobs.looks import begin_look, last_look_of
from apps.jobs.models import Job, JobItem
from apps.jobs.states import JobState
from domoadmin.services.client import Client
from domoadmin.services.operations import RetrySafety
from domoadmin.services.results.base import Result
from domoadmin.services.results.beast_modes import BeastMode
from domoadmin.services.roles import Role

if TYPE_CHECKING:
    from apps.jobs.planning import Planning
    from apps.jobs.work import ItemWork

# Formulas of one item: so few that a killed worker loses a second, so many that 20,000 are 400 rows.
AT_ONCE = 50


class LockAction(BulkAction):
    """Sets or removes the lock. States: {"locked": true or false}.

    One documented call for each. The call for a hundred that public clients use takes whole templates: it would write
    back formulas that somebody else has changed meanwhile.
    """

    area = "governance"
    target_kind = TARGET_KIND
    source: ClassVar[TargetSource] = BEAST_MODES
    operation = "beast_modes.update"
    locks: ClassVar[bool] = True

    def state(self, client: Client, key: str, settings: Settings) -> Any:
        """Read the lock."""
        return {"locked": bool(client.beast_modes.get(key).locked)}

    def wanted(self, before: Any, settings: Settings) -> Any | Skip:
        """The lock as it is to be."""
        if before["locked"] == self.locks:
            return Skip("Locked already." if self.locks else "Not locked anyway.")
        return {"locked": self.locks}

    def send(self, client: Client, key: str, settings: Settings, before: Any, after: Any) -> Result:
        """Send the lock alone: formula and lock share the call."""
        return client.beast_modes.update(key, locked=after["locked"])

    def settled(self, answer: Result, after: Any) -> Any:
        """What the answer says, where it says it."""
        locked = answer.locked if isinstance(answer, BeastMode) else None
        return after if locked is None else {"locked": locked}

    def shown(self, state: Any) -> list[tuple[str, str, str]]:
        """Draw it as the list does."""
        return [("Locked", "is-off", "lock") if state["locked"] else ("Not locked", "is-ok", "lock-open")]


class LockBeastModes(LockAction):
    """Lock Beast Modes."""

    name = "lock-beast-modes"
    title = "Lock"
    icon = "lock"
    reverse = "unlock-beast-modes"

    def undo_note(self, settings: Settings) -> str:
        """Say what undoing does."""
        return "Undo unlocks those that this job locked."


class UnlockBeastModes(LockAction):
    """Unlock Beast Modes."""

    name = "unlock-beast-modes"
    title = "Unlock"
    icon = "lock-open"
    reverse = "lock-beast-modes"
    locks = False

    def undo_note(self, settings: Settings) -> str:
        """Say what undoing does."""
        return "Undo locks them again, with the formulas that they have by then."


class FormulasKind(JobKind):
    """Read all formulas of an instance; changes nothing upstream."""

    name = "governance.formulas"
    title = "Look at all formulas"
    area = "governance"
    role = Role.STEWARD
    concurrency = 4
    item_noun = "groups of Beast Modes"
    can_run_again = True
    templates = {"after": "governance/beast_modes/look_after.html"}

    def plan(self, planning: Planning) -> None:
        """Find all Beast Modes."""
        planning.progress(phase="Finding Beast Modes", unit="Beast Modes")
        planning.add_items(_items(planning))

    def safety(self, item: JobItem) -> RetrySafety:
        """It only reads."""
        return RetrySafety.READ

    def run_item(self, work: ItemWork) -> ItemOutcome:
        """Read some formulas."""
        if work.job.connection is None:
            raise LookupError("The connection was removed.")
        read, hidden = look_at(work.job.connection, work.client, work.payload["ids"], work.check)
        if hidden:
            work.event(f"{hidden} of {len(work.payload['ids'])} can't be read: gone, or not for this token.")
        return Succeeded(result={"formulas": read, "unread": hidden})

    def describe(self, job: Job) -> dict[str, Any]:
        """Lead to the duplicates."""
        return {"duplicates_url": reverse("governance:beast_modes_duplicates", args=[job.connection_slug])}

    def finished(self, job: Job) -> None:
        """Forget what is gone, once everything was seen."""
        if job.state == JobState.SUCCEEDED and job.connection is not None and not job.retry_of_id:
            forget_older(job.connection, job.created_at)


def _items(planning: Planning) -> Iterator[NewItem]:
    found = 0
    walked = reading.walk(planning.client)
    while group := list(islice(walked, AT_ONCE)):
        found += len(group)
        planning.progress(done=found)
        first = group[0].name or group[0].id
        label = first if len(group) == 1 else f"{first} and {len(group) - 1} more"
        yield NewItem(group[0].id, label, payload={"ids": [each.id for each in group]})


def start_look(connection: Connection, actor: User, source: str = "page") -> Job:
    """Start a look at all formulas. Raises jobs.AlreadyActive while one is at work, jobs.NotAllowed."""
    title = f"Look at all formulas of {connection.name}"
    return begin_look(FormulasKind.name, connection, actor, title=title, dedupe_key="formulas", source=source)


def last_look(connection: Connection) -> Job | None:
    """Return the look that began last; None when there was none, or its row is gone."""
    return last_look_of(FormulasKind.name, connection)
