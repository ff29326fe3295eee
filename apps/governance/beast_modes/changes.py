"""What is changed on one Beast Mode: its lock, its formula. Formula and lock share a call: only one of them is sent."""

from __future__ import annotations

from functools import partial
from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from apps.accounts.models import User
from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.change_dialogs import PAGE, ChangeDialog, answer_change
from apps.connections.changing import Change, Target, make_change
from apps.connections.models import Connection
from apps.core.side_by_side import side_by_side
from apps.governance.beast_modes import reading, survey
from apps.governance.beast_modes.detail import CHANGED, OPERATION, earlier_changes, read_beast_mode
from apps.governance.beast_modes.filters import card_ids, is_invalid
from apps.governance.beast_modes.forms import FormulaForm, mark_of
from apps.governance.beast_modes.formula import columns_of, difference, functions_of
from apps.governance.beast_modes.highlighting import marked
from domoadmin.services.client import Client
from domoadmin.services.errors import InvalidArguments
from domoadmin.services.results import Schema
from domoadmin.services.results.beast_modes import BeastMode
from domoadmin.services.roles import Role

SECONDS = 20.0
# The button that leads from the review back to the form.
AGAIN = "again"
MOST_SCHEMAS = 3
LOCKED = "This Beast Mode is locked, and Domo alters no locked one. Unlock it first"


def _page(connection: Connection, beast_mode_id: str) -> str:
    return reverse("governance:beast_mode_show", args=[connection.slug, beast_mode_id])


def _name(found: BeastMode, beast_mode_id: str) -> str:
    return found.name.strip() or f"Beast Mode {beast_mode_id}"


# The lock


@connection_view(Role.STEWARD)
def lock(request: ConnectionRequest, connection: Connection, beast_mode_id: str) -> HttpResponse:
    """Lock it."""
    return _change_lock(request, connection, beast_mode_id, locked=True)


@connection_view(Role.STEWARD)
def unlock(request: ConnectionRequest, connection: Connection, beast_mode_id: str) -> HttpResponse:
    """Unlock it."""
    return _change_lock(request, connection, beast_mode_id, locked=False)


def _change_lock(
    request: ConnectionRequest, connection: Connection, beast_mode_id: str, *, locked: bool
) -> HttpResponse:
    found = read_beast_mode(connection, beast_mode_id)
    name, url = _name(found, beast_mode_id), _page(connection, beast_mode_id)

    def act(_: dict[str, Any]) -> str:
        change = Change(
            OPERATION,
            Target("beast_mode", beast_mode_id, name),
            {"locked": bool(found.locked)},
            {"locked": locked},
        )
        make_change(
            connection, request.user, change, lambda client: client.beast_modes.update(beast_mode_id, locked=locked)
        )
        reading.forget(connection)
        return f"{name} is {'locked' if locked else 'unlocked'}."

    dialog = ChangeDialog(
        operation=OPERATION,
        title=f"{'Lock' if locked else 'Unlock'} {name}",
        button="Lock" if locked else "Unlock",
        button_icon="lock" if locked else "lock-open",
        lead="Nobody can change its formula until it is unlocked again. What computes it goes on as before."
        if locked
        else "Its formula can be changed again, by everybody whom Domo allows to.",
        act=act,
        parent=(name, url),
        done_url=url,
        goes=True,
        events={CHANGED: {}},
    )
    return answer_change(request, connection, dialog, forms.Form)


# The formula


@require_http_methods(["GET", "POST"])
@connection_view(Role.STEWARD)
def edit(request: ConnectionRequest, connection: Connection, beast_mode_id: str) -> HttpResponse:
    """Edit the formula; a valid form leads to what would change."""
    found = read_beast_mode(connection, beast_mode_id)
    posted = request.POST if request.method == "POST" else None
    initial = _earlier(request, connection, beast_mode_id) or found.expression
    form = FormulaForm(posted, initial={"expression": initial, "mark": mark_of(found)})
    if posted is None or (AGAIN in posted and form.is_valid()):
        return _form_page(request, found, beast_mode_id, form, initial != found.expression)
    if form.is_valid():
        problem = _problem(found, form)
        if not problem:
            return _review(request, connection, found, beast_mode_id, form)
        form.add_error("expression", f"{problem}.")
    return _form_page(request, found, beast_mode_id, form, status=422)


def _problem(found: BeastMode, form: FormulaForm) -> str:
    if found.locked:
        return LOCKED
    if form.cleaned_data["mark"] != mark_of(found):
        return "Somebody changed this formula meanwhile. Copy yours, and reload the page to see theirs"
    # Browsers send line ends of their own.
    if form.cleaned_data["expression"] == found.expression.replace("\r\n", "\n"):
        return "This is the formula that Domo has, so there is nothing to send"
    return ""


def _earlier(request: ConnectionRequest, connection: Connection, beast_mode_id: str) -> str:
    """Return the formula of before a change, named by its audit record in the address."""
    number = request.GET.get("earlier", "")
    if not number.isdecimal():
        return ""
    record = earlier_changes(connection, beast_mode_id).filter(pk=int(number)).first()
    return str((record.before or {}).get("expression", "")) if record is not None else ""


