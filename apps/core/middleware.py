"""Turns a failure of the upstream into the designed page or fragment, whatever view it left."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from apps.core.failures import upstream_failure
from domoadmin.services.errors import UpstreamError


class UpstreamErrorMiddleware:
    """Answers an UpstreamError with its message, its request id and a retry, instead of a bare 500."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer upstream failures; leave every other exception to Django."""
        if isinstance(exception, UpstreamError):
            return upstream_failure(request, exception)
        return None
