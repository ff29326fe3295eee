"""The data accounts: the generated ones, coherent with the streams that use them, and those of clients."""

from __future__ import annotations

from typing import Any

import numpy as np

from domoadmin.sandbox.catalog import now_ms
from domoadmin.sandbox.company.connectors import accounts_of
from domoadmin.sandbox.company.content import make_accounts, owned_by
from domoadmin.sandbox.company.people import DAY_MS
from domoadmin.sandbox.errors import ApiError, not_found
from domoadmin.sandbox.world import World

Record = dict[str, Any]
FIRST_CREATED = 1_000
ACTIVE, INVALID = "Active", "Invalid"
# id, name, provider key and name, days ago: what was set up when Halden Outdoor began with Domo
OLDEST = (
    (1, "PostgreSQL store archive", "postgresql-partition", "PostgreSQL Partition", 1_720),
    (3, "Snowflake unload service", "snowflake-unload-v2", "Snowflake Unload V2", 1_690),
)
LEVELS = ("NONE", "CAN_VIEW", "CAN_SHARE", "CAN_EDIT", "OWNER")


class Accounts:
    """Accounts by id, as text."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._generated: dict[str, Record] | None = None

    def records(self) -> list[Record]:
        """All accounts as search objects, with `valid`, `used` and `datasetCount`."""
        return list(self._all().values())

    def _all(self) -> dict[str, Record]:
        if self._generated is None:
            self._generated = self._make()
        return self._generated | self._world.store.all("data-account")

    def _make(self) -> dict[str, Record]:
        world = self._world
        people, anchor = world.directory.people, world.company.anchor
        numbers, counts = np.unique(accounts_of(world.catalog.table, world.catalog.generated), return_counts=True)
        uses = dict(zip(numbers.tolist(), counts.tolist(), strict=True))
        made = [
            self._record(str(number), name, anchor - days * DAY_MS, key, provider, "Standard")
            for number, name, key, provider, days in OLDEST
        ]
        made += make_accounts(people, anchor)
        for record in made:
            count = uses.get(int(record["databaseId"]), 0)
            record |= {"used": count > 0, "datasetCount": count}
        return {record["databaseId"]: record for record in made}

    def _record(self, identifier: str, name: str, created: int, key: str, provider: str, kind: str) -> Record:
        return {
            "databaseId": identifier,
            "winnerText": name,
            "name": name,
            "displayName": name,
            "createDate": created,
            "lastModified": created,
            **owned_by(self._world.directory.me),
            "dataProviderType": key,
            "dataProviderName": provider,
            "accountType": kind,
            "valid": True,
            "used": False,
            "datasetCount": 0,
        }

    def find(self, account_id: str) -> Record:
        """An account; ApiError 404."""
        found = self._all().get(account_id)
        if found is None:
            raise not_found("Account", account_id)
        return found

    def is_valid(self, account_id: str | None) -> bool:
        """Whether a connector can sign in with it; a stream without an account needs none."""
        return account_id is None or bool(self.find(account_id)["valid"])

    def create(self, name: Any, kind: Any) -> Record:
        """Create Account; ApiError 400."""
        for field, value in (("displayName", name), ("accountType", kind)):
            if not isinstance(value, str) or not value.strip():
                raise ApiError(400, f"{field} is required")
        identifier = str(self._world.store.next_number("account", FIRST_CREATED))
        record = self._record(identifier, name.strip(), now_ms(), "", "", kind.strip())
        self._world.store.put("data-account", identifier, record)
        return record

    def share(self, account_id: str, user_id: str, level: Any) -> None:
        """Sets what a user may do with an account; ApiError 400, 404, and 409 for its last owner."""
        if level not in LEVELS:
            raise ApiError(400, f"accessLevel must be one of {', '.join(LEVELS)}")
        with self._world.store.lock:
            record, person = self.find(account_id), self._world.directory.person(user_id)
            owners = [owner for owner in record["owners"] if owner["id"] != person.id]
            if level == "OWNER":
                owners.append(owned_by(person)["owners"][0])
            if not owners:
                raise ApiError(409, f"Account {account_id} would have no owner")
            people = {each.id: each for each in self._world.directory.people}
            changed = {**record, **owned_by(people[owners[0]["id"]]), "owners": owners}
            self._world.store.put("data-account", account_id, changed)


def shown(record: Record) -> Record:
    """GET Account by ID, as the document shows it; no credentials are part of it."""
    return {
        "accountId": record["databaseId"],
        "displayName": record["displayName"],
        "status": ACTIVE if record["valid"] else INVALID,
    }
