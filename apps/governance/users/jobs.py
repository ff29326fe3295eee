"""The bulk action on people: another role, the one change of a person that Domo documents."""

from __future__ import annotations

from typing import Any

from apps.governance.users.forms import RoleSettingsForm
from apps.governance.users.selection import PEOPLE, ROLE_NAMES
from apps.jobs.bulk import UNTOLD, BulkAction, Settings, Skip
from apps.jobs.models import JobItem
from domoadmin.services.client import Client
from domoadmin.services.errors import UpstreamError
from domoadmin.services.results import User as Person
from domoadmin.services.results.base import Result

Badges = list[tuple[str, str, str]]


class ChangeRole(BulkAction):
    """Give people another role. States: {"role_id": "4", "role": "Editor"}, the name where it is known."""

    name = "change-role"
    title = "Change role"
    phrase = "Change the role of {objects}"
    icon = "user-shield"
    area = "governance"
    target_kind = "user"
    source = PEOPLE
    operation = "users.update"
    reverse = "change-role"
    form = RoleSettingsForm
    concurrency = 4
    reads_records = True

    def state(self, client: Client, key: str, settings: Settings) -> Any:
        """Read the role of one person, by the documented call."""
        person = client.users.get(key, "DETAILED")
        names = {} if person.role_name else ROLE_NAMES.of(client)
        return {"role_id": person.role_id, "role": person.role_name or names.get(person.role_id, "")}

    def known(self, record: Person, settings: Settings) -> Any:
        """The search tells the id of the role; a name is never asked for, it only helps to read."""
        return {"role_id": record.role_id, "role": record.role_name} if record.role_id else UNTOLD

    def wanted(self, before: Any, settings: Settings) -> Any | Skip:
        """The role asked for."""
        if before["role_id"] == settings["role"]:
            return Skip("They have this role already.")
        return {"role_id": settings["role"], "role": settings.get("role_name", "")}

    def send(self, client: Client, key: str, settings: Settings, before: Any, after: Any) -> Result:
        """Update the person."""
        return client.users.update(key, after["role_id"])

    def undo_settings(self, item: JobItem, settings: Settings) -> dict[str, Any] | Skip:
        """Give back the role that they had."""
        before = item.before or {}
        if not before.get("role_id"):
            return Skip("It is not known which role they had.")
        return {"role": before["role_id"], "role_name": before.get("role", "")}

    def changed_since(self, now: Any, item: JobItem) -> bool:
        """Names of roles may differ by the call that told them: the id counts."""
        return bool(now["role_id"] != (item.after or {}).get("role_id"))

    def describe(self, settings: Settings) -> str:
        """Name the role."""
        return f"to {settings.get('role_name') or 'role ' + str(settings.get('role', ''))}"

    def introduced(self, client: Client, settings: Settings) -> tuple[str, str]:
        """Name the role by name, and say when there is none of this id."""
        identifier = str(settings.get("role", ""))
        try:
            names = ROLE_NAMES.of(client)
        except UpstreamError:
            names = {}
        if names and identifier not in names:
            return self.describe(settings), f"Domo lists no role {identifier}. Is the id right?"
        return f"to {names.get(identifier) or 'role ' + identifier}", ""

    def shown(self, state: Any) -> Badges:
        """Write the role."""
        word = state.get("role") or (f"Role {state['role_id']}" if state.get("role_id") else "No role told")
        return [(word, "is-run", "user-shield")]

    def notes(self, settings: Settings) -> list[str]:
        """Say what a role decides."""
        return [
            "A role decides what a person may do in Domo. If the owner of this connection’s token is among them, "
            "DomoAdmin may afterwards do less or more."
        ]

    def undo_note(self, settings: Settings) -> str:
        """Say what undoing does."""
        return "Undo gives everybody the role back that they had."
