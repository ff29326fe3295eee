"""Keys of parts of a dataset: "<dataset id>/<version id or partition>", unique over a whole connection."""

from __future__ import annotations

from collections.abc import Iterable

SEPARATOR = "/"


def key_of(dataset_id: str, part: str) -> str:
    """Return the key of a version or a partition."""
    return f"{dataset_id}{SEPARATOR}{part}"


def dataset_of(key: str) -> str:
    """Return the dataset of a key."""
    return key.partition(SEPARATOR)[0]


def part_of(key: str) -> str:
    """Return the version id or the partition, which may hold slashes itself; empty for what is no key."""
    return key.partition(SEPARATOR)[2]


def by_dataset(keys: Iterable[str]) -> dict[str, list[str]]:
    """Return the keys of each dataset."""
    found: dict[str, list[str]] = {}
    for key in keys:
        found.setdefault(dataset_of(key), []).append(key)
    return found
