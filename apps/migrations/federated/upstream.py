"""The lists of candidates: what can move, what has moved, and so whether a migration happened whose answer was lost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from apps.migrations.federated.ways import V1_V2, Way
from domoadmin.services.client import Client
from domoadmin.services.results.fields import flag
from domoadmin.services.results.migrations import AmplifierCandidate, FederatedCandidate, Migration


class Check(StrEnum):
    """Whether a candidate can move, and why not."""

    CAN_MOVE = "can_move"
    COLLISION = "collision"
    MOVED = "moved"
    NOT_MOVED = "not_moved"


@dataclass(frozen=True)
class Candidate:
    """A datasource of the list. V1 tells no type, no table and no collision."""

    id: str
    name: str
    migrated: bool
    migrated_at: datetime | None
    type: str = ""
    catalog: str = ""
    schema: str = ""
    table: str = ""
    collision: bool = False
    colliding_id: str = ""
    colliding_name: str = ""
    # What the list said of `migrated`; None where it said nothing.
    said_migrated: bool | None = None

    @classmethod
    def of(cls, found: FederatedCandidate) -> Candidate:
        """Read one of either family."""
        name = found.name or found.id
        if not isinstance(found, AmplifierCandidate):
            return cls(found.id, name, found.migrated, found.migrated_at)
        return cls(
            id=found.id,
            name=name,
            migrated=found.migrated,
            migrated_at=found.migrated_at,
            type=found.type,
            catalog=found.catalog,
            schema=found.schema,
            table=found.table,
            # An upstream that names the other datasource means it, whatever its flag says.
            collision=found.collision or bool(found.colliding_id),
            colliding_id=found.colliding_id,
            colliding_name=found.colliding_name,
            said_migrated=flag(found.raw, "migrated"),
        )

    @property
    def reference(self) -> str:
        """Return catalog, schema and table in one; empty where the list doesn't tell."""
        return ".".join(part for part in (self.catalog, self.schema, self.table) if part)

    def check(self, way: Way) -> Check:
        """Say whether it can go this way."""
        if way.back:
            return Check.CAN_MOVE if self.migrated else Check.NOT_MOVED
        if self.migrated:
            return Check.MOVED
        return Check.COLLISION if self.collision else Check.CAN_MOVE

    def why_not(self, way: Way) -> str:
        """Return why it can't go this way and what to do; empty when it can."""
        check = self.check(way)
        if check == Check.COLLISION:
            other = self.colliding_name or self.colliding_id or "Another datasource"
            identity = f" ({self.colliding_id})" if self.colliding_id and self.colliding_name else ""
            return (
                f"{other}{identity} stands for the same table in this {way.target}, so the migration would fail. "
                "Move the cards and alerts of this one there; it needs no migration then."
            )
        if check == Check.MOVED:
            return "It was migrated already."
        return "It was not migrated, so there is nothing to reverse." if check == Check.NOT_MOVED else ""


Candidates = Mapping[str, Candidate]


def read_candidates(client: Client, way: Way, target_id: str) -> dict[str, Candidate]:
    """Return the list that the way starts from, by id. Raises UpstreamError.

    There: all candidates. Back from an Amplifier: its own list of what can be reversed. Back to V1: the only list
    there is, which also tells what has moved.
    """
    if way.family == V1_V2:
        return _by_id(client.federated_v1_v2.list_candidates(target_id))
    if way.back:
        listed = client.federated_v2_amplifier.list_reverse_candidates(target_id)
        # This list holds nothing but what was migrated: only a plain "no" counts against it.
        return {
            key: replace(each, migrated=True) if each.said_migrated is not False else each
            for key, each in _by_id(listed).items()
        }
    return _by_id(client.federated_v2_amplifier.list_candidates(target_id))


def _by_id(found: Iterable[FederatedCandidate]) -> dict[str, Candidate]:
    return {each.id: Candidate.of(each) for each in found if each.id}


class Standing(StrEnum):
    """Where a datasource is, as the lists tell."""

    MIGRATED = "migrated"
    NOT_MIGRATED = "not_migrated"
    UNTOLD = "untold"


def read_standing(client: Client, way: Way, target_id: str, identifier: str) -> Standing:
    """Say where a datasource is now. Raises UpstreamError.

    Of an Amplifier both lists are asked: a datasource that has moved may be missing in the one of candidates, and one
    that is in no list at all proves nothing.
    """
    if way.family == V1_V2:
        found = read_candidates(client, way, target_id).get(identifier)
        return _standing(found)
    there = way.opposite if way.back else way
    if not way.back:
        found = read_candidates(client, there, target_id).get(identifier)
        return _standing(found or read_candidates(client, there.opposite, target_id).get(identifier))
    found = read_candidates(client, way, target_id).get(identifier)
    if found is not None:
        return _standing(found)
    # Gone from the list of those that can be reversed, and a candidate again.
    again = identifier in read_candidates(client, there, target_id)
    return Standing.NOT_MIGRATED if again else Standing.UNTOLD


def _standing(found: Candidate | None) -> Standing:
    if found is None:
        return Standing.UNTOLD
    return Standing.MIGRATED if found.migrated else Standing.NOT_MIGRATED


def has_happened(way: Way, standing: Standing) -> bool:
    """Say whether the migration happened, when the datasource stands so."""
    return standing == (Standing.NOT_MIGRATED if way.back else Standing.MIGRATED)


def move(client: Client, way: Way, target_id: str, identifier: str, mapping: Mapping[str, str]) -> Migration:
    """Send the one call that moves a datasource; returns when the move has ended. Raises UpstreamError."""
    if way.key == "v1-v2":
        return client.federated_v1_v2.migrate(
            identifier, target_id, mapping["catalog"], mapping["schema"], mapping["table"]
        )
    if way.key == "v2-v1":
        return client.federated_v1_v2.reverse(identifier)
    if way.key == "v2-amplifier":
        return client.federated_v2_amplifier.migrate(identifier, target_id)
    return client.federated_v2_amplifier.reverse(identifier)
