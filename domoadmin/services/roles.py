"""Roles of people, lowest needed for each operation."""

from enum import StrEnum


class Role(StrEnum):
    """What a person may do: viewer reads; steward and support each do their own work; admin does everything."""

    VIEWER = "viewer"
    STEWARD = "steward"
    SUPPORT = "support"
    ADMIN = "admin"


def allows(held: Role, least: Role) -> bool:
    """Return whether someone who holds `held` may do what `least` may; steward and support don't include each other."""
    return held == Role.ADMIN or least == Role.VIEWER or held == least
