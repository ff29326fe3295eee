"""The header of a dataset's page, and which datasets a person looked at last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest
from django.utils import timezone

from apps.connections.models import Connection
from apps.core.object_pages import url_in_domo
from apps.data.datasets.filters import STALE_DAYS
from apps.data.datasets.rows import certification_word
from domoadmin.services.results import Dataset

RECENT = "datasets_recent"
RECENT_KEPT = 8

COLUMN_TYPES: Mapping[str, str] = {
    "STRING": "Text",
    "LONG": "Whole number",
    "DECIMAL": "Decimal",
    "DOUBLE": "Decimal",
    "DATE": "Date",
    "DATETIME": "Date and time",
    "TIME": "Time",
    "BOOLEAN": "Yes or no",
}
NUMBER_TYPES = frozenset({"LONG", "DECIMAL", "DOUBLE"})


@dataclass(frozen=True)
class DatasetFacts:
    """What the header says of a dataset; None and empty where the upstream does not tell."""

    id: str
    name: str
    description: str
    owner: str
    row_count: int | None
    column_count: int | None
    card_count: int | None
    updated: datetime | None
    created: datetime | None
    source: str
    stream_id: str
    status: str
    tags: tuple[str, ...]
    certification: str
    writable: bool | None
    permissions: str
    domo_url: str

    @property
    def short_id(self) -> str:
        """Return both ends of the id."""
        return shorter(self.id)

    @property
    def is_stale(self) -> bool:
        """Say whether nothing has updated it for 90 days."""
        return self.updated is not None and self.updated < timezone.now() - timedelta(days=STALE_DAYS)

    @property
    def failed(self) -> bool:
        """Say whether its last load failed."""
        return self.status.upper() in ("ERROR", "FAILED", "INVALID")


def describe(dataset: Dataset, connection: Connection, dataset_id: str) -> DatasetFacts:
    """Return what the header shows. dataset_id: what was asked for, in case the answer does not repeat it."""
    return DatasetFacts(
        id=dataset.id or dataset_id,
        name=dataset.name.strip() or dataset.id or dataset_id,
        description=dataset.description,
        owner=dataset.owner.name or dataset.owner.id if dataset.owner else "",
        row_count=dataset.row_count,
        column_count=dataset.column_count,
        card_count=dataset.card_count,
        updated=dataset.last_updated or dataset.last_touched,
        created=dataset.created,
        source=dataset.display_type or dataset.data_provider_type or dataset.type,
        stream_id="" if dataset.stream_id == "0" else dataset.stream_id,
        status=dataset.status or dataset.state,
        tags=dataset.tags,
        certification=certification_word(dataset.certification),
        writable=dataset.writable,
        permissions=dataset.permissions.replace("_", ", ").lower(),
        domo_url=url_in_domo(connection.base_url, "dataset", dataset.id or dataset_id),
    )


def shorter(identifier: str) -> str:
    """Return both ends of a long id: 4f1c…9e02."""
    return identifier if len(identifier) <= 12 else f"{identifier[:4]}…{identifier[-4:]}"


def type_word(upstream_type: str) -> str:
    """Return a column's type in plain words; one that is not known stays as the upstream writes it."""
    return COLUMN_TYPES.get(upstream_type.upper(), upstream_type.capitalize() or "not reported")


def remember(request: HttpRequest, connection: Connection, dataset_id: str, name: str) -> None:
    """Keep the dataset among those that the person looked at last on this connection."""
    everything: dict[str, list[list[str]]] = request.session.get(RECENT, {})
    others = [pair for pair in everything.get(connection.slug, []) if pair[0] != dataset_id]
    request.session[RECENT] = everything | {connection.slug: [[dataset_id, name], *others][:RECENT_KEPT]}


def recent(request: HttpRequest, connection: Connection) -> list[tuple[str, str]]:
    """Return (id, name) of the datasets that the person looked at last, the latest first."""
    pairs: list[list[str]] = request.session.get(RECENT, {}).get(connection.slug, [])
    return [(identifier, name) for identifier, name in pairs]
