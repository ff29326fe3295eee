"""Error pages: inside the shell for people who are signed in, on a page of their own for others."""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse

from apps.accounts.models import User
from apps.core.access import RoleRequired, role_sentence
from apps.core.fragments import is_fragment, patch_vary
from domoadmin.services.roles import Role

logger = logging.getLogger(__name__)
ADMINS_NAMED = 3


def error_page(
    request: HttpRequest, status: int, title: str, message: str, icon: str = "alert-circle", **context: Any
) -> HttpResponse:
    """Answer with an error page, or with its fragment when htmx asks for a part."""
    context |= {"status": status, "error_title": title, "error_message": message, "error_icon": icon}
    context.setdefault("back_url", _back_url(request))
    template = "ui/error.html" if is_fragment(request) else "shell/error.html"
    response = render(request, template, context, status=status)
    patch_vary(request, response)
    response.headers["Cache-Control"] = "no-store"
    return response


def _back_url(request: HttpRequest) -> str:
    return reverse("shell:start")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 400; the exception's text may come from outside, so it is not shown."""
    return error_page(
        request, 400, "The request could not be read", "Its address or form is damaged. Go back and send it again."
    )


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 403 and say which roles may, and who can give another role."""
    if not isinstance(exception, RoleRequired):
        reason = str(exception) or "Your account may not open this page."
        return error_page(request, 403, "This is not allowed", reason, "lock")
    admins = User.objects.filter(role=Role.ADMIN, is_active=True).order_by("username")[:ADMINS_NAMED]
    user = request.user
    role = str(user.get_role_display()).lower() if isinstance(user, User) else ""
    names = [admin.display_name for admin in admins if admin.pk != user.pk]
    return error_page(
        request,
        403,
        f"Only {role_sentence(exception.roles)} may {exception.doing}",
        f"Your role here is {role}.{_who_helps(names)}",
        "lock",
    )


def _who_helps(names: list[str]) -> str:
    if not names:
        return ""
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
    return f" {listed} can give you another one."


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 404; the sentence of our own Http404 is shown, the resolver's list of patterns is not."""
    text = exception.args[0] if exception.args and isinstance(exception.args[0], str) else ""
    return error_page(
        request,
        404,
        "There is no such page",
        text or "The address may be wrong, or what it showed is gone.",
        "zoom-question",
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500 without the database, the session or a static manifest: any of them may be what failed."""
    text = render_to_string("500.html", {"static_url": settings.STATIC_URL})
    return HttpResponse(text, status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer 403 to a form whose token is missing or old."""
    logger.warning("CSRF check failed at %s: %s", request.path, reason)
    return error_page(
        request,
        403,
        "This form is no longer valid",
        "Your session began anew since the page was opened, so nothing was changed. Open the page again and repeat it.",
        "clock-exclamation",
        back_url=request.path if request.method == "GET" else _back_url(request),
    )


def too_many_requests(request: HttpRequest, message: str, seconds: int | None = None) -> HttpResponse:
    """Answer 429 with what was too much and when to try again; seconds also becomes Retry-After."""
    response = error_page(request, 429, "Too many attempts", message, "clock-pause")
    if seconds is not None:
        response.headers["Retry-After"] = str(seconds)
    return response
