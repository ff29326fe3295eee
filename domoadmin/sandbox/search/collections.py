"""Which collection is searched for which entity; each is built when it is first asked for."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable
from typing import NamedTuple

from domoadmin.sandbox import dataflows
from domoadmin.sandbox.accounts.accounts import Accounts
from domoadmin.sandbox.alerts.alerts import Alerts
from domoadmin.sandbox.beast_modes.library import BeastModes
from domoadmin.sandbox.code_engine import packages
from domoadmin.sandbox.company.content import make_connectors
from domoadmin.sandbox.pages.pages import Pages
from domoadmin.sandbox.search.card_entries import CardEntries
from domoadmin.sandbox.search.dataset_entries import DatasetEntries
from domoadmin.sandbox.search.dataset_texts import DatasetTexts
from domoadmin.sandbox.search.query import Entries
from domoadmin.sandbox.search.record_entries import Record, RecordEntries
from domoadmin.sandbox.taskcenter.queues import Queues
from domoadmin.sandbox.workflows.models import Models
from domoadmin.sandbox.world import World


class _Source(NamedTuple):
    """Where an entity's records come from, and the kinds of documents whose change makes them old."""

    records: Callable[[World], list[Record]]
    kinds: tuple[str, ...] = ()


SOURCES: dict[str, _Source] = {
    "account": _Source(lambda world: world.part(Accounts).records(), ("data-account",)),
    "alert": _Source(lambda world: world.part(Alerts).search_records(), ("alert",)),
    "beast_mode": _Source(lambda world: world.part(BeastModes).search_records(), ("beast-mode",)),
    "connector": _Source(lambda world: make_connectors()),
    "dataflow": _Source(dataflows.search_records, (dataflows.KIND,)),
    "group": _Source(lambda world: _groups(world)),
    "package": _Source(packages.search_records),
    "page": _Source(lambda world: world.part(Pages).search_records(), ("page",)),
    "queue": _Source(lambda world: world.part(Queues).search_records(), ("queue", "queue-permissions")),
    "user": _Source(lambda world: _users(world)),
    "workflow_model": _Source(lambda world: world.part(Models).search_records(), ("workflow-permissions",)),
}


class Collections:
    """Entries by entity name. Those of records are built anew after a change of theirs, or of people's names."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._locks: dict[str, threading.Lock] = defaultdict(threading.Lock)
        self._texts: DatasetTexts | None = None
        self._cards: CardEntries | None = None
        self._built: dict[str, tuple[int, Entries]] = {}

    def entries(self, entity: str) -> Entries | None:
        """The collection of an entity; None for one that the instance has nothing of."""
        if entity not in SOURCES and entity not in ("dataset", "card"):
            return None
        with self._locks[entity]:
            if entity == "dataset":
                self._texts = self._texts or DatasetTexts(self._world.catalog)
                return DatasetEntries(self._world.catalog, self._texts)
            if entity == "card":
                self._cards = self._cards or CardEntries(self._world)
                return self._cards
            return self._records(entity)

    def _records(self, entity: str) -> Entries:
        source, world = SOURCES[entity], self._world
        # Whoever changes something holds this lock from the document to what is in memory.
        with world.store.lock:
            revision = world.directory.revision + world.store.revision(source.kinds)
            built = self._built.get(entity)
            if built is None or built[0] != revision:
                built = self._built[entity] = (revision, RecordEntries(entity, source.records(world)))
            return built[1]


def _users(world: World) -> list[Record]:
    return [
        {
            "databaseId": person.id,
            "winnerText": person.name,
            "name": person.name,
            "displayName": person.name,
            "emailAddress": person.email,
            "title": person.title,
            "department": person.department,
            "roleId": person.role_id,
            "active": person.active,
            "createDate": person.created,
            "lastModified": person.last_seen or person.created,
        }
        for person in world.directory.present()
    ]


def _groups(world: World) -> list[Record]:
    names = {person.id: person.name for person in world.directory.people}
    return [
        {
            "databaseId": group.id,
            "winnerText": group.name,
            "name": group.name,
            "displayName": group.name,
            "description": group.description,
            "groupType": group.kind,
            "memberCount": len(group.member_ids),
            "ownedById": group.creator_id,
            "ownedByName": names.get(group.creator_id, ""),
            "createDate": group.created,
            "lastModified": group.created,
        }
        for group in world.directory.groups.values()
    ]
