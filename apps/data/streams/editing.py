"""Making and editing a stream: the form, what it would change, and sending that."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from apps.accounts.models import User
from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.change_dialogs import PAGE, ChangeDialog, SlugForm, answer_change
from apps.connections.changing import Change, Target, make_change
from apps.connections.models import Connection
from apps.data.accounts.search import AccountRow, accounts_for
from apps.data.streams import survey
from apps.data.streams.definition import Definition, differences
from apps.data.streams.forms import StreamForm, account_choice
from apps.data.streams.models import StreamRecord
from apps.data.streams.running import name_of
from apps.data.streams.schedule_fields import ZONES
from apps.data.streams.views import read_stream
from domoadmin.services.client import Client
from domoadmin.services.errors import InvalidArguments, UpstreamError
from domoadmin.services.results.streams import Stream
from domoadmin.services.roles import Role

SECONDS = 30.0
ACCOUNT_SECONDS = 10.0
MOST_KNOWN = 300
# The button that leads from the review back to the form.
AGAIN = "again"
Accounts = tuple[Sequence[AccountRow], Sequence[AccountRow]] | None


def _accounts(connection: Connection, provider: str) -> Accounts:
    """Return the accounts to choose from; None where they can't be had, or are too many: then the id is typed."""
    client = connection.client()
    try:
        with client.deadline(ACCOUNT_SECONDS):
            return accounts_for(client, provider)
    except UpstreamError:
        return None


def _known(connection: Connection, name: str) -> list[str]:
    """Return what streams have as provider or connector, to choose from."""
    values = StreamRecord.objects.filter(connection=connection).exclude(**{name: ""}).values_list(name, flat=True)
    return list(values.order_by(name).distinct()[:MOST_KNOWN])


