"""The page that creates a dataset: columns typed, out of a CSV, or as another dataset has them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods

from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.change_dialogs import SlugForm
from apps.connections.changing import Change, Target, make_change
from apps.connections.models import Connection
from apps.core.failures import failure_of
from apps.data.datasets.detail import recent
from apps.data.datasets.search import find
from apps.data.schemas.review import focus_first_error
from apps.data.schemas.rows import BLANK, DamagedForm, Row, check_rows, moved_or_added, new_rows, read_rows, wanted
from apps.data.schemas.sources import HEADERS, MOST_BYTES, columns_of_dataset, columns_of_file
from domoadmin.services.errors import Delivery, UpstreamError
from domoadmin.services.roles import Role
from domoadmin.tabular.problems import Refused, megabytes

OPERATION = "datasets.create_copy"
WAYS = (("typed", "Type the columns"), ("csv", "From a CSV or JSON"), ("copy", "As another dataset"))
CHOICES = 20


class NewDatasetForm(forms.Form):
    """Name and type of the new dataset; the columns stand in the grid beside it."""

    dataset_name = forms.CharField(
        label="Name",
        max_length=255,
        error_messages={"required": "Give the dataset a name."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    user_defined_type = forms.CharField(
        label="Type",
        max_length=100,
        initial="api",
        help_text="What Domo shows as its source. “api” unless you know another.",
        error_messages={"required": "Type api, or another type."},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "off"}),
    )

    def clean_user_defined_type(self) -> str:
        """Take one word."""
        kind: str = self.cleaned_data["user_defined_type"]
        if len(kind.split()) > 1:
            raise ValidationError("A type is one word, such as api.")
        return kind


@dataclass
class Page:
    """The page as it is being answered."""

    request: ConnectionRequest
    connection: Connection
    way: str
    rows: list[Row]
    form: NewDatasetForm
    slug_form: SlugForm | None
    context: dict[str, Any] = field(default_factory=dict)

    def show(self, status: int = 200, **context: Any) -> HttpResponse:
        """Render it."""
        own = {
            "connection": self.connection,
            "way": self.way,
            "ways": WAYS,
            "rows": self.rows,
            "blank": BLANK,
            "new_dataset": True,
            "form": self.form,
            "slug_form": self.slug_form,
            "headers": HEADERS,
            "most": megabytes(MOST_BYTES),
        }
        return render(self.request, "data/schemas/create.html", {**own, **self.context, **context}, status=status)


@require_http_methods(["GET", "POST"])
@connection_view(Role.STEWARD)
def create(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Show the page for one of the three ways (GET); read a header, change the grid, or create (POST)."""
    way = request.GET.get("way", "")
    way = way if way in dict(WAYS) else "typed"
    if request.method == "GET":
        return _started(request, connection, way)
    do = request.POST.get("do", "")
    creating = do == "create"
    form = NewDatasetForm(request.POST) if creating else NewDatasetForm(initial=_typed(request))
    page = Page(request, connection, way, [], form, _slug_form(connection, request.POST if creating else None))
    try:
        page.rows = read_rows(request.POST)
    except DamagedForm:
        return page.show(422, problems=["The form came incomplete: enter the columns again. Nothing was sent."])
    if do == "read":
        return _read(page)
    if not creating:
        page.rows = moved_or_added(page.rows, do) or page.rows
        return page.show()
    problems = check_rows(page.rows)
    # All are checked, so that a person sees every error at once.
    valid = [each.is_valid() for each in (page.form, page.slug_form) if each is not None]
    if all(valid) and not problems:
        return _created(page)
    if not problems:
        focus_first_error(page.form, page.slug_form)
    return page.show(422, problems=problems)


def _slug_form(connection: Connection, data: Any) -> SlugForm | None:
    return SlugForm(data, slug=connection.slug) if connection.is_production else None


def _typed(request: ConnectionRequest) -> dict[str, str]:
    """Return what stands in the fields beside the grid, while something else is done than creating."""
    names = ("dataset_name", "user_defined_type")
    return {name: request.POST[name] for name in names if name in request.POST}


