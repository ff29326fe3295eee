"""Migrations of federated datasets: accounts, integrations, candidates, and how a move ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from domoadmin.services.answers import Answer
from domoadmin.services.results.base import Listing, Result
from domoadmin.services.results.fields import Raw, flag, identifier, moment, text


def type_names(answer: Answer) -> Listing[str]:
    """Read a list of names of types: bare, or objects that have one."""
    found = answer.data
    if not isinstance(found, list):
        raise answer.unexpected("a list was expected")
    names = (text(each, "type", "name", "id") if isinstance(each, dict) else str(each) for each in found)
    return Listing((name for name in names if name), request_id=answer.request_id)


@dataclass(frozen=True, kw_only=True)
class FederatedAccount(Result):
    """A Federated V2 account that V1 datasets of its type can move to."""

    id: str
    type: str
    name: str

    @classmethod
    def from_raw(cls, raw: Raw, request_id: str | None = None) -> Self:
        """Read an account."""
        return cls(
            raw=raw,
            request_id=request_id,
            id=identifier(raw, "id"),
            type=text(raw, "type"),
            name=text(raw, "name"),
        )


@dataclass(frozen=True, kw_only=True)
class AmplifierIntegration(Result):
    """A Cloud Amplifier integration; `auth_method` is OAUTH or SERVICE_ACCOUNT."""

    id: str
    name: str
    type: str
    auth_method: str

    @classmethod
    def from_raw(cls, raw: Raw, request_id: str | None = None) -> Self:
        """Read an integration."""
        return cls(
            raw=raw,
            request_id=request_id,
            id=identifier(raw, "id"),
            name=text(raw, "name"),
            type=text(raw, "type"),
            auth_method=text(raw, "authMethod"),
        )


@dataclass(frozen=True, kw_only=True)
class FederatedCandidate(Result):
    """A Federated V1 dataset that may move to V2, or has (`migrated`). Its id need not be a UUID."""

    id: str
    name: str
    migrated: bool
    migrated_at: datetime | None

    @classmethod
    def from_raw(cls, raw: Raw, request_id: str | None = None) -> Self:
        """Read a candidate."""
        return cls(
            raw=raw,
            request_id=request_id,
            id=identifier(raw, "id"),
            name=text(raw, "name"),
            migrated=flag(raw, "migrated") is True,
            migrated_at=moment(raw, "migrationDate"),
        )


@dataclass(frozen=True, kw_only=True)
class AmplifierCandidate(FederatedCandidate):
    """A federated dataset that may move to an integration, or has, and the table that it stands for.

    With `collision` its migration will fail: what uses it must be moved to the colliding dataset instead.
    """

    type: str
    catalog: str
    schema: str
    table: str
    collision: bool
    colliding_id: str
    colliding_name: str

    @classmethod
    def from_raw(cls, raw: Raw, request_id: str | None = None) -> Self:
        """Read a candidate."""
        return cls(
            raw=raw,
            request_id=request_id,
            id=identifier(raw, "id"),
            name=text(raw, "name"),
            migrated=flag(raw, "migrated") is True,
            migrated_at=moment(raw, "migrationDate"),
            type=text(raw, "type"),
            catalog=text(raw, "catalogName"),
            schema=text(raw, "schemaName"),
            table=text(raw, "tableName"),
            collision=flag(raw, "collision") is True,
            colliding_id=identifier(raw, "collidingDatasourceId"),
            colliding_name=text(raw, "collidingDatasourceName"),
        )


@dataclass(frozen=True, kw_only=True)
class Migration(Result):
    """How a move ended. `toe` is what Domo's support asks for.

    `state`: COMPLETE; INCOMPLETE, where content may stay unusable until another attempt completes; ABORTED, where
    nothing was changed. `error_message` says why it didn't complete.
    """

    toe: str
    dataset_id: str
    direction: str
    state: str
    error_message: str
    started: datetime | None
    ended: datetime | None

    @property
    def completed(self) -> bool:
        """Whether the move was made. A state that isn't documented doesn't count as one that was."""
        return self.state == "COMPLETE"

    @property
    def unchanged(self) -> bool:
        """Whether it is certain that nothing was changed."""
        return self.state == "ABORTED"

    @classmethod
    def from_raw(cls, raw: Raw, request_id: str | None = None) -> Self:
        """Read the answer to a move."""
        return cls(
            raw=raw,
            request_id=request_id,
            toe=text(raw, "toe") or request_id or "",
            dataset_id=identifier(raw, "datasourceId"),
            direction=text(raw, "direction"),
            state=text(raw, "state").upper(),
            error_message=text(raw, "errorMessage"),
            started=moment(raw, "startTime"),
            ended=moment(raw, "endTime"),
        )
