"""Remote Domostats API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from domoadmin.services.arguments import Between, Identifier
from domoadmin.services.base_client import Resource
from domoadmin.services.operations import RetrySafety, operation
from domoadmin.services.paging import Paging
from domoadmin.services.places import Field, Local
from domoadmin.services.request import Request
from domoadmin.services.results.base import Done, Listing
from domoadmin.services.results.domostats import (
    ExecutorApplication,
    ExecutorJob,
    read_applications,
    read_jobs,
    read_update,
)
from domoadmin.services.roles import Role


class Domostats(Resource):
    """Applications of the executor and the jobs that they run, on other instances too."""

    # A session_token is named as a required parameter; the sample has none, and the token goes in its header.
    @operation(
        id="domostats.list_applications",
        method="GET",
        path="/api/executor/v1/applications/",
        heading="Get Applications",
    )
    def list_applications(self) -> Request[Listing[ExecutorApplication]]:
        """Return the applications."""
        return Request(parse=read_applications)

    @operation(
        id="domostats.list_jobs",
        method="GET",
        path="/api/executor/v2/applications/{application_id}/jobs",
        heading="Get List of Jobs",
        # No size of a page is documented, so none is taken for short: a walk ends at the total, or when nothing new
        # comes.
        paging=Paging(size="least_on_a_page", place="offset", usual=1),
    )
    def list_jobs(
        self,
        application_id: Identifier,
        offset: Annotated[int | None, Between(0)] = None,
        least_on_a_page: Annotated[int, Local()] = 1,
    ) -> Request[Listing[ExecutorJob]]:
        """Return jobs of an application from an offset on, with the total where it is given."""
        return Request(parse=read_jobs)

    @operation(
        id="domostats.get_job",
        method="GET",
        path="/api/executor/v1/applications/{application_id}/jobs/{job_id}",
        heading="Others: executor jobs CRUD",
        documented=False,
    )
    def get_job(self, application_id: Identifier, job_id: Identifier) -> Request[ExecutorJob]:
        """Return one job."""
        return Request(parse=ExecutorJob.from_answer)

    @operation(
        id="domostats.update_job",
        method="PUT",
        path="/api/executor/v1/applications/{application_id}/jobs/{job_id}",
        heading="Update the Job",
        reverse="domostats.update_job",
        role=Role.SUPPORT,
        retry_safety=RetrySafety.IDEMPOTENT,
    )
    def update_job(
        self,
        application_id: Identifier,
        job_id: Identifier,
        body_job_id: Annotated[Identifier | None, Field("jobId")] = None,
        job_name: str | None = None,
        execution_timeout: Annotated[int | None, Between(1)] = None,
        execution_payload: Mapping[str, Any] | None = None,
        execution_response: Mapping[str, Any] | None = None,
        accounts: Sequence[Identifier] | None = None,
        resources: Mapping[str, Any] | None = None,
        triggers: Sequence[Mapping[str, Any]] | None = None,
    ) -> Request[Done]:
        """Replace a job: send it whole (`ExecutorJob.as_arguments`), what is left out may be lost.

        Undone by sending the earlier job.
        """
        fields = {
            # The id stands in the path and again in the body.
            "jobId": job_id if body_job_id is None else body_job_id,
            "jobName": job_name,
            "executionTimeout": execution_timeout,
            "executionPayload": execution_payload,
            "executionResponse": execution_response,
            "accounts": accounts,
            "resources": resources,
            "triggers": triggers,
        }
        body = {name: value for name, value in fields.items() if value is not None}
        return Request(parse=read_update, json=body)