def _form_page(
    request: ConnectionRequest, form: StreamForm, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    connection = request.connection
    filled = {
        **context,
        "connection": connection,
        "form": form,
        "zones": sorted(ZONES),
        "providers": _known(connection, "provider_key"),
        "connectors": _known(connection, "transport"),
        "accounts_url": reverse("data:stream_accounts", args=[connection.slug]),
    }
    return render(request, "data/streams/edit.html", filled, status=status)


@require_GET
@connection_view(Role.STEWARD)
def account_field(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """The accounts of the provider that was typed, in place of those of another one."""
    provider, kept = request.GET.get("provider", ""), request.GET.get("account", "")
    accounts = _accounts(connection, provider)
    form = forms.Form(initial={"account": kept})
    typed = StreamForm.base_fields["account"]
    form.fields["account"] = account_choice(accounts, kept) if accounts is not None else typed
    response = render(request, "data/streams/account_field.html", {"field": form["account"]})
    response.headers["Cache-Control"] = "no-store"
    return response


# A new stream


@require_http_methods(["GET", "POST"])
@connection_view(Role.STEWARD)
def create(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Fill in a new stream; a valid form leads to what will be sent."""
    posted = request.POST if request.method == "POST" else None
    form = StreamForm(posted, accounts=_accounts(connection, request.POST.get("provider", "")))
    context = {"title": "New stream", "action": reverse("data:stream_create", args=[connection.slug])}
    context["parent"] = reverse("data:streams_list", args=[connection.slug])
    if posted is None or (AGAIN in posted and form.is_valid()):
        return _form_page(request, form, context)
    if not form.is_valid():
        return _form_page(request, form, context, status=422)
    return _review(request, connection, form, _create_dialog(request, connection, form))


@require_http_methods(["GET", "POST"])
@connection_view(Role.STEWARD)
def create_send(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Send a new stream that was reviewed."""
    if request.method == "GET":
        return HttpResponseRedirect(reverse("data:stream_create", args=[connection.slug]))
    form = StreamForm(request.POST, accounts=_accounts(connection, request.POST.get("provider", "")))
    if not form.is_valid():
        return create(request, connection=connection.slug)
    return answer_change(request, connection, _create_dialog(request, connection, form), lambda data: form)


def _create_dialog(request: ConnectionRequest, connection: Connection, form: StreamForm) -> ChangeDialog:
    definition = form.definition()
    return ChangeDialog(
        operation="streams.create",
        title=f"Create {definition.name}?",
        button="Create stream and dataset",
        button_icon="plus",
        act=lambda _: _create(connection, request.user, definition),
        parent=("Streams", reverse("data:streams_list", args=[connection.slug])),
        done_url=reverse("data:streams_list", args=[connection.slug]),
        lead="This makes the stream and the dataset that it fills. Nothing has been sent yet.",
        irreversible="No documented call deletes a stream: that is done in Domo.",
        template="data/streams/review.html",
        context=_review_context(request, None, definition, reverse("data:stream_create", args=[connection.slug])),
    )


def _create(connection: Connection, user: User, definition: Definition) -> str:
    change = Change("streams.create", Target("stream", "", definition.name), after=definition.recorded())
    made = make_change(connection, user, change, lambda client: client.streams.create(**definition.arguments()))
    if not made.id:
        # No answer is documented.
        return f"{definition.name} was made. Domo did not say its id: it is on the board after the next look."
    _keep(connection, made)
    return f"{definition.name} was made, as stream {made.id}."


# An edited stream


@require_http_methods(["GET", "POST"])
@connection_view(Role.STEWARD)
def edit(request: ConnectionRequest, connection: Connection, stream_id: str) -> HttpResponse:
    """Edit a stream; a valid form leads to what would change."""
    stream = read_stream(connection, stream_id)
    before = Definition.of(stream)
    posted = request.POST if request.method == "POST" else None
    provider = request.POST.get("provider", before.provider)
    form = StreamForm(posted, before=before, accounts=_accounts(connection, provider))
    url = reverse("data:stream_show", args=[connection.slug, stream_id])
    context = {
        "title": f"Edit {name_of(stream)}",
        "action": reverse("data:stream_edit", args=[connection.slug, stream_id]),
        "parent": url,
        "stream": stream,
    }
    if posted is None or (AGAIN in posted and form.is_valid()):
        return _form_page(request, form, context)
    if not form.is_valid():
        return _form_page(request, form, context, status=422)
    if form.cleaned_data["mark"] != before.mark:
        context["problem"] = "Somebody changed this stream meanwhile. Reload the page to see it as it is now."
        return _form_page(request, form, context, status=422)
    if not differences(before, form.definition()):
        context["problem"] = "Nothing differs from what Domo has, so there is nothing to send."
        return _form_page(request, form, context, status=422)
    return _review(request, connection, form, _edit_dialog(request, connection, stream_id, form))


@require_http_methods(["GET", "POST"])
@connection_view(Role.STEWARD)
def edit_send(request: ConnectionRequest, connection: Connection, stream_id: str) -> HttpResponse:
    """Send the changes that were reviewed."""
    if request.method == "GET":
        return HttpResponseRedirect(reverse("data:stream_edit", args=[connection.slug, stream_id]))
    before = Definition.of(read_stream(connection, stream_id))
    provider = request.POST.get("provider", before.provider)
    form = StreamForm(request.POST, before=before, accounts=_accounts(connection, provider))
    if not form.is_valid() or form.cleaned_data["mark"] != before.mark:
        return edit(request, connection=connection.slug, stream_id=stream_id)
    return answer_change(request, connection, _edit_dialog(request, connection, stream_id, form), lambda data: form)


def _edit_dialog(request: ConnectionRequest, connection: Connection, stream_id: str, form: StreamForm) -> ChangeDialog:
    before, after = form.before, form.definition()
    count = len(differences(before, after))
    url = reverse("data:stream_show", args=[connection.slug, stream_id])
    return ChangeDialog(
        operation="streams.update",
        title=f"Change {after.name}?",
        button=f"Send {count} change{'' if count == 1 else 's'}",
        button_icon="send",
        act=lambda _: _update(connection, request.user, stream_id, before, after),
        parent=(after.name or stream_id, url),
        done_url=url,
        lead="Domo replaces the whole definition: what is not listed goes back as it came. Nothing has been sent yet.",
        template="data/streams/review.html",
        context=_review_context(request, before, after, reverse("data:stream_edit", args=[connection.slug, stream_id])),
    )


def _update(connection: Connection, user: User, stream_id: str, before: Definition | None, after: Definition) -> str:
    """Send the whole definition. Raises InvalidArguments when the stream is not what was reviewed."""
    client = connection.client()
    with client.deadline(SECONDS):
        now = Definition.of(client.streams.get(stream_id))
    if before is None or now.mark != before.mark:
        raise InvalidArguments("Somebody changed this stream meanwhile. Nothing was sent: open it again")
    change = Change(
        "streams.update",
        Target("stream", stream_id, after.name),
        before=before.recorded(),
        after=after.recorded(),
    )
    make_change(connection, user, change, lambda client: client.streams.update(stream_id, **after.arguments()))
    _keep_fresh(connection, client, stream_id)
    return f"{after.name or stream_id} was changed."


def _keep_fresh(connection: Connection, client: Client, stream_id: str) -> None:
    """Bring the board up to date; the change is made, so what fails here fails silently."""
    try:
        with client.deadline(ACCOUNT_SECONDS):
            _keep(connection, client.streams.get(stream_id))
    except UpstreamError:
        return


def _keep(connection: Connection, stream: Stream) -> None:
    known = StreamRecord.objects.filter(connection=connection, stream_id=stream.id).first()
    survey.refresh(connection, stream, known.failing_since if known else None)


# What both share


def _review_context(request: HttpRequest, before: Definition | None, after: Definition, back: str) -> dict[str, Any]:
    left_out = ("csrfmiddlewaretoken", "confirm", AGAIN)
    kept = [(name, value) for name, values in request.POST.lists() if name not in left_out for value in values]
    return {"differences": differences(before, after), "sent": after.shown(), "kept": kept, "back": back}


def _review(request: ConnectionRequest, connection: Connection, form: StreamForm, dialog: ChangeDialog) -> HttpResponse:
    """Show what would be sent; its form leads to the address that sends."""
    asks_slug = bool(dialog.irreversible) and connection.is_production
    context = {
        **dialog.context,
        "dialog": dialog,
        "form": form,
        "slug_form": SlugForm(None, slug=connection.slug) if asks_slug else None,
        "connection": connection,
        "failure": None,
        "unknown": False,
        "action": f"{dialog.context['back']}send/",
    }
    return render(request, PAGE, context)
