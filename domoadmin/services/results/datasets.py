"""Datasets: metadata, permissions, schema, cards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from domoadmin.services.results.base import Result
from domoadmin.services.results.fields import Raw, flag, identifier, mapping, mappings, moment, number, text, texts


@dataclass(frozen=True, kw_only=True)
class Owner:
    """Who owns something: `type` is USER or GROUP."""

    id: str
    name: str
    type: str


@dataclass(frozen=True, kw_only=True)
class Dataset(Result):
    """A dataset's metadata. Counts are None where the upstream doesn't say."""

    id: str
    name: str
    description: str
    owner: Owner | None
    row_count: int | None
    column_count: int | None
    card_count: int | None
    created: datetime | None
    last_touched: datetime | None
    last_updated: datetime | None
    type: str
    display_type: str
    data_provider_type: str
    permissions: str
    status: str
    state: str
    stream_id: str
    cloud_id: str
    tags: tuple[str, ...]
    certification: str

    @property
    def writable(self) -> bool | None:
        """Whether this token may write rows; None when the upstream didn't say."""
        return "WRITE" in self.permissions.upper().split("_") if self.permissions else None

    @classmethod
    def from_raw(cls, raw: Raw, request_id: str | None = None) -> Self:
        """Read the metadata of one dataset."""
        owner = mapping(raw, "owner")
        permissions = raw.get("permissions")
        return cls(
            raw=raw,
            request_id=request_id,
            id=identifier(raw, "id", "dataSourceId", "databaseId"),
            name=text(raw, "name", "dataSourceName"),
            description=text(raw, "description"),
            owner=read_owner(owner) if owner else None,
            row_count=number(raw, "rowCount"),
            column_count=number(raw, "columnCount"),
            card_count=number(raw, "cardCount", "cardInfo.cardCount"),
            created=moment(raw, "created"),
            last_touched=moment(raw, "lastTouched"),
            last_updated=moment(raw, "dataLastUpdated", "lastUpdated"),
            type=text(raw, "type"),
            display_type=text(raw, "displayType"),
            data_provider_type=text(raw, "dataProviderType"),
            # One text such as READ_WRITE_DELETE_SHARE_ADMIN; a list would say the same.
            permissions="_".join(map(str, permissions)) if isinstance(permissions, list) else text(raw, "permissions"),
            status=text(raw, "status"),
            state=text(raw, "state"),
            stream_id=identifier(raw, "streamId"),
            cloud_id=identifier(raw, "cloudId"),
            tags=texts(raw, "tags"),
            certification=text(raw, "certification.state", "certification"),
        )


def read_owner(raw: Raw) -> Owner:
    """Read an owner; the type follows from `group` where it isn't said."""
    kind = text(raw, "type") or ("GROUP" if flag(raw, "group") else "USER")
    return Owner(id=identifier(raw, "id", "userId"), name=text(raw, "name", "displayName"), type=kind.upper())


@dataclass(frozen=True, kw_only=True)
class Permission(Result):
    """Who may do what with a dataset: `type` USER or GROUP, `access_level` OWNER, CO_OWNER and others."""

    type: str
    id: str
    name: str
    access_level: str

    @classmethod
    def from_raw(cls, raw: Raw, request_id: str | None = None) -> Self:
        """Read one entry of the access list."""
        return cls(
            raw=raw,
            request_id=request_id,
            type=text(raw, "type").upper(),
            id=identifier(raw, "id", "userId", "groupId"),
            name=text(raw, "name", "displayName"),
            access_level=text(raw, "accessLevel", "access"),
        )


@dataclass(frozen=True, kw_only=True)
class Column(Result):
    """A column of a schema; `type` is STRING, LONG, DECIMAL, DOUBLE, DATE, DATETIME or what the upstream says."""

    name: str
    id: str
    type: str
    visible: bool
    order: int

    @classmethod
    def from_raw(cls, raw: Raw, request_id: str | None = None) -> Self:
        """Read one column."""
        name = text(raw, "name", "id")
        return cls(
            raw=raw,
            request_id=request_id,
            name=name,
            id=identifier(raw, "id") or name,
            type=text(raw, "type").upper(),
            visible=flag(raw, "visible") is not False,
            order=number(raw, "order") or 0,
        )


@dataclass(frozen=True, kw_only=True)
class Schema(Result):
    """The columns of a dataset in the order of the upstream, which is the order of values in an upload."""

    name: str
    dataset_id: str
    columns: tuple[Column, ...]

    @classmethod
    def from_raw(cls, raw: Raw, request_id: str | None = None) -> Self:
        """Read a schema: columns lie in tables[] of the indexed one, in schema of the latest one, or bare."""
        inner = mapping(raw, "schema") or raw
        columns = [column for table in mappings(inner, "tables") for column in mappings(table, "columns")]
        # The order field is 0 for every column of the documented example, so the place in the list is the order.
        return cls(
            raw=raw,
            request_id=request_id,
            name=text(inner, "name"),
            dataset_id=identifier(raw, "dataSourceId", "datasource", "id"),
            columns=tuple(Column.from_raw(column) for column in columns or mappings(inner, "columns")),
        )


@dataclass(frozen=True, kw_only=True)
class Card(Result):
    """A card that is built on a dataset."""

    id: str
    title: str
    type: str
    chart_type: str
    owners: tuple[Owner, ...]
    dataset_id: str

    @classmethod
    def from_raw(cls, raw: Raw, request_id: str | None = None) -> Self:
        """Read one card; owners[] where given, else the single ownerId."""
        owners = tuple(read_owner(owner) for owner in mappings(raw, "owners"))
        single = identifier(raw, "ownerId")
        return cls(
            raw=raw,
            request_id=request_id,
            id=identifier(raw, "id", "urn"),
            title=text(raw, "title", "name"),
            type=text(raw, "type"),
            chart_type=text(raw, "chartType"),
            owners=owners or ((Owner(id=single, name="", type="USER"),) if single else ()),
            dataset_id=identifier(raw, "datasourceId", "dataSourceId"),
        )
