"""Smaller things that Halden Outdoor keeps in Domo: data accounts, dataflows, connectors, alerts."""

from __future__ import annotations

from typing import Any

import numpy as np

from domoadmin.sandbox.company import vocabulary as words
from domoadmin.sandbox.company.datasets import DatasetTable
from domoadmin.sandbox.company.people import DAY_MS, Person

Record = dict[str, Any]
FIRST_ACCOUNT = 40
FIRST_DATAFLOW = 700
FIRST_ALERT = 5_100
PURPOSES = ("finance", "stores", "web shop", "supply chain", "marketing", "people", "customer care", "sandbox")


def owned_by(person: Person) -> Record:
    """The owner fields of a search object."""
    return {
        "ownedById": person.id,
        "ownedByName": person.name,
        "ownedByType": "USER",
        "ownerNamePrimary": person.name,
        "owners": [{"id": person.id, "type": "USER", "displayName": person.name, "active": person.active}],
    }


def _named(identifier: object, name: str, person: Person, created: int, changed: int) -> Record:
    return {
        "databaseId": str(identifier),
        "winnerText": name,
        "name": name,
        "displayName": name,
        "createDate": created,
        "lastModified": changed,
        **owned_by(person),
    }


def make_accounts(people: list[Person], anchor: int) -> list[Record]:
    """Data accounts: one per connector and purpose; some are invalid, some belong to people who left."""
    records = []
    connectors = [provider for provider in words.PROVIDERS if provider.transport == "CONNECTOR"]
    for number, (provider, purpose) in enumerate((each, use) for each in connectors for use in PURPOSES):
        person = people[(number * 37 + 1) % min(len(people), 60)]
        created = anchor - (1500 - number * 7) * DAY_MS
        record = _named(FIRST_ACCOUNT + number, f"{provider.name} {purpose}", person, created, created + 90 * DAY_MS)
        record |= {"dataProviderType": provider.key, "dataProviderName": provider.name}
        record |= {"valid": number % 11 != 3, "used": number % 5 != 0, "datasetCount": number * 13 % 40}
        records.append(record)
    return records


def make_dataflows(table: DatasetTable, generated: int, people: list[Person]) -> list[Record]:
    """One dataflow for each generated dataset that comes from one, at most 20,000."""
    places = np.flatnonzero(table.provider[:generated] == words.PROVIDER_CODES["dataflow"])[:20_000]
    records = []
    for number, index in enumerate(places.tolist()):
        person = people[int(table.owner[index])]
        created, changed = int(table.created[index]), int(table.updated[index])
        record = _named(FIRST_DATAFLOW + number, f"{table.names[index]} flow", person, created, changed)
        record |= {
            "dataFlowType": "MAGIC" if number % 3 else "MYSQL",
            "status": "FAILED" if number % 23 == 5 else "SUCCESS",
        }
        records.append(record)
    return records


def make_connectors() -> list[Record]:
    """The connectors in use."""
    return [
        {"databaseId": provider.key, "winnerText": provider.name, "name": provider.name, "displayName": provider.name}
        for provider in words.PROVIDERS
        if provider.transport == "CONNECTOR"
    ]
