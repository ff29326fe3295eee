"""Numbers, sizes, durations and times as pages write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.utils import timezone

# Units that people say in full grow one at a time: (seconds of the unit, its word).
_UNITS = ((86400, "day"), (3600, "h"), (60, "min"))


def format_number(value: float | int | None, places: int = 0) -> str:
    """Write a number with thousands separators: 1,204,481. None becomes an empty text."""
    return "" if value is None else f"{value:,.{places}f}"


def format_sentence(text: str) -> str:
    """Write a text as a sentence that another may follow: with a full stop, unless it has an end already."""
    ended = text.rstrip()
    return f"{ended}." if ended and not ended.rstrip("”’\"')").endswith((".", "!", "?", "…", ":")) else ended


def format_bytes(value: float | int | None) -> str:
    """Write a size with three digits in decimal units, as disks and networks count: 2.10 GB, 61.8 MB, 8 bytes."""
    if value is None:
        return ""
    size = float(value)
    if abs(size) < 1000:
        return f"{size:.0f} byte{'' if size == 1 else 's'}"
    for unit in ("kB", "MB", "GB", "TB", "PB"):
        size /= 1000
        # Compared as it will be written, so that 999,999 is "1.00 MB", not "1000 kB".
        if abs(float(f"{size:.3g}")) < 1000 or unit == "PB":
            break
    places = 2 if abs(size) < 9.995 else 1 if abs(size) < 99.95 else 0
    return f"{size:,.{places}f} {unit}"


def format_duration(value: float | timedelta | None) -> str:
    """Write a span of time with at most two units: 184 ms, 11 s, 4 min 12 s, 3 h 5 min, 2 days 4 h."""
    if value is None:
        return ""
    seconds = value.total_seconds() if isinstance(value, timedelta) else float(value)
    if seconds < 0:
        return f"-{format_duration(-seconds)}"
    if 0 < seconds < 0.9995:
        return f"{max(1, round(seconds * 1000))} ms"
    if seconds < 10 and seconds != int(seconds):
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return _pair(whole // 60, "min", whole % 60, "s")
    minutes = round(seconds / 60)
    if minutes < 24 * 60:
        return _pair(minutes // 60, "h", minutes % 60, "min")
    hours = round(seconds / 3600)
    return _pair(hours // 24, "day" if hours // 24 == 1 else "days", hours % 24, "h")


def _pair(large: int, large_unit: str, small: int, small_unit: str) -> str:
    return f"{large} {large_unit} {small} {small_unit}" if small else f"{large} {large_unit}"


def format_relative(value: datetime, now: datetime | None = None) -> str:
    """Write how long ago or ahead an aware time is: just now, 12 min ago, 5 h ago, 143 days ago, in 6 days."""
    seconds = round(((now or timezone.now()) - value).total_seconds())
    span = abs(seconds)
    if span < 45:
        return "just now"
    unit, word = next(((unit, word) for unit, word in _UNITS if span >= unit), _UNITS[-1])
    # Rounded down, but at least one: 50 s is "1 min ago", 23 h 50 min is not yet "1 day ago".
    count = max(1, span // unit)
    words = f"{count:,} {word}{'s' if word == 'day' and count != 1 else ''}"
    return f"in {words}" if seconds < 0 else f"{words} ago"


def format_exact(value: datetime) -> str:
    """Write a time exactly, in the person's zone: Thu 19 Nov 2026, 14:20:07 CET."""
    local = timezone.localtime(value)
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M:%S} {local.tzname()}"


def format_clock(value: datetime, now: datetime | None = None) -> str:
    """Write the clock time in the person's zone, with the day when it is not today: 14:32 or 18 Nov, 14:32."""
    local = timezone.localtime(value)
    today = timezone.localtime(now or timezone.now()).date()
    if local.date() == today:
        return f"{local:%H:%M}"
    year = "" if local.year == today.year else f" {local.year}"
    return f"{local.day} {local:%b}{year}, {local:%H:%M}"


def format_machine(value: datetime) -> str:
    """Write a time for the datetime attribute: 2026-11-19T13:20:07Z."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
