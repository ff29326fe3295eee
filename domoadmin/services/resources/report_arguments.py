"""What the operations of scheduled reports take in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from domoadmin.services.arguments import Between, Digits, Identifier, Keys, Length
from domoadmin.services.paging import Paging
from domoadmin.services.places import Whole
from domoadmin.services.results.fields import wire_number

# Words such as history or created stand where an id can stand: anything but digits would reach another endpoint.
ScheduleId = Annotated[Identifier, Digits()]
Entries = Sequence[Mapping[str, Any]]

# EMAIL is the only type that the document shows; public clients send USER and GROUP with an id.
RECIPIENT = Keys({"type": str, "value": Identifier}, required=("type", "value"))
Recipients = Annotated[Entries, Whole(), Length(), RECIPIENT]
# Building and mailing takes people in another form than sending.
PERSON = Keys(
    {"userId": Identifier, "displayName": str, "emailAddress": str}, required=("userId", "displayName", "emailAddress")
)
People = Annotated[Entries, Whole(), Length(), PERSON]

Timing = Annotated[
    Mapping[str, Any],
    Keys(
        {
            "frequency": str,
            "daysToRun": Identifier,
            "hourOfDay": Annotated[int, Between(0, 23)],
            "minOfHour": Annotated[int, Between(0, 59)],
            "timezone": str,
            "enabled": bool,
            "additionalRecipients": Annotated[Entries, RECIPIENT],
        }
    ),
]

ScheduleOrder = Literal["startDate", "nextRunDate", "title"]
RunOrder = Literal[
    "reportTitle", "startTime", "endTime", "automated", "cardCount", "attachmentCount", "attachmentSize", "emailSize"
]
# The place of a page is called skip in this area.
SKIPPING = Paging(size="limit", place="skip", usual=100)


def timing_body(schedule: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schedule object with daysToRun as text, also for a day of the month."""
    return {name: str(value) if name == "daysToRun" else value for name, value in schedule.items()}


def people_body(people: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return people with their ids as numbers."""
    return [{**person, "userId": wire_number(person["userId"])} for person in people]
