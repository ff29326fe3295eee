"""The two statements that every item of a large job goes through, written out.

The ORM takes longer to compile each of them anew than the database to run it.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from apps.jobs.models import Job, JobItem

_TABLE = JobItem._meta.db_table
# The pending items of the lowest stage with an unfinished item, in order; later stages wait for those in flight.
# While a job is being cancelled nothing is sent, but what may have happened is still read back. COALESCE keeps the
# planner on the index in order of position: with available_at it would sort all that wait, for each claim. The stage in
# flight is asked for once, not for each item: with statistics from before the items came, PostgreSQL would read all
# items for each of them.
_NEXT = f"""
SELECT item.* FROM {_TABLE} item
WHERE item.job_id = %(job)s AND item.state = 'pending' AND COALESCE(item.available_at, %(now)s) <= %(now)s
  AND item.stage = (SELECT MIN(stage) FROM {_TABLE} WHERE job_id = %(job)s AND state = 'pending')
  AND item.stage <= COALESCE(
    (SELECT MIN(stage) FROM {_TABLE} WHERE job_id = %(job)s AND state = 'in_flight'), item.stage)
  AND EXISTS (
    SELECT 1 FROM {Job._meta.db_table} job
    WHERE job.id = %(job)s AND (job.state = 'running' OR (job.state = 'cancelling' AND item.verify_first)))
ORDER BY item.position LIMIT %(count)s
"""  # noqa: S608 - names of the models
_GREATER = "__gt"


def next_items(job_id: uuid.UUID, now: datetime, count: int) -> list[JobItem]:
    """Return the items that may be claimed now, at most `count`, locked where the database locks rows.

    What another runner is just claiming is passed over, not waited for. Called in a transaction.
    """
    values = {
        "job": Job._meta.pk.get_db_prep_value(job_id, connection),
        "now": connection.ops.adapt_datetimefield_value(now),
        "count": count,
    }
    lock = " FOR UPDATE OF item SKIP LOCKED" if connection.features.has_select_for_update_skip_locked else ""
    return list(JobItem.objects.raw(_NEXT + lock, values))


def update_each(changes: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> int:
    """Update an item for each (new values, wanted values); return how many rows were as wanted and changed.

    All changes name the same columns; a wanted value is never None, and one for "name__gt" is exceeded by the row's.
    Called in a transaction.
    """
    if not changes:
        return 0
    values, wanted = changes[0]
    sets = ", ".join(f"{_column(name)} = %s" for name in values)
    where = " AND ".join(f"{_column(name)} {'>' if name.endswith(_GREATER) else '='} %s" for name in wanted)
    rows = [[*_adapted(new), *_adapted(present)] for new, present in changes]
    with connection.cursor() as cursor:
        # Names come from the model and values are bound.
        cursor.executemany(f"UPDATE {_TABLE} SET {sets} WHERE {where}", rows)  # noqa: S608
        changed: int = cursor.rowcount
        return changed


def _field(name: str) -> Any:
    return JobItem._meta.get_field(name.removesuffix(_GREATER))


def _column(name: str) -> str:
    return connection.ops.quote_name(_field(name).column)


def _adapted(values: Mapping[str, Any]) -> Iterable[Any]:
    return (_field(name).get_db_prep_save(value, connection) for name, value in values.items())
