"""The dataflows as they are now: the generated ones with the owners that clients have given them."""

from __future__ import annotations

from typing import Any

from domoadmin.sandbox.company.content import make_dataflows, owned_by
from domoadmin.sandbox.errors import not_found
from domoadmin.sandbox.world import World

KIND = "dataflow"


def search_records(world: World) -> list[dict[str, Any]]:
    """All dataflows as the search API shows them."""
    records = make_dataflows(world.catalog.table, world.catalog.generated, world.directory.people)
    changed = world.store.all(KIND)
    if changed:
        people = {person.id: person for person in world.directory.people}
        for record in records:
            kept = changed.get(record["databaseId"])
            record |= owned_by(people[kept["owner"]]) if kept else {}
    return records


def change_owner(world: World, dataflow_id: str, user_id: str) -> None:
    """Makes another user responsible for a dataflow; ApiError 404."""
    if not any(record["databaseId"] == dataflow_id for record in search_records(world)):
        raise not_found("DataFlow", dataflow_id)
    with world.store.lock:
        world.store.put(KIND, dataflow_id, {"owner": world.directory.person(user_id).id})
