"""What a kind of job is: a class that plans items, runs one, reads one back. Registered once, at start-up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from domoadmin.services.operations import RetrySafety
from domoadmin.services.roles import Role

if TYPE_CHECKING:
    from apps.jobs.models import Job, JobItem
    from apps.jobs.planning import Planning
    from apps.jobs.work import ItemWork


@dataclass(frozen=True)
class NewItem:
    """An item to be: `key` is the upstream's natural key, once in a job.

    `skip` says why nothing is sent for it, skip_code "forbidden" that the token may not.
    """

    key: str
    label: str = ""
    payload: Mapping[str, Any] = field(default_factory=dict)
    stage: int = 0
    size: int = 0
    before: Any = None
    after: Any = None
    skip: str = ""
    skip_code: str = ""
    checkpoint: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Succeeded:
    """The item's effect is there. `after` is the target's new state, for the audit trail and undo."""

    result: Mapping[str, Any] = field(default_factory=dict)
    after: Any = None
    request_id: str | None = None


@dataclass(frozen=True)
class Skipped:
    """There was nothing to do, because of `reason`."""

    reason: str


@dataclass(frozen=True)
class Failed:
    """The effect is surely not there and trying again by itself would not help."""

    message: str
    code: str = ""
    request_id: str | None = None


@dataclass(frozen=True)
class Unknown:
    """Nobody can say whether the effect is there: a person settles it."""

    message: str
    request_id: str | None = None


@dataclass(frozen=True)
class NotDone:
    """Read back: the effect is not there, so the item may be sent (again)."""


ItemOutcome = Succeeded | Skipped | Failed | Unknown


class ComeBack(Exception):
    """Raised by run_item or verify_item to be called again after `seconds`, with `checkpoint` if given."""

    def __init__(self, seconds: float, checkpoint: Mapping[str, Any] | None = None) -> None:
        super().__init__(f"again in {seconds} s")
        self.seconds = seconds
        self.checkpoint = checkpoint


class LeaseLost(Exception):
    """Another runner has taken the item (or the plan) over: stop at once, settle nothing."""


class StopRequested(Exception):
    """The runner is being stopped: the item is given back."""


class PlanRefused(Exception):
    """The plan can't be made; the message says why and what to do. The job fails without having changed anything."""


class NotUndoable(Exception):
    """Nothing of the job can be undone by DomoAdmin; the message says why."""


@dataclass(frozen=True)
class UndoPlan:
    """The job that undoes another one: its kind, title and params."""

    kind: str
    title: str
    params: Mapping[str, Any]


@dataclass(frozen=True)
class AuditTarget:
    """How an item shows in the audit trail."""

    operation: str
    kind: str = ""
    id: str = ""
    name: str = ""


