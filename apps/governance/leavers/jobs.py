"""The kind of job that a hand-over is: a bulk action with a plan and a way of running of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse

from apps.governance.leavers import planning as plans
from apps.governance.leavers import running
from apps.governance.leavers.action import HandOver
from apps.governance.leavers.overview import kinds_of, name_of_leaver
from apps.governance.leavers.settings import Choices
from apps.jobs import service
from apps.jobs.bulk import Selection, create_bulk_job
from apps.jobs.bulk.actions import add_action
from apps.jobs.bulk.kind import BulkKind, settings_of
from apps.jobs.kinds import ItemOutcome, register_kind
from apps.jobs.models import Job

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.connections.models import Connection
    from apps.jobs.planning import Planning
    from apps.jobs.work import ItemWork


class HandOverKind(BulkKind):
    """Hands over what a person owns and receives."""

    action = HandOver()
    name = action.name
    # A person leaves once, and what they own is looked at before.
    can_be_scheduled = False
    title = action.title
    area = action.area
    role = action.declared().role
    concurrency = action.concurrency
    item_noun = action.source.noun[1]
    # Who had what when somebody left is asked for years later.
    kept_for_ever = True
    templates = {
        **BulkKind.templates,
        "plan": "governance/leavers/plan.html",
        "summary": "governance/leavers/job_summary.html",
    }

    def plan(self, planning: Planning) -> None:
        """Walk all kinds; an undo is planned as any other is."""
        if Selection.from_params(planning.params["selection"]).undo_of:
            super().plan(planning)
        else:
            plans.plan(self.action, planning)

    def run_item(self, work: ItemWork) -> ItemOutcome:
        """Hand one thing over."""
        return running.run(work, settings_of(work.item))

    def describe(self, job: Job) -> dict[str, Any]:
        """Add what there is of each kind, and where the record stands."""
        choices = Choices.of(job.params["settings"])
        slug, kinds = job.connection_slug, kinds_of(job)
        return {
            **super().describe(job),
            "leaver": choices.user,
            "leaver_name": name_of_leaver(job),
            "kinds": [kind.as_dict() for kind in kinds],
            "optional": any(kind.optional and kind.to_do for kind in kinds),
            "unlisted": job.preview.get("unlisted") or [],
            "missing": job.preview.get("missing") or [],
            "record_url": reverse("governance:leaver_record", args=[slug, job.pk]) if slug else "",
            "start_url": f"{reverse('governance:leaver_start', args=[slug, choices.user])}?plan={job.pk}"
            if slug
            else "",
            "leave_url": reverse("governance:leaver_leave_kind", args=[slug, job.pk]) if slug else "",
            "is_undo": bool(job.undo_of_id),
        }


def register() -> None:
    """Register the action with its kind."""
    add_action(HandOverKind.action)
    register_kind(HandOverKind)


def begin(connection: Connection, choices: Choices, actor: User) -> tuple[Job, bool]:
    """Make a draft and ask a worker to plan it; False when the broker can't be reached. Raises NotAllowed."""
    job = create_bulk_job(HandOver.name, connection, Selection(query={}), choices.as_settings(), actor)
    return job, service.start_planning(job)
