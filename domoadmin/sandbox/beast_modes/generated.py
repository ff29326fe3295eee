"""The Beast Modes that were there before the first client came."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from domoadmin.sandbox.beast_modes.formulas import FORMULAS, VARIABLES, Formula
from domoadmin.sandbox.company.cards import FIRST_CARD
from domoadmin.sandbox.company.people import DAY_MS
from domoadmin.sandbox.world import World

FIRST = 200
MOST = 20_000
FIRST_DRILL = 1_947_000_000
GOLDEN = 2_654_435_761


@dataclass(frozen=True)
class Link:
    """What a Beast Mode hangs on: a dataset, or a card by its id or by the dr: name of a drill on it."""

    kind: str
    id: str
    visible: bool
    active: bool


@dataclass(frozen=True)
class BeastMode:
    """A Beast Mode, or a variable. Times in epoch milliseconds; owner is the id of a user."""

    id: int
    name: str
    owner: str
    expression: str
    data_type: str
    legacy_id: str
    links: tuple[Link, ...]
    created: int
    modified: int
    locked: bool = False
    archived: bool = False
    variable: bool = False


def generate(world: World) -> Iterator[BeastMode]:
    """Variables, then the Beast Modes of the datasets that have cards: the same ones for the same company."""
    yield from _variables(world)
    number = FIRST + len(VARIABLES)
    table = world.catalog.table
    for index in range(world.catalog.generated):
        if number >= FIRST + MOST:
            return
        if not table.cards[index]:
            continue
        draw = index * GOLDEN % 4_294_967_296
        formulas = FORMULAS[table.schema(index)]
        for place in range(min(len(formulas), 1 + draw % 3 + (index < 25))):
            formula = formulas[(draw // 7 + place) % len(formulas)]
            made = _made(world, number, index, formula)
            yield made
            number += 1
            if made.id % 19 == 4:
                # someone saved it once more instead of looking for it
                twin = _made(world, number, index, formula)
                yield BeastMode(**{**vars(twin), "name": f"{formula.name} (copy)", "expression": made.expression})
                number += 1


def _variables(world: World) -> Iterator[BeastMode]:
    created = world.company.anchor - 400 * DAY_MS
    for place, variable in enumerate(VARIABLES):
        owner = world.company.people[place].id
        legacy = _legacy_id(FIRST + place)
        yield BeastMode(
            FIRST + place,
            variable.name,
            owner,
            variable.expression,
            variable.data_type,
            legacy,
            (),
            created,
            created,
            variable=True,
        )


def _legacy_id(number: int) -> str:
    return f"calculation_{uuid.uuid5(uuid.NAMESPACE_OID, f'beast mode {number}')}"


def _made(world: World, number: int, index: int, formula: Formula) -> BeastMode:
    table = world.catalog.table
    created = int(table.created[index]) + number % 40 * DAY_MS
    owner = int(table.owner[index])
    if number % 9 == 2:
        owner = number * 31 % world.company.size.people
    return BeastMode(
        id=number,
        name=formula.name,
        owner=world.company.people[owner].id,
        expression=_expression(number, formula),
        data_type=formula.data_type,
        legacy_id=_legacy_id(number),
        links=_links(world, number, index),
        created=min(created, world.company.anchor),
        modified=min(created + number % 3 * 50 * DAY_MS, world.company.anchor),
        locked=number % 17 == 5,
        archived=number % 41 == 9,
    )


def _expression(number: int, formula: Formula) -> str:
    if number % 61 == 13:
        # saved by someone who was interrupted
        return formula.expression.rstrip("`)D") + " ("
    if number % 23 == 7:
        # written before a column was renamed
        return formula.expression.replace("`", "`old_", 1)
    return formula.expression


def _links(world: World, number: int, index: int) -> tuple[Link, ...]:
    on_card = number % 9 in (3, 7)
    used = number % 4 != 1
    dataset = world.catalog.table.ids[index]
    if number % 37 == 11:
        # the dataset was deleted, the Beast Mode stayed
        dataset = str(uuid.uuid5(uuid.NAMESPACE_OID, f"deleted dataset {number}"))
    cards = world.cards.of_dataset(index)
    wanted = 1 if on_card else number % 3 + 1 if used else 0
    links = []
    for place in range(min(wanted, len(cards))):
        card = cards[(number + place) % len(cards)] + FIRST_CARD
        identifier = f"dr:{FIRST_DRILL + number}:{card}" if (number + place) % 3 == 0 else str(card)
        links.append(Link("CARD", identifier, visible=on_card, active=used))
    return (*links, Link("DATA_SOURCE", dataset, visible=not on_card, active=False))
