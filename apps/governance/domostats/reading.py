"""Reading applications and their jobs, by documented calls; what only public clients know fills in what is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apps.core.optional_calls import if_told
from domoadmin.services.client import Client
from domoadmin.services.errors import NotFound, UpstreamError
from domoadmin.services.results.domostats import ExecutorApplication, ExecutorJob

SECONDS = 30.0
NAME_SECONDS = 5.0
# What the documented update takes, in its order. Whatever else a job has is not sent.
FIELDS = (
    "jobId",
    "jobName",
    "executionTimeout",
    "executionPayload",
    "executionResponse",
    "accounts",
    "resources",
    "triggers",
)


@dataclass(frozen=True)
class JobState:
    """A job as it stands."""

    job: ExecutorJob

    @property
    def settings(self) -> dict[str, Any]:
        """Return what an update sends of it, in the words of the document."""
        raw = self.job.raw
        told = {name: raw[name] for name in FIELDS if raw.get(name) is not None}
        # The list's documented sample names a job by id and name alone.
        return {"jobId": self.job.id, **({"jobName": self.job.name} if self.job.name else {}), **told}

    @property
    def complete(self) -> bool:
        """Say whether its settings were told, so that what is edited is the whole job."""
        return isinstance(self.job.raw.get("executionPayload"), Mapping)

    @property
    def others(self) -> dict[str, Any]:
        """Return what a job has besides, which an update does not send."""
        return {name: value for name, value in self.job.raw.items() if name not in FIELDS}


def applications(client: Client) -> list[ExecutorApplication]:
    """Return the applications. Raises UpstreamError."""
    with client.deadline(SECONDS):
        return list(client.domostats.list_applications())


def application_named(client: Client, application_id: str) -> ExecutorApplication | None:
    """Return an application; None where the list lacks it, which its sample would: it shows a single one."""
    found = if_told(lambda: applications(client)) or []
    return next((each for each in found if each.id == application_id), None)


def jobs_of(client: Client, application_id: str) -> list[ExecutorJob]:
    """Return all jobs of an application, each once. Raises UpstreamError."""
    with client.deadline(SECONDS):
        return list(client.walk("domostats.list_jobs", application_id=application_id))


def read_job(client: Client, application_id: str, job_id: str) -> JobState:
    """Return a job: by the documented list; where that tells no settings, by the call that public clients make.

    Raises UpstreamError, NotFound when neither has it.
    """
    listed = next((job for job in jobs_of(client, application_id) if job.id == job_id), None)
    if listed is not None and JobState(listed).complete:
        return JobState(listed)

    def alone() -> ExecutorJob:
        with client.deadline(SECONDS):
            return client.domostats.get_job(application_id, job_id)

    told = if_told(alone)
    if told is not None and told.id == job_id:
        return JobState(told)
    if listed is None:
        raise NotFound(f"the application has no job {job_id}", status=404, operation_id="domostats.list_jobs")
    return JobState(listed)


def name_of(client: Client, user_id: str) -> str:
    """Return what a person is called; "" where that can't be told, which is no reason to show nothing else."""
    if not user_id.isdecimal():
        return ""
    try:
        with client.deadline(NAME_SECONDS):
            found = if_told(lambda: client.users.get(user_id))
    except UpstreamError:
        return ""
    return found.name if found is not None else ""
