"""Who is told of a request and of its decision, by the bell and by mail where a person wants that."""

from __future__ import annotations

from apps.accounts.models import User
from apps.governance.certification.models import CertificationReview
from apps.notifications.models import Level
from apps.notifications.service import notify


def tell_reviewer(review: CertificationReview, user: User) -> None:
    """Tell who is to decide, unless it is whoever asks or assigns."""
    if review.reviewer is None or review.reviewer == user:
        return
    notify(
        review.reviewer,
        key=f"certification {review.pk} for {review.reviewer.pk} until {review.due_on}",
        level=Level.WARN,
        title=f"Please review: {review.object_name}",
        text=f"{review.requested_by.display_name if review.requested_by else 'Somebody'} asks that it be certified. "
        f"Due on {review.due_on.isoformat()}.",
        url=review.get_absolute_url(),
    )


def tell_requester(review: CertificationReview, user: User, level: Level, words: str, note: str) -> None:
    """Tell who asked what came of it."""
    if review.requested_by is None or review.requested_by == user:
        return
    notify(
        review.requested_by,
        key=f"certification {review.pk} decided",
        level=level,
        title=f"{review.object_name} {words}",
        text=f"{user.display_name} decided. {note}".strip(),
        url=review.get_absolute_url(),
    )
