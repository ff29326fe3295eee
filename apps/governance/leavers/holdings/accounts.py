"""What only the search tells the owners of: accounts that connectors sign in with, and dataflows."""

from __future__ import annotations

from collections.abc import Iterator

from apps.core.optional_calls import if_told
from apps.governance.leavers.holdings.base import (
    NOT_TOLD,
    Missing,
    Owned,
    Parties,
    Party,
    Shared,
    State,
    Step,
    Thing,
    Way,
)
from apps.governance.leavers.holdings.finding import count_by_owner, found_by_owner, hit_of, owners_of
from domoadmin.services.client import Client


class Accounts(Shared):
    """Accounts. Only the search tells their owners; one that it names nobody for stays."""

    key = "account"
    noun = ("account", "accounts")
    title = "Accounts"
    icon = "key"
    object_kind = "account"
    way = Way.OPTIONAL
    lags = True
    operation = "accounts.share"
    note = "Credentials stay as they are: streams go on signing in."

    def walk(self, client: Client, leaver: Party) -> Iterator[Thing | Missing]:
        """By the search."""
        for hit in found_by_owner(client, "account", leaver.id):
            if owners_of(hit):
                yield Thing(hit.id, hit.name, {"leaver": True, "to": False})

    def count(self, client: Client, leaver: Party, most: int) -> tuple[int, list[str]]:
        """By one search."""
        return if_told(lambda: count_by_owner(client, "account", leaver.id, most)) or (NOT_TOLD, [])

    def state(self, client: Client, thing: Thing, parties: Parties, like: State | None = None) -> State:
        """Read what the search says of it, which may be some minutes behind."""
        owners = owners_of(hit_of(client, "account", thing.id))
        return {"leaver": parties.leaver.id in owners, "to": parties.to.id in owners}

    def give(self, client: Client, thing: Thing, party: Party) -> Step:
        """Make somebody an owner."""
        return Step(self.operation, lambda: client.accounts.share(thing.id, party.id, "OWNER"))

    def take(self, client: Client, thing: Thing, party: Party) -> Step:
        """Take an owner's access away."""
        return Step(self.operation, lambda: client.accounts.share(thing.id, party.id, "NONE"))


class Dataflows(Owned):
    """Dataflows by who is responsible for them. What they write into goes with the datasets."""

    key = "dataflow"
    noun = ("dataflow", "dataflows")
    title = "Dataflows"
    icon = "arrows-exchange"
    object_kind = "dataflow"
    way = Way.OPTIONAL
    lags = True
    operation = "dataflows.change_owner"
    note = "They run in the name of the new person then."

    def walk(self, client: Client, leaver: Party) -> Iterator[Thing | Missing]:
        """By the search."""
        for hit in found_by_owner(client, "dataflow", leaver.id):
            if owners_of(hit):
                yield Thing(hit.id, hit.name, {"owner": leaver.id})

    def count(self, client: Client, leaver: Party, most: int) -> tuple[int, list[str]]:
        """By one search."""
        return if_told(lambda: count_by_owner(client, "dataflow", leaver.id, most)) or (NOT_TOLD, [])

    def state(self, client: Client, thing: Thing, parties: Parties, like: State | None = None) -> State:
        """Read what the search says of it, which may be some minutes behind."""
        hit = hit_of(client, "dataflow", thing.id)
        return {"owner": hit.owner_id.partition(":")[0] or next(iter(owners_of(hit)), "")}

    def steps(self, client: Client, thing: Thing, now: State, target: State, parties: Parties) -> list[Step]:
        """Change the owner."""
        if target["owner"] == now["owner"]:
            return []
        return [Step(self.operation, lambda: client.dataflows.change_owner(thing.id, target["owner"]))]
