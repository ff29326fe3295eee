"""The report schedules of Halden Outdoor before the first client came: mostly pages, some single cards."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from domoadmin.sandbox.company.cards import FIRST_CARD
from domoadmin.sandbox.company.people import DAY_MS, Person
from domoadmin.sandbox.pages.pages import Page, Pages
from domoadmin.sandbox.store import Document

if TYPE_CHECKING:
    from domoadmin.sandbox.world import World

FIRST_SCHEDULE = 52_300
FIRST_VIEW = 880_400
FIRST_EMBED_VIEW = 961_200
FEWEST, MOST = 36, 1_200
PAGES_PER_SCHEDULE = 3
GONE_DAYS = 100
GOLDEN = 2_654_435_761
ZONES = ("Europe/Oslo", "Europe/Amsterdam", "Europe/Berlin", "America/New_York", "Europe/London")
AUDIENCES = ("board@nordfjell.example", "stores@revisor-nord.example", "partners@kestrel.example")
WEEKDAYS = (("MON", "every Monday"), ("TUE", "every Tuesday"), ("FRI", "every Friday"))


@dataclass
class Schedule:
    """A report schedule as it is now. Times in epoch milliseconds.

    `rule` is the schedule object of the documents, in force since `since`; `earlier` holds what was before, each with
    its `since`, `until` and whether all its runs `failed`. `unsubscribed` holds ids of users and mail addresses.
    """

    id: int
    view_id: int
    embed_view_id: int
    title: str
    subject: str
    resource_type: str
    resource_id: int
    owner_id: str
    created: int
    since: int
    rule: Document
    recipients: list[dict[str, Any]]
    attachment_include: bool = False
    earlier: list[Document] = field(default_factory=list)
    unsubscribed: list[str] = field(default_factory=list)
    deleted: int | None = None


def generated_schedules(world: World) -> list[Schedule]:
    """The same schedules for the same company, in the order of their ids."""
    pages = world.part(Pages)
    count = min(MOST, max(FEWEST, world.cards.page_count // PAGES_PER_SCHEDULE))
    generated, people = pages.all()[: world.cards.page_count], pages.people()
    chosen = [generated[number * 7 % len(generated)] for number in range(count)]
    return [_schedule(world, number, page, people[page.owners[0]]) for number, page in enumerate(chosen)]


def _schedule(world: World, number: int, page: Page, page_owner: Person) -> Schedule:
    anchor = world.company.anchor
    draw = number * GOLDEN % 4_294_967_296
    owner = world.directory.me if number % 6 == 0 else page_owner
    card = draw // 3 % world.cards.count if number % 6 == 4 else None
    frequency, days, told = _rhythm(number, draw)
    age = 1 + draw // 7 % 9 if number % 9 == 3 else 12 + draw // 7 % 900
    subject = page.title if card is None else world.cards.title(card, world.cards.dataset_of(card))
    # What belongs to someone who left was switched off when they left; a few others rest as well. Who had left is told
    # by when they were last seen, which no client changes.
    left = owner.last_seen is None or owner.last_seen < anchor - GONE_DAYS * DAY_MS
    rule: Document = {
        "frequency": frequency,
        "daysToRun": days,
        "hourOfDay": 6 + draw // 11 % 5,
        "minOfHour": (0, 15, 30, 45)[draw // 13 % 4],
        "timezone": ZONES[draw // 17 % len(ZONES)],
        "enabled": not (left or number % 13 == 7),
        "startDate": anchor - age * DAY_MS,
        "additionalRecipients": [{"type": "EMAIL", "value": AUDIENCES[draw % 3]}] if number % 4 == 1 else [],
    }
    schedule = Schedule(
        id=FIRST_SCHEDULE + number,
        view_id=FIRST_VIEW + number,
        embed_view_id=FIRST_EMBED_VIEW + number,
        title=f"{subject}, {told}",
        subject=subject,
        resource_type="PAGE" if card is None else "CARD",
        resource_id=int(page.id) if card is None else FIRST_CARD + card,
        owner_id=owner.id,
        created=anchor - age * DAY_MS,
        since=anchor - age * DAY_MS,
        rule=rule,
        recipients=_recipients(world, number, draw, owner),
        attachment_include=number % 3 == 0,
    )
    if not rule["enabled"]:
        schedule.since = max(schedule.created, anchor - (5 + draw // 19 % 40) * DAY_MS)
        # The last runs of a report whose owner had left failed, which is why it was switched off.
        past = {"since": schedule.created, "until": schedule.since, "rule": {**rule, "enabled": True}, "failed": left}
        schedule.earlier = [past]
    if number % 7 == 3:
        schedule.unsubscribed = [str(each["value"]) for each in schedule.recipients[1:2]]
    return schedule


def _rhythm(number: int, draw: int) -> tuple[str, str, str]:
    if number % 10 < 2:
        return "DAILY", "MON,TUE,WED,THU,FRI", "every working day"
    if number % 10 < 7:
        day, told = WEEKDAYS[draw // 23 % len(WEEKDAYS)]
        return "WEEKLY", day, told
    return "MONTHLY", str(1 + draw // 29 % 5), "monthly"


def _recipients(world: World, number: int, draw: int, owner: Person) -> list[dict[str, Any]]:
    """Who gets it: only places among the generated people and groups count, so that it is the same after any change."""
    people = world.company.people[: world.company.size.people]
    chosen = [owner, *(people[(draw // 31 + place * 53) % len(people)] for place in range(1 + draw // 37 % 6))]
    if number % 5 == 2:
        chosen.append(people[0])
    found: list[dict[str, Any]] = [
        {"type": "USER", "value": each} for each in dict.fromkeys(person.id for person in chosen)
    ]
    if number % 8 == 5:
        groups = world.company.groups
        found.append({"type": "GROUP", "value": groups[draw // 41 % len(groups)].id})
    return found
