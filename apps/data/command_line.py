"""What the area's commands share. It moved to the jobs, where every area's commands find it."""

from apps.jobs.command_line import (
    DONE,
    FAILED,
    UNKNOWN,
    WRONG_USAGE,
    Refusal,
    Waiting,
    actor_named,
    domo_connection_named,
    guarded,
)

__all__ = [
    "DONE",
    "FAILED",
    "UNKNOWN",
    "WRONG_USAGE",
    "Refusal",
    "Waiting",
    "actor_named",
    "domo_connection_named",
    "guarded",
]