class JobKind:
    """Base of all kinds. An instance is shared by threads and keeps no state of a job."""

    name: ClassVar[str]
    title: ClassVar[str]
    area: ClassVar[str] = ""
    role: ClassVar[Role] = Role.ADMIN
    # Items that one runner works on side by side, and so many of a job that are in flight at once.
    concurrency: ClassVar[int] = 4
    # Threads beyond that, for a kind that takes its turn (ItemWork.turn) for each call: while so many calls are under
    # way, the others write down what has come of theirs.
    spare_threads: ClassVar[int] = 0
    # The first failed or unknown item cancels all that are still to do, and the job ends as failed.
    stop_on_failure: ClassVar[bool] = False
    max_attempts: ClassVar[int] = 5
    # First wait between two tries, in seconds; it doubles up to a minute.
    back_off_seconds: ClassVar[float] = 1.0
    # How long one request may last; None: the connect and read time-outs of the settings.
    request_seconds: ClassVar[float | None] = None
    # Whether jobs are planned in a worker before they can be confirmed.
    plans: ClassVar[bool] = True
    # Whether a retry that is planned anew is confirmed by itself.
    retry_confirms: ClassVar[bool] = True
    draft_keep_hours: ClassVar[float] = 24.0
    # Words for the progress: what is counted, and what each stage does.
    item_noun: ClassVar[str] = "items"
    stages: ClassVar[Mapping[int, str]] = {}
    # Part templates by place: "summary", "after", "item", and "plan" of a bulk preview; each gets job, kind and facts.
    templates: ClassVar[Mapping[str, str]] = {}
    items_hidden: ClassVar[bool] = False
    # A draft has a page of its own, which shows the plan and starts it.
    previews: ClassVar[bool] = False
    # Its jobs are a history that people come back to after years: they are not removed when they grow old.
    kept_for_ever: ClassVar[bool] = False
    # Whether the same can be planned and run once more.
    can_run_again: ClassVar[bool] = False
    # Whether it may then also come again by itself, on a schedule.
    can_be_scheduled: ClassVar[bool] = True

    def plan(self, planning: Planning) -> None:
        """Find the items without changing anything; may be started again from scratch after a kill."""
        raise NotImplementedError

    def concurrency_of(self, job: Job) -> int:
        """Return how many items of this job one runner works on side by side."""
        return self.concurrency

    def safety(self, item: JobItem) -> RetrySafety:
        """Say what may be done with the item when nobody knows whether its request arrived."""
        raise NotImplementedError

    def run_item(self, work: ItemWork) -> ItemOutcome:
        """Do one item. Raises UpstreamError (tried again where that is safe), ComeBack, LeaseLost, StopRequested."""
        raise NotImplementedError

    def verify_item(self, work: ItemWork) -> ItemOutcome | NotDone:
        """Read back whether the effect is there, after a lost answer or a dead runner. For VERIFIABLE items."""
        raise NotImplementedError

    @property
    def can_verify(self) -> bool:
        """Say whether the kind can read its items back."""
        return type(self).verify_item is not JobKind.verify_item

    def audited(self, item: JobItem) -> AuditTarget | None:
        """Say how the item stands in the audit trail; None for one that changes nothing worth a row of its own."""
        if self.safety(item) == RetrySafety.READ:
            return None
        return AuditTarget(operation=self.name, id=item.key, name=item.label)

    def target(self, job: Job) -> AuditTarget:
        """Say how the job as a whole stands in the audit trail."""
        return AuditTarget(operation=f"jobs.{self.name}", kind="job", id=str(job.pk), name=job.title)

    def audited_params(self, job: Job) -> dict[str, Any]:
        """Return of the params what the record of the job's start keeps; each item has a record of its own."""
        params: dict[str, Any] = job.params
        return params

    def describe(self, job: Job) -> dict[str, Any]:
        """Return facts for the page and `jobs show --json`: plain JSON values, no upstream call."""
        return {}

    def finished(self, job: Job) -> None:
        """Tidy up after an end state was written, cancelled ones too. May be called more than once."""

    def retry_params(self, job: Job) -> dict[str, Any] | None:
        """Return the params with which a retry is planned anew; None to copy the failed items instead."""
        return None

    def why_not_resume(self, job: Job) -> str:
        """Say why its page in the history does not let a paused job go on, and where that is decided; or ""."""
        return ""

    def why_not_retry(self, job: Job) -> str:
        """Return why a retry can't be made of the job alone (its secrets are wiped), or "" when it can."""
        return ""

    def undo_plan(self, job: Job) -> UndoPlan:
        """Return the job that undoes what succeeded. Raises NotUndoable."""
        raise NotUndoable("What this job did has no reverse.")

    def why_not_confirm(self, job: Job) -> str:
        """Return why a planned draft may not be started any more, or "" when it may."""
        return ""

    def confirm_word(self, job: Job) -> str:
        """Return what a person types before the draft is started from its page; "" when a press will do."""
        return ""

    def command_line(self, job: Job) -> str:
        """Return the command that does the same; "" when there is none."""
        return ""

    def keep_files(self, job: Job) -> None:
        """Keep the staged files that a job at work still reads a while longer; called with each sweep."""


class UnknownKind(LookupError):
    """No kind of this name is registered."""


class GoneKind(JobKind):
    """Stands for a kind that an older release had, so that its jobs can still be read."""

    name = "gone"
    title = "No longer available"

    def safety(self, item: JobItem) -> RetrySafety:
        """Answer the careful one."""
        return RetrySafety.UNSAFE

    def audited(self, item: JobItem) -> AuditTarget | None:
        """Answer plainly."""
        return AuditTarget(operation=item.job.kind, id=item.key, name=item.label)


_kinds: dict[str, JobKind] = {}
_gone = GoneKind()
KindClass = TypeVar("KindClass", bound=type[JobKind])


def register_kind(kind: KindClass) -> KindClass:
    """Register a kind (also as a class decorator). A second class of the same name is refused."""
    known = _kinds.get(kind.name)
    if known is not None and type(known) is not kind:
        raise ValueError(f"Two kinds of job are called {kind.name!r}.")
    _kinds[kind.name] = kind()
    return kind


def get_kind(name: str) -> JobKind:
    """Return the kind of this name. Raises UnknownKind."""
    try:
        return _kinds[name]
    except KeyError:
        raise UnknownKind(f"There is no kind of job called {name!r}.") from None


def kind_of(job: Job) -> JobKind:
    """Return the job's kind; for one that is gone, a stand-in that can be shown but not run."""
    return _kinds.get(job.kind, _gone)


def all_kinds() -> list[JobKind]:
    """Return the registered kinds by title."""
    return sorted(_kinds.values(), key=lambda kind: kind.title)


@contextmanager
def registered_temporarily(kind: type[JobKind]) -> Iterator[JobKind]:
    """Register a kind for the length of a test."""
    register_kind(kind)
    try:
        yield _kinds[kind.name]
    finally:
        del _kinds[kind.name]
