"""What can be done with a review. Each act stands in the audit trail; what Domo is asked goes out before it is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from apps import audit
from apps.accounts.models import User
from apps.connections.changing import Change, Target, make_change
from apps.connections.models import Connection
from apps.governance.certification import survey
from apps.governance.certification.models import (
    CertificationReview,
    CertifiedState,
    ContentKind,
    ContentRecord,
    ReviewState,
)
from apps.governance.certification.telling import tell_requester, tell_reviewer
from apps.notifications.models import Level
from domoadmin.services.client import Client
from domoadmin.services.errors import Forbidden, InvalidArguments, NotFound
from domoadmin.services.roles import Role
from domoadmin.services.search_filters import term

SECONDS = 20.0
DECIDED = "Somebody has decided on this meanwhile. Nothing was changed"
DECIDED_MEANWHILE = "Somebody else has decided on this meanwhile. What you sent stands in Domo: look at it"
OWN = "You asked for this yourself: somebody else decides on it, or an admin"


@dataclass(frozen=True)
class Wish:
    """What somebody asks for."""

    kind: str
    object_id: str
    process: str
    reason: str
    reviewer: User | None
    due_on: date
    expires_on: date | None = None


def reviewers_of(connection: Connection) -> list[User]:
    """Return who may decide on this connection: active stewards and admins who may use it."""
    people = User.objects.filter(is_active=True).order_by("first_name", "last_name", "username")
    return [person for person in people if person.may(Role.STEWARD) and connection.may_be_used_by(person)]


def find_content(connection: Connection, kind: str, object_id: str) -> tuple[str, CertifiedState]:
    """Return name and certification of a dataset or card. Raises InvalidArguments where there is none, UpstreamError.

    The state is read by the documented call; a name that nothing tells is the id.
    """
    client = connection.client()
    with client.deadline(SECONDS):
        try:
            state = survey.state_of(survey.read_state(client, kind, object_id).state)
        except (NotFound, Forbidden) as error:
            word = ContentKind(kind).label.lower()
            raise InvalidArguments(
                f"There is no {word} with this id, or the token of this connection may not see it",
                argument="object_id",
            ) from error
        return _name_of(connection, client, kind, object_id), state


def _name_of(connection: Connection, client: Client, kind: str, object_id: str) -> str:
    known = ContentRecord.objects.filter(connection=connection, kind=kind, object_id=object_id).first()
    if known is not None:
        return known.name
    if kind == ContentKind.DATASET:
        return client.datasets.get_metadata(object_id).name.strip() or object_id
    # No documented call reads a single card: the search knows its title.
    page = client.search.query(entities=["card"], query="*", filters=[term("databaseId", object_id)], count=1, offset=0)
    return next((hit.name.strip() for hit in page.hits if hit.id == object_id), "") or f"Card {object_id}"


def request_review(connection: Connection, user: User, wish: Wish) -> CertificationReview:
    """Put a request into the queue and tell its reviewer. Raises InvalidArguments, UpstreamError."""
    name, _ = find_content(connection, wish.kind, wish.object_id)
    review = CertificationReview(
        connection=connection,
        kind=wish.kind,
        object_id=wish.object_id,
        object_name=name[:400],
        process=wish.process,
        reason=wish.reason,
        requested_by=user,
        reviewer=wish.reviewer,
        due_on=wish.due_on,
        expires_on=wish.expires_on,
    )
    try:
        with transaction.atomic():
            review.save(force_insert=True)
            _record(review, user, "request", after=_facts(review), message=wish.reason)
            tell_reviewer(review, user)
    except IntegrityError as error:
        raise InvalidArguments("Somebody has asked for this already: its review is open") from error
    return review


def assign(review: CertificationReview, user: User, reviewer: User | None, due_on: date) -> None:
    """Give it to somebody, with another day if wanted. Raises InvalidArguments when it is decided."""
    before = _facts(review)
    with transaction.atomic():
        _still_open(review, reviewer=reviewer, due_on=due_on)
        _record(review, user, "assign", before=before, after=_facts(review))
        tell_reviewer(review, user)


def approve(review: CertificationReview, user: User, expires_on: date | None, note: str) -> str:
    """Certify the object and close the review; returns what to say. Raises InvalidArguments, UpstreamError."""
    _require_open(review)
    _require_other(review, user)
    _certify(review, user)
    with transaction.atomic():
        _end_earlier(review)
        _still(
            review,
            ReviewState.OPEN,
            DECIDED_MEANWHILE,
            state=ReviewState.APPROVED,
            decided_by=user,
            decided_at=timezone.now(),
            decision=note,
            expires_on=expires_on,
        )
        _record(review, user, "approve", after=_facts(review), message=note)
        tell_requester(review, user, Level.OK, "is certified", note)
    return f"{review.object_name} is certified."


def decline(review: CertificationReview, user: User, reason: str) -> str:
    """Close the review without certifying; returns what to say. Raises InvalidArguments."""
    _require_open(review)
    _require_other(review, user)
    with transaction.atomic():
        _still_open(review, state=ReviewState.DECLINED, decided_by=user, decided_at=timezone.now(), decision=reason)
        _record(review, user, "decline", after=_facts(review), message=reason)
        tell_requester(review, user, Level.WARN, "is not certified", reason)
    return f"The request for {review.object_name} is declined."


def withdraw(review: CertificationReview, user: User) -> str:
    """Take a request back. Raises InvalidArguments when it is decided, or somebody else's."""
    _require_open(review)
    if review.requested_by_id != user.pk and not user.may(Role.STEWARD):
        raise InvalidArguments("Only who asked for it, a steward or an admin takes it back")
    with transaction.atomic():
        _still_open(review, state=ReviewState.WITHDRAWN, decided_by=user, decided_at=timezone.now())
        _record(review, user, "withdraw", after=_facts(review))
    return f"The request for {review.object_name} is taken back."


