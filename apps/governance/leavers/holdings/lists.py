"""What stands in a list that is sent as a whole: recipients of reports, grants on files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, ClassVar

from apps.core.optional_calls import if_told
from apps.governance.leavers.holdings.base import (
    UNCOUNTED,
    Badge,
    Missing,
    Parties,
    Party,
    Shared,
    State,
    Step,
    Thing,
    Way,
)
from apps.governance.leavers.holdings.finding import MOST_TO_COUNT, read_each
from apps.governance.leavers.holdings.owned import everybodys_schedules
from domoadmin.services.client import Client
from domoadmin.services.results.files import DataFile, FilePermissions
from domoadmin.services.results.reports import ReportSchedule

RECIPIENTS = "additionalRecipients"
STAYS = "Domo adds this recipient by itself, as one of the page or as its owner: no call takes it off."
FULL = "READ_WRITE_DELETE_SHARE_ADMIN"
# Beyond so many files, each of which would be one call, grants on other people's files are not looked for.
MOST_FILES = 2_000


class ReportRecipients(Shared):
    """Reports that are mailed to the person. What they hold: entries such as "USER:482716634"."""

    key = "report_recipient"
    noun = ("report subscription", "report subscriptions")
    title = "Report recipients"
    relation = "gets"
    icon = "mail"
    way = Way.DOCUMENTED
    operation = "reports.update"
    nothing: ClassVar[Any] = []
    calls = 1

    def planned(self, parties: Parties) -> State:
        """Nothing: the walk tells the entries."""
        return {"leaver": [], "to": []}

    def walk(self, client: Client, leaver: Party) -> Iterator[Thing | Missing]:
        """By the list of everybody's schedules; one that doesn't hold its recipients there is read alone."""

        def whole(listed: ReportSchedule) -> ReportSchedule:
            if listed.recipients or _entries(listed, leaver):
                return listed
            # The list may leave recipients out.
            return if_told(lambda: client.reports.get(listed.id)) or listed

        for listed, schedule in read_each(_with_recipients(client), whole):
            held = _entries(schedule, leaver)
            name = listed.title or listed.view_name
            if held:
                yield Thing(listed.id, name, {"leaver": held, "to": []})
            elif any(_is(leaver, each.type, each.value) for each in schedule.recipients):
                yield Thing(listed.id, name, {"leaver": ["recipient"], "to": []}, stays=STAYS)

    def count(self, client: Client, leaver: Party, most: int) -> tuple[int, list[str]]:
        """As the walk does, unless that takes too many calls."""
        if len(list(islice(_with_recipients(client), MOST_TO_COUNT + 1))) > MOST_TO_COUNT:
            return UNCOUNTED, []
        return super().count(client, leaver, most)

    def state(self, client: Client, thing: Thing, parties: Parties, like: State | None = None) -> State:
        """Read its additional recipients."""
        schedule = client.reports.get(thing.id)
        return {"leaver": _entries(schedule, parties.leaver), "to": _entries(schedule, parties.to)}

    def wanted(self, now: State, parties: Parties) -> State:
        """The other one in the leaver's place, in the way in which the leaver stood there."""
        by_address = all(entry.startswith("EMAIL:") for entry in now["leaver"]) and parties.to.email
        entry = f"EMAIL:{parties.to.email}" if by_address else f"USER:{parties.to.id}"
        return {"leaver": [], "to": now["to"] or [entry]}

    def steps(self, client: Client, thing: Thing, now: State, target: State, parties: Parties) -> list[Step]:
        """Send the schedule with the list as it stands at that moment, these two apart."""
        if now == target:
            return []

        def write() -> ReportSchedule:
            schedule = client.reports.get(thing.id)
            listed = (schedule.raw.get("schedule") or {}).get(RECIPIENTS) or []
            kept = [each for each in listed if not _is_either(parties, each)]
            added = [entry.partition(":") for role in ("leaver", "to") for entry in target[role]]
            recipients = kept + [{"type": kind, "value": value} for kind, _, value in added]
            return client.reports.change(thing.id, schedule={RECIPIENTS: recipients})

        return [Step(self.operation, write)]


def _with_recipients(client: Client) -> Iterator[ReportSchedule]:
    return (each for each in everybodys_schedules(client) if each.id and each.recipient_count != 0)


def _entries(schedule: ReportSchedule, party: Party) -> list[str]:
    listed = schedule.timing.additional_recipients
    return [f"{each.type}:{each.value}" for each in listed if _is(party, each.type, each.value)]


def _is(party: Party, kind: str, value: str) -> bool:
    if kind.upper() == "USER":
        return value == party.id
    return kind.upper() == "EMAIL" and bool(party.email) and value.casefold() == party.email.casefold()


def _is_either(parties: Parties, entry: Any) -> bool:
    kind = str(entry.get("type") or ("USER" if entry.get("userId") else "EMAIL"))
    value = str(entry.get("value") or entry.get("userId") or entry.get("emailAddress") or "")
    return _is(parties.leaver, kind, value) or _is(parties.to, kind, value)


