"""Signing in and out, what a person likes, and the answer to too many failed sign-ins."""

from __future__ import annotations

import math
from typing import Any
from urllib.parse import urlencode

from axes.helpers import get_cool_off
from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event

from apps.accounts.demo import demo_sign_ins
from apps.accounts.forms import OwnPasswordForm, PreferencesForm, SignInForm, ThemeForm
from apps.accounts.people import set_person_password
from apps.accounts.requests import SignedInRequest
from apps.core.forms import refused, saved


@method_decorator(login_not_required, name="dispatch")
class SignInView(LoginView):
    """The sign-in page: one form, and the demo accounts where they exist."""

    authentication_form = SignInForm
    template_name = "accounts/sign_in.html"
    redirect_authenticated_user = True
    extra_context = {"title": "Sign in"}

    @method_decorator(never_cache)
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Send a whole page to the sign-in when only a part of it asked: the session ended while it stood open."""
        if request.method == "GET" and request.headers.get("HX-Request") == "true":
            page = request.headers.get("HX-Current-URL", "")
            back = page if url_has_allowed_host_and_scheme(page, {request.get_host()}) else ""
            query = f"?{urlencode({'next': back})}" if back else ""
            return HttpResponseClientRedirect(reverse("accounts:sign_in") + query)
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the demo accounts in the embedded default."""
        return super().get_context_data(demo_sign_ins=demo_sign_ins() if settings.EMBEDDED else [], **kwargs)

    def form_invalid(self, form: Any) -> HttpResponse:
        """Answer 422 with the form."""
        response = super().form_invalid(form)
        response.status_code = 422
        return response


sign_in = SignInView.as_view()
sign_out = LogoutView.as_view(http_method_names=["post"])


def locked_out(request: HttpRequest, original_response: Any = None, credentials: Any = None) -> HttpResponse:
    """Answer 429 with a page that says how long to wait; django-axes calls it instead of the sign-in page."""
    wait = get_cool_off(request)
    seconds = math.ceil(wait.total_seconds()) if wait else 0
    context = {"title": "Too many failed sign-ins", "minutes": max(1, math.ceil(seconds / 60))}
    response = render(request, "accounts/locked_out.html", context, status=429)
    response.headers["Retry-After"] = str(seconds)
    response.headers["Cache-Control"] = "no-store"
    return response


def _preferences_context(request: SignedInRequest, **forms: Any) -> dict[str, Any]:
    return {
        "form": forms.get("form") or PreferencesForm(instance=request.user),
        "password_form": forms.get("password_form") or OwnPasswordForm(request.user),
    }


@require_http_methods(["GET", "POST"])
def preferences(request: SignedInRequest) -> HttpResponse:
    """Show and save how a person likes their pages."""
    if request.method == "GET":
        return render(request, "accounts/preferences.html", _preferences_context(request))
    form = PreferencesForm(request.POST, instance=request.user)
    if not form.is_valid():
        request.user.refresh_from_db()  # the form wrote the refused values into the person that the page shows
        return refused(request, "accounts/preferences.html", _preferences_context(request, form=form))
    form.save()
    return saved(request, reverse("accounts:preferences"), "Preferences saved.")


@require_POST
def change_password(request: SignedInRequest) -> HttpResponse:
    """Save a new password of one's own; this session goes on, others end."""
    form = OwnPasswordForm(request.user, request.POST)
    if not form.is_valid():
        return refused(request, "accounts/preferences.html", _preferences_context(request, password_form=form))
    set_person_password(request.user, form.cleaned_data["new_password1"], request.user)
    update_session_auth_hash(request, request.user)
    return saved(request, reverse("accounts:preferences"), "Password changed. Other sessions of yours have ended.")


@require_POST
def set_theme(request: SignedInRequest) -> HttpResponse:
    """Save the theme: 204 with the event `theme` for htmx, else back to the page (`next`) it was set on."""
    form = ThemeForm(request.POST, instance=request.user)
    if not form.is_valid():
        return HttpResponse("The theme is auto, light or dark.", status=422, content_type="text/plain")
    form.save()
    if request.headers.get("HX-Request") == "true":
        return trigger_client_event(HttpResponse(status=204), "theme", {"theme": request.user.theme})
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(back if safe else reverse("accounts:preferences"))
