"""The alerts of Halden Outdoor before the first client came: on the datasets that most cards show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from domoadmin.sandbox.company.cards import FIRST_CARD
from domoadmin.sandbox.company.content import FIRST_ALERT
from domoadmin.sandbox.company.people import DAY_MS
from domoadmin.sandbox.company.schemas import columns_of

if TYPE_CHECKING:
    from domoadmin.sandbox.world import World

FEWEST_ALERTS = 400
DATASETS_PER_ALERT = 25
GOLDEN = 2_654_435_761
FREQUENCIES = ("Rarely", "Sometimes", "Often")
# what the name says, type, whether it watches a card, rule
KINDS = (
    ("drops by 10 percent", "SUMMARY_NUMBER", True, "Summary number decreases by 10 percent"),
    ("is late", "NOT_UPDATED", False, "DataSet has not been updated for 24 hours"),
    ("changes", "ANY_ROW", False, "Any row has changes for column(s): '{columns}'"),
    ("passes its target", "SUMMARY_NUMBER", True, "Summary number is greater than {target}"),
)


@dataclass
class Alert:
    """An alert as it is now. Times in epoch milliseconds.

    `dataset` is the place of the watched dataset in the catalog; `card_id` is None for an alert on the dataset itself.
    Its name is that of the dataset with what is `told` of it; while `owner_id` is None, it is the dataset owner's.
    """

    id: int
    told: str
    type: str
    rule: str
    dataset: int
    card_id: int | None
    created: int
    modified: int
    subscriptions: list[dict[str, int | str]]
    enabled: bool
    triggered: bool
    suggested: bool
    frequency: str
    owner_id: str | None = None
    modified_by: str | None = None
    deleted: bool = False


def generated_alerts(world: World) -> list[Alert]:
    """The same alerts for the same company, in the order of their ids."""
    table, generated = world.catalog.table, world.catalog.generated
    count = min(generated, max(FEWEST_ALERTS, generated // DATASETS_PER_ALERT))
    places = np.argsort(-table.cards[:generated], kind="stable")[:count].tolist()
    return [_alert(world, number, index) for number, index in enumerate(places)]


def _alert(world: World, number: int, index: int) -> Alert:
    table = world.catalog.table
    told, kind, on_card, rule = KINDS[number % len(KINDS)]
    cards = world.cards.of_dataset(index)
    draw = number * GOLDEN % 4_294_967_296
    created = int(table.created[index])
    columns = [column.name for column in columns_of(table.schema(index), False)]
    enabled = draw // 3 % 9 != 4
    return Alert(
        id=FIRST_ALERT + number,
        told=told,
        type=kind,
        rule=rule.format(columns=", ".join(columns[1:4]), target=f"{draw // 5 % 90 * 1000 + 10_000:,}"),
        dataset=index,
        card_id=FIRST_CARD + cards[draw // 7 % len(cards)] if on_card and cards else None,
        created=created,
        modified=min(created + 30 * DAY_MS, world.company.anchor),
        subscriptions=_subscriptions(world, draw),
        enabled=enabled,
        triggered=enabled and draw // 11 % 5 == 0,
        suggested=draw // 13 % 14 == 0,
        frequency=FREQUENCIES[draw // 17 % len(FREQUENCIES)],
    )


def _subscriptions(world: World, draw: int) -> list[dict[str, int | str]]:
    """Who is told: only places among the generated people and groups count, so that it is the same after any change."""
    everyone = world.company.people[: world.company.size.people]
    people = [everyone[0]] if draw // 19 % 6 == 1 else []
    people += [everyone[(draw // 23 + place * 41) % len(everyone)] for place in range(1 + draw // 29 % 5)]
    listed = dict.fromkeys(person.id for person in people)
    found: list[dict[str, int | str]] = [{"subscriberId": int(each), "type": "USER"} for each in listed]
    if draw // 31 % 7 == 0:
        groups = world.company.groups
        found.append({"subscriberId": int(groups[draw // 37 % len(groups)].id), "type": "GROUP"})
    return found
