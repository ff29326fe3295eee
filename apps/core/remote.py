"""Remote rows for django-tables2: ask the upstream for the page that is shown, never for more."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.paginator import EmptyPage, Page
from django.utils import timezone
from django_tables2.data import TableData
from django_tables2.paginators import LazyPaginator


@dataclass(frozen=True)
class RemoteQuery:
    """What a list asks for: one page, in one order, filtered.

    order is the upstream's own name for the ordering (already white-listed), None for its default.
    filters maps the names of the filter form to its cleaned values; empty ones are left out.
    """

    offset: int
    count: int
    order: str | None = None
    descending: bool = False
    search: str = ""
    filters: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class RemotePage:
    """One page of rows as the upstream gave it.

    total: how many match; visible: how many this token sees without any filter, where one call tells (else None).
    """

    rows: Sequence[Any]
    total: int
    visible: int | None = None
    request_id: str | None = None
    as_of: datetime = field(default_factory=timezone.now)


# fetch(offset, count, order alias such as "-rows" or "") -> RemotePage
Fetch = Callable[[int, int, str], RemotePage]


class RemoteTableData(TableData):
    """Table data that lie upstream: a slice is one call, and the answer's total is kept for the paginator."""

    def __init__(self, fetch: Fetch) -> None:
        super().__init__([])
        self.fetch = fetch
        self.order_alias = ""
        self.page: RemotePage | None = None

    def __getitem__(self, key: slice) -> Sequence[Any]:
        """Return the rows of a slice with a start and a stop, by one call."""
        if not isinstance(key, slice) or key.start is None or key.stop is None:
            raise TypeError("Remote rows are read page by page: slice them with a start and a stop.")
        self.page = self.fetch(key.start, key.stop - key.start, self.order_alias)
        return self.page.rows

    def __iter__(self) -> Iterator[Any]:
        raise TypeError("Remote rows are read page by page, not all at once.")

    def __len__(self) -> int:
        """Return the total of the last answer; 0 before the first."""
        return self.page.total if self.page else 0

    def order_by(self, aliases: Sequence[str]) -> None:
        """Keep the order for the next call: the first alias, "-" in front when descending."""
        self.order_alias = str(aliases[0]) if aliases else ""


class RemotePaginator(LazyPaginator):
    """Reads exactly one page and takes the number of pages from the same answer. reach: rows that can be paged to."""

    def __init__(self, object_list: Any, per_page: int, reach: int | None = None, **kwargs: Any) -> None:
        super().__init__(object_list, per_page, **kwargs)
        self.reach = reach

    def page(self, number: int | str | None) -> Page[Any]:
        """Return a page; EmptyPage when it lies behind the end or the reach."""
        number = int(self.validate_number(number or 1))
        start = (number - 1) * self.per_page
        if self.reach is not None and start >= self.reach:
            self._num_pages = -(-self.reach // self.per_page)
            raise EmptyPage("That page lies behind what the upstream can page to.")
        rows = self.object_list[start : start + self.per_page]
        total = len(self.object_list.data)
        reachable = total if self.reach is None else min(total, self.reach)
        self._num_pages = self._final_num_pages = max(1, -(-reachable // self.per_page))
        if number > self._num_pages:
            raise EmptyPage("That page lies behind the end.")
        return Page(rows, number, self)

    @property
    def count(self) -> int:
        """Return the total that the upstream reported."""
        return len(self.object_list.data)


def page_numbers(current: int, last: int) -> list[int | None]:
    """Return the first, the last and those around the current page; None where some are left out."""
    wanted = sorted({1, last, *(number for number in range(current - 1, current + 2) if 1 <= number <= last)})
    if current <= 2:
        wanted = sorted({*wanted, *range(1, min(3, last) + 1)})
    result: list[int | None] = []
    for number in wanted:
        if result and (previous := result[-1]) is not None and number - previous == 2:
            result.append(previous + 1)
        elif result and (previous := result[-1]) is not None and number - previous > 2:
            result.append(None)
        result.append(number)
    return result
