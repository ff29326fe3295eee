"""Datasets as the objects of bulk actions: found by the list's filters, read a hundred at a time where that goes."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from weakref import WeakKeyDictionary

from django.urls import reverse
from django.utils import timezone

from apps.core.filters import chips_of
from apps.data.datasets import upstream_fields
from apps.data.datasets.filters import CERTIFICATION_STATES, STALE_DAYS, DatasetFilterForm, Owner, search_arguments
from apps.data.datasets.fitting import misfits
from apps.data.datasets.rows import row_of
from apps.data.datasets.search import ENTITY, find_people
from apps.jobs.bulk import SelectionRefused, Target, TargetSource
from domoadmin.services.client import Client
from domoadmin.services.errors import UpstreamError
from domoadmin.services.results import Dataset, SearchPage

WORDS = "q"
# What stands in a list's address besides: how it is shown.
_SHOWN_ONLY = ("sort", "page", "per", "columns", "view")
_PARTS = "core,permission,certification"
_TELLS_SECONDS = 600.0


@dataclass(frozen=True)
class DatasetRecord:
    """A dataset out of many. `tells_certification`: one that says nothing of it is not certified."""

    dataset: Dataset
    tells_certification: bool


class DatasetSource(TargetSource):
    """The datasets that the connection's token sees."""

    noun = ("dataset", "datasets")

    def __init__(self) -> None:
        self._tells: WeakKeyDictionary[Client, tuple[bool, float]] = WeakKeyDictionary()

    def records(self, client: Client, keys: Sequence[str]) -> dict[str, DatasetRecord]:
        """Return metadata by the call for a hundred ids, which is not documented: where it fails, nothing."""
        try:
            found = client.datasets.bulk_get(keys, part=_PARTS)
        except UpstreamError:
            return {}
        tells = any("certification" in dataset.raw for dataset in found) or self._tells_certification(client)
        wanted = set(keys)
        return {dataset.id: DatasetRecord(dataset, tells) for dataset in found if dataset.id in wanted}

    def name_in(self, record: DatasetRecord) -> str:
        """Return the dataset's name; its id when it has none."""
        return record.dataset.name or record.dataset.id

    def cautions(self, record: DatasetRecord) -> list[str]:
        """Return what speaks against changing it: stale, or only to be read by this token."""
        dataset = record.dataset
        found = []
        if dataset.writable is False:
            found.append("may only be read by this token: Domo will probably refuse the change.")
        if dataset.last_updated and dataset.last_updated < timezone.now() - timedelta(days=STALE_DAYS):
            found.append(f"were not updated for {STALE_DAYS} days.")
        return found

    def name(self, client: Client, key: str) -> str:
        """Return the name by the dataset's own metadata."""
        return client.datasets.get_metadata(key).name or key

    def _tells_certification(self, client: Client) -> bool:
        """Say whether the call for many tells certifications at all, by the record of one that is certified."""
        told, at = self._tells.get(client, (False, float("-inf")))
        if time.monotonic() - at > _TELLS_SECONDS:
            told = _certified_one_says_so(client)
            self._tells[client] = told, time.monotonic()
        return told

    def walk(self, client: Client, query: Mapping[str, str]) -> Iterator[Target]:
        """Yield all that match, past the cap of the search."""
        arguments = search_arguments(query.get(WORDS, ""), _search_filters(client, query), timezone.now())
        hits = client.search.walk_all(
            entities=[ENTITY], query="*", filters=arguments.filters, not_filters=arguments.not_filters
        )
        for hit in hits:
            # An upstream that ignores a filter must not widen what is changed.
            if hit.id and not misfits(row_of(hit), query):
                yield Target(hit.id, hit.name or hit.id)

    def clean_query(self, given: Mapping[str, str]) -> dict[str, str]:
        """Return words and filters that are set. Raises SelectionRefused naming a wrong one."""
        form = DatasetFilterForm(dict(given))
        unknown = [name for name in given if name not in (*form.fields, WORDS, *_SHOWN_ONLY)]
        if unknown:
            known = ", ".join((WORDS, *form.fields))
            raise SelectionRefused(f"{unknown[0]}: there is no such filter; known: {known}")
        if not form.is_valid():
            name, errors = next(iter(form.errors.items()))
            raise SelectionRefused(f"{name}: {' '.join(str(error) for error in errors)}")
        filters = {WORDS: given.get(WORDS, "").strip(), **form.cleaned_data}
        return {name: str(value) for name, value in filters.items() if value not in (None, "")}

    def describe(self, query: Mapping[str, str]) -> str:
        """Return the filters in words."""
        words = [f"“{query[WORDS]}”"] if query.get(WORDS) else []
        chips = chips_of(DatasetFilterForm(dict(query)), "")
        return ", ".join([*words, *(f"{chip.label.lower()} {chip.value}" for chip in chips)])

    def url(self, connection_slug: str, key: str) -> str:
        """Return the address of the dataset's page."""
        return reverse("data:dataset_show", args=[connection_slug, key])


def _search_filters(client: Client, query: Mapping[str, str]) -> dict[str, Any]:
    """Return the filters as the search takes them: the owner as ids of people, as the list does."""
    filters: dict[str, Any] = {name: value for name, value in query.items() if name not in (WORDS, "owner")}
    owner = Owner.from_text(query.get("owner", ""))
    if owner.id:
        filters["owner_ids"] = [owner.id]
    elif owner.name:
        people = find_people(client, owner.name)
        filters |= {"owner_ids": [person.id for person in people]} if people else {"owner_name": owner.name}
    return filters


def _certified_one_says_so(client: Client) -> bool:
    states = list(CERTIFICATION_STATES["certified"])
    certified = {"filterType": "term", "field": upstream_fields.CERTIFICATION, "value": states[0]}
    try:
        page: SearchPage = client.search.query(entities=[ENTITY], query="*", filters=[certified], count=1)
        ids = [hit.id for hit in page.hits if hit.id]
        records = client.datasets.bulk_get(ids, part=_PARTS) if ids else []
    except UpstreamError:
        return False
    return any("certification" in dataset.raw for dataset in records)


DATASETS = DatasetSource()
