"""The pages "People and roles", for admins."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.forms import NewPersonForm, PersonForm, ResetPasswordForm
from apps.accounts.models import User
from apps.accounts.people import PersonRefused, create_person, save_person, set_person_password
from apps.accounts.requests import SignedInRequest
from apps.core.access import role_required
from apps.core.forms import refused, saved
from domoadmin.services.roles import Role

DOING = "manage people and roles"


@require_GET
@role_required(Role.ADMIN, DOING)
def people(request: SignedInRequest) -> HttpResponse:
    """List everybody, active people first; `q` searches names and e-mail."""
    query = request.GET.get("q", "").strip()
    found = User.objects.order_by("-is_active", "first_name", "last_name", "username")
    if query:
        found = found.filter(
            Q(username__icontains=query)
            | Q(first_name__icontains=query)
            | Q(last_name__icontains=query)
            | Q(email__icontains=query)
        )
    page = Paginator(found, request.user.page_size).get_page(request.GET.get("page"))
    return render(request, "accounts/people.html", {"page": page, "query": query, "total": User.objects.count()})


@require_http_methods(["GET", "POST"])
@role_required(Role.ADMIN, DOING)
def person_create(request: SignedInRequest) -> HttpResponse:
    """Add a person with a role and a first password."""
    form = NewPersonForm(request.POST or None)
    if request.method == "GET":
        return render(request, "accounts/person_create.html", {"form": form})
    if not form.is_valid():
        return refused(request, "accounts/person_create.html", {"form": form})
    person = create_person(form.save(commit=False), form.cleaned_data["password"], request.user)
    return saved(request, reverse("accounts:people"), f"{person.display_name} can sign in now.")


def _edit_context(request: SignedInRequest, person: User, **forms: Any) -> dict[str, Any]:
    # The forms write into the person they are given; what the page shows comes from the database.
    return {
        "person": User.objects.get(pk=person.pk),
        "own": person.pk == request.user.pk,
        "form": forms.get("form") or PersonForm(instance=person),
        "password_form": forms.get("password_form") or ResetPasswordForm(person),
        "refusal": forms.get("refusal", ""),
    }


@require_http_methods(["GET", "POST"])
@role_required(Role.ADMIN, DOING)
def person_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Change names, e-mail and role of a person."""
    person = get_object_or_404(User, pk=pk)
    if request.method == "GET":
        return render(request, "accounts/person_edit.html", _edit_context(request, person))
    form = PersonForm(request.POST, instance=person)
    if form.is_valid():
        try:
            save_person(form.save(commit=False), request.user)
            return saved(request, reverse("accounts:people"), f"{person.display_name} saved.")
        except PersonRefused as refusal:
            form.add_error("role", str(refusal))
    return refused(request, "accounts/person_edit.html", _edit_context(request, person, form=form))


@require_POST
@role_required(Role.ADMIN, DOING)
def person_active(request: SignedInRequest, pk: int) -> HttpResponse:
    """Deactivate a person (`active` is 0) or activate them again (1)."""
    person = get_object_or_404(User, pk=pk)
    person.is_active = request.POST.get("active") == "1"
    try:
        save_person(person, request.user)
    except PersonRefused as refusal:
        context = _edit_context(request, person, refusal=str(refusal))
        return refused(request, "accounts/person_edit.html", context)
    done = "can sign in again" if person.is_active else "is deactivated and signed out"
    return saved(request, reverse("accounts:person_edit", args=[pk]), f"{person.display_name} {done}.")


@require_POST
@role_required(Role.ADMIN, DOING)
def person_password(request: SignedInRequest, pk: int) -> HttpResponse:
    """Give a person a new password; their sessions end."""
    person = get_object_or_404(User, pk=pk)
    form = ResetPasswordForm(person, request.POST)
    if not form.is_valid():
        return refused(request, "accounts/person_edit.html", _edit_context(request, person, password_form=form))
    set_person_password(person, form.cleaned_data["new_password1"], request.user)
    return saved(request, reverse("accounts:people"), f"{person.display_name} has a new password.")