def renew(review: CertificationReview, user: User, expires_on: date | None) -> str:
    """Certify once more, until another day; returns what to say. Raises InvalidArguments, UpstreamError."""
    _require_approved(review)
    before = _facts(review)
    _certify(review, user)
    with transaction.atomic():
        _still(review, ReviewState.APPROVED, DECIDED_MEANWHILE, expires_on=expires_on)
        _record(review, user, "renew", before=before, after=_facts(review))
    return f"{review.object_name} stays certified."


def end(review: CertificationReview, user: User) -> str:
    """Remove the certification; returns what to say. Raises InvalidArguments, UpstreamError."""
    _require_approved(review)
    _change(review, user, certified=False)
    with transaction.atomic():
        _still(review, ReviewState.APPROVED, DECIDED_MEANWHILE, state=ReviewState.ENDED)
        _record(review, user, "end", after=_facts(review))
    return f"{review.object_name} is no longer certified."


def adopt(
    connection: Connection, user: User, kind: str, object_id: str, expires_on: date, reason: str
) -> CertificationReview:
    """Give an end date to what was certified elsewhere; nothing is sent. Raises InvalidArguments, UpstreamError."""
    name, state = find_content(connection, kind, object_id)
    if state != CertifiedState.CERTIFIED:
        raise InvalidArguments("It is not certified, so there is nothing that could end. Ask for a review instead")
    now = timezone.now()
    review = CertificationReview(
        connection=connection,
        kind=kind,
        object_id=object_id,
        object_name=name[:400],
        reason=reason,
        state=ReviewState.APPROVED,
        requested_by=user,
        reviewer=user,
        due_on=timezone.localdate(),
        decided_by=user,
        decided_at=now,
        expires_on=expires_on,
    )
    with transaction.atomic():
        _end_earlier(review)
        review.save(force_insert=True)
        _record(review, user, "adopt", after=_facts(review), message=reason)
    survey.note_state(connection, kind, object_id, CertifiedState.CERTIFIED)
    return review


# What they share


def _certify(review: CertificationReview, user: User) -> None:
    _change(review, user, certified=True)


def _change(review: CertificationReview, user: User, *, certified: bool) -> None:
    connection, kind, object_id = review.connection, review.kind, review.object_id
    client = connection.client()
    with client.deadline(SECONDS):
        before = survey.state_of(survey.read_state(client, kind, object_id).state)
    after = CertifiedState.CERTIFIED if certified else CertifiedState.NONE
    change = Change(
        "certified_content.certify" if certified else "certified_content.decertify",
        Target(kind, object_id, review.object_name),
        {"certification": "" if before == CertifiedState.NONE else before.value},
        {"certification": "" if after == CertifiedState.NONE else after.value},
    )
    send = survey.certify if certified else survey.decertify
    make_change(connection, user, change, lambda client: send(client, kind, object_id))
    survey.note_state(connection, kind, object_id, after)


def _require_open(review: CertificationReview) -> None:
    if not review.is_open:
        raise InvalidArguments(DECIDED)


def _require_approved(review: CertificationReview) -> None:
    if review.state != ReviewState.APPROVED:
        raise InvalidArguments("This review did not lead to a certification that still holds. Nothing was changed")


def _require_other(review: CertificationReview, user: User) -> None:
    if review.requested_by_id == user.pk and not user.may(Role.ADMIN):
        raise InvalidArguments(OWN)


def _still_open(review: CertificationReview, **values: Any) -> None:
    _still(review, ReviewState.OPEN, **values)


def _still(review: CertificationReview, state: ReviewState, refusal: str = DECIDED, /, **values: Any) -> None:
    """Change the row if it is still in that state; two people who decide at once don't both win."""
    if not CertificationReview.objects.filter(pk=review.pk, state=state).update(**values):
        raise InvalidArguments(refusal)
    for name, value in values.items():
        setattr(review, name, value)


def _end_earlier(review: CertificationReview) -> None:
    """End the review by which the same object was certified before: the new one takes its place."""
    CertificationReview.objects.filter(
        connection=review.connection, kind=review.kind, object_id=review.object_id, state=ReviewState.APPROVED
    ).exclude(pk=review.pk).update(state=ReviewState.ENDED)


def _facts(review: CertificationReview) -> dict[str, Any]:
    return {
        "state": str(review.state),
        "process": str(review.process),
        "reviewer": review.reviewer.username if review.reviewer else "",
        "due_on": review.due_on.isoformat(),
        "expires_on": review.expires_on.isoformat() if review.expires_on else "",
    }


def _record(review: CertificationReview, user: User, verb: str, **facts: Any) -> None:
    audit.record(
        f"certification.{verb}",
        actor=user,
        connection=review.connection.slug,
        source="page",
        target_kind=review.kind,
        target_id=review.object_id,
        target_name=review.object_name[:300],
        **facts,
    )
