"""Jobs of streams: the look at all of them, and running those that were chosen on the board."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from apps.accounts.models import User
from apps.connections.models import Connection
from apps.data.datasets.jobs import RunStream
from apps.data.streams.selection import STREAMS
from apps.data.streams.survey import forget_older, look_at
from apps.jobs.kinds import ItemOutcome, JobKind, NewItem, Succeeded
from apps.jobs.looks import begin_look, last_look_of
from apps.jobs.models import Job, JobItem
from apps.jobs.states import JobState
from domoadmin.services.operations import RetrySafety
from domoadmin.services.results import SearchHit
from domoadmin.services.roles import Role

if TYPE_CHECKING:
    from apps.jobs.planning import Planning
    from apps.jobs.work import ItemWork

# Datasets of one item: so few that a killed worker loses seconds, so many that 5,000 are 200 rows.
AT_ONCE = 25


class LookKind(JobKind):
    """Read all streams of an instance; changes nothing upstream."""

    name = "data.streams"
    title = "Look at all streams"
    area = "data"
    role = Role.STEWARD
    concurrency = 4
    item_noun = "groups of datasets"
    can_run_again = True
    templates = {"after": "data/streams/look_after.html"}

    def plan(self, planning: Planning) -> None:
        """Find all datasets."""
        planning.progress(phase="Finding datasets", unit="datasets")
        planning.add_items(_items(planning))

    def safety(self, item: JobItem) -> RetrySafety:
        """It only reads."""
        return RetrySafety.READ

    def run_item(self, work: ItemWork) -> ItemOutcome:
        """Read the streams of some datasets."""
        if work.job.connection is None:
            raise LookupError("The connection was removed.")
        found = look_at(work.job.connection, work.client, work.payload["datasets"], work.check)
        failing = sum(1 for record in found if record.is_failing)
        return Succeeded(result={"streams": len(found), "failing": failing})

    def describe(self, job: Job) -> dict[str, Any]:
        """Lead to the board."""
        return {"streams_url": reverse("data:streams_list", args=[job.connection_slug])}

    def finished(self, job: Job) -> None:
        """Forget streams that are gone, once everything was seen."""
        if job.state == JobState.SUCCEEDED and job.connection is not None and not job.retry_of_id:
            forget_older(job.connection, job.created_at)


def _items(planning: Planning) -> Iterator[NewItem]:
    found = 0
    hits = _hits(planning)
    while group := list(islice(hits, AT_ONCE)):
        found += len(group)
        planning.progress(done=found)
        first = group[0].name or group[0].id
        label = first if len(group) == 1 else f"{first} and {len(group) - 1} more"
        yield NewItem(group[0].id, label, payload={"datasets": [hit.id for hit in group]})


def _hits(planning: Planning) -> Iterator[SearchHit]:
    for hit in planning.client.search.walk_all(entities=["dataset"], query="*"):
        if hit.id:
            yield hit


def start_look(connection: Connection, actor: User, source: str = "page") -> Job:
    """Start a look at all streams. Raises jobs.AlreadyActive while one is at work, jobs.NotAllowed."""
    title = f"Look at all streams of {connection.name}"
    return begin_look(LookKind.name, connection, actor, title=title, dedupe_key="streams", source=source)


def last_look(connection: Connection) -> Job | None:
    """Return the look that began last; None when there was none, or its row is gone."""
    return last_look_of(LookKind.name, connection)


class RunListed(RunStream):
    """Run the streams that were chosen on the board: the same run, but all that match there means streams."""

    name = "run-listed-stream"
    target_kind = "stream"
    phrase = "Run {objects}"
    source = STREAMS
