"""Saving, renaming, sharing and deleting views of lists: a dialog, or without htmx a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from apps.accounts.models import SavedView, User
from apps.accounts.requests import SignedInRequest
from apps.accounts.saved_views import canonical_query, is_local_path, save_view
from apps.core.forms import refused
from apps.core.fragments import is_fragment

if TYPE_CHECKING:
    ViewModelForm = forms.ModelForm[SavedView]
else:  # Django's form classes can't be subscripted when they run
    ViewModelForm = forms.ModelForm

_NAME = {"required": "Give the view a name."}


class NewViewForm(forms.Form):
    """The name of a view that is to be saved, and of what list."""

    name = forms.CharField(
        max_length=60, error_messages=_NAME, help_text="A view of yours with this name on this list is replaced."
    )
    shared = forms.BooleanField(label="Share it with everybody who may open this list", required=False)
    path = forms.CharField(max_length=300, widget=forms.HiddenInput)
    query = forms.CharField(max_length=2000, required=False, widget=forms.HiddenInput)

    def clean_path(self) -> str:
        """Refuse what is no list of ours."""
        path: str = self.cleaned_data["path"]
        if not is_local_path(path):
            raise forms.ValidationError("This is no list of DomoAdmin.")
        return path


class ViewForm(ViewModelForm):
    """Another name for a view, or another public."""

    class Meta:
        model = SavedView
        fields = ["name", "shared"]
        error_messages = {"name": _NAME}
        labels = {"shared": "Share it with everybody who may open this list"}

    def clean_name(self) -> str:
        """Refuse a name that another view of the owner has on this list."""
        name: str = self.cleaned_data["name"]
        same = SavedView.objects.filter(owner=self.instance.owner_id, path=self.instance.path, name=name)
        if same.exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(f"There is a view called “{name}” on this list already.")
        return name


@require_http_methods(["GET", "POST"])
def add(request: SignedInRequest) -> HttpResponse:
    """Save what a list shows now as a view; its path and query are parameters."""
    if request.method == "GET":
        given = {"path": request.GET.get("path", ""), "query": canonical_query(request.GET.get("query", ""))}
        if not is_local_path(given["path"]):
            raise Http404("There is no such list.")
        return _shown(request, {"form": NewViewForm(initial=given), "back": given["path"]})
    form = NewViewForm(request.POST)
    if not form.is_valid():
        path = request.POST.get("path", "")
        return _shown(request, {"form": form, "back": path if is_local_path(path) else "/"}, refuse=True)
    return _saved(request, save_view(owner=request.user, **form.cleaned_data))


@require_http_methods(["GET", "POST"])
def edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Rename or share a view."""
    view = _changeable(pk, request.user)
    form = ViewForm(request.POST or None, instance=view)
    context = {"form": form, "view": view, "back": view.path}
    if request.method == "GET":
        return _shown(request, context)
    return _saved(request, form.save()) if form.is_valid() else _shown(request, context, refuse=True)


@require_POST
def delete(request: SignedInRequest, pk: int) -> HttpResponse:
    """Delete a view; the list stays."""
    view = _changeable(pk, request.user)
    view.delete()
    messages.success(request, f"View “{view.name}” deleted.")
    return HttpResponseRedirect(view.get_absolute_url())


def _changeable(pk: int, person: User) -> SavedView:
    view = SavedView.objects.filter(pk=pk).first()
    if view is None or not (view.shared or view.owner_id == person.pk):
        raise Http404("There is no such view.")
    if not view.may_be_changed_by(person):
        raise PermissionDenied("Only who saved this view, or an admin, may change it.")
    return view


def _shown(request: SignedInRequest, context: dict[str, Any], *, refuse: bool = False) -> HttpResponse:
    template = "accounts/saved_view_dialog.html" if is_fragment(request) else "accounts/saved_view.html"
    return refused(request, template, context) if refuse else render(request, template, context)


def _saved(request: SignedInRequest, view: SavedView) -> HttpResponse:
    messages.success(request, f"View “{view.name}” saved.")
    url = view.get_absolute_url()
    # The whole page again: its tabs, its address and the list change together.
    return HttpResponseClientRedirect(url) if is_fragment(request) else HttpResponseRedirect(url)
