"""The generated datasets as columns of numbers, so that 100,000 of them cost little time and memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from domoadmin.sandbox.company import subjects as topics
from domoadmin.sandbox.company import vocabulary as words
from domoadmin.sandbox.company.people import DAY_MS, Person
from domoadmin.sandbox.company.schemas import columns_of

Numbers = NDArray[np.int64]

CERTIFICATIONS = ("", "CERTIFIED", "REQUESTED", "PENDING", "EXPIRED")
MINUTE_MS = 60_000
STALE_DAYS = 90
# behind the numbers of the known datasets, so that no two datasets share a stream
FIRST_STREAM = 20_000


@dataclass
class DatasetTable:
    """One entry per dataset in each field. Times in epoch milliseconds; owner is a place in the list of people."""

    ids: list[str]
    names: list[str]
    subject: Numbers
    region: Numbers
    system: Numbers
    provider: Numbers
    owner: Numbers
    created: Numbers
    updated: Numbers
    touched: Numbers
    rows: Numbers
    columns: Numbers
    cards: Numbers
    card_views: Numbers
    certification: Numbers
    certified_on: Numbers
    tags: NDArray[np.uint64]
    stream: Numbers
    failed: NDArray[np.bool_]
    with_load_columns: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.ids)

    def description(self, index: int) -> str:
        """The text that the owner wrote; every seventh dataset has none."""
        if index % 7 == 3:
            return ""
        subject = topics.SUBJECTS[int(self.subject[index])]
        region = words.REGIONS[int(self.region[index])]
        provider = words.PROVIDERS[int(self.provider[index])].name
        return f"{subject.description}{', ' + region if region else ''}. Loaded from {provider}."

    def department(self, index: int) -> str:
        """The department whose data it is."""
        return topics.SUBJECTS[int(self.subject[index])].department

    def schema(self, index: int) -> str:
        """The key of its kind of schema."""
        return topics.SUBJECTS[int(self.subject[index])].schema


def _combinations(count: int, draw: np.random.Generator) -> Numbers:
    """Distinct combinations of subject, grain, region and system, plain ones before winding ones."""
    shape = (len(topics.SUBJECTS), len(words.GRAINS), len(words.REGIONS), len(words.SYSTEMS))
    total = int(np.prod(shape))
    _, grain, region, system = np.unravel_index(np.arange(total), shape)
    effort = (grain > 0) * 0.7 + (region > 0) * 0.9 + (system > 0) * 1.3 + draw.random(total) * 2.2
    chosen = np.argpartition(effort, count)[:count] if count < total else np.arange(count) % total
    return np.asarray(draw.permutation(chosen), dtype=np.int64)


def _name(subject: int, grain: int, region: int, system: int) -> str:
    parts = (topics.SUBJECTS[subject].name, words.GRAINS[grain], words.REGIONS[region])
    name = " ".join(part for part in parts if part)
    return f"{name} ({words.SYSTEMS[system][0]})" if system else name


def make_datasets(count: int, people: list[Person], seed: int, anchor: int) -> DatasetTable:
    """`count` datasets, the known ones first."""
    draw = np.random.default_rng([seed, 3])
    shape = (len(topics.SUBJECTS), len(words.GRAINS), len(words.REGIONS), len(words.SYSTEMS))
    combination = _combinations(count, draw)
    subject, grain, region, system = (np.asarray(each, dtype=np.int64) for each in np.unravel_index(combination, shape))
    names = [
        _name(*each) for each in zip(subject.tolist(), grain.tolist(), region.tolist(), system.tolist(), strict=True)
    ]
    provider = _providers(count, system, draw)
    created = anchor - (draw.random(count) ** 1.6 * 1700 * DAY_MS).astype(np.int64) - DAY_MS
    updated = np.maximum(anchor - _age_minutes(count, draw) * MINUTE_MS, created + MINUTE_MS)
    rows = np.exp(draw.normal(10.2, 2.6, count)).astype(np.int64) % 900_000_000
    cards = np.minimum(draw.zipf(1.75, count) - 1, 60).astype(np.int64)
    certification = draw.choice(5, count, p=[0.8, 0.11, 0.04, 0.02, 0.03]).astype(np.int64)
    with_load = draw.random(count) < 0.3
    widths = np.array([len(columns_of(topic.schema, False)) for topic in topics.SUBJECTS], dtype=np.int64)
    table = DatasetTable(
        ids=_uuids(count, draw),
        names=names,
        subject=subject,
        region=region,
        system=system,
        provider=provider,
        owner=_owners(subject, people, draw),
        created=created,
        updated=updated,
        touched=np.minimum(updated + draw.integers(0, 5 * DAY_MS, count), anchor),
        rows=rows,
        columns=widths[subject] + 2 * with_load,
        cards=cards,
        card_views=cards * draw.integers(0, 400, count),
        certification=certification,
        certified_on=anchor - draw.integers(5, 360, count) * DAY_MS,
        tags=_tags(count, subject, region, draw),
        stream=np.where(np.isin(provider, _code("dataflow", "file-upload", "api")), 0, FIRST_STREAM + np.arange(count)),
        failed=draw.random(count) < 0.03,
        with_load_columns=with_load,
    )
    _place_known(table, people, anchor)
    _make_unique(table.names)
    return table


def _code(*keys: str) -> list[int]:
    return [words.PROVIDER_CODES[key] for key in keys]


def _providers(count: int, system: Numbers, draw: np.random.Generator) -> Numbers:
    weights = np.array([provider.weight for provider in words.PROVIDERS], dtype=float)
    provider = draw.choice(len(words.PROVIDERS), count, p=weights / weights.sum()).astype(np.int64)
    for code, (_, key) in enumerate(words.SYSTEMS):
        if key:
            provider[system == code] = words.PROVIDER_CODES[key]
    return provider


def _age_minutes(count: int, draw: np.random.Generator) -> Numbers:
    """Minutes since the last update: most within two days, one in eight stale."""
    kind = draw.random(count)
    fresh = draw.integers(3, 2 * 1440, count)
    slow = draw.integers(2 * 1440, STALE_DAYS * 1440, count)
    stale = draw.integers(STALE_DAYS * 1440, 800 * 1440, count)
    return np.where(kind < 0.62, fresh, np.where(kind < 0.88, slow, stale)).astype(np.int64)


def _owners(subject: Numbers, people: list[Person], draw: np.random.Generator) -> Numbers:
    """People own what belongs to their department; a few own very much."""
    owner = np.zeros(len(subject), dtype=np.int64)
    departments = np.array([words.DEPARTMENTS.index(topic.department) for topic in topics.SUBJECTS])[subject]
    for number, department in enumerate(words.DEPARTMENTS):
        members = [place for place, person in enumerate(people) if person.department == department] or [0]
        where = np.flatnonzero(departments == number)
        skewed = (draw.random(len(where)) ** 2 * len(members)).astype(np.int64)
        owner[where] = np.array(members, dtype=np.int64)[skewed]
    return owner


def _tags(count: int, subject: Numbers, region: Numbers, draw: np.random.Generator) -> NDArray[np.uint64]:
    mask = np.zeros(count, dtype=np.uint64)
    department = np.array([words.DEPARTMENTS.index(topic.department) for topic in topics.SUBJECTS])[subject]
    usual: dict[str, Any] = {
        "core": draw.random(count) < 0.22,
        "retail": department == words.DEPARTMENTS.index("Retail operations"),
        "finance": department == words.DEPARTMENTS.index("Finance"),
        "supply": department == words.DEPARTMENTS.index("Supply chain"),
        "web": department == words.DEPARTMENTS.index("E-commerce"),
        "people": department == words.DEPARTMENTS.index("People"),
        "emea": (region > 0) & (region < 20) & (region != words.REGIONS.index("US")),
        "americas": np.isin(region, [words.REGIONS.index(each) for each in ("US", "Canada", "US West", "US East")]),
    }
    for bit, tag in enumerate(words.TAGS):
        share = draw.random(count)
        present = usual[tag] & (share < 0.7) if tag in usual and tag != "core" else usual.get(tag, share < 0.03)
        mask |= np.where(present, np.uint64(1 << bit), np.uint64(0))
    return mask


def _uuids(count: int, draw: np.random.Generator) -> list[str]:
    text = draw.bytes(16 * count).hex()
    pieces = (text[start : start + 32] for start in range(0, 32 * count, 32))
    return [f"{h[:8]}-{h[8:12]}-4{h[13:16]}-{'89ab'[int(h[16], 16) & 3]}{h[17:20]}-{h[20:]}" for h in pieces]


def _place_known(table: DatasetTable, people: list[Person], anchor: int) -> None:
    places = {person.name: place for place, person in enumerate(people[: len(words.KNOWN_PEOPLE)])}
    names = {topic.name: number for number, topic in enumerate(topics.SUBJECTS)}
    for index, (name, owner, certification, rows, cards, minutes, provider) in enumerate(topics.KNOWN_DATASETS):
        subject = names[max((each for each in names if name.startswith(each)), key=len)]
        table.names[index] = name
        table.subject[index], table.region[index], table.system[index] = subject, 0, 0
        table.provider[index] = words.PROVIDER_CODES[provider]
        table.owner[index] = places[owner]
        table.certification[index] = CERTIFICATIONS.index(certification)
        table.rows[index], table.cards[index], table.card_views[index] = rows, cards, cards * 211
        table.created[index] = anchor - (1200 - index) * DAY_MS
        table.updated[index] = table.touched[index] = anchor - minutes * MINUTE_MS
        table.with_load_columns[index] = False
        table.columns[index] = len(columns_of(topics.SUBJECTS[subject].schema, False))
        table.stream[index] = 0 if provider in ("dataflow", "file-upload", "api") else 4812 + index
        table.failed[index] = False
        table.tags[index] |= np.uint64(1)


def _make_unique(names: list[str]) -> None:
    """A name that a known dataset has taken gets a version behind it."""
    seen: set[str] = set()
    for index, name in enumerate(names):
        version = 2
        while names[index] in seen:
            names[index] = f"{name} v{version}"
            version += 1
        seen.add(names[index])
