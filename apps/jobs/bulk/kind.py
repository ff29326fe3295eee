"""The kind of job that a bulk action is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from django.utils import timezone

from apps.jobs.bulk import command_lines, lookahead, planner, runner, undoing, validity
from apps.jobs.bulk.actions import BulkAction, add_action
from apps.jobs.bulk.selection import Selection
from apps.jobs.kinds import AuditTarget, ItemOutcome, JobKind, NotDone, UndoPlan, register_kind
from apps.jobs.states import JobState
from domoadmin.services.operations import RetrySafety

if TYPE_CHECKING:
    from apps.jobs.models import Job, JobItem
    from apps.jobs.planning import Planning
    from apps.jobs.work import ItemWork

ActionClass = TypeVar("ActionClass", bound=type[BulkAction])


class BulkKind(JobKind):
    """Runs the items of one bulk action."""

    action: ClassVar[BulkAction]
    previews = True
    can_run_again = True
    spare_threads = 4
    templates: ClassVar[Mapping[str, str]] = {"item": "jobs/bulk_item.html", "after": "jobs/bulk_after.html"}

    def plan(self, planning: Planning) -> None:
        """Find the objects and read their states."""
        planner.plan(self.action, planning)

    def safety(self, item: JobItem) -> RetrySafety:
        """As the operation declares it."""
        return self.action.safety(settings_of(item))

    def run_item(self, work: ItemWork) -> ItemOutcome:
        """Change one object."""
        return runner.run_item(self.action, work, settings_of(work.item))

    def verify_item(self, work: ItemWork) -> ItemOutcome | NotDone:
        """Read one object back."""
        with work.turn():
            return self.action.read_back(work, settings_of(work.item))

    def audited(self, item: JobItem) -> AuditTarget | None:
        """The object, by the operation that is sent."""
        return AuditTarget(self.action.operation_of(item, settings_of(item)), *self.action.object_of(item))

    def audited_params(self, job: Job) -> dict[str, Any]:
        """Selection and settings; of a long list of ids only how many."""
        return {"selection": selection_shown(job), "settings": job.params["settings"]}

    def describe(self, job: Job) -> dict[str, Any]:
        """Return the selection, the settings and what the plan found."""
        settings = job.params["settings"]
        undone_by = job.undos.exclude(state__in=(JobState.DRAFT, JobState.CANCELLED)).order_by("-created_at").first()
        return {
            "action": self.action.name,
            "scope": Selection.from_params(job.params["selection"]).describe(self.action.source),
            "selection": selection_shown(job),
            "settings": settings,
            "selected": job.preview.get("selected"),
            "duplicates": job.preview.get("duplicates"),
            "undo_of": str(job.undo_of_id) if job.undo_of_id else None,
            "undone_by": str(undone_by.pk) if undone_by is not None else None,
            "undo_note": self.action.undo_note(settings),
            "irreversible": self.action.irreversible(settings),
            "command": command_lines.command_line_of(job),
            "ids_file": command_lines.ids_file_name(job) if "ids" in job.params["selection"] else "",
        }

    def finished(self, job: Job) -> None:
        """Forget what was read ahead."""
        lookahead.forget(job.pk)

    def undo_plan(self, job: Job) -> UndoPlan:
        """The reverse action on what succeeded."""
        return undoing.undo_plan(self.action, job)

    def why_not_confirm(self, job: Job) -> str:
        """A preview counts for an hour."""
        return validity.why_not_confirm(job, timezone.now())

    def confirm_word(self, job: Job) -> str:
        """The connection's slug, where a lot or something for good is changed on production."""
        return validity.confirm_word(self.action, job)

    def command_line(self, job: Job) -> str:
        """The `manage.py bulk` line."""
        return command_lines.command_line_of(job)


def settings_of(item: JobItem) -> dict[str, Any]:
    """Return the settings of an item: the job's, and its own on top."""
    return {**item.job.params["settings"], **item.payload.get("settings", {})}


def selection_shown(job: Job) -> dict[str, Any]:
    """Return the selection for JSON; a long list of ids only by its length."""
    selection = job.params["selection"]
    return {"ids": len(selection["ids"])} if "ids" in selection else dict(selection)


def register_bulk_action(action_class: ActionClass) -> ActionClass:
    """Register an action with its kind of job (also as a class decorator). Its operation must exist."""
    action = action_class()
    add_action(action)
    members = {
        "__doc__": action_class.__doc__,
        "action": action,
        "name": action.name,
        "title": action.title,
        "area": action.area,
        "role": action.declared().role,
        "concurrency": action.concurrency,
        "item_noun": action.source.noun[1],
    }
    register_kind(type(f"{action_class.__name__}Kind", (BulkKind,), members))
    return action_class
