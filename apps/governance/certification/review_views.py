"""The queue of reviews, and the page of one."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from apps.audit.models import AuditRecord, Outcome
from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.models import Connection
from apps.core.access import may
from apps.core.exports import csv_response
from apps.core.object_pages import object_url, url_in_domo
from apps.core.panels import PanelContent, panel_view
from apps.governance.certification import survey
from apps.governance.certification.catching_up import catch_up
from apps.governance.certification.listing import look_of_state
from apps.governance.certification.models import CertificationReview, ReviewState
from apps.governance.certification.review_listing import ReviewList, badges_of
from domoadmin.services.roles import Role

SECONDS = 20.0
RECORDS = 20
EXPORT_HEADER = (
    "Kind", "Id", "Name", "State", "Certification", "Reason", "Asked by", "Asked", "Reviewer", "Due", "Decided by",
    "Decided", "Decision", "Holds until",
)  # fmt: skip


# What a record of the trail is in the words of a review.
WORDS = {
    "certification.request": "Asked",
    "certification.assign": "Given to a reviewer",
    "certification.approve": "Approved",
    "certification.decline": "Declined",
    "certification.withdraw": "Taken back",
    "certification.renew": "Renewed",
    "certification.end": "Ended",
    "certification.adopt": "Given an end",
    "certified_content.certify": "Certified in Domo",
    "certified_content.decertify": "Certification removed in Domo",
}


@connection_view(Role.VIEWER)
def review_list(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Show the queue."""
    return ReviewList(request).respond("governance/certification/reviews.html", {"connection": connection})


@connection_view(Role.VIEWER)
def export(request: ConnectionRequest, connection: Connection) -> HttpResponseBase:
    """Stream all that match as CSV."""
    rows = map(_export_row, ReviewList(request).every_row())
    return csv_response(f"certification-reviews-{connection.slug}.csv", EXPORT_HEADER, rows)


def _export_row(each: CertificationReview) -> tuple[object, ...]:
    people = (each.requested_by, each.reviewer, each.decided_by)
    asked, reviewer, decided = (person.display_name if person else "" for person in people)
    return (
        each.get_kind_display(), each.object_id, each.object_name, each.get_state_display(),
        each.get_process_display(), each.reason, asked, each.requested_at, reviewer, each.due_on, decided,
        each.decided_at, each.decision, each.expires_on,
    )  # fmt: skip


def review_of(connection: Connection, pk: int) -> CertificationReview:
    """Return a review of this connection. Raises Http404."""
    known = CertificationReview.objects.select_related("connection", "requested_by", "reviewer", "decided_by")
    review = known.filter(connection=connection, pk=pk).first()
    if review is None:
        raise Http404(f"There is no review {pk} on {connection.name}.")
    return review


@connection_view(Role.VIEWER)
def review_show(request: ConnectionRequest, connection: Connection, pk: int) -> HttpResponse:
    """Show one review: what was asked, what was decided, what may be done."""
    catch_up(connection)
    review = review_of(connection, pk)
    own = review.requested_by_id == request.user.pk
    decides = may(request.user, Role.STEWARD)
    context = {
        "connection": connection,
        "review": review,
        "badges": badges_of(review, timezone.localdate()),
        "object_url": object_url(connection.slug, review.kind, review.object_id),
        "in_domo": url_in_domo(connection.base_url, review.kind, review.object_id),
        "may_decide": decides,
        "is_own": own and not may(request.user, Role.ADMIN),
        "may_withdraw": own or decides,
        "is_approved": review.state == ReviewState.APPROVED,
        "others": _others(review),
        "records": [(WORDS.get(record.operation, record.operation), record) for record in _records(review)],
    }
    return render(request, "governance/certification/review.html", context)


def _others(review: CertificationReview) -> list[tuple[CertificationReview, list[tuple[str, str, str]]]]:
    """Return earlier and later reviews of the same object."""
    same = CertificationReview.objects.filter(
        connection=review.connection, kind=review.kind, object_id=review.object_id
    ).exclude(pk=review.pk)
    today = timezone.localdate()
    return [(each, badges_of(each, today)) for each in same.select_related("connection").order_by("-pk")[:RECORDS]]


def _records(review: CertificationReview) -> list[AuditRecord]:
    """Return what was done to the object's certification, newest first."""
    about = AuditRecord.objects.filter(
        target_kind=review.kind,
        target_id=review.object_id,
        connection=review.connection.slug,
        operation__in=WORDS,
    ).exclude(outcome=Outcome.INTENDED)
    return list(about.defer("before", "after").order_by("-at", "-pk")[:RECORDS])


@connection_view(Role.VIEWER)
@panel_view("review-state", "In Domo now", refresh=["review-changed"])
def state(request: ConnectionRequest, connection: Connection, pk: int) -> PanelContent:
    """Show how Domo has it, by the documented call."""
    review = review_of(connection, pk)
    client = connection.client()
    with client.deadline(SECONDS):
        found = survey.read_state(client, review.kind, review.object_id)
    context = {"found": found, "look": look_of_state(survey.state_of(found.state)), "connection": connection}
    return PanelContent("governance/certification/panels/state.html", context)
