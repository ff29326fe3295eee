"""How much is certified, by owner and by area, as the last look found it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Count, F, Q
from django.urls import reverse
from django.utils.http import urlencode

from apps.connections.models import Connection
from apps.governance.certification.catching_up import catch_up
from apps.governance.certification.listing import content_of, kind_in, read_since
from apps.governance.certification.models import CertifiedState, ContentKind

DRAWN = 15
LISTED = 50
BY = {"owner": "Owner", "area": "Area"}
# What an area is, by kind.
AREAS = {ContentKind.DATASET: "Source", ContentKind.CARD: "Page"}
SORTS = {"most": "most objects", "least": "least covered", "best": "best covered"}


@dataclass(frozen=True)
class Line:
    """One owner or area. share: of certified ones, in percent."""

    name: str
    total: int
    certified: int
    waiting: int
    expired: int
    url: str

    @property
    def rest(self) -> int:
        """Return how many are not certified."""
        return self.total - self.certified - self.waiting - self.expired

    @property
    def share(self) -> float:
        """Return how much is certified, in percent."""
        return 100 * self.certified / self.total if self.total else 0.0


class Coverage:
    """The figures of one kind, by owner or by area."""

    def __init__(self, connection: Connection, kind: str, by: str, sort: str) -> None:
        self.connection = connection
        self.kind = kind_in(kind)
        self.by = by if by in BY else "owner"
        self.sort = sort if sort in SORTS else "most"
        catch_up(connection)

    @property
    def heading(self) -> str:
        """Return what the lines are."""
        return "Owner" if self.by == "owner" else AREAS[self.kind]

    @property
    def noun(self) -> str:
        """Return what is counted."""
        return f"{self.kind.label.lower()}s"

    @cached_property
    def as_of(self) -> Any:
        """Return how old the figures are; None where nobody has looked."""
        return read_since(self.connection, self.kind)

    @cached_property
    def lines(self) -> list[Line]:
        """Return every owner or area with its counts, in order."""
        # Two people may share a name; an upstream may tell ids alone.
        fields = ("owner_name", "owner_id") if self.by == "owner" else ("area", "area")
        states = {
            "certified": CertifiedState.CERTIFIED,
            "waiting": CertifiedState.REQUESTED,
            "expired": CertifiedState.EXPIRED,
        }
        counts: Any = {name: Count("pk", filter=Q(state=state)) for name, state in states.items()}
        rows: Any = content_of(self.connection, self.kind).values(called=F(fields[0]), known_by=F(fields[1]))
        lines = [self._line(row) for row in rows.annotate(total=Count("pk"), **counts)]
        keys: dict[str, Any] = {
            "most": lambda line: (-line.total, line.name),
            "least": lambda line: (line.share, -line.total, line.name),
            "best": lambda line: (-line.share, -line.total, line.name),
        }
        return sorted(lines, key=keys[self.sort])

    def _line(self, row: Mapping[str, Any]) -> Line:
        name, key = row["called"] or row["known_by"], row["known_by"] or row["called"]
        url = reverse("governance:certification_list", args=[self.connection.slug])
        asked = urlencode({"kind": self.kind.value, self.by: key, "state": CertifiedState.NONE.value})
        return Line(
            name or "Not reported",
            row["total"],
            row["certified"],
            row["waiting"],
            row["expired"],
            f"{url}?{asked}" if key else "",
        )

    @property
    def drawn(self) -> list[Line]:
        """Return the lines of the chart."""
        return self.lines[:DRAWN]

    @property
    def listed(self) -> list[Line]:
        """Return the lines of the table."""
        return self.lines[:LISTED]

    @property
    def whole(self) -> Line:
        """Return the figures over all."""
        lines = self.lines
        return Line(
            "All",
            sum(line.total for line in lines),
            sum(line.certified for line in lines),
            sum(line.waiting for line in lines),
            sum(line.expired for line in lines),
            "",
        )

    def choices(self) -> list[tuple[str, list[tuple[str, str, bool]]]]:
        """Return (what, [(label, query, chosen)]) of the switches on top."""

        def query(**changes: str) -> str:
            return "?" + urlencode({"kind": self.kind.value, "by": self.by, "sort": self.sort, **changes})

        kinds = [(f"{kind.label}s", query(kind=kind.value), kind == self.kind) for kind in ContentKind]
        by = [("Owner", query(by="owner"), self.by == "owner"), (AREAS[self.kind], query(by="area"), self.by == "area")]
        sorts = [(label.capitalize(), query(sort=key), key == self.sort) for key, label in SORTS.items()]
        return [("What", kinds), ("By", by), ("Order", sorts)]
