"""Versions and partitions of one dataset as the objects of bulk actions, found by what a clean-up or a list asks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from apps.data.optional_calls import if_told
from apps.data.versions.forms import PartitionQueryForm, QueryForm, VersionQueryForm
from apps.data.versions.history import VersionRow, read_history
from apps.data.versions.keys import by_dataset, dataset_of, key_of, part_of
from apps.data.versions.partitions import Entry, PartitionSet, read_partitions
from apps.jobs.bulk import SelectionRefused, Target, TargetSource
from domoadmin.services.client import Client

# What stands in a list's address besides: how it is shown.
_SHOWN_ONLY = ("sort", "page", "per", "columns", "view")
# What items and the trail keep of a name.
LONGEST_NAME = 255
What = TypeVar("What", VersionRow, Entry)


@dataclass(frozen=True)
class Part(Generic[What]):
    """A version or partition as the listings of its dataset have it; None where they don't."""

    what: What | None
    dataset: str

    @property
    def name(self) -> str:
        """Return what people call it; empty where it is gone."""
        return "" if self.what is None else label_of(self.what, self.dataset)


def label_of(what: VersionRow | Entry, dataset: str) -> str:
    """Return the name of a part with its dataset's."""
    return f"{what.name if isinstance(what, VersionRow) else what.tag} of {dataset}"[:LONGEST_NAME]


def dataset_name(client: Client, dataset_id: str) -> str:
    """Return what the dataset is called; its id where nobody tells."""
    metadata = if_told(lambda: client.datasets.get_metadata(dataset_id))
    return metadata.name or dataset_id if metadata else dataset_id


class PartSource(TargetSource):
    """Parts of one dataset, which the query names."""

    form: type[QueryForm]
    page: str

    def name(self, client: Client, key: str) -> str:
        """Return what people call it; whether it is there, its state tells."""
        return part_of(key)

    def name_in(self, record: Part[Any]) -> str:
        """Return the name of what a listing holds."""
        return record.name

    def clean_query(self, given: Mapping[str, str]) -> dict[str, str]:
        """Return the dataset and what is asked of its parts. Raises SelectionRefused naming a wrong value."""
        form = self.form({name: value for name, value in given.items() if name not in _SHOWN_ONLY})
        unknown = [name for name in given if name not in (*form.fields, *_SHOWN_ONLY)]
        if unknown:
            raise SelectionRefused(f"{unknown[0]}: there is no such filter; known: {', '.join(form.fields)}")
        if not form.is_valid():
            name, errors = next(iter(form.errors.items()))
            raise SelectionRefused(f"{name}: {' '.join(str(error) for error in errors)}")
        return {name: str(value) for name, value in form.cleaned_data.items() if value not in (None, "")}

    def asked(self, query: Mapping[str, str]) -> dict[str, Any]:
        """Return the query's values, typed. Raises ValidationError for one that was never cleaned."""
        form = self.form(dict(query))
        if not form.is_valid():
            raise ValidationError(form.errors.as_text())
        return form.cleaned_data

    def describe(self, query: Mapping[str, str]) -> str:
        """Return the query in words."""
        return f"{self.form.in_words(query)} of dataset {query.get('dataset', '')}"

    def url(self, connection_slug: str, key: str) -> str:
        """Return the address of the page that lists it."""
        return reverse(self.page, args=[connection_slug, dataset_of(key)])


class VersionSource(PartSource):
    """Data versions of one dataset."""

    noun = ("data version", "data versions")
    form = VersionQueryForm
    page = "data:versions"

    def records(self, client: Client, keys: Sequence[str]) -> dict[str, Part[VersionRow]]:
        """Read each dataset's versions once."""
        found: dict[str, Part[VersionRow]] = {}
        for dataset_id, wanted in by_dataset(keys).items():
            history, name = read_history(client, dataset_id), dataset_name(client, dataset_id)
            found |= {key: Part(history.row(part_of(key)), name) for key in wanted}
        return found

    def name(self, client: Client, key: str) -> str:
        """Return what people call it."""
        return f"Version {part_of(key)}"

    def cautions(self, record: Part[VersionRow]) -> list[str]:
        """Return what speaks against deleting it."""
        role = record.what.role if record.what else ""
        if role == "unknown":
            return ["may be part of the present data: this upstream does not tell, and the row counts do not add up."]
        return ["are part of the present data: their rows disappear."] if role == "active" else []

    def walk(self, client: Client, query: Mapping[str, str]) -> Iterator[Target]:
        """Yield the versions asked for, the newest first; a clean-up never finds one that is in use."""
        asked = self.asked(query)
        name = dataset_name(client, asked["dataset"])
        for row in matching_versions(read_history(client, asked["dataset"]).rows, asked):
            yield Target(row.id, label_of(row, name))


