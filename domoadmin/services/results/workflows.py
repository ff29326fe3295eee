"""Instances of workflows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from domoadmin.services.results.base import Result
from domoadmin.services.results.fields import Raw, flag, identifier, moment, text


@dataclass(frozen=True, kw_only=True)
class WorkflowInstance(Result):
    """A run of a workflow (the model). `status` is empty until it has reported back, later IN_PROGRESS and so on.

    The deployment and the process are known only from cancelling.
    """

    id: str
    model_id: str
    model_name: str
    model_version: str
    status: str
    created_by: str
    updated_by: str
    deployment_id: str
    process_name: str
    is_test_run: bool | None
    created: datetime | None
    updated: datetime | None

    @classmethod
    def from_raw(cls, raw: Raw, request_id: str | None = None) -> Self:
        """Read an instance; the sample shows the text "null" where the text speaks of null: both are no status."""
        status = text(raw, "status")
        return cls(
            raw=raw,
            request_id=request_id,
            id=identifier(raw, "id"),
            model_id=identifier(raw, "modelId"),
            model_name=text(raw, "modelName"),
            model_version=text(raw, "modelVersion"),
            status="" if status == "null" else status,
            created_by=identifier(raw, "createdBy"),
            updated_by=identifier(raw, "updatedBy"),
            deployment_id=identifier(raw, "deploymentId"),
            process_name=text(raw, "bpmnProcessName"),
            is_test_run=flag(raw, "isTestRun"),
            created=moment(raw, "createdOn"),
            updated=moment(raw, "updatedOn"),
        )