def _started(request: ConnectionRequest, connection: Connection, way: str) -> HttpResponse:
    rows = [Row("+1", "", "STRING")] if way == "typed" else []
    page = Page(request, connection, way, rows, NewDatasetForm(), _slug_form(connection, None))
    source = request.GET.get("from", "")
    if way != "copy":
        return page.show()
    if not source:
        return page.show(**_choices(request, connection))
    client = connection.client()
    dataset = client.datasets.get_metadata(source)
    found = columns_of_dataset(client, source)
    page.rows = new_rows(found.columns)
    page.form = NewDatasetForm(initial={"dataset_name": f"{dataset.name} (same columns)" if dataset.name else ""})
    return page.show(source=dataset, source_id=source, notes=found.notes)


def _choices(request: ConnectionRequest, connection: Connection) -> dict[str, Any]:
    """Return the datasets whose schema may be taken: found by words, or looked at last."""
    words = request.GET.get("q", "").strip()
    context: dict[str, Any] = {"words": words, "recent": recent(request, connection)}
    if words:
        try:
            context["found"] = find(connection.client(), words, CHOICES)
        except UpstreamError as error:
            context["failure"] = failure_of(error)
    return context


@require_GET
@connection_view(Role.STEWARD)
def sources(request: ConnectionRequest, connection: Connection) -> HttpResponse:
    """Find datasets while a person types; the page itself does the same without a script."""
    context = {"connection": connection, **_choices(request, connection)}
    failure = context.get("failure")
    response = render(request, "data/schemas/sources.html", context, status=failure.status if failure else 200)
    response.headers["Cache-Control"] = "no-store"
    return response


def _read(page: Page) -> HttpResponse:
    """Fill the grid with the columns of a file, or of what was pasted."""
    request = page.request
    file, pasted = request.FILES.get("file"), request.POST.get("pasted", "")
    header = request.POST.get("header", "")
    context: dict[str, Any] = {"pasted": pasted, "header": header}
    name = ""
    try:
        if file is not None and (file.size or 0) > MOST_BYTES:
            raise Refused("too_large", f"The file is larger than {megabytes(MOST_BYTES)}. Its first lines are enough.")
        if file is None and not pasted.strip():
            raise Refused("nothing", "Choose a file, or paste its first lines.")
        content = file.read() if file is not None else pasted.encode()
        name = PurePath(file.name or "").name.partition(".")[0] if file is not None else ""
        found = columns_of_file(content, header if header in dict(HEADERS) else "")
    except Refused as refusal:
        return page.show(422, **context, source_problem=refusal.message)
    page.rows = new_rows(found.columns)
    if name and not page.form.initial.get("dataset_name"):
        page.form.initial["dataset_name"] = name
    problems = check_rows(page.rows)
    return page.show(422 if problems else 200, **context, notes=found.notes, problems=problems)


def _created(page: Page) -> HttpResponse:
    """Create the dataset and go to its page."""
    connection, values = page.connection, page.form.cleaned_data
    name, kind = values["dataset_name"], values["user_defined_type"]
    columns = [{"name": column.name, "type": column.type} for column in wanted(page.rows)]
    # No id yet: the upstream gives it.
    change = Change(OPERATION, Target("dataset", "", name), after={"name": name, "type": kind, "columns": columns})
    try:
        dataset = make_change(
            connection,
            page.request.user,
            change,
            lambda client: client.datasets.create_copy(name, columns, user_defined_type=kind),
        )
    except UpstreamError as error:
        failure = failure_of(error)
        unknown = error.delivery is Delivery.UNKNOWN
        return page.show(failure.status, failure=failure, unknown=unknown, search_url=_search_url(connection, name))
    if not dataset.id:
        # No answer of this call is documented.
        messages.warning(page.request, f"{name} was created. Domo did not say its id: find it by its name.")
        return HttpResponseRedirect(_search_url(connection, name))
    counted = f"{len(columns)} column{'' if len(columns) == 1 else 's'}"
    messages.success(page.request, f"{name} was created with {counted}")
    return HttpResponseRedirect(reverse("data:dataset_show", args=[connection.slug, dataset.id]))


def _search_url(connection: Connection, name: str) -> str:
    return f"{reverse('data:datasets_list', args=[connection.slug])}?{urlencode({'q': name})}"