def _form_page(
    request: ConnectionRequest,
    found: BeastMode,
    beast_mode_id: str,
    form: FormulaForm,
    brings_back: bool = False,
    status: int = 200,
) -> HttpResponse:
    context = {
        "connection": request.connection,
        "form": form,
        "name": _name(found, beast_mode_id),
        "beast_mode_id": beast_mode_id,
        "is_locked": bool(found.locked),
        "brings_back": brings_back,
        "columns": _known_columns(request.connection, found),
        "links": len(found.links),
    }
    return render(request, "governance/beast_modes/edit.html", context, status=status)


def _known_columns(connection: Connection, found: BeastMode) -> list[tuple[str, str]]:
    """Return (column, type) of the datasets that it is on; none where they can't be read: one can type all the same."""
    schemas = _schemas(connection.client(), found)
    columns = {column.name: column.type for schema in schemas.values() for column in schema.columns}
    return sorted(columns.items(), key=lambda each: each[0].casefold())


def _schemas(client: Client, found: BeastMode) -> dict[str, Schema]:
    ids = list(dict.fromkeys(found.dataset_ids))[:MOST_SCHEMAS]
    calls = [partial(client.datasets.get_schema, each, include_hidden=True) for each in ids]
    answers = side_by_side(client, SECONDS, calls)
    return {each: answer for each, answer in zip(ids, answers, strict=True) if isinstance(answer, Schema)}


def _review(
    request: ConnectionRequest, connection: Connection, found: BeastMode, beast_mode_id: str, form: FormulaForm
) -> HttpResponse:
    """Show what would be sent; its form leads to the address that sends."""
    dialog = _dialog(request, connection, found, beast_mode_id, form)
    context = {
        **dialog.context,
        "dialog": dialog,
        "form": form,
        "slug_form": None,
        "connection": connection,
        "failure": None,
        "unknown": False,
        "action": reverse("governance:beast_mode_edit_send", args=[connection.slug, beast_mode_id]),
    }
    return render(request, PAGE, context)


@require_http_methods(["GET", "POST"])
@connection_view(Role.STEWARD)
def edit_send(request: ConnectionRequest, connection: Connection, beast_mode_id: str) -> HttpResponse:
    """Send the formula that was reviewed."""
    if request.method == "GET":
        return HttpResponseRedirect(reverse("governance:beast_mode_edit", args=[connection.slug, beast_mode_id]))
    found = read_beast_mode(connection, beast_mode_id)
    form = FormulaForm(request.POST)
    if not form.is_valid() or _problem(found, form):
        return edit(request, connection=connection.slug, beast_mode_id=beast_mode_id)
    dialog = _dialog(request, connection, found, beast_mode_id, form)
    return answer_change(request, connection, dialog, lambda data: form)


def _dialog(
    request: ConnectionRequest, connection: Connection, found: BeastMode, beast_mode_id: str, form: FormulaForm
) -> ChangeDialog:
    name, url = _name(found, beast_mode_id), _page(connection, beast_mode_id)
    after = str(form.cleaned_data["expression"])
    return ChangeDialog(
        operation=OPERATION,
        title=f"Change the formula of {name}?",
        button="Send the formula",
        button_icon="send",
        act=lambda _: send(connection, request.user, beast_mode_id, str(form.cleaned_data["mark"]), after),
        parent=(name, url),
        done_url=url,
        lead="Nothing has been sent yet. The earlier formula stays on the page of the Beast Mode, to bring it back.",
        events={CHANGED: {}},
        template="governance/beast_modes/review.html",
        context=_review_context(connection, found, beast_mode_id, form, after),
    )


def _review_context(
    connection: Connection, found: BeastMode, beast_mode_id: str, form: FormulaForm, after: str
) -> dict[str, Any]:
    before = found.expression
    schemas = _schemas(connection.client(), found)
    lacking = {
        dataset: [name for name in columns_of(after) if name not in {column.name for column in schema.columns}]
        for dataset, schema in schemas.items()
    }
    return {
        "before": before,
        "after": after,
        "marked": marked(difference(before, after)),
        "new_columns": [name for name in columns_of(after) if name not in columns_of(before)],
        "gone_columns": [name for name in columns_of(before) if name not in columns_of(after)],
        "new_functions": [name for name in functions_of(after) if name not in functions_of(before)],
        "gone_functions": [name for name in functions_of(before) if name not in functions_of(after)],
        "lacking": [(dataset, names) for dataset, names in lacking.items() if names],
        "datasets": len(set(found.dataset_ids)),
        "cards": len(card_ids(found)),
        "kept": [("expression", after), ("mark", form.cleaned_data["mark"])],
        "back": reverse("governance:beast_mode_edit", args=[connection.slug, beast_mode_id]),
    }


def send(connection: Connection, user: User, beast_mode_id: str, mark: str, expression: str) -> str:
    """Send a formula and return what to say. Raises InvalidArguments when it is not what was reviewed."""
    now = read_beast_mode(connection, beast_mode_id)
    if now.locked:
        raise InvalidArguments(f"{LOCKED}. Nothing was sent")
    if mark_of(now) != mark:
        raise InvalidArguments("Somebody changed this formula meanwhile. Nothing was sent: open it again")
    name = _name(now, beast_mode_id)
    change = Change(
        OPERATION,
        Target("beast_mode", beast_mode_id, name),
        before={"expression": now.expression},
        after={"expression": expression},
    )
    answer: BeastMode = make_change(
        connection, user, change, lambda client: client.beast_modes.update(beast_mode_id, expression=expression)
    )
    reading.forget(connection)
    survey.refresh(connection, answer)
    told = " Domo calls it invalid: look at it once more." if is_invalid(answer) else ""
    return f"{name} has its new formula.{told}"
