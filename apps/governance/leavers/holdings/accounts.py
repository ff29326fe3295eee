"""Accounts that connectors sign in with, by their owners."""

from __future__ import annotations

from collections.abc import Iterator

from apps.core.optional_calls import if_told
from apps.governance.leavers.holdings.base import Missing, Parties, Party, Shared, State, Step, Thing, Way
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
        return if_told(lambda: count_by_owner(client, "account", leaver.id, most)) or (0, [])

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
