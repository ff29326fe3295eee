"""What a kind of holding is: where it is listed, what its state is, and the calls that give it to somebody else.

States are plain JSON about two people alone, the one who leaves and the one who gets it. Of a thing with one owner:
{"owner": id}. Of a thing that several hold: {"leaver": what they hold, "to": what the other holds}, where nothing is
false, "" or []. The state that is wanted and the state that stood there before are both targets of `steps`, so undoing
needs no code of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar

from domoadmin.services.client import Client
from domoadmin.services.operations import Operation, RetrySafety, registry
from domoadmin.services.results.base import Result

State = dict[str, Any]
Badge = tuple[str, str, str]

# What a count says that would take too many calls for a page; the plan counts then.
UNCOUNTED = -1
# What a count says of a kind that this upstream doesn't tell of at all.
NOT_TOLD = -2


class Way(StrEnum):
    """How a kind of thing goes to somebody else."""

    # By calls of Domo's documents.
    DOCUMENTED = "documented"
    # By calls that public clients know and the documents lack: an upstream may not have them.
    OPTIONAL = "optional"
    # By no call that is known.
    NONE = "none"


@dataclass(frozen=True)
class Thing:
    """One thing that somebody owns or receives.

    state: what the listing tells; None where it is to be read. extra: what its calls need beside the id, plain JSON.
    stays: why this one can't go to anybody, a sentence.
    """

    id: str
    name: str = ""
    state: State | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    stays: str = ""


@dataclass(frozen=True)
class Party:
    """One of the two people. name and email may be empty."""

    id: str
    name: str = ""
    email: str = ""


@dataclass(frozen=True)
class Parties:
    """Who leaves, and who gets it."""

    leaver: Party
    to: Party


@dataclass(frozen=True)
class Step:
    """One changing call on the way to a state."""

    operation: str
    call: Callable[[], Result]

    @property
    def declared(self) -> Operation:
        """Return the operation's declaration."""
        return registry.get(self.operation)


@dataclass(frozen=True)
class Missing:
    """Part of a kind that could not be looked through, as a sentence."""

    sentence: str


class Holding:
    """Base of all kinds. An instance is shared by threads and keeps no state."""

    key: ClassVar[str]
    # "dataset", "datasets"
    noun: ClassVar[tuple[str, str]]
    title: ClassVar[str]
    # What the person is to them: "owns", "is a member of", "gets".
    relation: ClassVar[str] = "owns"
    icon: ClassVar[str] = "file"
    # The kind by which pages here and in Domo are found; empty where there are none.
    object_kind: ClassVar[str] = ""
    way: ClassVar[Way] = Way.NONE
    # The operation by which it stands in the audit trail.
    operation: ClassVar[str] = ""
    # Kinds whose item of the same id is settled first: both send the whole object, and one would undo the other.
    waits_for: ClassVar[tuple[str, ...]] = ()
    # Calls for each: changing ones, and reading ones around them.
    calls: ClassVar[int] = 1
    reads: ClassVar[int] = 2
    # What a person should know of the way, or why there is none: a sentence.
    note: ClassVar[str] = ""
    # Whether what is read may be some minutes old, so that an effect may be there and not be seen.
    lags: ClassVar[bool] = False
    # Whether the new person gets rights and the leaver keeps theirs, because no call takes them away.
    only_gives: ClassVar[bool] = False
    # Whether it goes along unless a person says otherwise.
    chosen: ClassVar[bool] = True

    def walk(self, client: Client, leaver: Party) -> Iterator[Thing | Missing]:
        """Yield all of the person's things, by listings. Raises UpstreamError."""
        raise NotImplementedError

    def count(self, client: Client, leaver: Party, most: int) -> tuple[int, list[str]]:
        """Return how many there are, UNCOUNTED or NOT_TOLD, and the names of up to `most`. Raises UpstreamError."""
        found = list(self.walk(client, leaver))
        names = [thing.name or thing.id for thing in found if isinstance(thing, Thing)]
        return (NOT_TOLD if found and not names else len(names)), names[:most]

    def not_told(self) -> Missing:
        """Return what to say where this upstream has no list of them."""
        return Missing(f"{self.title}: this Domo tells nothing of them.")

    def state(self, client: Client, thing: Thing, parties: Parties, like: State | None = None) -> State:
        """Return how it stands now. `like`: a state whose further facts are to be read too. Raises UpstreamError."""
        raise NotImplementedError

    def planned(self, parties: Parties) -> State:
        """Return the state that the listing shows where it doesn't say more: the leaver holds it."""
        raise NotImplementedError

    def wanted(self, now: State, parties: Parties) -> State:
        """Return the state in which the other one has it."""
        raise NotImplementedError

    def is_held(self, now: State, parties: Parties) -> bool:
        """Say whether the leaver still holds it."""
        raise NotImplementedError

    def steps(self, client: Client, thing: Thing, now: State, target: State, parties: Parties) -> list[Step]:
        """Return the calls that lead from a state to another, in their order; each can be sent twice without harm."""
        raise NotImplementedError

    def instead(self, client: Client, thing: Thing, parties: Parties) -> tuple[State, State, list[Step]] | None:
        """Return before, after and calls of the documented second best, where the optional call is missing."""
        return None

    def shown(self, state: State, names: Mapping[str, str]) -> list[Badge]:
        """Return (word, css class, icon) of each part of a state; names by id of people."""
        raise NotImplementedError

    # What follows from the class

    @property
    def safety(self) -> RetrySafety:
        """Say what is done after a lost answer: it is read back."""
        return RetrySafety.VERIFIABLE

    @property
    def reads_back(self) -> bool:
        """Say whether an upstream is only believed once the change can be read: calls beyond the documents."""
        return self.way == Way.OPTIONAL

    @property
    def moves(self) -> bool:
        """Say whether any call is known that gives it away."""
        return self.way != Way.NONE

    def label(self, thing: Thing) -> str:
        """Return how one of them stands in lists of all kinds."""
        noun = self.noun[0]
        return f"{noun[:1].upper()}{noun[1:]}: {thing.name or thing.id}"

    def counted(self, number: int) -> str:
        """Return "3 datasets"."""
        return f"{number:,} {self.noun[0 if number == 1 else 1]}"


