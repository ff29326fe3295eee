"""The company as a whole, in one of three sizes."""

from __future__ import annotations

from dataclasses import dataclass

from domoadmin.sandbox.company.datasets import DatasetTable, make_datasets
from domoadmin.sandbox.company.people import Group, Person, make_groups, make_people


@dataclass(frozen=True)
class Size:
    """How much of everything there is."""

    datasets: int
    people: int
    extra_groups: int
    activities: int


SIZES = {
    "small": Size(300, 80, 5, 5_000),
    "medium": Size(5_000, 400, 60, 100_000),
    "large": Size(100_000, 2_000, 240, 1_000_000),
}


@dataclass(frozen=True)
class Company:
    """Everything that was there before the first client came. `anchor` is "now" at that time, epoch milliseconds."""

    size: Size
    seed: int
    anchor: int
    people: list[Person]
    groups: list[Group]
    datasets: DatasetTable


def make_company(size_name: str, seed: int, anchor: int) -> Company:
    """The same company for the same size, seed and anchor."""
    size = SIZES[size_name]
    people = make_people(size.people, seed, anchor)
    groups = make_groups(people, size.extra_groups, seed, anchor)
    return Company(size, seed, anchor, people, groups, make_datasets(size.datasets, people, seed, anchor))
