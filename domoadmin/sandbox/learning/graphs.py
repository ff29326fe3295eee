"""The knowledge graphs of Halden Outdoor's learning platform, with those that clients have added."""

from __future__ import annotations

from typing import Any

from domoadmin.sandbox.catalog import now_ms
from domoadmin.sandbox.company.people import DAY_MS
from domoadmin.sandbox.errors import ApiError
from domoadmin.sandbox.uploads.versions import timestamp
from domoadmin.sandbox.world import World

Graph = dict[str, Any]

KIND = "knowledge-graph"
TOPICS = (
    "Tent advice",
    "Boot fitting",
    "Till and returns",
    "Avalanche safety",
    "Repair workshop basics",
    "Layering and fabrics",
    "Backpack fitting",
    "Climbing hardware",
    "Ski service",
    "Loyalty programme",
    "Warranty decisions",
    "Stock counting",
)
EDITIONS = ("", "Nordics", "DACH", "US", "UK", "France", "Benelux", "Iberia", "Italy", "Poland")
EDITION_COUNTS = {300: 1, 5_000: 4}
SORTABLE = ("id", "name", "uid", "created_at", "updated_at")


class KnowledgeGraphs:
    """Graphs by number. The generated ones are made once; a company has as many editions as it is large."""

    def __init__(self, world: World) -> None:
        self._store = world.store
        editions = EDITIONS[: EDITION_COUNTS.get(world.company.size.datasets, len(EDITIONS))]
        names = [f"{topic} {edition}".strip() for edition in editions for topic in TOPICS]
        self._generated = [
            _graph(
                number,
                name,
                name.lower().replace(" ", "-"),
                world.company.anchor - (700 - number) * DAY_MS,
                world.company.anchor - (90 + number % 60) * DAY_MS,
            )
            for number, name in enumerate(names, start=1)
        ]

    def all(self) -> list[Graph]:
        """Every graph, the oldest first."""
        return self._generated + sorted(self._store.all(KIND).values(), key=lambda graph: int(graph["id"]))

    def find(self, identifier: str) -> Graph:
        """A graph by its id or uid; ApiError 404."""
        found = (graph for graph in self.all() if identifier in (str(graph["id"]), graph["uid"]))
        graph = next(found, None)
        if graph is None:
            raise ApiError(404, f"KnowledgeGraph {identifier} not found")
        return graph

    def create(self, name: str, uid: str) -> Graph:
        """Adds a graph; ApiError 422 when its uid is taken."""
        with self._store.lock:
            if any(graph["uid"] == uid for graph in self.all()):
                raise ApiError(422, "Uid has already been taken")
            number = self._store.next_number(KIND, len(self._generated) + 1)
            graph = _graph(number, name, uid, now_ms(), now_ms())
            self._store.put(KIND, str(number), graph)
        return graph


def _graph(number: int, name: str, uid: str, created: int, updated: int) -> Graph:
    moments = {"created_at": timestamp(created), "updated_at": timestamp(updated)}
    return {"id": number, "name": name, "uid": uid, **moments}
