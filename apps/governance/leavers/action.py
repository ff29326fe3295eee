"""The action "hand over": everything that a person owns or receives, given to others, kind by kind.

An item's key is "<kind>:<id>". Its own settings name the kind, the thing and the two people; with `target` they say
which state is wanted, as in an undo. States that are stored carry `words`, what a person reads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import Count, F, Q, Value
from django.db.models.functions import StrIndex, Substr

from apps.core.object_pages import object_url
from apps.governance.leavers.holdings import BY_KEY, HOLDINGS, NOT_UNDONE, Given, Holding, Parties, Party, State, Thing
from apps.governance.leavers.people import person_of
from apps.governance.leavers.settings import Choices, HandOverForm
from apps.jobs.bulk import BulkAction, SelectionRefused, Settings, Skip, Target, TargetSource
from apps.jobs.kinds import ItemOutcome, NotDone, Succeeded
from apps.jobs.models import Job, JobItem
from apps.jobs.states import ItemState
from apps.jobs.work import ItemWork
from domoadmin.services.client import Client
from domoadmin.services.operations import RetrySafety
from domoadmin.services.results.base import Result

WORDS = "words"


class HoldingSource(TargetSource):
    """Everything of one person. The filter `kind` takes kinds, with commas between them."""

    noun = ("object", "objects")

    def walk(self, client: Client, query: Mapping[str, str]) -> Iterator[Target]:
        """Nothing: the plan of this action walks kind by kind."""
        return iter(())

    def clean_query(self, given: Mapping[str, str]) -> dict[str, str]:
        """Take kinds alone."""
        unknown = next((name for name in given if name != "kind"), None)
        if unknown is not None:
            raise SelectionRefused(f"{unknown}: there is no such filter; kind=dataset,card takes some kinds, * all")
        kinds = [kind.strip() for kind in given.get("kind", "").split(",") if kind.strip()]
        wrong = next((kind for kind in kinds if kind not in BY_KEY), None)
        if wrong is not None:
            raise SelectionRefused(f"there is no kind {wrong!r}; known: {', '.join(BY_KEY)}")
        return {"kind": ",".join(kinds)} if kinds else {}

    def describe(self, query: Mapping[str, str]) -> str:
        """Name the kinds."""
        titles = [BY_KEY[kind].title for kind in query.get("kind", "").split(",") if kind in BY_KEY]
        return ", ".join(titles) or "everything that the person owns or receives"

    def url(self, connection_slug: str, key: str) -> str:
        """Lead to the object's page, where its kind has one here."""
        holding, identifier = of_key(key)
        return object_url(connection_slug, holding.object_kind, identifier) if holding else ""