class FileGrants(Shared):
    """Files of others with which the person may do something. What they hold: "READ_WRITE", "" for nothing."""

    key = "file_grant"
    noun = ("file permission", "file permissions")
    title = "File permissions"
    relation = "may use"
    icon = "lock-open"
    object_kind = "file"
    way = Way.DOCUMENTED
    operation = "files.update_permissions"
    nothing = ""
    calls = 1

    def planned(self, parties: Parties) -> State:
        """Nothing: the walk tells the grant."""
        return {"leaver": "", "to": ""}

    def walk(self, client: Client, leaver: Party) -> Iterator[Thing | Missing]:
        """By the permissions of each file that isn't theirs: one call for each, since no list tells."""
        others = self._others(client, leaver)
        if len(others) > MOST_FILES:
            yield Missing(
                f"The permissions of {len(others):,} files of others were not looked through: too many calls."
            )
            return
        for file, permissions in read_each(others, lambda file: _permissions(client, file)):
            grant = _grant(permissions, leaver) if permissions is not None else ""
            if grant:
                yield Thing(file.id, file.name, {"leaver": grant, "to": ""})

    def _others(self, client: Client, leaver: Party) -> list[DataFile]:
        return [file for file in client.files.list_metadata() if file.id and file.owner_id != leaver.id]

    def count(self, client: Client, leaver: Party, most: int) -> tuple[int, list[str]]:
        """As the walk does, unless that takes too many calls."""
        if len(self._others(client, leaver)) > MOST_TO_COUNT:
            return UNCOUNTED, []
        return super().count(client, leaver, most)

    def state(self, client: Client, thing: Thing, parties: Parties, like: State | None = None) -> State:
        """Read its permissions."""
        permissions = client.files.get_permissions(thing.id)
        return {"leaver": _grant(permissions, parties.leaver), "to": _grant(permissions, parties.to)}

    def wanted(self, now: State, parties: Parties) -> State:
        """The other one with what either of the two may do."""
        return {"leaver": "", "to": _both(now["to"], now["leaver"])}

    def steps(self, client: Client, thing: Thing, now: State, target: State, parties: Parties) -> list[Step]:
        """Send all permissions as they stand at that moment, these two apart."""
        if now == target:
            return []

        def write() -> Any:
            permissions = client.files.get_permissions(thing.id)
            entries = [dict(each) for each in permissions.wire_entries]
            for party, grant in ((parties.leaver, target["leaver"]), (parties.to, target["to"])):
                entries = _with_grant(entries, party, grant)
            return client.files.update_permissions(thing.id, bool(permissions.public_access), entries)

        return [Step(self.operation, write)]

    def words(self, name: str, held: Any) -> str:
        """Name the grant."""
        return f"{name}: {str(held).replace('_', ', ').lower()}"


class Files(FileGrants):
    """The person's own files: no call changes the owner, but another person may be given all rights."""

    key = "file"
    noun = ("file", "files")
    title = "Files"
    relation = "owns"
    icon = "file"
    only_gives = True
    note = "No call changes the owner of a file: the new person is given all rights to it, the owner stays."

    def count(self, client: Client, leaver: Party, most: int) -> tuple[int, list[str]]:
        """By the list."""
        return Shared.count(self, client, leaver, most)

    def walk(self, client: Client, leaver: Party) -> Iterator[Thing | Missing]:
        """By the list, which filters by owner."""
        for file in client.files.list_metadata(user_id=leaver.id):
            if file.id and file.owner_id == leaver.id:
                yield Thing(file.id, file.name)

    def wanted(self, now: State, parties: Parties) -> State:
        """The other one with all rights; the owner's entry stays, which the call wants."""
        return {"leaver": now["leaver"], "to": FULL}

    def is_held(self, now: State, parties: Parties) -> bool:
        """The owner is always the same."""
        return True

    def shown(self, state: State, names: Mapping[str, str]) -> list[Badge]:
        """Name the other one's rights."""
        return [(self.words(names["to"], state["to"]) if state["to"] else f"{names['to']}: nothing", "is-off", "user")]


def _permissions(client: Client, file: DataFile) -> FilePermissions | None:
    found: FilePermissions | None = if_told(lambda: client.files.get_permissions(file.id))
    return found


def _grant(permissions: FilePermissions, party: Party) -> str:
    mine = (each for each in permissions.entries if each.entity_type.upper() == "USER" and each.entity_id == party.id)
    return next((each.grant for each in mine), "")


def _both(first: str, second: str) -> str:
    words = {*first.split("_"), *second.split("_")} - {""}
    known = [word for word in FULL.split("_") if word in words]
    return "_".join([*known, *sorted(words - set(known))])


def _with_grant(entries: list[dict[str, Any]], party: Party, grant: str) -> list[dict[str, Any]]:
    def is_theirs(entry: dict[str, Any]) -> bool:
        return str(entry.get("entityType")).upper() == "USER" and str(entry.get("entityId")) == party.id

    there = any(is_theirs(each) for each in entries)
    if not grant:
        return [each for each in entries if not is_theirs(each)]
    if there:
        return [each | {"grant": grant} if is_theirs(each) else each for each in entries]
    return [*entries, {"entityType": "USER", "entityId": party.id, "grant": grant, "pass": "NONE"}]
