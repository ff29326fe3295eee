"""What a bulk action is: one changing operation, declared once; preview, page, command and undo come from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import Q

from apps.jobs.bulk.selection import TargetSource
from apps.jobs.bulk.settings_form import SettingsForm
from apps.jobs.kinds import ItemOutcome, NotDone, Succeeded
from domoadmin.services.operations import Operation, RetrySafety, registry

if TYPE_CHECKING:
    from apps.jobs.models import Job, JobItem
    from apps.jobs.work import ItemWork
    from domoadmin.services.client import Client
    from domoadmin.services.results.base import Result

Settings = Mapping[str, Any]
Badge = tuple[str, str, str]


@dataclass(frozen=True)
class Skip:
    """Nothing is sent for this object, because of `reason`, a sentence."""

    reason: str


class Untold(Enum):
    """What a record says about a state that isn't in it."""

    UNTOLD = "untold"


UNTOLD = Untold.UNTOLD


class BulkAction:
    """Base of all bulk actions. An instance is shared by threads and keeps no state of a job.

    States (before, after) are plain JSON values. `settings` are the cleaned values of `form`, for an item of an undo
    with that item's own on top.
    """

    name: ClassVar[str]
    # The verb on buttons: "Certify".
    title: ClassVar[str]
    # The same with its objects, when these don't simply follow: "Add tags to {objects}".
    phrase: ClassVar[str] = ""
    icon: ClassVar[str] = "list-check"
    area: ClassVar[str]
    target_kind: ClassVar[str]
    source: ClassVar[TargetSource]
    operation: ClassVar[str]
    # The name of the action that undoes it; empty when nothing does.
    reverse: ClassVar[str] = ""
    form: ClassVar[type[SettingsForm]] = SettingsForm
    # So many items at once, in all processes of a worker.
    concurrency: ClassVar[int] = 8
    # Calls for each item: those that read right before it, and those that change.
    reads: ClassVar[int] = 1
    calls: ClassVar[int] = 1
    # Whether known() tells states; else records are read for names alone.
    reads_records: ClassVar[bool] = False
    # Whether what is sent holds what was read: then each object is read right before, never ahead.
    merges: ClassVar[bool] = False
    # Whether it stands in the menus of lists; one that only undoes another need not.
    offered: ClassVar[bool] = True

    # What it does to one object

    def state(self, client: Client, key: str, settings: Settings) -> Any:
        """Return the object's state that this action is about, by a documented call. Raises UpstreamError."""
        raise NotImplementedError

    def records(self, client: Client, keys: Sequence[str], settings: Settings) -> Mapping[str, Any]:
        """Return what the upstream tells of many objects at once; the source's records, unless settings ask more."""
        return self.source.records(client, keys)

    def known(self, record: Any, settings: Settings) -> Any:
        """Return the state as a record of the source tells it, which saves a call; UNTOLD when it doesn't."""
        return UNTOLD

    def wanted(self, before: Any, settings: Settings) -> Any | Skip:
        """Return the state that the object is to have; Skip when it has it already or can't get it."""
        raise NotImplementedError

    def send(self, client: Client, key: str, settings: Settings, before: Any, after: Any) -> Result:
        """Send the changing call and return its answer. Raises UpstreamError."""
        raise NotImplementedError

    def settled(self, answer: Result, after: Any) -> Any:
        """Return the object's state after the call, where the answer knows it better than `after`."""
        return after

    def read_back(self, work: ItemWork, settings: Settings) -> ItemOutcome | NotDone:
        """Say after a lost answer whether the change is there: by default, when the wanted state is."""
        now = self.state(work.client, work.item.key, settings)
        wanted = self.wanted(now, settings)
        return Succeeded(after=now) if isinstance(wanted, Skip) else NotDone()

    def clashing(self, planned: Iterable[tuple[int, str, Any]], settings: Settings) -> Mapping[int, str]:
        """Return which planned objects can't go together with those before them, and why, by the item's number.

        planned: (number of the item, key, wanted state) of each that will change, in their order.
        """
        return {}

    def object_of(self, item: JobItem) -> tuple[str, str, str]:
        """Return kind, id and name by which the trail finds the object; of a part, those of the whole."""
        return self.target_kind, item.key, item.label or item.key

    # How it is undone

    def undo_settings(self, item: JobItem, settings: Settings) -> dict[str, Any] | Skip:
        """Return the settings by which the reverse action takes a succeeded item back; Skip when it can't."""
        return {}

    def half_done(self) -> Q:
        """Return which items of a job an undo takes back beside those that succeeded: of several calls, some."""
        return Q(pk__in=())

    def changed_since(self, now: Any, item: JobItem) -> bool:
        """Say whether somebody changed the object after this item did, so that undoing would undo their work too."""
        return bool(now != item.after)

    def notes(self, settings: Settings) -> list[str]:
        """Return in sentences what else to know before."""
        return []

    def irreversible(self, settings: Settings) -> list[str]:
        """Return in sentences what can't be undone at all."""
        return []

    def undo_note(self, settings: Settings) -> str:
        """Return in a sentence what undoing does, and what it doesn't bring back."""
        return ""

    # Words

    def describe(self, settings: Settings) -> str:
        """Return what the settings say, for titles: "with user 4827 (CAN_VIEW)"."""
        return ""

    def introduced(self, client: Client, settings: Settings) -> tuple[str, str]:
        """Return describe() with names that the upstream knows, and a warning when it doesn't know one."""
        return self.describe(settings), ""

    def shown(self, state: Any) -> list[Badge]:
        """Return (word, css class, icon) of each part of a state, for the preview."""
        return []

    def mails(self, settings: Settings) -> bool:
        """Say whether the upstream sends mails because of it."""
        return False

    # What follows from the declaration of the operation

    def operation_for(self, settings: Settings) -> str:
        """Return the id of the operation that these settings lead to."""
        return self.operation

    def operation_of(self, item: JobItem, settings: Settings) -> str:
        """Return the id of the operation that is sent for one item, where its key decides that."""
        return self.operation_for(settings)

    def declared(self, settings: Settings | None = None) -> Operation:
        """Return the operation's declaration: role, retry safety, class of rate limit."""
        return registry.get(self.operation if settings is None else self.operation_for(settings))

    def safety(self, settings: Settings) -> RetrySafety:
        """Say what may be done when nobody knows whether the request arrived."""
        return self.declared(settings).retry_safety

    def new_form(self, data: Mapping[str, Any] | None = None, **options: Any) -> SettingsForm:
        """Return the form of the settings; its first field gets the focus."""
        form = self.form(data, **options)
        for field in list(form.fields.values())[:1]:
            field.widget.attrs["autofocus"] = True
        return form

    def changing_calls(self, job: Job, to_do: int) -> int:
        """Return how many calls change something; `to_do` objects of the plan will change."""
        return to_do * self.calls

    def sentence(self, count: str) -> str:
        """Return what a button or a title says: "Certify 3,214 datasets"."""
        noun = self.source.noun[0] if count == "1" else self.source.noun[1]
        objects = " ".join(part for part in (count, noun) if part)
        return self.phrase.format(objects=objects) if self.phrase else f"{self.title} {objects}"

    def job_title(self, count: int, words: str) -> str:
        """Return the title of a job that changes so many objects; words: what `introduced` says of the settings."""
        return f"{self.sentence(f'{count:,}')} {words}".strip()[:300]


class UnknownAction(LookupError):
    """No bulk action of this name is registered."""


_actions: dict[str, BulkAction] = {}


def add_action(action: BulkAction) -> None:
    """Note a registered action; one name is one class."""
    known = _actions.get(action.name)
    if known is not None and type(known) is not type(action):
        raise ValueError(f"Two bulk actions are called {action.name!r}.")
    _actions[action.name] = action


def get_bulk_action(name: str) -> BulkAction:
    """Return the action of this name. Raises UnknownAction."""
    try:
        return _actions[name]
    except KeyError:
        raise UnknownAction(f"There is no bulk action {name!r}. Known: {', '.join(sorted(_actions))}.") from None


def all_bulk_actions() -> list[BulkAction]:
    """Return the registered actions in the order of their registration."""
    return list(_actions.values())


@contextmanager
def without_action(name: str) -> Iterator[None]:
    """Forget an action at the end of the block; for tests that register one."""
    try:
        yield
    finally:
        _actions.pop(name, None)
