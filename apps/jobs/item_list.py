"""The items of a job as its page lists them: by outcome and cause, in pages; and the causes of what went wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from django.core.paginator import Page, Paginator
from django.db.models import Count, Max, QuerySet
from django.urls import reverse

from apps.core.addresses import with_parameters
from apps.jobs.causes import is_cause
from apps.jobs.models import Job, JobItem
from apps.jobs.states import ITEM_BAD, ItemState

if TYPE_CHECKING:
    _Paginator = Paginator[JobItem]
else:  # Django's paginator can't be subscripted when it runs
    _Paginator = Paginator

CAUSES_SHOWN = 10
# Jobs up to this size are counted; for larger ones the figures that the runner wrote last have to do.
COUNTED = 10_000
BATCH = 2_000


@dataclass(frozen=True)
class Cause:
    """Failed or unknown items with the same answer; text and request id are those of one of them."""

    key: str
    state: str
    code: str
    text: str
    items: int
    request_id: str
    url: str


def causes_of(job: Job) -> list[Cause]:
    """Return what went wrong, most frequent first. Two queries, the first on an index alone."""
    groups = (
        job.items.filter(state__in=ITEM_BAD)
        .order_by()
        .values("state", "cause")
        .annotate(items=Count("pk"), newest=Max("pk"))
        .order_by("-items", "cause")[:CAUSES_SHOWN]
    )
    found = list(groups)
    shown = JobItem.objects.only("error_code", "error_text", "request_id")
    samples = shown.in_bulk([group["newest"] for group in found]) if found else {}
    url = reverse("jobs:show", args=[job.pk])
    return [
        Cause(
            key=group["cause"],
            state=group["state"],
            code=sample.error_code,
            text=sample.error_text,
            items=group["items"],
            request_id=sample.request_id,
            url=with_parameters(url, {"outcome": group["state"], "cause": group["cause"]}) + "#items",
        )
        for group in found
        if (sample := samples.get(group["newest"])) is not None
    ]


class ItemPaginator(_Paginator):
    """Pages of items whose number may be known, and whose last pages are read from the end."""

    def __init__(self, items: QuerySet[JobItem], per_page: int, known: int | None, *, fixed: bool) -> None:
        super().__init__(items, per_page)
        self._items, self._known, self._fixed = items, known, fixed

    @cached_property
    def count(self) -> int:
        """Return how many items there are: known, or counted."""
        return self._items.count() if self._known is None else self._known

    def page(self, number: int | str) -> Page[JobItem]:
        """Return a page. A database walks over what it skips: from the end, if that is nearer."""
        number = self.validate_number(number)
        start = (number - 1) * self.per_page
        end = min(start + self.per_page, self.count)
        # Which ones is read off an index alone, then their rows.
        keys = self._items.values_list("pk", flat=True)
        if self._fixed and start > self.count // 2:
            wanted = list(keys.reverse()[self.count - end : self.count - start])[::-1]
        else:
            wanted = list(keys[start:end])
        rows = self._items.in_bulk(wanted)
        return Page([rows[key] for key in wanted if key in rows], number, self)


class ItemList:
    """The items of a job by outcome and cause, as the address asks for; without a page size only to download."""

    def __init__(self, job: Job, parameters: dict[str, str], page_size: int = 25) -> None:
        self.job = job
        self.outcome = parameters.get("outcome", "") if parameters.get("outcome") in ItemState.values else ""
        self.cause = parameters.get("cause", "")
        self.number = parameters.get("page", "1")
        self.page_size = page_size

    @property
    def queryset(self) -> QuerySet[JobItem]:
        """Return the items that match, in the order of the work."""
        items = self.job.items.order_by("stage", "position")
        if self.outcome:
            items = items.filter(state=self.outcome)
        if not self.cause:
            return items
        if not is_cause(self.cause):
            # Links of earlier releases name the code.
            return items.filter(error_code=self.cause)
        return items.filter(cause=self.cause) if self.outcome else items.filter(cause=self.cause, state__in=ITEM_BAD)

    @cached_property
    def page(self) -> Page[JobItem]:
        """Return the page of items asked for, or the nearest there is."""
        known: int | None = None
        if self.job.total > COUNTED and not self.cause:
            known = self.job.count_of(self.outcome) if self.outcome else self.job.total
        paginator = ItemPaginator(self.queryset, self.page_size, known, fixed=self.job.has_ended)
        page: Page[JobItem] = paginator.get_page(self.number)
        return page

    @property
    def filtered(self) -> bool:
        """Say whether not all items are shown."""
        return bool(self.outcome or self.cause)

    @cached_property
    def cause_words(self) -> str:
        """Return the answer that the items were filtered by, in words."""
        if not is_cause(self.cause):
            return self.cause
        first = next(iter(self.page.object_list), None)
        return (first.error_code or first.error_text) if first is not None else "of another job"

    @property
    def query(self) -> str:
        """Return outcome and cause as the parameters of an address, "?" in front; empty when all items are shown."""
        return with_parameters("", {"outcome": self.outcome, "cause": self.cause})

    def every_item(self) -> Iterator[JobItem]:
        """Yield all that match in the order they were planned, in batches, so that memory stays flat."""
        matching = self.queryset.order_by("pk").defer("payload", "checkpoint")
        ends = self.queryset.order_by().aggregate(last=Max("pk"))
        last, done = ends["last"] or 0, 0
        while batch := list(matching.filter(pk__gt=done, pk__lte=last)[:BATCH]):
            yield from batch
            done = batch[-1].pk
