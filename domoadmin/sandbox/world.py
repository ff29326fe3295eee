"""The simulated instance: all its parts, put together."""

from __future__ import annotations

import fcntl
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, TypeVar, cast

from domoadmin.sandbox.catalog import Catalog
from domoadmin.sandbox.company.activity import Activity
from domoadmin.sandbox.company.cards import Cards
from domoadmin.sandbox.company.instance import SIZES, Company, make_company
from domoadmin.sandbox.control.faults import Faults
from domoadmin.sandbox.control.statistics import Statistics
from domoadmin.sandbox.directory import Directory
from domoadmin.sandbox.sql.engine import Engine
from domoadmin.sandbox.store import Store
from domoadmin.sandbox.uploads.uploads import Uploads
from domoadmin.sandbox.uploads.versions import Versions

HOUR_MS = 3_600_000

Part = TypeVar("Part")


class DataDirectoryInUse(Exception):
    """Another sandbox works in the data directory, or it holds a company of another size or seed."""


class World:
    """Everything behind the HTTP surface. One per process and data directory."""

    def __init__(self, size: str, seed: int, data_directory: Path, token: str, anchor: int | None = None) -> None:
        data_directory.mkdir(parents=True, exist_ok=True)
        self._lock_file = _take(data_directory)
        self.directory_path = data_directory
        self.token = token
        self.company = _company(data_directory, size, seed, anchor)
        self.store = Store(data_directory / "sandbox.sqlite3")
        self.directory = Directory(self.company.people, self.company.groups, self.store)
        self.catalog = Catalog(self.company.datasets, self.directory.people, self.store)
        self.cards = Cards(self.catalog.table, self.catalog.generated)
        self.activity = Activity(self.company, self.cards)
        self._parts: dict[Callable[[World], Any], Any] = {}
        self.statistics = Statistics()
        self.faults = Faults(seed)
        self.versions = Versions(self.catalog, self.store)
        self.uploads = Uploads(self.catalog, self.versions, self.store, self.statistics, data_directory)
        self.engine = Engine(self.uploads.data_directory, data_directory / "scratch")

    def part(self, make: Callable[[World], Part]) -> Part:
        """What an area keeps of its own, made when it is first asked for; once per world."""
        with self.store.lock:
            if make not in self._parts:
                self._parts[make] = make(self)
            return cast(Part, self._parts[make])

    def close(self) -> None:
        """Gives the data directory free."""
        self.store.close()
        self._lock_file.close()


def _take(directory: Path) -> IO[str]:
    lock_file = (directory / "lock").open("w")
    try:
        fcntl.flock(lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise DataDirectoryInUse(f"another sandbox is running in {directory}") from error
    return lock_file


def _company(directory: Path, size: str, seed: int, anchor: int | None) -> Company:
    """The company of this data directory: what it was made from is kept, so that it is the same after a restart."""
    path = directory / "company.json"
    made_from = {"size": size, "seed": seed}
    if path.exists():
        kept = json.loads(path.read_text())
        if {name: kept[name] for name in made_from} != made_from:
            raise DataDirectoryInUse(
                f"{directory} holds a {kept['size']} company of seed {kept['seed']}: "
                "use the same size and seed, or another directory"
            )
        anchor = int(kept["anchor"])
    else:
        anchor = anchor if anchor is not None else int(time.time() * 1000) // HOUR_MS * HOUR_MS
        path.write_text(json.dumps({**made_from, "anchor": anchor}))
    return make_company(size, seed, anchor)


__all__ = ["SIZES", "DataDirectoryInUse", "World"]
