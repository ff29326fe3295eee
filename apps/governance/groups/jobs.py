"""The bulk actions on the members of one group: put people in, take people out, make it equal a list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.urls import reverse

from apps.core.optional_calls import if_told
from apps.governance.groups.filters import SuggestInput
from apps.governance.groups.people import id_in
from apps.governance.groups.reading import WHY_DYNAMIC, is_dynamic
from apps.governance.groups.selection import JOINS, LEAVES, PEOPLE, user_of
from apps.jobs.bulk import UNTOLD, BulkAction, Settings, SettingsForm, Skip
from apps.jobs.models import JobItem
from domoadmin.services.client import Client
from domoadmin.services.results import Group
from domoadmin.services.results.base import Result

GROUP = "group_id"
IN = ("In the group", "is-ok", "user-check")
OUT = ("Not in the group", "is-off", "user-off")
ODD_KEY = "It does not say whether the person joins (+) or leaves (-)."


class GroupField(forms.CharField):
    """A group by id: "4900000001", or "Finance (4900000001)" as suggested."""

    def clean(self, value: Any) -> str:
        """Return the id."""
        found = id_in(str(super().clean(value) or ""))
        if not found:
            raise forms.ValidationError("Give the id of a group, a number, or choose a suggestion.", code="group")
        return found


class GroupForm(SettingsForm):
    """Which group."""

    group_id = GroupField(max_length=200, label="Group", error_messages={"required": "Say which group."})

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        suggestions = reverse("governance:group_suggestions", args=[self.connection.slug]) if self.connection else ""
        self.fields[GROUP].widget = SuggestInput(suggestions, "A name, or an id")


@dataclass(frozen=True)
class Membership:
    """What a person is called, and whether the group has them."""

    shown: str
    key: str
    state: dict[str, Any]


def membership(group: Group, user_id: str) -> dict[str, Any]:
    """Return what preview, trail and undo keep of one person and one group."""
    return {"member": user_id in group.member_ids, "dynamic": is_dynamic(group)}


class MembershipAction(BulkAction):
    """What the three share: they read the group, once for a hundred people while they plan."""

    area = "governance"
    target_kind = "user"
    source = PEOPLE
    form = GroupForm
    reads_records = True
    # The members are one list: many at once would wait for each other upstream.
    concurrency = 4

    def records(self, client: Client, keys: Sequence[str], settings: Settings) -> Mapping[str, Membership]:
        """Read the group once, and the names of these people."""
        people = self.source.records(client, keys)
        if not people:
            return {}
        group = client.groups.get(settings[GROUP])
        return {key: Membership(person.shown, key, membership(group, user_of(key))) for key, person in people.items()}

    def _turned(self, state: dict[str, Any], key: str, settings: Settings) -> dict[str, Any]:
        """Add what is to happen, where the key says it."""
        return state

    def known(self, record: Any, settings: Settings) -> Any:
        """Read it off the group that was read already."""
        if not isinstance(record, Membership):
            return UNTOLD
        return self._turned(record.state, record.key, settings)

    def state(self, client: Client, key: str, settings: Settings) -> Any:
        """Read the group."""
        return self._turned(membership(client.groups.get(settings[GROUP]), user_of(key)), key, settings)

    def object_of(self, item: JobItem) -> tuple[str, str, str]:
        """Return the group, by the name of the person: the trail finds both."""
        return "group", item.job.params["settings"][GROUP], item.label or user_of(item.key)

    def changed_since(self, now: Any, item: JobItem) -> bool:
        """Say whether somebody put them back meanwhile, or took them out again."""
        return bool(now["member"] != (item.after or {}).get("member"))

    def shown(self, state: Any) -> list[tuple[str, str, str]]:
        """Draw whether they are in it."""
        return [IN if state["member"] else OUT]

    preposition = "in"

    def introduced(self, client: Client, settings: Settings) -> tuple[str, str]:
        """Return the group by its name, and a warning where there is none."""
        group = if_told(lambda: client.groups.get(settings[GROUP]))
        if group is None or not group.name:
            return self.describe(settings), f"This token sees no group {settings[GROUP]}."
        return f"{self.preposition} {group.name}", WHY_DYNAMIC if is_dynamic(group) else ""

    def describe(self, settings: Settings) -> str:
        """Return the group by its id."""
        return f"{self.preposition} group {settings[GROUP]}"


def _joined(before: Any) -> Any | Skip:
    if before["dynamic"]:
        return Skip("The group is dynamic: its rule decides who is in it.")
    return Skip("In the group already.") if before["member"] else {**before, "member": True}


def _left(before: Any) -> Any | Skip:
    if before["dynamic"]:
        return Skip("The group is dynamic: its rule decides who is in it.")
    return {**before, "member": False} if before["member"] else Skip("Not in the group.")


def _take_out(client: Client, group_id: str, user_id: str) -> Result:
    answer: Result = client.groups.remove_member(group_id, user_id)
    return answer


class AddToGroup(MembershipAction):
    """Put people into a group."""

    name = "add-to-group"
    title = "Add to a group"
    phrase = "Add {objects}"
    icon = "users-group"
    operation = "groups.add_member"
    reverse = "remove-from-group"
    preposition = "to"

    def wanted(self, before: Any, settings: Settings) -> Any | Skip:
        """In it."""
        return _joined(before)

    def send(self, client: Client, key: str, settings: Settings, before: Any, after: Any) -> Result:
        """Put one person in."""
        return client.groups.add_member(settings[GROUP], user_of(key))

    def undo_note(self, settings: Settings) -> str:
        """Say what undo does."""
        return "Undo takes out those who were put in, and nobody else."


class RemoveFromGroup(MembershipAction):
    """Take people out of a group."""

    name = "remove-from-group"
    title = "Remove from a group"
    phrase = "Remove {objects}"
    icon = "user-off"
    operation = "groups.remove_member"
    reverse = "add-to-group"
    preposition = "from"

    def wanted(self, before: Any, settings: Settings) -> Any | Skip:
        """Not in it."""
        return _left(before)

    def send(self, client: Client, key: str, settings: Settings, before: Any, after: Any) -> Result:
        """Take one person out."""
        return _take_out(client, settings[GROUP], user_of(key))

    def notes(self, settings: Settings) -> list[str]:
        """Say what follows."""
        return ["What is shared with the group alone can no longer be opened by those who leave it."]

    def undo_note(self, settings: Settings) -> str:
        """Say what undo does."""
        return "Undo puts back those who were taken out, and nobody else."


class MatchGroup(MembershipAction):
    """Make a group equal a list: the keys say who joins ("+4827") and who leaves ("-4827")."""

    name = "match-group"
    title = "Match a group"
    phrase = "Change the membership of {objects}"
    icon = "git-compare"
    operation = "groups.add_member"
    reverse = "match-group"
    # Its selection is made by the page of the list, never in a list of people.
    offered = False

    def _turned(self, state: dict[str, Any], key: str, settings: Settings) -> dict[str, Any]:
        sign = key[:1]
        if sign not in (JOINS, LEAVES):
            return state
        # An undo does the opposite of what the key says.
        return state | {"joins": (sign == JOINS) != bool(settings.get("turned"))}

    def wanted(self, before: Any, settings: Settings) -> Any | Skip:
        """In it or not, as the key says."""
        if "joins" not in before:
            return Skip(ODD_KEY)
        return _joined(before) if before["joins"] else _left(before)

    def send(self, client: Client, key: str, settings: Settings, before: Any, after: Any) -> Result:
        """Put one person in, or take one out."""
        if after["member"]:
            return client.groups.add_member(settings[GROUP], user_of(key))
        return _take_out(client, settings[GROUP], user_of(key))

    def operation_of(self, item: JobItem, settings: Settings) -> str:
        """Return what is sent for one person."""
        joins = item.key.startswith(JOINS) != bool(settings.get("turned"))
        return "groups.add_member" if joins else "groups.remove_member"

    def undo_settings(self, item: JobItem, settings: Settings) -> dict[str, Any] | Skip:
        """The opposite."""
        return {"turned": not settings.get("turned")}

    def notes(self, settings: Settings) -> list[str]:
        """Say what follows."""
        return ["What is shared with the group alone can no longer be opened by those who leave it."]

    def undo_note(self, settings: Settings) -> str:
        """Say what undo does."""
        return "Undo takes out those who joined by this and puts back those who left."
