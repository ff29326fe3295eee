"""Reading formulas one by one, as the document has them, and keeping them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from apps.audit.canonical import storable_text
from apps.connections.models import Connection
from apps.governance.beast_modes.filters import card_ids
from apps.governance.beast_modes.formula import fingerprint
from apps.governance.beast_modes.models import BeastModeFormula
from domoadmin.services.client import Client
from domoadmin.services.errors import Forbidden, NotFound
from domoadmin.services.results.beast_modes import BeastMode

_KEY = ("connection", "beast_mode_id")
_WRITTEN = [
    field.name for field in BeastModeFormula._meta.concrete_fields if not field.primary_key and field.name not in _KEY
]
MOST_DATASETS = 100


def look_at(connection: Connection, client: Client, ids: Sequence[str], check: Callable[[], None]) -> tuple[int, int]:
    """Read these and keep them; return how many were read, and how many can't be. check: called between calls."""
    found = []
    for each in ids:
        check()
        try:
            found.append(client.beast_modes.get(each))
        except (NotFound, Forbidden):
            continue
    keep(connection, found)
    return len(found), len(ids) - len(found)


def keep(connection: Connection, found: Iterable[BeastMode]) -> None:
    """Store formulas in place of the earlier ones."""
    rows = {each.id: record_of(connection, each) for each in found if each.id}
    BeastModeFormula.objects.bulk_create(
        rows.values(), batch_size=100, update_conflicts=True, unique_fields=_KEY, update_fields=_WRITTEN
    )


def record_of(connection: Connection, each: BeastMode) -> BeastModeFormula:
    """Return the row of a Beast Mode; what an upstream sends is never refused for its length or its letters."""
    return BeastModeFormula(
        connection=connection,
        beast_mode_id=storable_text(each.id, 64),
        name=storable_text(each.name.strip() or f"Beast Mode {each.id}", 400),
        owner_id=storable_text(each.owner_id, 64),
        expression=storable_text(each.expression, None),
        fingerprint=fingerprint(each.expression),
        dataset_ids=[storable_text(one, 64) for one in each.dataset_ids[:MOST_DATASETS]],
        card_count=len(card_ids(each)),
        broken_count=len(each.broken_links),
        is_locked=bool(each.locked),
        is_archived=bool(each.archived),
        modified_at=each.modified,
        read_at=timezone.now(),
    )


def refresh(connection: Connection, each: BeastMode) -> None:
    """Keep what a page has just read, so that the duplicates aren't behind it; before the first look, nothing."""
    if each.expression and BeastModeFormula.objects.filter(connection=connection).exists():
        keep(connection, [each])


def members_of(connection: Connection, mark: str, words: str) -> QuerySet[BeastModeFormula]:
    """Return the Beast Modes of one formula whose name has the words, or whose id they are."""
    found = BeastModeFormula.objects.filter(connection=connection, fingerprint=mark)
    if words := words.strip():
        found = found.filter(Q(name__icontains=words) | Q(beast_mode_id=words))
    return found.order_by("name", "pk")


def forget_older(connection: Connection, before: datetime) -> int:
    """Remove formulas that a whole look did not meet any more; returns how many."""
    removed, _ = BeastModeFormula.objects.filter(connection=connection, read_at__lt=before).delete()
    return removed
