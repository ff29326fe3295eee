"""What uses a dataset's columns, as far as the documented calls tell."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial

from apps.core.formats import format_number
from apps.data.datasets.beast_modes import beast_modes_of
from apps.data.datasets.side_by_side import side_by_side
from domoadmin.services.client import Client
from domoadmin.services.errors import BadRequest, NotFound, UpstreamError
from domoadmin.services.results import Card
from domoadmin.services.results.beast_modes import BeastMode
from domoadmin.services.results.fields import mappings, text

SECONDS = 20.0
NAMED = 8
# Each formula is a call of its own.
MOST_FORMULAS = 60

_QUOTED = re.compile(r"`([^`]+)`")


@dataclass(frozen=True)
class UsingFormula:
    """A Beast Mode on the dataset. columns: those in question that it reads; None: its formula could not be read."""

    id: str
    name: str
    columns: tuple[str, ...] | None


@dataclass(frozen=True)
class Usage:
    """What uses the columns in question, or may do so; problems: what could not be found out."""

    cards: tuple[Card, ...] = ()
    formulas: tuple[UsingFormula, ...] = ()
    partitions: int = 0
    problems: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.cards or self.formulas or self.partitions or self.problems)

    def lines(self) -> list[tuple[str, str]]:
        """Return it as sentences: what uses them, and what is known of that."""
        found = [_formula_line(formula) for formula in self.formulas]
        if self.cards:
            are = "card is" if len(self.cards) == 1 else "cards are"
            names = [card.title or card.id for card in self.cards]
            detail = f"{_listed(names)}. Domo’s calls do not say which columns a card reads."
            found.append((f"{format_number(len(self.cards))} {are} built on this dataset", detail))
        if self.partitions:
            has = "1 partition" if self.partitions == 1 else f"{format_number(self.partitions)} partitions"
            detail = "Domo’s calls do not say by which column the data is split."
            found.append((f"The dataset has {has}", detail))
        return found + [(problem, "Something that could not be read may use the columns.") for problem in self.problems]


def _formula_line(formula: UsingFormula) -> tuple[str, str]:
    named = f"Beast Mode “{formula.name or formula.id}”"
    if formula.columns is None:
        return f"{named} may use them", "Its formula could not be read."
    return f"{named} uses {_listed(list(formula.columns))}", "It fails where a column has another name or is gone."


def _listed(names: list[str]) -> str:
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {format_number(more)} more" if more > 0 else "")


def find_usage(client: Client, dataset_id: str, names: Collection[str]) -> Usage:
    """Return what uses these columns. A call that fails is told as a problem: it hides no other."""
    cards, partitions, beast_modes = side_by_side(
        client,
        SECONDS,
        [
            lambda: tuple(client.datasets.list_cards(dataset_id, drill=True)),
            lambda: _partitions(client, dataset_id),
            lambda: beast_modes_of(client, dataset_id),
        ],
    )
    named = (("cards", cards), ("partitions", partitions), ("Beast Modes", beast_modes))
    problems = [f"The {what} could not be read: {each}" for what, each in named if isinstance(each, UpstreamError)]
    formulas: tuple[UsingFormula, ...] = ()
    if not isinstance(beast_modes, UpstreamError):
        formulas = _using(client, beast_modes.found[:MOST_FORMULAS], names)
        left = len(beast_modes.found) - MOST_FORMULAS
        if left > 0 or not beast_modes.complete:
            problems.append("There are more Beast Modes than were read")
    return Usage(
        cards=() if isinstance(cards, UpstreamError) else cards,
        formulas=formulas,
        partitions=0 if isinstance(partitions, UpstreamError) else partitions,
        problems=tuple(problems),
    )


def _partitions(client: Client, dataset_id: str) -> int:
    try:
        return len(client.datasets.list_partitions(dataset_id))
    except (NotFound, BadRequest):
        # So upstreams answer for a dataset that has none.
        return 0


def _using(client: Client, found: Sequence[BeastMode], names: Collection[str]) -> tuple[UsingFormula, ...]:
    """Return the Beast Modes that read one of the columns, or of which nobody can tell."""
    calls = [partial(client.beast_modes.get, each.id) for each in found]
    answers = side_by_side(client, SECONDS, calls)
    using = [_formula(each, answer, names) for each, answer in zip(found, answers, strict=True)]
    return tuple(formula for formula in using if formula.columns != ())


def _formula(found: BeastMode, answer: BeastMode | UpstreamError, names: Collection[str]) -> UsingFormula:
    if isinstance(answer, UpstreamError):
        return UsingFormula(found.id, found.name, None)
    placed = [text(each, "columnName").strip("`") for each in mappings(answer.raw, "columnPositions")]
    if not answer.expression and not placed:
        return UsingFormula(found.id, found.name, None)
    used = {name.casefold() for name in [*placed, *_QUOTED.findall(answer.expression)]}
    return UsingFormula(found.id, found.name, tuple(name for name in names if name.casefold() in used))
