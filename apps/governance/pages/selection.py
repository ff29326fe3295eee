"""Pages as the objects of bulk actions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.urls import reverse

from apps.core.filters import chips_of
from apps.governance.pages.forms import PageFilterForm, id_in
from apps.governance.pages.reading import PageQuery, every_page, find_people, pages_by_id, read_page
from apps.governance.pages.rows import PageRow
from apps.jobs.bulk import SelectionRefused, Target, TargetSource
from domoadmin.services.client import Client
from domoadmin.services.errors import InvalidArguments, UpstreamError

WORDS = "q"
# What stands in a list's address besides: how it is shown.
_SHOWN_ONLY = ("sort", "page", "per", "columns", "view")


def query_of(client: Client, words: str, filters: Mapping[str, Any]) -> PageQuery:
    """Return search and filters of the list as a query; an owner's name becomes the ids of people.

    Raises InvalidArguments where nobody has that name.
    """
    owner = str(filters.get("owner", "")).strip()
    ids = [id_in(owner)] if id_in(owner) else []
    if owner and not ids:
        ids = [person.id for person in find_people(client, owner)]
        if not ids:
            raise InvalidArguments(f"the search knows nobody called {owner}", argument="owner")
    parent = str(filters.get("parent", ""))
    return PageQuery(words.strip(), [parent] if parent else (), ids, bool(filters.get("ownerless")))


class PageSource(TargetSource):
    """The pages that the connection's token sees."""

    noun = ("page", "pages")

    def records(self, client: Client, keys: Sequence[str]) -> Mapping[str, PageRow]:
        """Return what the search tells of these pages."""
        try:
            return pages_by_id(client, keys)
        except UpstreamError:
            return {}

    def name_in(self, record: PageRow) -> str:
        """Return the title."""
        return record.name

    def name(self, client: Client, key: str) -> str:
        """Return the title; the id where the search doesn't know the page."""
        found = read_page(client, key)
        return found.name if found is not None else f"Page {key}"

    def walk(self, client: Client, query: Mapping[str, str]) -> Iterator[Target]:
        """Yield all that match."""
        for row in every_page(client, query_of(client, query.get(WORDS, ""), query)):
            yield Target(row.id, row.name)

    def clean_query(self, given: Mapping[str, str]) -> dict[str, str]:
        """Return words and filters that are set. Raises SelectionRefused naming a wrong one."""
        form = PageFilterForm(dict(given))
        unknown = [name for name in given if name not in (*form.fields, WORDS, *_SHOWN_ONLY)]
        if unknown:
            known = ", ".join((WORDS, *form.fields))
            raise SelectionRefused(f"{unknown[0]}: there is no such filter; known: {known}")
        if not form.is_valid():
            name, errors = next(iter(form.errors.items()))
            raise SelectionRefused(f"{name}: {' '.join(str(error) for error in errors)}")
        filters: dict[str, Any] = {WORDS: given.get(WORDS, "").strip(), **form.cleaned_data}
        return {name: "on" if value is True else str(value) for name, value in filters.items() if value}

    def describe(self, query: Mapping[str, str]) -> str:
        """Return the filters in words."""
        words = [f"“{query[WORDS]}”"] if query.get(WORDS) else []
        chips = chips_of(PageFilterForm(dict(query)), "")
        return ", ".join([*words, *(f"{chip.label.lower()} {chip.value}" for chip in chips)])

    def url(self, connection_slug: str, key: str) -> str:
        """Return the address of the page's page."""
        return reverse("governance:page_show", args=[connection_slug, key])


PAGES = PageSource()