class HandOver(BulkAction):
    """Hand over what a person owns and receives. An undo is the same action with the earlier states as targets."""

    name = "hand-over"
    title = "Hand over"
    icon = "user-off"
    area = "governance"
    target_kind = "holding"
    source = HoldingSource()
    # The one that asks for the highest role; what is sent for an item follows from its kind.
    operation = "groups.add_member"
    reverse = "hand-over"
    form = HandOverForm
    concurrency = 4
    reads = 2
    offered = False

    def operation_for(self, settings: Settings) -> str:
        """The kind's."""
        return (holding_of(settings).operation if "kind" in settings else "") or self.operation

    def safety(self, settings: Settings) -> RetrySafety:
        """The kind's: mostly, what happened is read back."""
        return holding_of(settings).safety if "kind" in settings else RetrySafety.VERIFIABLE

    def state(self, client: Client, key: str, settings: Settings) -> State:
        """Read it, with the facts that the wanted state holds."""
        holding, thing, parties = holding_of(settings), thing_of(settings), parties_of(settings)
        return spoken(holding, holding.state(client, thing, parties, settings.get("target")), settings)

    def wanted(self, before: State, settings: Settings) -> State | Skip:
        """The other one has it; for an undo, what stood there before."""
        if "kind" not in settings:
            return Skip("Nothing is known of it.")
        holding, parties = holding_of(settings), parties_of(settings)
        now = bare(before)
        target = settings.get("target") or holding.wanted(now, parties)
        if now == target:
            return Skip("It is so already.")
        if "target" not in settings and not holding.is_held(now, parties):
            return Skip(f"It is not {parties.leaver.name}'s any more.")
        return spoken(holding, target, settings)

    def send(self, client: Client, key: str, settings: Settings, before: Any, after: Any) -> Result:
        """Never called: an item may take several calls, which `running` makes."""
        raise NotImplementedError

    def read_back(self, work: ItemWork, settings: Settings) -> ItemOutcome | NotDone:
        """Say whether the wanted state is there."""
        holding = holding_of(settings)
        target = bare(work.item.after)
        now = holding.state(work.client, thing_of(settings), parties_of(settings), target)
        return Succeeded(result={"found_done": True}, after=work.item.after) if now == target else NotDone()

    def object_of(self, item: JobItem) -> tuple[str, str, str]:
        """The object as the trail knows it."""
        holding, identifier = of_key(item.key)
        name = (item.payload.get("settings") or {}).get("name") or item.label
        return (holding.object_kind or holding.key if holding else self.target_kind), identifier, name

    def undo_settings(self, item: JobItem, settings: Settings) -> dict[str, Any] | Skip:
        """The same with the state that stood there before as the wanted one."""
        if isinstance(holding_of(settings), Given):
            return Skip(NOT_UNDONE)
        own: dict[str, Any] = dict(item.payload.get("settings") or {})
        return own | {"target": bare(item.before)}

    def half_done(self) -> Q:
        """Of two calls the first: what was given is taken back."""
        return Q(state__in=(ItemState.FAILED, ItemState.CANCELLED), checkpoint__answered__gte=1)

    def changed_since(self, now: Any, item: JobItem) -> bool:
        """Compare the states without their words; of what was half done, each part may be as before or as after."""
        known = bare(item.after)
        if item.state == ItemState.SUCCEEDED:
            return {name: value for name, value in bare(now).items() if name in known} != known
        before = bare(item.before)
        return any(value not in (before.get(name), known.get(name)) for name, value in bare(now).items())

    def undo_note(self, settings: Settings) -> str:
        """Say what undoing does."""
        return "Undo gives back exactly what this job has changed, and leaves alone what somebody changed since."

    def irreversible(self, settings: Settings) -> list[str]:
        """Name what is given and never taken back."""
        choices = Choices.of(settings)
        given = [each for each in HOLDINGS if isinstance(each, Given) and choices.recipient(each)]
        return [f"{holding.title}: {NOT_UNDONE}" for holding in given]

    def describe(self, settings: Settings) -> str:
        """Name the two people by their ids."""
        choices = Choices.of(settings)
        return f"of user {choices.user} to {'user ' + choices.to if choices.to else 'others'}"

    def introduced(self, client: Client, settings: Settings) -> tuple[str, str]:
        """Name the two people."""
        choices = Choices.of(settings)
        leaver = person_of(client, choices.user).name
        several = len(choices.people) > 1
        to = person_of(client, choices.to).name if choices.to else ""
        return f"of {leaver} to {to}{' and others' if several and to else ''}{'' if to else 'others'}", ""

    def shown(self, state: Any) -> list[tuple[str, str, str]]:
        """What was noted for people to read."""
        return [(word, css, icon) for word, css, icon in (state or {}).get(WORDS) or ()]

    def changing_calls(self, job: Job, to_do: int) -> int:
        """Add up the kinds' calls."""
        counted = count_by_kind(job, ItemState.PENDING)
        return sum(BY_KEY[kind].calls * count for kind, count in counted.items() if kind in BY_KEY)


def of_key(key: str) -> tuple[Holding | None, str]:
    """Return kind and id of an item's key; no kind for a key that is none."""
    kind, _, identifier = key.partition(":")
    return BY_KEY.get(kind), identifier


def holding_of(settings: Settings) -> Holding:
    """Return the kind of an item's own settings."""
    return BY_KEY[settings["kind"]]


def thing_of(settings: Settings) -> Thing:
    """Return the thing of an item's own settings."""
    return Thing(settings["thing"], settings.get("name", ""), None, settings.get("extra") or {})


def parties_of(settings: Settings) -> Parties:
    """Return the two people of an item's own settings."""
    return Parties(Party(*settings["leaver"]), Party(*settings["recipient"]))


def own_settings(holding: Holding, thing: Thing, parties: Parties) -> dict[str, Any]:
    """Return an item's own settings, plain JSON."""
    people = {
        name: [party.id, party.name, party.email]
        for name, party in (("leaver", parties.leaver), ("recipient", parties.to))
    }
    extra = {"extra": dict(thing.extra)} if thing.extra else {}
    return {"kind": holding.key, "thing": thing.id, "name": thing.name, **people, **extra}


def bare(state: Any) -> State:
    """Return a stored state without its words."""
    return {name: value for name, value in (state or {}).items() if name != WORDS}


def spoken(holding: Holding, state: State, settings: Settings) -> State:
    """Return a state with what a person reads."""
    parties = parties_of(settings)
    people = {party.id: party.name or f"user {party.id}" for party in (parties.leaver, parties.to)}
    names = people | {"leaver": people[parties.leaver.id], "to": people[parties.to.id]}
    return state | {WORDS: [list(badge) for badge in holding.shown(state, names)]}


def count_by_kind(job: Job, *states: str) -> dict[str, int]:
    """Return how many items in these states the job has of each kind."""
    kind = Substr("key", 1, StrIndex(F("key"), Value(":")) - 1)
    rows = job.items.filter(state__in=states).order_by().annotate(kind=kind).values("kind").annotate(count=Count("pk"))
    return {row["kind"]: row["count"] for row in rows}
