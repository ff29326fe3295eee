"""A kind of job whose items are single calls to the sandbox, treated as a test wants: as READ, or as UNSAFE."""

from __future__ import annotations

from typing import Any

from apps.jobs.kinds import ItemOutcome, JobKind, NewItem, Succeeded
from apps.jobs.models import JobItem
from apps.jobs.planning import Planning
from apps.jobs.work import ItemWork
from domoadmin.services.operations import RetrySafety
from domoadmin.services.roles import Role


class CallKind(JobKind):
    """Params: operation, safety, ids, arguments (beside the dataset's id)."""

    name = "test.calls"
    title = "Calls"
    role = Role.STEWARD
    concurrency = 4
    back_off_seconds = 0.05

    def plan(self, planning: Planning) -> None:
        """Plan an item for each id."""
        planning.add_items(NewItem(key) for key in planning.params["ids"])

    def safety(self, item: JobItem) -> RetrySafety:
        """Answer what the params say."""
        return RetrySafety(item.job.params["safety"])

    def run_item(self, work: ItemWork) -> ItemOutcome:
        """Make the call."""
        if self.safety(work.item) != RetrySafety.READ:
            work.about_to_send()
        arguments: dict[str, Any] = work.params["arguments"]
        answer = work.client.call(work.params["operation"], dataset_id=work.item.key, **arguments)
        return Succeeded(request_id=answer.request_id)
