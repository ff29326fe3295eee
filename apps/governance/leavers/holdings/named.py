"""What can be found and not given away: named, with a link into Domo."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from apps.core.optional_calls import if_told
from apps.governance.leavers.holdings.base import (
    NOT_TOLD,
    Badge,
    Holding,
    Missing,
    Parties,
    Party,
    State,
    Thing,
)
from apps.governance.leavers.holdings.finding import count_by_owner, found_by_owner
from domoadmin.services.client import Client

# What no call lists by person; shown with the inventory, so that nobody takes it for looked through.
NOT_LOOKED_AT = (
    "Datasets and pages that were shared with the person: no call lists them by person. They end with the user.",
    "Report schedules of others, where Domo lists only this token's own: its documents don't say how all are listed.",
    "Streams and their schedules: they go with their dataset, and sign in by accounts, which stand on their own.",
    "Collections of AppDB, access tokens and sessions: Domo's documents list none of them by person.",
)


class Named(Holding):
    """Base. States: {}."""

    entity: str

    def walk(self, client: Client, leaver: Party) -> Iterator[Thing | Missing]:
        """By the search, where it knows such things."""
        if if_told(lambda: client.search.query(entities=[self.entity], query="*", count=1)) is None:
            yield self.not_told()
            return
        for hit in found_by_owner(client, self.entity, leaver.id):
            yield Thing(hit.id, hit.name, stays=self.note)

    def count(self, client: Client, leaver: Party, most: int) -> tuple[int, list[str]]:
        """By one search."""
        return if_told(lambda: count_by_owner(client, self.entity, leaver.id, most)) or (NOT_TOLD, [])

    def planned(self, parties: Parties) -> State:
        """There is nothing to change."""
        return {}

    def shown(self, state: State, names: Mapping[str, str]) -> list[Badge]:
        """Name the owner."""
        return [(names.get("leaver", "the leaver"), "is-off", "user")]


class Apps(Named):
    """Apps."""

    key = "app"
    noun = ("app", "apps")
    title = "Apps"
    icon = "layout-dashboard"
    entity = object_kind = "app"
    note = "Domo's documents know no call that gives an app away."


class DataApps(Named):
    """App Studio."""

    key = "data_app"
    noun = ("App Studio app", "App Studio apps")
    title = "App Studio apps"
    icon = "layout-dashboard"
    entity = object_kind = "data_app"
    note = "Domo's documents know no call that gives an app away."


class Packages(Named):
    """Packages of Code Engine."""

    key = "package"
    noun = ("Code Engine package", "Code Engine packages")
    title = "Code Engine packages"
    icon = "code"
    entity = "package"
    note = "Domo's documents know no call that gives a package away."
