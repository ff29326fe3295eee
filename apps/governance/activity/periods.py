"""The range of time that a page, a job or a command is about: quick ranges, and exact from and to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from django.utils import timezone

from domoadmin.services.times import epoch_milliseconds

QUICK = {
    "1h": ("1 hour", timedelta(hours=1)),
    "24h": ("24 hours", timedelta(hours=24)),
    "7d": ("7 days", timedelta(days=7)),
    "30d": ("30 days", timedelta(days=30)),
    "90d": ("90 days", timedelta(days=90)),
    "365d": ("1 year", timedelta(days=365)),
}
USUAL = "7d"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY, _MINUTE = 86_400_000, 60_000
# What came in just now may still be joined by entries that Domo writes late: it is read in so small a window that it
# fits on one page, where nothing can move over a border.
_FRESH = 10 * _MINUTE
# Who asks for everything since long ago finds most of it in the last year or so: that is cut finer, so that windows
# are read side by side wherever the entries lie.
_RECENT = 400 * _DAY
MOST_RECENT, MOST_EARLIER = 80, 40


@dataclass(frozen=True)
class Period:
    """A range in epoch milliseconds, both ends included.

    quick: the key of the quick range that it was asked as; open: it reaches up to now, whenever that is.
    """

    start: int
    end: int
    quick: str = ""
    open: bool = False

    @classmethod
    def quick_range(cls, name: str, now: datetime) -> Period:
        """Return a quick range that ends now."""
        end = epoch_milliseconds(now)
        return cls(end - QUICK[name][1] // timedelta(milliseconds=1), end, name)

    @classmethod
    def between(cls, since: datetime, until: datetime, now: datetime) -> Period:
        """Return an exact range; it never reaches over now, since what is to come would move the pages."""
        # Nothing was logged before 1970, and Domo takes no numbers below 0.
        return cls(max(0, epoch_milliseconds(since)), epoch_milliseconds(min(until, now)), open=until >= now)

    @property
    def since(self) -> datetime:
        """Return the first moment."""
        return moment(self.start)

    @property
    def until(self) -> datetime:
        """Return the last moment."""
        return moment(self.end)

    @property
    def key(self) -> str:
        """Return what the range was asked as: the same a moment later, though now is another time then."""
        return self.quick or (f"{self.start}-" if self.open else f"{self.start}-{self.end}")

    @property
    def words(self) -> str:
        """Return the quick range in words; "" for an exact one."""
        return f"the last {QUICK[self.quick][0].removeprefix('1 ')}" if self.quick else ""

    def holds(self, at: datetime | None) -> bool:
        """Say whether a moment lies in it; one that is not told does."""
        return at is None or self.start <= epoch_milliseconds(at) <= self.end


def moment(milliseconds: int) -> datetime:
    """Return epoch milliseconds as an aware datetime."""
    return _EPOCH + timedelta(milliseconds=milliseconds)


def exact_range(since: datetime, until: datetime) -> dict[str, str]:
    """Return a range as addresses hold it: on the clock of the person, to whole seconds that leave nothing out."""
    first, last = timezone.localtime(since), timezone.localtime(until + timedelta(milliseconds=999))
    return {"since": f"{first:%Y-%m-%dT%H:%M:%S}", "until": f"{last:%Y-%m-%dT%H:%M:%S}"}


def windows(start: int, end: int, now: int) -> Iterator[tuple[int, int]]:
    """Yield (first, last) millisecond of the windows that make up start to end, the latest first.

    They share no millisecond and leave none out, so what is read of each adds up to the whole.
    """
    upper = end + 1
    if now - end < _FRESH and upper - start > _FRESH:
        yield upper - _FRESH, upper - 1
        upper -= _FRESH
    recent = max(start, now - _RECENT)
    yield from _equal(recent, upper, _DAY, MOST_RECENT)
    yield from _equal(start, min(recent, upper), 30 * _DAY, MOST_EARLIER)


def _equal(lower: int, upper: int, shortest: int, most: int) -> Iterator[tuple[int, int]]:
    """Yield windows of one length from lower up to, but without, upper."""
    if lower >= upper:
        return
    count = min(most, -(-(upper - lower) // shortest))
    borders = [lower + (upper - lower) * number // count for number in range(count, -1, -1)]
    for above, below in pairwise(borders):
        yield below, above - 1
