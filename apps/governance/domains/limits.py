"""How many users, things and thing types a domain may hold, and how much of that it has given on.

max_users and the others count a domain with everything below it, so the smallest limit on the way up counts too. How
many are in use isn't documented to be told by any call.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from apps.governance.domains.reading import title_of
from domoadmin.services.results import Domain

LIMITS = {"max_users": "Users", "max_things": "Things", "max_thingtypes": "Thing types"}
FULL = 0.8


def limit_in(settings: Any, name: str) -> int | None:
    """Return a limit of a domain's settings; None for no limit, and for a value that is none."""
    value = settings.get(name) if isinstance(settings, dict) else None
    if isinstance(value, str) and value.strip().isdecimal():
        return int(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


@dataclass(frozen=True)
class Gauge:
    """One limit. own: what the domain itself has; cap: the smallest one above, of cap_name and cap_id.

    given: the sum of the limits right below; open_ended: how many domains right below have none.
    """

    name: str
    label: str
    own: int | None
    cap: int | None = None
    cap_id: str = ""
    cap_name: str = ""
    given: int = 0
    limited: int = 0
    open_ended: int = 0

    @property
    def capped(self) -> bool:
        """Say whether a domain above allows less than this one."""
        return self.cap is not None and (self.own is None or self.cap < self.own)

    @property
    def counts(self) -> int | None:
        """Return the limit that counts: the smallest; None where there is none."""
        limits = [limit for limit in (self.own, self.cap) if limit is not None]
        return min(limits, default=None)

    @property
    def share(self) -> float | None:
        """Return which part of the limit that counts is given on; None where that can't be said."""
        if self.counts is None or not self.limited:
            return None
        return self.given / self.counts if self.counts else float(self.given > 0) * 2

    @property
    def css(self) -> str:
        """Return the class of the gauge."""
        share = self.share or 0
        return "is-bad" if share > 1 else "is-warn" if share >= FULL else "is-ok"


def gauges_of(domain: Domain, above: Sequence[Domain], below: Iterable[Domain]) -> list[Gauge]:
    """Return the three limits of a domain with what is above it (topmost first) and what is right below it."""
    children = list(below)
    found = []
    for name, label in LIMITS.items():
        caps = [(limit, parent) for parent in above if (limit := limit_in(parent.settings, name)) is not None]
        # Of equal ones the nearest is named.
        cap, parent = min(reversed(caps), key=lambda pair: pair[0]) if caps else (None, None)
        limits = [limit_in(child.settings, name) for child in children]
        found.append(
            Gauge(
                name=name,
                label=label,
                own=limit_in(domain.settings, name),
                cap=cap,
                cap_id=parent.id if parent else "",
                cap_name=title_of(parent) if parent else "",
                given=sum(limit for limit in limits if limit is not None),
                limited=sum(limit is not None for limit in limits),
                open_ended=sum(limit is None for limit in limits),
            )
        )
    return found
