"""Names of the time zones that this system knows."""

from functools import cache
from zoneinfo import available_timezones

# Aliases that hide their offset's sign or stand for an old system's clock: nobody looks for them by name.
_ODD_PREFIXES = ("Etc/", "SystemV/", "posix/", "right/")


@cache
def time_zone_names() -> frozenset[str]:
    """Return every IANA zone name that may be stored."""
    return frozenset(available_timezones())


@cache
def time_zone_choices() -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """Return the zones worth offering, grouped by continent, as choices of a select."""
    groups: dict[str, list[tuple[str, str]]] = {"General": [("UTC", "UTC")]}
    for name in sorted(time_zone_names()):
        continent, slash, place = name.partition("/")
        if slash and not name.startswith(_ODD_PREFIXES):
            groups.setdefault(continent, []).append((name, place.replace("_", " ").replace("/", " / ")))
    return tuple((continent, tuple(places)) for continent, places in groups.items())
