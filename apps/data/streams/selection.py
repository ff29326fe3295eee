"""Streams of the board as the objects of bulk actions. Their key is the dataset, by which streams are run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.urls import reverse

from apps.connections.models import Connection
from apps.data.datasets.selection import DatasetSource
from apps.data.streams.filters import StreamFilters, matching
from apps.jobs.bulk import SelectionRefused, Target
from domoadmin.services.client import Client

WORDS = "q"
_SHOWN_ONLY = ("sort", "page", "per", "columns", "view")


class StreamSource(DatasetSource):
    """The streams that the last look found, with the names and cautions of their datasets."""

    noun = ("stream", "streams")

    def walk(self, client: Client, query: Mapping[str, str]) -> Iterator[Target]:
        """Yield all that match on the board of the client's connection."""
        connection = Connection.objects.get(slug=client.settings.slug)
        found = matching(connection, query.get(WORDS, ""), query).exclude(dataset_id="")
        # Not by an iterator: SQLite refuses to write behind a read that is still open.
        for dataset_id, name in found.order_by("pk").values_list("dataset_id", "name"):
            yield Target(dataset_id, name)

    def clean_query(self, given: Mapping[str, str]) -> dict[str, str]:
        """Return words and filters that are set. Raises SelectionRefused naming a wrong one."""
        form = StreamFilters(dict(given))
        unknown = [name for name in given if name not in (*form.fields, WORDS, *_SHOWN_ONLY)]
        if unknown:
            known = ", ".join((WORDS, *form.fields))
            raise SelectionRefused(f"{unknown[0]}: there is no such filter; known: {known}")
        if not form.is_valid():
            name, errors = next(iter(form.errors.items()))
            raise SelectionRefused(f"{name}: {' '.join(str(error) for error in errors)}")
        filters = {WORDS: given.get(WORDS, "").strip(), **form.cleaned_data}
        return {name: str(value) for name, value in filters.items() if value}

    def describe(self, query: Mapping[str, str]) -> str:
        """Return the filters in words."""
        words = [f"“{query[WORDS]}”"] if query.get(WORDS) else []
        return ", ".join([*words, *(f"{name} {value}" for name, value in query.items() if name != WORDS)])

    def url(self, connection_slug: str, key: str) -> str:
        """Return the address of the dataset, on which the stream has its panel."""
        return reverse("data:dataset_show", args=[connection_slug, key])


STREAMS = StreamSource()
