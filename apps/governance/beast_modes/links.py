"""What a Beast Mode hangs on: the names of datasets and cards, which links are broken, and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from apps.connections.models import Connection
from apps.core.object_pages import object_url, url_in_domo
from apps.core.side_by_side import side_by_side
from apps.governance.beast_modes.formula import columns_of
from domoadmin.services.client import Client
from domoadmin.services.errors import NotFound, UpstreamError
from domoadmin.services.results import Schema, SearchPage
from domoadmin.services.results.beast_modes import BeastMode, BeastModeLink
from domoadmin.services.search_filters import term

SECONDS = 20.0
# Names are asked for by so many ids, columns of so many datasets: a Beast Mode hangs on one or two.
MOST_NAMED = 100
MOST_SCHEMAS = 5
_KINDS = {"DATA_SOURCE": "dataset", "CARD": "card"}
_WORDS = {"ILLEGAL_REFERENCE": "Refers to what is not there", "INVALID": "Invalid"}


@dataclass(frozen=True)
class LinkLine:
    """One link. missing: columns that the formula names and the dataset lacks; gone: there is no such dataset."""

    kind: str
    id: str
    name: str
    url: str
    in_domo: str
    is_drill: bool
    visible: bool | None
    active: bool | None
    trouble: str
    missing: tuple[str, ...] = ()
    gone: bool = False

    @property
    def badges(self) -> list[tuple[str, str, str]]:
        """Return (word, css class, icon) of how the link is."""
        badges = [(self.trouble, "is-bad", "plug-x")] if self.trouble else [("Valid", "is-ok", "check")]
        return [*badges, ("In use", "is-run", "eye")] if self.active else badges


@dataclass(frozen=True)
class Links:
    """All links, the broken ones first, and what could not be found out."""

    lines: list[LinkLine]
    unread: str = ""

    @property
    def broken(self) -> int:
        """Return how many are broken."""
        return sum(1 for line in self.lines if line.trouble)


def links_of(connection: Connection, client: Client, beast_mode: BeastMode) -> Links:
    """Read names and, for broken datasets, columns; all at the same time. What fails is left out and said."""
    ids = {kind: _ids(beast_mode, kind) for kind in _KINDS}
    suspects = [link.id for link in beast_mode.broken_links if link.kind == "DATA_SOURCE"][:MOST_SCHEMAS]
    named = [kind for kind in _KINDS if ids[kind]]
    calls: list[Callable[[], Any]] = [partial(names_in, client, _KINDS[kind], ids[kind]) for kind in named]
    calls += [partial(client.datasets.get_schema, each, include_hidden=True) for each in suspects]
    found = side_by_side(client, SECONDS, calls)
    names: dict[tuple[str, str], str] = {}
    failures = [str(outcome) for outcome in found[: len(named)] if isinstance(outcome, UpstreamError)]
    for kind, outcome in zip(named, found, strict=False):
        if not isinstance(outcome, UpstreamError):
            names |= {(kind, key): name for key, name in outcome.items()}
    schemas = dict(zip(suspects, found[len(named) :], strict=True))
    lines = [_line(connection, beast_mode, link, names, schemas.get(link.id)) for link in beast_mode.links]
    lines.sort(key=lambda line: (not line.trouble, line.kind != "dataset", line.name.casefold()))
    return Links(lines, failures[0] if failures else "")


def _ids(beast_mode: BeastMode, kind: str) -> list[str]:
    ids = [link.card_id if kind == "CARD" else link.id for link in beast_mode.links if link.kind == kind]
    return list(dict.fromkeys(each for each in ids if each))[:MOST_NAMED]


def names_in(client: Client, entity: str, ids: list[str]) -> dict[str, str]:
    """Return the names of datasets or cards that the search knows of these ids. Raises UpstreamError."""
    page: SearchPage = client.search.query(
        entities=[entity], query="*", filters=[term("databaseId", *ids)], count=len(ids), offset=0
    )
    # An upstream that ignores the filter answers others.
    return {hit.id: hit.name.strip() for hit in page.hits if hit.id in set(ids)}


def _line(
    connection: Connection,
    beast_mode: BeastMode,
    link: BeastModeLink,
    names: dict[tuple[str, str], str],
    schema: Schema | UpstreamError | None,
) -> LinkLine:
    kind = _KINDS.get(link.kind, link.kind.replace("_", " ").lower())
    identifier = link.card_id if link.kind == "CARD" else link.id
    gone = isinstance(schema, NotFound)
    return LinkLine(
        kind=kind,
        id=identifier,
        name=names.get((link.kind, identifier), "") or identifier,
        url="" if gone else object_url(connection.slug, kind, identifier),
        in_domo="" if gone else url_in_domo(connection.base_url, kind, identifier),
        is_drill=link.id.startswith("dr:"),
        visible=link.visible,
        active=link.active,
        trouble=_trouble(link),
        missing=_missing(beast_mode, schema),
        gone=gone,
    )


def _trouble(link: BeastModeLink) -> str:
    return _WORDS.get(link.valid.upper(), link.valid.replace("_", " ").capitalize()) if link.broken else ""


def _missing(beast_mode: BeastMode, schema: Schema | UpstreamError | None) -> tuple[str, ...]:
    """Return the columns that the formula names and the dataset lacks; none where its schema can't be read."""
    if not isinstance(schema, Schema):
        return ()
    there = {column.name for column in schema.columns}
    return tuple(name for name in columns_of(beast_mode.expression) if name not in there)
