"""The report schedules as they are now: the generated ones with what clients have changed since."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from domoadmin.sandbox.catalog import READ_ONLY_DEPARTMENT, now_ms
from domoadmin.sandbox.errors import ApiError, not_found
from domoadmin.sandbox.reports.generated import Schedule, generated_schedules
from domoadmin.sandbox.reports.recipients import AddressBook
from domoadmin.sandbox.reports.resources import Resources
from domoadmin.sandbox.reports.rules import next_run, read_rule
from domoadmin.sandbox.store import Document

if TYPE_CHECKING:
    from domoadmin.sandbox.world import World

STORED = "report-schedule"
FIRST_CREATED, FIRST_CREATED_VIEW = 91_000, 8_910_000
FILTERS = ("USER", "OWNER", "ALL")


class Schedules:
    """Made by `world.part(Schedules)`. Changes go through to the store; `revision` grows with each of them."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._resources, self._addresses = world.part(Resources), world.part(AddressBook)
        self.revision = 0
        self._schedules = {schedule.id: schedule for schedule in generated_schedules(world)}
        for identifier, values in world.store.all(STORED).items():
            self._schedules[int(identifier)] = Schedule(**{**values, "id": int(identifier)})

    def ever(self) -> list[Schedule]:
        """Every schedule, deleted ones too: what they sent stays in the history."""
        return list(self._schedules.values())

    def of(self, filter_name: str) -> list[Schedule]:
        """The schedules that the caller owns or receives (USER), owns (OWNER), or ALL; ApiError 400."""
        return [schedule for schedule in self.ever() if schedule.deleted is None and self.passes(filter_name, schedule)]

    def passes(self, filter_name: str, schedule: Schedule) -> bool:
        """Whether a filter keeps a schedule; ApiError 400 for an unknown filter."""
        wanted, me = filter_name.upper(), self._world.directory.me
        if wanted not in FILTERS:
            raise ApiError(400, f"Parameter filter must be one of {', '.join(FILTERS)}")
        if wanted == "ALL" or schedule.owner_id == me.id:
            return True
        return wanted == "USER" and any(
            (each["type"], each["value"]) == ("USER", me.id) for each in schedule.recipients
        )

    def find(self, schedule_id: str) -> Schedule:
        """A schedule; ApiError 404."""
        found = self._schedules.get(int(schedule_id)) if schedule_id.isdecimal() else None
        if found is None or found.deleted is not None:
            raise not_found("Report schedule", schedule_id)
        return found

    def by_view(self, view_id: str) -> Schedule:
        """The schedule that sends a view; ApiError 404."""
        found = next((each for each in self.of("ALL") if str(each.view_id) == view_id), None)
        if found is None:
            raise not_found("Report schedule of view", view_id)
        return found

    def changeable(self, schedule_id: str) -> Schedule:
        """A schedule that the caller may change and send; ApiError 403 and 404."""
        schedule, me = self.find(schedule_id), self._world.directory.me
        owner = self._addresses.person(schedule.owner_id)
        if schedule.owner_id != me.id and owner is not None and owner.department == READ_ONLY_DEPARTMENT:
            raise ApiError(403, f"You do not have permission to change report schedule {schedule_id}")
        return schedule

    def create(self, body: Document) -> Schedule:
        """Create Report Schedule; ApiError 400, and 409 for a title that the page or card has a report of already."""
        now, world = now_ms(), self._world
        with world.store.lock:
            resource_type, resource_id, view_id = self._resource(body)
            subject = self._resources.name(resource_type, resource_id) or ""
            title = str(body.get("title") or body.get("subject") or subject).strip()
            if any(each.title == title and each.resource_id == resource_id for each in self.of("ALL")):
                raise ApiError(409, f"A report schedule named {title} exists already for this resource")
            rule = self._rule(body.get("schedule"), None, now)
            schedule = Schedule(
                id=world.store.next_number(STORED, FIRST_CREATED),
                view_id=view_id or world.store.next_number("report-view", FIRST_CREATED_VIEW),
                embed_view_id=world.store.next_number("report-view", FIRST_CREATED_VIEW),
                title=title,
                subject=str(body.get("subject") or subject),
                resource_type=resource_type,
                resource_id=resource_id,
                owner_id=self._owner(body.get("ownerId", world.directory.me.id)),
                created=now,
                since=now,
                rule=rule,
                recipients=[{"type": "USER", "value": world.directory.me.id}],
                attachment_include=_attachment(body, False),
            )
            self._save(schedule)
        return schedule

    def update(self, schedule_id: str, body: Document) -> Schedule:
        """Update Report Schedule: what the body leaves out stays. ApiError 400, 403 and 404."""
        now = now_ms()
        with self._world.store.lock:
            schedule = self.changeable(schedule_id)
            title = body.get("title", schedule.title)
            if not isinstance(title, str) or not title.strip():
                raise ApiError(400, "title must not be empty")
            changes: dict[str, Any] = {"title": title.strip(), "subject": str(body.get("subject") or schedule.subject)}
            changes["attachment_include"] = _attachment(body, schedule.attachment_include)
            if body.get("ownerId") is not None:
                changes["owner_id"] = self._owner(body["ownerId"])
            if body.get("pageId") is not None or body.get("cardId") is not None:
                changes["resource_type"], changes["resource_id"], _ = self._resource(body)
            if "schedule" in body:
                changes |= _ruled(schedule, self._rule(body["schedule"], schedule.rule, now), now)
            return self._save(replace(schedule, **changes))

    def set_enabled(self, schedule_id: str, enabled: bool) -> None:
        """Switches a schedule; ApiError 403, 404, and 409 for one that can't run as it is."""
        with self._world.store.lock:
            schedule = self.changeable(schedule_id)
            problem = self.problem(schedule)
            if enabled and problem:
                raise ApiError(409, f"Report schedule {schedule_id} cannot be enabled: {problem}")
            if schedule.rule["enabled"] != enabled:
                self._save(replace(schedule, **_ruled(schedule, {**schedule.rule, "enabled": enabled}, now_ms())))

    def delete(self, schedules: list[Schedule]) -> None:
        """Deletes schedules together; ApiError 403."""
        with self._world.store.lock:
            for schedule in [self.changeable(str(schedule.id)) for schedule in schedules]:
                self._save(replace(schedule, deleted=now_ms()))

    def set_unsubscribed(self, schedule_id: str, who: str, unsubscribed: bool) -> bool:
        """Notes or forgets that a user id or mail address wants no mail; gives whether it was noted before."""
        with self._world.store.lock:
            schedule = self.find(schedule_id)
            others = [each for each in schedule.unsubscribed if each != who]
            self._save(replace(schedule, unsubscribed=others + [who] * unsubscribed))
        return who in schedule.unsubscribed

    def problem(self, schedule: Schedule) -> str:
        """Why a schedule can't run; empty when it can."""
        owner = self._addresses.person(schedule.owner_id)
        if owner is None or not owner.active:
            return "its owner is not active"
        if self._resources.name(schedule.resource_type, schedule.resource_id) is None:
            return "what it sends no longer exists"
        return "" if schedule.recipients or schedule.rule["additionalRecipients"] else "it has no recipients"

    def recipients(self, schedule: Schedule) -> list[Document]:
        """Who gets the mail now: members of groups one by one, without those who unsubscribed."""
        listed = [*schedule.recipients, *schedule.rule["additionalRecipients"]]
        return [
            each
            for each in self._addresses.still_there(listed)
            if not {str(each["userId"]), each["emailAddress"]} & set(schedule.unsubscribed)
        ]

    def record(self, schedule: Schedule) -> Document:
        """All fields of a schedule: those of the samples, and those by which public clients change it."""
        now, me = now_ms(), self._world.directory.me
        run = next_run(schedule.rule, now)
        return {
            "id": schedule.id,
            "reportViewId": schedule.view_id,
            "viewId": schedule.view_id,
            "pageId": self._resources.page_of(schedule.resource_type, schedule.resource_id),
            "title": schedule.title,
            "subject": schedule.subject,
            "viewName": self._resources.name(schedule.resource_type, schedule.resource_id) or schedule.subject,
            "type": "RECURRING",
            "ownerId": int(schedule.owner_id),
            "embedViewId": schedule.embed_view_id,
            "owner": schedule.owner_id == me.id,
            "active": not self.problem(schedule),
            "attachmentInclude": schedule.attachment_include,
            "cardCount": self._resources.card_count(schedule.resource_type, schedule.resource_id),
            "recipientCount": len(self.recipients(schedule)),
            "cardId": schedule.resource_id if schedule.resource_type == "CARD" else None,
            "schedule": {**schedule.rule, **({"nextRunDate": run} if run else {})},
        }

    def detailed(self, schedule: Schedule) -> Document:
        """The same with who gets the mail and who wants none."""
        without = [{"userId": int(who)} if who.isdecimal() else {"emailAddress": who} for who in schedule.unsubscribed]
        record = self.record(schedule)
        return {**record, "recipients": self.recipients(schedule), "unsubscribedRecipients": without}

    def _resource(self, body: Document) -> tuple[str, int, int | None]:
        """What a body wants to send: type, id, and the id of the view if it names one; ApiError 400."""
        view_id = body.get("viewId") or body.get("reportViewId")
        if view_id is not None and not str(view_id).isdecimal():
            raise ApiError(400, "viewId must be a number")
        for name, kind in (("cardId", "CARD"), ("pageId", "PAGE")):
            value = body.get(name)
            if value is None:
                continue
            if not str(value).isdecimal() or self._resources.name(kind, int(value)) is None:
                raise ApiError(400, f"{name} {value} does not exist")
            return kind, int(value), int(view_id) if view_id else None
        known = next((each for each in self.ever() if str(each.view_id) == str(view_id)), None)
        if known is None:
            raise ApiError(400, "pageId, or the viewId of a known view, is required")
        return known.resource_type, known.resource_id, known.view_id

    def _rule(self, sent: Any, earlier: Document | None, now: int) -> Document:
        rule = read_rule(sent, earlier, now)
        self._addresses.resolve(rule["additionalRecipients"])
        return rule

    def _owner(self, value: Any) -> str:
        person = self._addresses.person(str(value))
        if person is None or not person.active:
            raise ApiError(400, f"ownerId {value} is not an active user of this instance")
        return person.id

    def _save(self, schedule: Schedule) -> Schedule:
        document = asdict(schedule)
        del document["id"]
        self._world.store.put(STORED, str(schedule.id), document)
        self._schedules[schedule.id] = schedule
        self.revision += 1
        return schedule


def _attachment(body: Document, usual: bool) -> bool:
    value = body.get("attachmentInclude", usual)
    if not isinstance(value, bool):
        raise ApiError(400, "attachmentInclude must be true or false")
    return value


def _ruled(schedule: Schedule, rule: Document, now: int) -> dict[str, Any]:
    """The fields that change with the rule: what ran under the earlier one stays in the history."""
    past = {"since": schedule.since, "until": now, "rule": schedule.rule}
    return {"rule": rule, "since": now, "earlier": [*schedule.earlier, past]}
