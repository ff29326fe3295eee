"""The dialogs in which somebody asks for a certification, and in which it is decided."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone

from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.change_dialogs import ChangeDialog, answer_change
from apps.connections.models import Connection
from apps.governance.certification import reviews
from apps.governance.certification.listing import kind_in
from apps.governance.certification.models import CertificationReview
from apps.governance.certification.review_forms import (
    ApproveForm,
    AssignForm,
    DeclineForm,
    EndsForm,
    RequestForm,
    in_a_year,
)
from apps.governance.certification.review_views import review_of
from domoadmin.services.roles import Role

CHANGED: dict[str, dict[str, Any]] = {"review-changed": {}}
# To ask is everybody's, to decide is whose who may certify.
ASKS, DECIDES = "certified_content.get_status", "certified_content.certify"
REMOVES = "certified_content.decertify"
ADOPTED = "Certified before; the end was set here."


# Asking


@connection_view(Role.VIEWER)
def request_new(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Ask that something be certified."""
    given = {name: request.GET[name] for name in ("kind", "object_id") if request.GET.get(name)}

    def act(cleaned: dict[str, Any]) -> str:
        review = reviews.request_review(connection, request.user, reviews.Wish(**cleaned))
        whom = f" {review.reviewer.display_name} is told." if review.reviewer else ""
        return f"The request for {review.object_name} is in the queue.{whom}"

    url = reverse("governance:certification_reviews", args=[connection.slug])
    dialog = ChangeDialog(
        operation=ASKS,
        title="Ask for a certification",
        button="Ask",
        button_icon="send",
        lead="The request stands in DomoAdmin alone; Domo is told when somebody approves it.",
        act=act,
        parent=("Reviews", url),
        done_url=url,
        goes=True,
        events=CHANGED,
    )
    return answer_change(
        request, connection, dialog, lambda data: RequestForm(data, connection=connection, initial=given)
    )


@connection_view(Role.STEWARD)
def adopt(request: ConnectionRequest, connection: Connection, kind: str, object_id: str) -> HttpResponse:
    """Give an end to what was certified elsewhere."""
    wanted = kind_in(kind)

    def act(cleaned: dict[str, Any]) -> str:
        review = reviews.adopt(connection, request.user, wanted, object_id, cleaned["expires_on"], ADOPTED)
        return f"The certification of {review.object_name} holds until {review.expires_on}."

    url = f"{reverse('governance:certification_list', args=[connection.slug])}?kind={wanted.value}"
    dialog = ChangeDialog(
        operation=DECIDES,
        title=f"Until when is this {wanted.label.lower()} certified?",
        button="Set the end",
        button_icon="calendar-time",
        lead="Nothing is sent to Domo: people are reminded here, before the day and when it is over.",
        act=act,
        parent=("Certification", url),
        done_url=url,
        goes=True,
        events=CHANGED,
    )
    return answer_change(request, connection, dialog, lambda data: EndsForm(data, initial={"expires_on": in_a_year()}))


# Deciding


def _dialog(
    review: CertificationReview,
    operation: str,
    title: str,
    button: str,
    act: Callable[[dict[str, Any]], str],
    **more: Any,
) -> ChangeDialog:
    url = review.get_absolute_url()
    return ChangeDialog(
        operation=operation,
        title=title,
        button=button,
        act=act,
        parent=(review.object_name, url),
        done_url=url,
        goes=True,
        events=CHANGED,
        **more,
    )


@connection_view(Role.STEWARD)
def approve(request: ConnectionRequest, connection: Connection, pk: int) -> HttpResponse:
    """Certify."""
    review = review_of(connection, pk)
    dialog = _dialog(
        review,
        DECIDES,
        f"Certify {review.object_name}?",
        "Certify",
        lambda cleaned: reviews.approve(review, request.user, cleaned["expires_on"], cleaned["decision"]),
        button_icon="rosette-discount-check",
        lead="Everybody who opens it sees that it is certified, in the name of this connection's token.",
    )
    initial = {"expires_on": review.expires_on or in_a_year()}
    return answer_change(request, connection, dialog, lambda data: ApproveForm(data, initial=initial))


@connection_view(Role.STEWARD)
def decline(request: ConnectionRequest, connection: Connection, pk: int) -> HttpResponse:
    """Don't certify."""
    review = review_of(connection, pk)
    dialog = _dialog(
        review,
        DECIDES,
        f"Decline the request for {review.object_name}?",
        "Decline",
        lambda cleaned: reviews.decline(review, request.user, cleaned["decision"]),
        button_icon="circle-x",
        lead="Nothing is sent to Domo.",
    )
    return answer_change(request, connection, dialog, DeclineForm)


@connection_view(Role.VIEWER)
def withdraw(request: ConnectionRequest, connection: Connection, pk: int) -> HttpResponse:
    """Take a request back."""
    review = review_of(connection, pk)
    dialog = _dialog(
        review,
        ASKS,
        f"Take the request for {review.object_name} back?",
        "Take it back",
        lambda _: reviews.withdraw(review, request.user),
        button_icon="arrow-back-up",
        lead="Nothing is sent to Domo. It can be asked for again.",
    )
    return answer_change(request, connection, dialog, forms.Form)


@connection_view(Role.STEWARD)
def assign(request: ConnectionRequest, connection: Connection, pk: int) -> HttpResponse:
    """Give it to somebody, or move its day."""
    review = review_of(connection, pk)

    def act(cleaned: dict[str, Any]) -> str:
        reviews.assign(review, request.user, cleaned["reviewer"], cleaned["due_on"])
        return f"{cleaned['reviewer'].display_name if cleaned['reviewer'] else 'Nobody'} reviews it."

    dialog = _dialog(review, DECIDES, f"Who reviews {review.object_name}?", "Save", act, button_icon="user-check")
    initial = {"reviewer": str(review.reviewer_id or ""), "due_on": max(review.due_on, timezone.localdate())}
    return answer_change(
        request, connection, dialog, lambda data: AssignForm(data, connection=connection, initial=initial)
    )


@connection_view(Role.STEWARD)
def renew(request: ConnectionRequest, connection: Connection, pk: int) -> HttpResponse:
    """Certify once more, until a later day."""
    review = review_of(connection, pk)
    dialog = _dialog(
        review,
        DECIDES,
        f"Renew the certification of {review.object_name}?",
        "Renew",
        lambda cleaned: reviews.renew(review, request.user, cleaned["expires_on"]),
        button_icon="refresh",
        lead="It is certified once more, so that Domo shows today as its day.",
    )
    return answer_change(request, connection, dialog, lambda data: EndsForm(data, initial={"expires_on": in_a_year()}))


@connection_view(Role.STEWARD)
def end(request: ConnectionRequest, connection: Connection, pk: int) -> HttpResponse:
    """Remove the certification."""
    review = review_of(connection, pk)
    dialog = _dialog(
        review,
        REMOVES,
        f"Remove the certification of {review.object_name}?",
        "Remove certification",
        lambda _: reviews.end(review, request.user),
        button_icon="circle-minus",
        lead="It stays as it is otherwise, and can be certified again, with a new date.",
    )
    return answer_change(request, connection, dialog, forms.Form)
