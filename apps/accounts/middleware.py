"""Times as the signed-in person's own clock shows them."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from apps.accounts.models import User


class PersonTimeZoneMiddleware:
    """Shows times of a request in the person's zone; a visitor sees the installation's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        person = request.user
        with timezone.override(person.zone if isinstance(person, User) else None):
            return self.get_response(request)
