"""Finding a job by its id or the beginning of it."""

from __future__ import annotations

import re
import uuid

from django.db.models import QuerySet

from apps.jobs.models import Job


class NoSuchJob(LookupError):
    """No job, or more than one, has an id that starts like this; the message says which."""


def ids_starting_with(jobs: QuerySet[Job], text: str, most: int = 50) -> list[uuid.UUID]:
    """Return the ids that start with the text, with or without dashes; an index range, no scan."""
    digits = text.lower().replace("-", "")
    if not re.fullmatch(r"[0-9a-f]{1,32}", digits):
        return []
    first, last = uuid.UUID(digits.ljust(32, "0")), uuid.UUID(digits.ljust(32, "f"))
    return list(jobs.filter(pk__gte=first, pk__lte=last).order_by("pk").values_list("pk", flat=True)[:most])


def find_job(text: str) -> Job:
    """Return the job of this id or unambiguous beginning of one. Raises NoSuchJob."""
    found = ids_starting_with(Job.objects.all(), text, most=2)
    if not found:
        raise NoSuchJob(f"No job has an id that starts with {text!r}.")
    if len(found) > 1:
        raise NoSuchJob(f"More than one job has an id that starts with {text!r}. Give more of it.")
    return Job.objects.select_related("connection", "actor").get(pk=found[0])
