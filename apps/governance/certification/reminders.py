"""Reminders of reviews that are overdue and of certifications that end, each once for its date."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta

from django.db import transaction
from django.db.models import F, Q

from apps.accounts.models import User
from apps.connections.models import Connection
from apps.governance.certification.catching_up import catch_up
from apps.governance.certification.models import EXPIRING_DAYS, CertificationReview, ReviewState
from apps.governance.certification.reviews import reviewers_of
from apps.notifications.models import Level
from apps.notifications.service import notify
from domoadmin.services.roles import Role


def remind(today: date) -> int:
    """Tell people what is overdue, what ends soon and what has ended; returns how many reviews were told of."""
    for connection in Connection.objects.filter(pk__in=CertificationReview.objects.values("connection")):
        # What was removed by another page or job meanwhile ends nothing any more.
        catch_up(connection)
    waiting = CertificationReview.objects.filter(state=ReviewState.OPEN, due_on__lt=today)
    approved = CertificationReview.objects.filter(state=ReviewState.APPROVED)
    soon = approved.filter(expires_on__gte=today, expires_on__lte=today + timedelta(days=EXPIRING_DAYS))
    over = approved.filter(expires_on__lt=today)
    told = 0
    for rows, mark, day, tell in (
        (waiting, "told_overdue", "due_on", _tell_overdue),
        (soon, "told_expiring", "expires_on", _tell_expiring),
        (over, "told_expired", "expires_on", _tell_expired),
    ):
        untold = rows.filter(Q(**{f"{mark}__isnull": True}) | ~Q(**{mark: F(day)}))
        for review in untold.select_related("connection", "requested_by", "reviewer", "decided_by"):
            told += _told_once(review, mark, getattr(review, day), tell)
    return told


def _told_once(review: CertificationReview, mark: str, day: date, tell: Callable[[CertificationReview], None]) -> bool:
    """Tell of one review, in one transaction with the mark that it was: a second worker finds it marked."""
    with transaction.atomic():
        untold = CertificationReview.objects.filter(pk=review.pk, state=review.state).exclude(**{mark: day})
        if not untold.update(**{mark: day}):
            return False
        tell(review)
    return True


def _tell_overdue(review: CertificationReview) -> None:
    _tell(
        review,
        [review.reviewer],
        f"certification {review.pk} overdue {review.due_on}",
        Level.WARN,
        f"Overdue: review of {review.object_name}",
        f"It was due on {review.due_on.isoformat()}.",
    )


def _tell_expiring(review: CertificationReview) -> None:
    _tell(
        review,
        [review.decided_by, review.requested_by],
        f"certification {review.pk} ends {review.expires_on}",
        Level.WARN,
        f"Ends soon: certification of {review.object_name}",
        f"It holds until {review.expires_on}. Renew it, or remove it then.",
    )


def _tell_expired(review: CertificationReview) -> None:
    _tell(
        review,
        [review.decided_by, review.requested_by],
        f"certification {review.pk} ended {review.expires_on}",
        Level.BAD,
        f"Over: certification of {review.object_name}",
        f"It held until {review.expires_on}. Renew it, or remove it: Domo does neither by itself.",
    )


def _tell(
    review: CertificationReview, people: Iterable[User | None], key: str, level: Level, title: str, text: str
) -> None:
    """Tell those who still may use the connection; where nobody is left, its admins."""
    able = {each.pk: each for each in people if each is not None and _may_see(review, each)}
    if not able:
        able = {each.pk: each for each in reviewers_of(review.connection) if each.may(Role.ADMIN)}
    for person in able.values():
        notify(person, key=key, level=level, title=title, text=text, url=review.get_absolute_url())


def _may_see(review: CertificationReview, person: User) -> bool:
    return person.is_active and review.connection.may_be_used_by(person)
