"""What a person reads when the upstream failed: the sentence, the status, the request id, and whether to retry."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from apps.core.fragments import patch_vary
from domoadmin.services import errors
from domoadmin.services.errors import UpstreamError

# Our own status for each kind of failure; whatever is not named here is a bad gateway.
_STATUSES: tuple[tuple[type[UpstreamError], int], ...] = (
    (errors.NotFound, 404),
    (errors.Forbidden, 403),
    (errors.RateLimited, 503),
    (errors.Maintenance, 503),
    (errors.AnswerLost, 504),
    (errors.InvalidArguments, 400),
)


@dataclass(frozen=True)
class Failure:
    """A failure made ready for a template; no field holds a secret."""

    title: str
    message: str
    advice: str
    status: int
    request_id: str | None
    retryable: bool
    icon: str = "cloud-off"


def _title(error: UpstreamError) -> str:
    if isinstance(error, errors.NotFound):
        return "The upstream does not have it"
    if isinstance(error, errors.Forbidden | errors.Unauthorized):
        return "The upstream refused it"
    if isinstance(error, errors.RateLimited):
        return "Too many requests for the upstream"
    if isinstance(error, errors.ConnectionFailed | errors.AnswerLost):
        return "The upstream does not answer"
    return "The upstream answered with an error"


def _advice(error: UpstreamError) -> str:
    if isinstance(error, errors.Unauthorized):
        return "The token of this connection may have expired. An admin can replace it in Settings, Connections."
    if isinstance(error, errors.Forbidden):
        return "The account behind this connection’s token lacks the right. Test the connection to see what it may do."
    if isinstance(error, errors.NotFound):
        return "It may have been deleted, or this token may not see it."
    if isinstance(error, errors.RateLimited) and error.retry_after:
        return f"Try again in {error.retry_after:.0f} s."
    return ""


def failure_of(error: UpstreamError) -> Failure:
    """Describe an upstream error for people: title, message, what to do next, and the status to answer with."""
    status = next((status for kind, status in _STATUSES if isinstance(error, kind)), 502)
    return Failure(
        title=_title(error),
        message=str(error),
        advice=_advice(error),
        status=status,
        request_id=error.request_id,
        retryable=error.retryable or status >= 500,
        icon="lock" if status == 403 else "zoom-question" if status == 404 else "cloud-off",
    )


def upstream_failure(request: HttpRequest, error: UpstreamError) -> HttpResponse:
    """Answer with the failure page, or with its fragment for every htmx request that swaps a part."""
    failure = failure_of(error)
    partial = request.headers.get("HX-Request") == "true" and request.headers.get("HX-Request-Type") == "partial"
    template = "ui/upstream_error.html" if partial else "shell/upstream_error.html"
    response = render(
        request, template, {"failure": failure, "retry_url": request.get_full_path()}, status=failure.status
    )
    patch_vary(request, response)
    response.headers["Cache-Control"] = "no-store"
    return response
