"""What one person has that another is to get: groups, and datasets shared with them directly.

Groups and datasets have documented calls for both ways. Pages and cards have none that shares them, so the ones that
are known are named, and nothing is sent for them.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from apps.core.optional_calls import if_told
from apps.governance.users.memberships import Membership, memberships_of
from apps.governance.users.owned import KINDS, read_owned
from apps.jobs.kinds import NewItem
from domoadmin.services.client import Client
from domoadmin.services.errors import UpstreamError
from domoadmin.services.results import SearchHit

if TYPE_CHECKING:
    from apps.jobs.planning import Planning

GROUP, DATASET, PAGE = "group", "dataset", "page"
OWNER = "OWNER"
# The set of levels isn't documented; these are in use, the lowest first.
LEVELS = ("CAN_VIEW", "CAN_EDIT", "CAN_SHARE", "CO_OWNER", OWNER)
THREADS, BATCH = 8, 200
MOST_PAGES = 1_000
DYNAMIC = "Its members follow from a rule: nobody can be added by hand."
OWNED = "They own it. Who owns a dataset is moved, not copied: see “When somebody leaves”."
HAS_IT = "{name} is in it already."
HAS_LEVEL = "{name} has {level} already."
NO_CALL = "Domo documents no call that shares a page: share it in Domo."


@dataclass
class Found:
    """What the plan counted. pages: of how many pages the access was looked at; None where it can't be read."""

    groups: int = 0
    datasets: int = 0
    looked_at: int = 0
    unread: int = 0
    pages: int | None = None
    more_pages: bool = False
    notes: list[str] = field(default_factory=list)


def plan(planning: Planning) -> None:
    """Find what is to be copied and what can't be; changes nothing."""
    params, found = planning.params, Found()
    if params["groups"]:
        planning.progress(phase="Looking for the groups", done=0, total=0, unit="groups")
        planning.add_items(_groups(planning, found))
    if params["datasets"]:
        planning.progress(phase="Asking each dataset who may see it", done=0, total=0, unit="datasets")
        planning.add_items(_datasets(planning, found))
    planning.progress(phase="Looking for what can’t be copied", done=0, total=0, unit="pages")
    planning.add_items(_pages(planning, found))
    planning.preview({**vars(found), "owned": _owned(planning, params["source"]["id"])})


def _groups(planning: Planning, found: Found) -> Iterator[NewItem]:
    client, target = planning.client, planning.params["target"]
    source = memberships_of(client, planning.params["source"]["id"], check=lambda done: planning.progress(done=done))
    present = memberships_of(client, target["id"], check=lambda done: planning.progress(done=done))
    held = {group.id for group in present.groups}
    found.groups = len(source.groups)
    found.notes.append(f"The groups were found {source.how}.")
    for group in source.groups:
        yield _group_item(client, group, held, target["name"])


def _group_item(client: Client, group: Membership, held: set[str], name: str) -> NewItem:
    payload = {"kind": GROUP, "id": group.id, "name": group.name}
    key = f"{GROUP}-{group.id}"
    if group.id in held:
        return NewItem(key, group.name, payload, skip=HAS_IT.format(name=name), skip_code="same")
    kind = group.type
    if not kind:
        told = if_told(lambda: client.groups.get(group.id))
        kind = told.type if told is not None else ""
    if kind.casefold() == "dynamic":
        return NewItem(key, group.name, payload, skip=DYNAMIC, skip_code="cannot")
    return NewItem(key, group.name, payload, before={"member": False}, after={"member": True})


def _datasets(planning: Planning, found: Found) -> Iterator[NewItem]:
    client, params = planning.client, planning.params
    hits = (hit for hit in client.search.walk_all(entities=["dataset"], query="*") if hit.id)
    with ThreadPoolExecutor(THREADS, thread_name_prefix="access") as threads:
        while batch := list(islice(hits, BATCH)):
            for hit, levels in threads.map(lambda hit: (hit, _levels(client, hit, params)), batch):
                found.looked_at += 1
                if levels is None:
                    found.unread += 1
                elif levels[0]:
                    found.datasets += 1
                    yield _dataset_item(hit, *levels, params["target"]["name"])
            planning.progress(done=found.looked_at)


def _levels(client: Client, hit: SearchHit, params: dict[str, Any]) -> tuple[str, str] | None:
    """Return what the one and the other may do with a dataset; None where the token may not read it."""
    listed = if_told(lambda: client.datasets.list_permissions(hit.id))
    if listed is None:
        return None
    held = {each.id: each.access_level for each in listed if each.type in ("USER", "")}
    return held.get(params["source"]["id"], ""), held.get(params["target"]["id"], "")


def _dataset_item(hit: SearchHit, source: str, target: str, name: str) -> NewItem:
    payload = {"kind": DATASET, "id": hit.id, "name": hit.name or hit.id}
    key, label = f"{DATASET}-{hit.id}", hit.name or hit.id
    if source == OWNER:
        return NewItem(key, label, payload, skip=OWNED, skip_code="cannot")
    if target and rank(target) >= rank(source):
        return NewItem(key, label, payload, skip=HAS_LEVEL.format(name=name, level=target), skip_code="same")
    return NewItem(key, label, payload, before={"level": target}, after={"level": source})


def rank(level: str) -> int:
    """Return how much a level allows; one that nobody knows allows least."""
    return LEVELS.index(level) if level in LEVELS else -1


def _pages(planning: Planning, found: Found) -> Iterator[NewItem]:
    """Yield the pages that the person may see by their own name, as far as the calls that tell it exist."""
    client, source, target = planning.client, planning.params["source"]["id"], planning.params["target"]["id"]
    hits = if_told(lambda: list(islice(client.search.walk(entities=["page"], query="*"), MOST_PAGES + 1)))
    if not hits or if_told(lambda: client.pages.get_access(hits[0].id)) is None:
        return
    found.pages, found.more_pages = min(len(hits), MOST_PAGES), len(hits) > MOST_PAGES
    with ThreadPoolExecutor(THREADS, thread_name_prefix="pages") as threads:
        asked = [hit for hit in hits[:MOST_PAGES] if hit.id]
        answers = threads.map(lambda hit: (hit, if_told(lambda: client.pages.get_access(hit.id))), asked)
        for done, (hit, access) in enumerate(answers, 1):
            if done % BATCH == 0:
                planning.progress(done=done)
            if access is not None and source in access.user_ids and target not in access.user_ids:
                payload = {"kind": PAGE, "id": hit.id, "name": hit.name or hit.id}
                yield NewItem(f"{PAGE}-{hit.id}", payload["name"], payload, skip=NO_CALL, skip_code="cannot")


def _owned(planning: Planning, user_id: str) -> list[list[Any]]:
    """Return (word, count) of what the person owns: none of it is copied, and its owner should know."""
    counts: list[list[Any]] = []
    for kind in KINDS:
        try:
            owned = read_owned(planning.client, planning.job.connection_slug, user_id, kind)
        except UpstreamError:
            continue
        if owned.total:
            counts.append([owned.word, owned.total])
    return counts
