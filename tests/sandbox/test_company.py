"""The generated company: the same for the same seed, believable in each size."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domoadmin.sandbox.company.activity import SPAN_MS, Activity, ActivityFilter
from domoadmin.sandbox.company.cards import FIRST_CARD, Cards
from domoadmin.sandbox.company.datasets import CERTIFICATIONS
from domoadmin.sandbox.company.instance import SIZES, Company, make_company
from domoadmin.sandbox.company.people import DAY_MS
from domoadmin.sandbox.company.schemas import SCHEMAS
from domoadmin.sandbox.company.subjects import SUBJECTS
from domoadmin.sandbox.company.vocabulary import DEPARTMENTS, PROVIDER_CODES

ANCHOR = 1_795_300_000_000


def _shape(company: Company) -> list[object]:
    table = company.datasets
    columns = [list(getattr(table, name)) for name in ("owner", "rows", "updated", "cards", "tags", "certification")]
    return [company.people, company.groups, table.ids, table.names, *columns]


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**31), anchor=st.integers(1_600_000_000_000, 1_900_000_000_000))
def test_the_same_seed_makes_the_same_company(seed: int, anchor: int) -> None:
    first, second = make_company("small", seed, anchor), make_company("small", seed, anchor)
    assert _shape(first) == _shape(second)
    assert make_company("small", seed + 1, anchor).datasets.ids != first.datasets.ids


@pytest.mark.parametrize("size", SIZES)
def test_every_size_is_whole_and_believable(size: str) -> None:
    company = make_company(size, 1, ANCHOR)
    table, people = company.datasets, company.people
    assert (len(table), len(people)) == (SIZES[size].datasets, SIZES[size].people)
    assert len(set(table.ids)) == len(table.names) == len(table)
    assert len({person.id for person in people}) == len({person.email for person in people}) == len(people)
    assert len(set(table.names)) == len(table.names)
    assert not any("dataset" in name.lower() for name in table.names)
    assert np.all(table.updated >= table.created)
    assert np.all(table.updated <= ANCHOR)
    stale = np.mean(table.updated < ANCHOR - 90 * DAY_MS)
    assert 0.03 < stale < 0.35
    owners_left = [not people[int(place)].active for place in table.owner]
    assert 0 < sum(owners_left) < len(table) / 3
    states = {CERTIFICATIONS[int(code)] for code in table.certification}
    assert {"", "CERTIFIED", "REQUESTED", "EXPIRED"} <= states
    assert len(set(table.provider.tolist())) >= len(PROVIDER_CODES) - 2


def test_the_known_company_is_there() -> None:
    company = make_company("small", 5, ANCHOR)
    assert company.people[0].name == "Marta Lindqvist"
    assert company.datasets.names[0] == "Store sales daily"
    assert company.people[int(company.datasets.owner[0])].name == "Tomasz Wieczorek"
    assert company.groups[0].name == "Finance leads"
    assert {person.department for person in company.people} == set(DEPARTMENTS)
    managed = [person for person in company.people if person.manager_id is not None]
    assert len(managed) == len(company.people) - 1


def test_every_subject_has_a_schema() -> None:
    assert {subject.schema for subject in SUBJECTS} == set(SCHEMAS)
    assert all(subject.department in DEPARTMENTS and subject.description for subject in SUBJECTS)


def test_each_card_belongs_to_the_dataset_that_lists_it() -> None:
    table = make_company("small", 1, ANCHOR).datasets
    cards = Cards(table, len(table))
    for index in range(len(table)):
        numbers = cards.of_dataset(index)
        assert len(numbers) == table.cards[index]
        assert all(cards.dataset_of(number) == index for number in numbers)
    assert cards.exists(str(FIRST_CARD))
    assert not cards.exists(str(FIRST_CARD + cards.count))
    assert not cards.exists("x")


@settings(max_examples=60, deadline=None)
@given(start=st.integers(-DAY_MS, SPAN_MS), length=st.integers(0, 30 * DAY_MS))
def test_the_activity_log_gives_exactly_the_entries_of_a_period(start: int, length: int) -> None:
    activity = _activity()
    low, high = ANCHOR - start - length, ANCHOR - start
    inside = [number for number in range(activity.count) if low <= activity.time(number) <= high]
    assert list(activity.between(low, high)) == inside
    times = [activity.entry(number)["time"] for number in inside]
    assert times == sorted(times, reverse=True)


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_the_activity_log_filters_by_what_its_entries_say(data: st.DataObject) -> None:
    activity = _activity()
    entries = [activity.entry(number) for number in range(activity.count)]
    chosen = entries[data.draw(st.integers(0, activity.count - 1))]
    wanted = ActivityFilter(
        frozenset(data.draw(st.sampled_from(([], [chosen["objectType"]], ["PAGE", "CARD"])))),
        frozenset(data.draw(st.sampled_from(([], [chosen["actionType"]])))),
        data.draw(st.sampled_from(("", chosen["userId"]))),
        data.draw(st.sampled_from(("", chosen["objectId"] or "x"))),
    )
    fitting = [
        number
        for number, entry in enumerate(entries)
        if entry["objectType"] in (wanted.object_types or {entry["objectType"]})
        and entry["actionType"] in (wanted.actions or {entry["actionType"]})
        and wanted.user_id in ("", entry["userId"])
        and wanted.object_id in ("", entry["objectId"])
    ]
    assert list(activity.numbers(0, ANCHOR, wanted)) == fitting


def _activity() -> Activity:
    company = replace(make_company("small", 1, ANCHOR), size=replace(SIZES["small"], activities=800))
    return Activity(company, Cards(company.datasets, company.size.datasets))
