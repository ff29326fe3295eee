"""What hangs on a datasource and is down while it moves: cards, alerts, its stream; as far as the calls tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from itertools import islice
from typing import Any

from django.core.cache import cache

from apps.core.side_by_side import side_by_side
from domoadmin.services.client import Client
from domoadmin.services.errors import UpstreamError
from domoadmin.services.results import Dataset

SECONDS = 10.0
AT_ONCE = 100
# So many are asked one by one where the call for a hundred, which no document describes, is not answered.
MOST_ONE_BY_ONE = 50
MOST_ALERTS = 5_000
USUAL_PAGE = 100
# Each page of candidates counts by the same list.
ALERTS_KEPT_SECONDS = 300


@dataclass(frozen=True)
class Content:
    """What hangs on one datasource; None where nobody tells."""

    cards: int | None = None
    alerts: int | None = None
    streams: int | None = None
    writable: bool | None = None

    @property
    def params(self) -> dict[str, Any]:
        """Return it as an item keeps it."""
        return asdict(self)

    @classmethod
    def of(cls, values: Mapping[str, Any] | None) -> Content:
        """Read it from an item."""
        known = values or {}
        return cls(*(known.get(name) for name in ("cards", "alerts", "streams", "writable")))

    @property
    def words(self) -> str:
        """Say it: "14 cards, 3 alerts and 1 stream"."""
        return counted(self.cards, self.alerts, self.streams)


def counted(cards: int | None, alerts: int | None, streams: int | None) -> str:
    """Say how many cards, alerts and streams; empty where there is none or nobody tells."""
    nouns = ((cards, "card"), (alerts, "alert"), (streams, "stream"))
    words = [f"{count:,} {noun}{'' if count == 1 else 's'}" for count, noun in nouns if count]
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def summed(contents: Iterable[Content]) -> Content:
    """Return all together; a sort of content of which nothing is told is None."""
    known = list(contents)

    def total(name: str) -> int | None:
        counts = [getattr(each, name) for each in known if getattr(each, name) is not None]
        return sum(counts) if counts else None

    return Content(total("cards"), total("alerts"), total("streams"))


def read_content(client: Client, keys: Sequence[str]) -> dict[str, Content]:
    """Return what hangs on each datasource. Never raises: what can't be read is not told."""
    wanted = list(dict.fromkeys(keys))
    alerts, datasets = side_by_side(client, SECONDS, [lambda: _alerts(client), lambda: _datasets(client, wanted)])
    known = _one_by_one(client, wanted) if isinstance(datasets, UpstreamError) else datasets
    by_id: Counter[str] | None = None if isinstance(alerts, UpstreamError) else alerts
    return {key: _content(known.get(key), by_id[key] if by_id is not None else None) for key in keys}


def _content(dataset: Dataset | None, alerts: int | None) -> Content:
    if dataset is None:
        return Content(alerts=alerts)
    return Content(dataset.card_count, alerts, int(bool(dataset.stream_id)), dataset.writable)


def _alerts(client: Client) -> Counter[str]:
    """Count the alerts of each dataset. Raises UpstreamError, also where there are more than are worth reading."""
    key = f"migrations-alerts-{client.settings.slug}"
    kept: dict[str, int] | None = cache.get(key)
    if kept is not None:
        return Counter(kept)
    found = list(client.alerts.list(all=True))
    if len(found) == USUAL_PAGE:
        # As many as a page has: it may be one, from an upstream that overlooks "all".
        found = list(islice(client.walk("alerts.list"), MOST_ALERTS + 1))
    if len(found) > MOST_ALERTS:
        raise UpstreamError("there are too many alerts to count them")
    counted = Counter(each.resource_id for each in found if each.resource_type.upper() in ("DATASET", "DATA_SOURCE"))
    cache.set(key, dict(counted), ALERTS_KEPT_SECONDS)
    return counted


def _datasets(client: Client, keys: Sequence[str]) -> dict[str, Dataset]:
    """Return metadata by the call for a hundred ids, which no document describes. Raises UpstreamError."""
    found: dict[str, Dataset] = {}
    for first in range(0, len(keys), AT_ONCE):
        some = keys[first : first + AT_ONCE]
        found |= {each.id: each for each in client.datasets.bulk_get(some, part="core,permission,status")}
    return found


def _one_by_one(client: Client, keys: Sequence[str]) -> dict[str, Dataset]:
    """Return the metadata of the first ones by the documented call."""
    some = keys[:MOST_ONE_BY_ONE]
    calls = [partial(client.datasets.get_metadata, key) for key in some]
    answers = side_by_side(client, SECONDS, calls)
    return {key: answer for key, answer in zip(some, answers, strict=True) if not isinstance(answer, UpstreamError)}