class Owned(Holding):
    """What has one owner. States: {"owner": id}."""

    def planned(self, parties: Parties) -> State:
        """The leaver owns it."""
        return {"owner": parties.leaver.id}

    def wanted(self, now: State, parties: Parties) -> State:
        """The other one owns it."""
        return {"owner": parties.to.id}

    def is_held(self, now: State, parties: Parties) -> bool:
        """Compare the owner."""
        return bool(now["owner"] == parties.leaver.id)

    def shown(self, state: State, names: Mapping[str, str]) -> list[Badge]:
        """Name the owner."""
        owner = state["owner"]
        return [(names.get(owner, f"user {owner}") if owner else "nobody", "is-off", "user")]


class Shared(Holding):
    """What several hold. States: {"leaver": ..., "to": ...}; what counts as holding nothing is `nothing`."""

    nothing: ClassVar[Any] = False
    reads = 3
    calls = 2

    def planned(self, parties: Parties) -> State:
        """The leaver holds it; of the other one nothing is known yet."""
        return {"leaver": True, "to": self.nothing}

    def wanted(self, now: State, parties: Parties) -> State:
        """The other one holds what the leaver held."""
        return {"leaver": self.nothing, "to": now["to"] or now["leaver"]}

    def is_held(self, now: State, parties: Parties) -> bool:
        """Say whether the leaver holds anything."""
        return bool(now["leaver"])

    def steps(self, client: Client, thing: Thing, now: State, target: State, parties: Parties) -> list[Step]:
        """Give first, then take away: at no moment does nobody hold it."""
        both = (("to", parties.to), ("leaver", parties.leaver))
        given = [
            self.give(client, thing, party)
            for role, party in both
            if target[role] != now[role] and target[role] != self.nothing
        ]
        taken = [
            self.take(client, thing, party)
            for role, party in reversed(both)
            if target[role] != now[role] and target[role] == self.nothing
        ]
        return given + taken

    def give(self, client: Client, thing: Thing, party: Party) -> Step:
        """Return the call by which a person holds it."""
        raise NotImplementedError

    def take(self, client: Client, thing: Thing, party: Party) -> Step:
        """Return the call by which a person holds it no more."""
        raise NotImplementedError

    def shown(self, state: State, names: Mapping[str, str]) -> list[Badge]:
        """Name those who hold it."""
        held = [(names.get(role, role), state[role]) for role in ("leaver", "to") if state[role]]
        return [(self.words(name, what), "is-off", "user") for name, what in held] or [("neither", "is-none", "")]

    def words(self, name: str, held: Any) -> str:
        """Return who holds what."""
        return name
