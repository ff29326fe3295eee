"""Scheduled Reports API: sending by hand, and who wants mail."""

from __future__ import annotations

from typing import Any

from domoadmin.sandbox.errors import ApiError, not_found
from domoadmin.sandbox.http.message import Request, Response
from domoadmin.sandbox.reports.card_emails import card_email
from domoadmin.sandbox.reports.generated import Schedule
from domoadmin.sandbox.reports.mailing import Mailing
from domoadmin.sandbox.reports.recipients import AddressBook, check_recipients
from domoadmin.sandbox.reports.runs import Runs
from domoadmin.sandbox.reports.schedules import Schedules
from domoadmin.sandbox.routing import Router
from domoadmin.sandbox.world import World

router = Router()
BASE = "/api/content/v1/reportschedules"


def _send(world: World, schedule: Schedule, sent: Any, attachments: bool, queued: bool) -> Response:
    """Mails a report to the recipients of a body; both documented forms of a recipient are taken. ApiError 400."""
    if not check_recipients(sent, "recipients"):
        raise ApiError(400, "recipients is required")
    world.part(Runs).send(schedule, world.part(AddressBook).resolve(sent), attachments, queued)
    return Response(202)


def _send_by_id(world: World, request: Request, schedule_id: str, queued: bool) -> Response:
    schedule = world.part(Schedules).changeable(schedule_id)
    return _send(world, schedule, request.json(), schedule.attachment_include, queued)


def _who(world: World, request: Request) -> str:
    """The user id or mail address of the query; the caller when there is neither, as public clients rely on."""
    user, address = request.query.get("userId"), request.query.get("emailId")
    if user:
        return world.directory.person(user).id
    return address or world.directory.me.id


def _switch(request: Request) -> bool:
    value = request.json()
    if not isinstance(value, bool):
        raise ApiError(400, "The body must be true or false")
    return value


@router.add("reports.render_cards_for_email", "POST", BASE + "/card-email-data", mutates=False)
def render_cards_for_email(world: World, request: Request) -> Any:
    """Render Card for Email: by card id; unknown cards are left out."""
    body = request.json()
    if not isinstance(body, list) or not body or not all(str(each).isdecimal() for each in body):
        raise ApiError(400, "A list of card ids is expected")
    rendered = {str(each): card_email(world, str(each)) for each in body}
    return {card: fields for card, fields in rendered.items() if fields is not None}


@router.add("reports.set_emails_enabled", "PUT", BASE + "/emails/enabled")
def set_emails_enabled(world: World, request: Request) -> Any:
    """Enable/Disable Scheduled Report Emails of the whole instance."""
    world.part(Mailing).set_enabled(_switch(request))
    return Response(200)


@router.add("reports.set_enabled", "PUT", BASE + "/{schedule_id}/enabled")
def set_enabled(world: World, request: Request, schedule_id: str) -> Any:
    """Enable/Disable Report Schedule."""
    world.part(Schedules).set_enabled(schedule_id, _switch(request))
    return Response(200)


@router.add("reports.build_and_email", "POST", BASE + "/{schedule_id}/notifications")
def build_and_email(world: World, request: Request, schedule_id: str) -> Any:
    """Build and Email Report."""
    return _send_by_id(world, request, schedule_id, queued=False)


@router.add("reports.queue_build_and_email", "POST", BASE + "/{schedule_id}/notifications/queue")
def queue_build_and_email(world: World, request: Request, schedule_id: str) -> Any:
    """Queue Build and Email Report."""
    return _send_by_id(world, request, schedule_id, queued=True)


@router.add("reports.queue_now", "POST", BASE + "/{schedule_id}/queue")
def queue_now(world: World, request: Request, schedule_id: str) -> Any:
    """Queue Report Now."""
    return _send_by_id(world, request, schedule_id, queued=True)


@router.add("reports.send_now", "POST", BASE + "/{schedule_id}/sendnow")
def send_now(world: World, request: Request, schedule_id: str) -> Any:
    """Send Report Now."""
    return _send_by_id(world, request, schedule_id, queued=False)


@router.add("reports.send_resubscribe_email", "POST", BASE + "/{schedule_id}/sendResubscribe")
def send_resubscribe_email(world: World, request: Request, schedule_id: str) -> Any:
    """Send Resubscribe Email: a mail that asks, which is not a mailing of the report."""
    world.part(Schedules).changeable(schedule_id)
    recipients = check_recipients(request.json(), "recipients")
    if not world.part(AddressBook).resolve(recipients):
        raise ApiError(400, "recipients is required")
    world.part(Mailing).check()
    return Response(202)


@router.add("reports.send_now_by_view", "POST", BASE + "/views/{view_id}/sendNow")
def send_now_by_view(world: World, request: Request, view_id: str) -> Any:
    """Send Report Now by View ID."""
    schedule = _of_view(world, view_id)
    return _send(world, schedule, request.json(), request.flag("attachmentInclude"), False)


@router.add("reports.send_now_with_params", "POST", BASE + "/views/{view_id}/sendNowWithParams")
def send_now_with_params(world: World, request: Request, view_id: str) -> Any:
    """Send Report Now with Parameters by View ID."""
    schedule, body = _of_view(world, view_id), request.json_object()
    if not isinstance(body.get("emailParams", {}), dict):
        raise ApiError(400, "emailParams must be an object")
    return _send(world, schedule, body.get("recipients"), request.flag("attachmentInclude"), False)


def _of_view(world: World, view_id: str) -> Schedule:
    schedules = world.part(Schedules)
    return schedules.changeable(str(schedules.by_view(view_id).id))


@router.add("reports.unsubscribe", "POST", BASE + "/{schedule_id}/unsubscribe")
def unsubscribe(world: World, request: Request, schedule_id: str) -> Any:
    """Unsubscribe from Report: the caller."""
    world.part(Schedules).set_unsubscribed(schedule_id, world.directory.me.id, True)
    return Response(200)


@router.add("reports.resubscribe", "POST", BASE + "/{schedule_id}/resubscribe")
def resubscribe(world: World, request: Request, schedule_id: str) -> Any:
    """Resubscribe to Report: a user, an address, or the caller; someone who never unsubscribed stays as they are."""
    world.part(Schedules).set_unsubscribed(schedule_id, _who(world, request), False)
    return Response(200)


@router.add("reports.delete_unsubscribed_recipient", "DELETE", BASE + "/{schedule_id}/unsubscribe/recipient")
def delete_unsubscribed_recipient(world: World, request: Request, schedule_id: str) -> Any:
    """Delete Unsubscribed Recipient: forgets that someone had unsubscribed."""
    who = _who(world, request)
    if not world.part(Schedules).set_unsubscribed(schedule_id, who, False):
        raise not_found("Unsubscribed recipient", who)
    return Response(200)