def matching_versions(rows: Sequence[VersionRow], asked: Mapping[str, Any]) -> list[VersionRow]:
    """Return the versions that match: keep (all but the newest N), older (days), status, q (number or partition)."""
    cleans_up = bool(asked.get("keep") or asked.get("older"))
    found = list(rows[asked["keep"] :] if asked.get("keep") else rows)
    if asked.get("older"):
        found = [row for row in found if _is_older(row.at, asked["older"])]
    if asked.get("status"):
        found = [row for row in found if row.status == asked["status"]]
    if asked.get("q"):
        words = asked["q"].lower()
        found = [row for row in found if words == row.data_id or words in row.partition.lower()]
    return [row for row in found if not (cleans_up and row.is_protected)]


def _is_older(at: datetime | None, days: int) -> bool:
    # One whose time nobody tells is never old.
    return at is not None and at < timezone.now() - timedelta(days=days)


class PartitionSource(PartSource):
    """Partitions of one dataset."""

    noun = ("partition", "partitions")
    form = PartitionQueryForm
    page = "data:partitions"

    def records(self, client: Client, keys: Sequence[str]) -> dict[str, Part[Entry]]:
        """Read each dataset's partitions once."""
        found: dict[str, Part[Entry]] = {}
        for dataset_id, wanted in by_dataset(keys).items():
            partitions, name = read_partitions(client, dataset_id), dataset_name(client, dataset_id)
            found |= {key: Part(partitions.entries.get(part_of(key)), name) for key in wanted}
        return found

    def walk(self, client: Client, query: Mapping[str, str]) -> Iterator[Target]:
        """Yield the partitions asked for; a clean-up never finds the newest."""
        asked = self.asked(query)
        name = dataset_name(client, asked["dataset"])
        for entry in matching_partitions(read_partitions(client, asked["dataset"]), asked):
            yield Target(key_of(asked["dataset"], entry.tag), label_of(entry, name))


def matching_partitions(partitions: PartitionSet, asked: Mapping[str, Any]) -> list[Entry]:
    """Return the partitions that match: keep with order, older (days), since and until, state, q (part of the name)."""
    by_name = asked.get("order") == "name"
    found = sorted(partitions.entries.values(), key=lambda entry: entry.tag if by_name else entry.order, reverse=True)
    newest = found[0].tag if found else ""
    cleans_up = bool(asked.get("keep") or asked.get("older"))
    if asked.get("keep"):
        found = found[asked["keep"] :]
    if asked.get("older"):
        found = [entry for entry in found if _is_older(entry.completed, asked["older"])]
    if asked.get("since"):
        found = [entry for entry in found if entry.completed and entry.completed >= start_of(asked["since"])]
    if asked.get("until"):
        end = start_of(asked["until"] + timedelta(days=1))
        found = [entry for entry in found if entry.completed and entry.completed < end]
    if asked.get("state"):
        found = [entry for entry in found if entry.has_data is (asked["state"] == "data")]
    if asked.get("q"):
        found = [entry for entry in found if asked["q"].lower() in entry.tag.lower()]
    return [entry for entry in found if not (cleans_up and entry.tag == newest)]


def start_of(day: Any) -> datetime:
    """Return the beginning of a day in the person's zone."""
    return timezone.make_aware(datetime(day.year, day.month, day.day))


VERSIONS, PARTITIONS = VersionSource(), PartitionSource()
