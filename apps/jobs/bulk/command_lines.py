"""The command that does the same as a bulk job."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from apps.jobs.bulk.leaving_out import was_left_out
from apps.jobs.bulk.selection import Selection

if TYPE_CHECKING:
    from apps.jobs.models import Job


def command_line_of(job: Job) -> str:
    """Return the `manage.py bulk` line; ids stand in a file, which the job's page offers under this name."""
    selection = Selection.from_params(job.params["selection"])
    if selection.undo_of:
        return f"manage.py jobs undo {selection.undo_of}"
    parts = ["manage.py", "bulk", job.kind, "--connection", job.connection_slug]
    if reads_ids(job):
        parts += ["--ids", ids_file_name(job)]
    else:
        parts += ["--query", urlencode(selection.query or {}) or "*"]
    for name, value in job.params["settings"].items():
        if value not in ("", None):
            parts += ["--set", f"{name}={_text(value)}"]
    return shlex.join([*parts, "--run"])


def reads_ids(job: Job) -> bool:
    """Say whether the command reads a file of ids: those selected, or those that a person left in the plan."""
    return "ids" in job.params["selection"] or was_left_out(job)


def ids_file_name(job: Job) -> str:
    """Return the name of the file with the selected ids."""
    return f"{job.short_id}-ids.txt"


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)
