"""Remote Domostats API."""

from __future__ import annotations

from typing import Any

from domoadmin.sandbox.domostats.applications import Applications
from domoadmin.sandbox.http.message import Request
from domoadmin.sandbox.routing import Router
from domoadmin.sandbox.world import World

router = Router()
PAGE = 50
LARGEST_PAGE = 10_000


# The samples of both lists are the metadata of one dataset. Public clients read an array of applications and an object
# with jobs, and a client that believes the samples looks for their fields: the answers have both.
@router.add("domostats.list_applications", "GET", "/api/executor/v1/applications")
def list_applications(world: World, request: Request) -> Any:
    """Get Applications."""
    applications = world.part(Applications)
    return [applications.record(application) for application in applications.all()]


@router.add("domostats.list_jobs", "GET", "/api/executor/v2/applications/{application_id}/jobs")
def list_jobs(world: World, request: Request, application_id: str) -> Any:
    """Get List of Jobs from an offset on; limit is taken although the document doesn't name it."""
    applications = world.part(Applications)
    jobs = applications.jobs(application_id)
    limit, offset = request.number("limit", PAGE, LARGEST_PAGE), request.number("offset", 0, 1_000_000)
    described = applications.dataset_record(applications.find(application_id))
    return {**described, "jobs": jobs[offset : offset + limit], "totalResults": len(jobs)}


@router.add("domostats.get_job", "GET", "/api/executor/v1/applications/{application_id}/jobs/{job_id}")
def get_job(world: World, request: Request, application_id: str, job_id: str) -> Any:
    """One job; not in the document, but public clients read it."""
    return world.part(Applications).job(application_id, job_id)


@router.add("domostats.update_job", "PUT", "/api/executor/v1/applications/{application_id}/jobs/{job_id}")
def update_job(world: World, request: Request, application_id: str, job_id: str) -> Any:
    """Update the Job."""
    world.part(Applications).update(application_id, job_id, request.json_object())
    return {"status": "OK", "code": 200, "message": "Job updated successfully"}
