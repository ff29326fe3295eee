"""Applications of the executor, remote DomoStats among them, and their jobs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self

from domoadmin.services.answers import Answer
from domoadmin.services.results.base import Done, Listing, Result
from domoadmin.services.results.fields import Raw, flag, identifier, mapping, moment, number, text, texts


def entries(answer: Answer, name: str) -> Answer:
    """Return the answer so that it reads as a list, bare or under `name`.

    The samples of both lists show a single object, the metadata of one dataset: such a one is the only entry.
    """
    data: Any = answer.data
    if isinstance(data, Mapping) and not isinstance(data.get(name), list) and identifier(data, "id"):
        return replace(answer, data=[data])
    return answer


@dataclass(frozen=True, kw_only=True)
class ExecutorApplication(Result):
    """An application that runs jobs."""

    id: str
    name: str
    description: str
    owner_id: str
    status: str
    created: datetime | None

    @classmethod
    def from_raw(cls, raw: Raw, request_id: str | None = None) -> Self:
        """Read an application."""
        return cls(
            raw=raw,
            request_id=request_id,
            id=identifier(raw, "applicationId", "id"),
            name=text(raw, "name", "displayName"),
            description=text(raw, "description"),
            owner_id=identifier(raw, "owner.id", "userId"),
            status=text(raw, "status"),
            created=moment(raw, "created"),
        )


@dataclass(frozen=True, kw_only=True)
class ExecutorJob(Result):
    """A job of an application. The unit of `timeout` isn't documented; public clients take it for minutes."""

    id: str
    name: str
    description: str
    application_id: str
    owner_id: str
    remote_instance: str
    timeout: int | None
    payload: Raw
    accounts: tuple[str, ...]
    tags: tuple[str, ...]
    enabled: bool | None
    updated: datetime | None

    @classmethod
    def from_raw(cls, raw: Raw, request_id: str | None = None) -> Self:
        """Read a job; tags come as a text that holds JSON."""
        return cls(
            raw=raw,
            request_id=request_id,
            id=identifier(raw, "jobId", "id"),
            name=text(raw, "jobName", "name"),
            description=text(raw, "jobDescription", "description"),
            application_id=identifier(raw, "applicationId"),
            owner_id=identifier(raw, "userId", "owner.id"),
            remote_instance=text(raw, "executionPayload.remoteInstance"),
            timeout=number(raw, "executionTimeout"),
            payload=mapping(raw, "executionPayload"),
            accounts=texts(raw, "accounts"),
            tags=texts(raw, "tags"),
            enabled=flag(raw, "enabled"),
            updated=moment(raw, "updated", "lastUpdated"),
        )

    def as_arguments(self) -> dict[str, Any]:
        """Return what update_job takes of this job: a change sends the whole job, and undoing sends the earlier one."""
        names = {
            "jobId": "body_job_id",
            "jobName": "job_name",
            "executionTimeout": "execution_timeout",
            "executionPayload": "execution_payload",
            "executionResponse": "execution_response",
            "accounts": "accounts",
            "resources": "resources",
            "triggers": "triggers",
        }
        return {ours: self.raw[theirs] for theirs, ours in names.items() if self.raw.get(theirs) is not None}


def read_update(answer: Answer) -> Done:
    """Read {"status", "code", "message"}: a code of 400 or more inside a success is a failure."""
    data: Any = answer.data
    code = number(data, "code") if isinstance(data, Mapping) else None
    if code is not None and code >= 400:
        raise answer.unexpected(text(data, "message") or f"the job was refused with code {code}")
    return Done.from_answer(answer)


def read_jobs(answer: Answer) -> Listing[ExecutorJob]:
    """Read the jobs with their total where it is given."""
    total = number(answer.data, "totalResults") if isinstance(answer.data, Mapping) else None
    return ExecutorJob.listing(entries(answer, "jobs"), "jobs", total=total)


def read_applications(answer: Answer) -> Listing[ExecutorApplication]:
    """Read the applications: public clients get a bare array."""
    return ExecutorApplication.listing(entries(answer, "applications"), "applications")
