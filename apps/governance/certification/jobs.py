"""The look at what is certified, as a job."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse

from apps.accounts.models import User
from apps.connections.models import Connection
from apps.governance.certification.models import ContentKind
from apps.governance.certification.survey import forget_older, look_at
from apps.jobs.kinds import ItemOutcome, JobKind, NewItem, StopRequested, Succeeded
from apps.jobs.looks import begin_look, last_look_of
from apps.jobs.models import Job, JobItem
from apps.jobs.states import JobState
from domoadmin.services.operations import RetrySafety
from domoadmin.services.roles import Role

if TYPE_CHECKING:
    from apps.jobs.planning import Planning
    from apps.jobs.work import ItemWork

_WORDS = {ContentKind.DATASET: "All datasets", ContentKind.CARD: "All cards"}


class CertificationLookKind(JobKind):
    """Read how all datasets and cards are certified; changes nothing upstream."""

    name = "governance.certification"
    title = "Look at what is certified"
    area = "governance"
    role = Role.STEWARD
    concurrency = 2
    item_noun = "kinds of content"
    can_run_again = True
    templates = {"after": "governance/certification/look_after.html"}

    def plan(self, planning: Planning) -> None:
        """Datasets and cards, each by one walk through the search."""
        planning.add_items(NewItem(kind.value, words, payload={"kind": kind.value}) for kind, words in _WORDS.items())

    def safety(self, item: JobItem) -> RetrySafety:
        """It only reads."""
        return RetrySafety.READ

    def run_item(self, work: ItemWork) -> ItemOutcome:
        """Read all of a kind. Killed, it begins anew; what was asked one by one is not asked again."""
        job = work.job
        if job.connection is None:
            raise LookupError("The connection was removed.")

        def check(count: int) -> None:
            work.check()
            work.progress(rows=count)
            if Job.objects.filter(pk=job.pk, state=JobState.CANCELLING).exists():
                raise StopRequested

        figures = look_at(job.connection, work.client, work.payload["kind"], job.created_at, check)
        if figures["asked"]:
            work.event(f"The search does not tell what is certified: {figures['asked']:,} were asked one by one.")
        return Succeeded(result=figures)

    def describe(self, job: Job) -> dict[str, Any]:
        """Lead to the list."""
        return {"list_url": reverse("governance:certification_list", args=[job.connection_slug])}

    def finished(self, job: Job) -> None:
        """Forget what is gone, once everything was seen."""
        if job.state == JobState.SUCCEEDED and job.connection is not None and not job.retry_of_id:
            forget_older(job.connection, job.created_at)


def start_look(connection: Connection, actor: User, source: str = "page") -> Job:
    """Start a look. Raises jobs.AlreadyActive while one is at work, jobs.NotAllowed."""
    title = f"Look at what is certified in {connection.name}"
    return begin_look(
        CertificationLookKind.name, connection, actor, title=title, dedupe_key="certification", source=source
    )


def last_look(connection: Connection) -> Job | None:
    """Return the look that began last; None when there was none, or its row is gone."""
    return last_look_of(CertificationLookKind.name, connection)
