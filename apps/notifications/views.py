"""The bell in the top bar, the list, and marking as read. Each person sees only their own."""

from __future__ import annotations

from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.models import User
from apps.accounts.requests import SignedInRequest
from apps.core.forms import saved
from apps.notifications import service
from apps.notifications.models import Notification
from apps.notifications.tables import NotificationList

BELL_SHOWS = 5
# More than this nobody counts.
MOST_COUNTED = 99


@require_GET
def list_notifications(request: HttpRequest) -> HttpResponse:
    """Show the person's notifications, newest first."""
    user = _user(request)
    context = {
        "mails_possible": settings.NOTIFY_BY_MAIL,
        "mails_chosen": service.chosen(user),
        "unread": service.unread_of(user),
    }
    return NotificationList(cast(SignedInRequest, request)).respond("notifications/list.html", context)


@require_GET
def bell(request: HttpRequest) -> HttpResponse:
    """Show how many are unread, and the newest, for the top bar; 304 while nothing changed."""
    user = _user(request)
    newest = list(Notification.objects.filter(person=user).order_by("-at", "-pk")[:BELL_SHOWS])
    unread = service.unread_of(user)
    tag = f"{unread}-" + "-".join(f"{told.pk}{'r' if told.is_read else 'u'}" for told in newest)
    if request.headers.get("HX-PTag") == tag:
        return HttpResponseNotModified()
    context = {"newest": newest, "unread": unread, "many": unread > MOST_COUNTED, "most": MOST_COUNTED, "tag": tag}
    response = render(request, "notifications/bell.html", context)
    response.headers["HX-PTag"] = tag
    patch_cache_control(response, no_store=True)
    return response


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark all as read."""
    service.mark_read(_user(request))
    return HttpResponseRedirect(reverse("notifications:list"))


@require_POST
def read_one(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark one as read."""
    told = _own(request, pk)
    service.mark_read(_user(request), told.pk)
    return HttpResponseRedirect(reverse("notifications:list"))


@require_POST
def open_one(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark one as read and go to what it is about."""
    told = _own(request, pk)
    service.mark_read(_user(request), told.pk)
    return HttpResponseRedirect(told.url)


@require_POST
def choose_mails(request: HttpRequest) -> HttpResponse:
    """Keep whether the person wants mails."""
    wanted = request.POST.get("mails") == "on"
    service.choose(_user(request), wanted)
    sentence = "Mails are on." if wanted else "Mails are off. Everything is still told here."
    return saved(request, reverse("notifications:list"), sentence)


def _own(request: HttpRequest, pk: int) -> Notification:
    return get_object_or_404(Notification, pk=pk, person=_user(request))


def _user(request: HttpRequest) -> User:
    return cast(SignedInRequest, request).user
