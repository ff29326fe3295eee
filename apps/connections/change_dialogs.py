"""The dialog that changes one object: form, refusal, upstream failure, success; without a script the same as a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from apps.connections.models import Connection
from apps.core.access import require
from apps.core.failures import Failure, failure_of
from apps.core.forms import saved
from apps.core.fragments import is_fragment, patch_vary
from domoadmin.services.errors import Delivery, InvalidArguments, UpstreamError
from domoadmin.services.operations import registry

DIALOG = "connections/change_dialog.html"
PAGE = "connections/change_page.html"
CONFIRM = "confirm"


class SlugForm(forms.Form):
    """Asks for the connection's slug, where a change on production can't be taken back."""

    def __init__(self, *args: Any, slug: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.slug = slug
        self.fields[CONFIRM] = forms.CharField(
            label=f"This is production. Type {slug} to go on",
            strip=True,
            error_messages={"required": f"Type {slug} to go on."},
            # Ctrl+Enter does not press the button of a form with such a field.
            widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "data-typed": ""}),
        )

    def clean_confirm(self) -> str:
        """Take the slug alone."""
        if self.cleaned_data[CONFIRM] != self.slug:
            raise ValidationError(f"That is not {self.slug}. Nothing was sent.")
        return self.slug


@dataclass(frozen=True)
class ChangeDialog:
    """What a dialog says and does.

    operation: the id whose role is asked for. act(cleaned_data) does the work, by `make_change`, and returns the toast.
    irreversible: a sentence; on production the slug is typed then. events: page events with details ("dataset-changed"
    reloads a dataset's panels). parent: where the page without a script leads back to, as (label, url).
    done_url: where to go after success without a script, or what tells it once `act` has made the object; goes: go
    there with htmx too (a new object's page).
    template, context: a template for the body in place of the bare form.
    """

    operation: str
    title: str
    button: str
    act: Callable[[dict[str, Any]], str]
    parent: tuple[str, str]
    done_url: str | Callable[[], str] = ""
    button_icon: str = ""
    lead: str = ""
    irreversible: str = ""
    destructive: bool = False
    goes: bool = False
    events: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    template: str = "connections/change_body.html"
    context: Mapping[str, Any] = field(default_factory=dict)


def answer_change(
    request: HttpRequest,
    connection: Connection,
    dialog: ChangeDialog,
    make_form: Callable[..., forms.BaseForm],
    *,
    reviewing: bool = False,
) -> HttpResponse:
    """Show the dialog on GET; on POST check the form, act, and answer 204 with events, 422, or the upstream's failure.

    make_form(data) or make_form(None) returns the form. A failure keeps what was typed; where the answer was lost it
    says that nobody knows, and offers no second try on a guess. reviewing: a POST that only brings what is to be looked
    at before it is sent (an edited text, a schema); it is shown as on GET.
    """
    require(request.user, registry.get(dialog.operation).role, dialog.title.lower())
    posted = request.POST if request.method == "POST" and not reviewing else None
    form = make_form(posted)
    asks_slug = bool(dialog.irreversible) and connection.is_production
    slug_form = SlugForm(posted, slug=connection.slug) if asks_slug else None
    if posted is None:
        return _shown(request, connection, dialog, form, slug_form)
    # Both are checked, so that a person sees every error at once.
    valid = [each.is_valid() for each in (form, slug_form) if each is not None]
    if not all(valid):
        return _shown(request, connection, dialog, form, slug_form, status=422)
    try:
        toast = dialog.act(form.cleaned_data)
    except InvalidArguments as error:
        form.add_error(error.argument if error.argument in form.fields else None, _sentence(error))
        return _shown(request, connection, dialog, form, slug_form, status=422)
    except UpstreamError as error:
        failure = failure_of(error)
        unknown = error.delivery is Delivery.UNKNOWN
        return _shown(request, connection, dialog, form, slug_form, failure.status, failure, unknown=unknown)
    done_url = dialog.done_url() if callable(dialog.done_url) else dialog.done_url
    if dialog.goes and is_fragment(request):
        # The page that comes shows the toast: one on this page would go away with it.
        if toast:
            messages.success(request, toast)
        response = saved(request, done_url, events=dict(dialog.events))
        response.headers["HX-Redirect"] = done_url
        return response
    return saved(request, done_url or dialog.parent[1], toast, {**dialog.events, "dialog-close": {}})


def _sentence(error: InvalidArguments) -> str:
    text = error.message or str(error)
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"


def _shown(
    request: HttpRequest,
    connection: Connection,
    dialog: ChangeDialog,
    form: forms.BaseForm,
    slug_form: SlugForm | None,
    status: int = 200,
    failure: Failure | None = None,
    *,
    unknown: bool = False,
) -> HttpResponse:
    context = {
        **dialog.context,
        "dialog": dialog,
        "form": form,
        "slug_form": slug_form,
        "connection": connection,
        "failure": failure,
        "unknown": unknown,
        "action": request.get_full_path(),
    }
    template = DIALOG if is_fragment(request) else PAGE
    return patch_vary(request, render(request, template, context, status=status))
