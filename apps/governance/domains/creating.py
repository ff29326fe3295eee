"""Adding a domain below another one."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from apps.accounts.models import User
from apps.connections.access import ConnectionRequest, connection_view
from apps.connections.change_dialogs import ChangeDialog, answer_change
from apps.connections.changing import Change, Target, make_change
from apps.connections.models import Connection, Kind
from apps.governance.domains import finding
from apps.governance.domains.editing import page_of
from apps.governance.domains.forms import (
    LONGEST_NAME,
    LONGEST_TEXT,
    as_typed,
    check_public_url,
    limit_fields,
)
from apps.governance.domains.reading import read_domain, title_of
from apps.governance.domains.refusals import told_plainly
from domoadmin.services.client import Client
from domoadmin.services.errors import Delivery, UpstreamError
from domoadmin.services.results import Domain
from domoadmin.services.results.domains import ChangedDomain
from domoadmin.services.roles import Role

ID = re.compile(r"[a-zåäöA-ZÅÄÖ0-9_.,-]+")
# Ids that the API takes and then mixes up with something else; the last two would be folded away in addresses.
MISTAKEN = {
    "list": "The API reads “list” as another call, so such a domain could never be opened. Type another id.",
    "attributes": "The API’s tree uses “attributes” for something else. Type another id.",
    ".": "Such an id can’t stand in an address. Type another one.",
    "..": "Such an id can’t stand in an address. Type another one.",
}
# The API's names of what it may refuse -> our fields.
FIELDS = {"id": "id", "name": "name"}


class CreateForm(forms.Form):
    """A new domain. Its parent is given by the page."""

    id = forms.CharField(
        max_length=LONGEST_NAME,
        help_text="Letters, digits and _ . , - only. It can’t be changed later.",
        error_messages={"required": "Type an id."},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autofocus": True}),
    )
    name = forms.CharField(max_length=LONGEST_NAME, error_messages={"required": "Give the domain a name."})
    description = forms.CharField(
        required=False, max_length=LONGEST_TEXT, strip=False, widget=forms.Textarea(attrs={"rows": "2"})
    )

    def __init__(self, data: Any = None, *, parent: Domain) -> None:
        super().__init__(data)
        self.parent = parent
        self.fields.update(limit_fields())
        for name in ("max_users", "max_things", "max_thingtypes"):
            self.fields[name].help_text = "Empty for none of its own."
        if parent.fields:
            labels = ", ".join(each.label or each.id for each in parent.fields)
            self.fields["same_fields"] = forms.BooleanField(
                label=f"Same fields of custom data as {title_of(parent)}",
                required=False,
                initial=True,
                help_text=f"{labels}. The values are filled in on its page.",
            )

    def clean_id(self) -> str:
        """Check the id as the document wants it."""
        identifier: str = self.cleaned_data["id"]
        if not ID.fullmatch(identifier):
            raise ValidationError("An id may hold only letters (with å, ä, ö), digits and _ . , -")
        if identifier in MISTAKEN:
            raise ValidationError(MISTAKEN[identifier])
        return identifier

    def clean_publicUrl(self) -> str:  # noqa: N802 - the field is called as the API calls it
        """Take protocol and host alone."""
        return check_public_url(self.cleaned_data["publicUrl"].strip())

    def plain_fields(self) -> list[forms.BoundField]:
        """Return the fields that stand open, for the template."""
        return [field for field in self if field.name not in limit_fields()]

    def further_fields(self) -> list[forms.BoundField]:
        """Return those that are folded away."""
        return [field for field in self if field.name in limit_fields()]

    def further_open(self) -> bool:
        """Say whether something is in those."""
        return any(field.errors or field.value() for field in self.further_fields())

    def arguments(self) -> dict[str, Any]:
        """Return what create() is given."""
        cleaned = self.cleaned_data
        settings = {name: cleaned[name] for name in limit_fields() if cleaned[name] not in (None, "")}
        fields = [{"id": each.id, "label": each.label, "type": each.type} for each in self.parent.fields]
        found = {"id": cleaned["id"], "parent_id": self.parent.id, "name": cleaned["name"]}
        found |= {"description": as_typed(cleaned["description"])} if cleaned["description"] else {}
        found |= {"settings": settings} if settings else {}
        return found | ({"domain_metadata": fields} if cleaned.get("same_fields") else {})


@require_http_methods(["GET", "POST"])
@connection_view(Role.ADMIN, kinds=(Kind.DOMAINS,))
def create(request: ConnectionRequest, connection: Connection, domain_id: str) -> HttpResponse:
    """Add a domain below this one."""
    parent = read_domain(connection, domain_id)
    # Where a script is missing, too, the new domain's page comes next.
    identifier = request.POST.get("id", "").strip()
    usable = ID.fullmatch(identifier) and identifier not in MISTAKEN
    done = reverse("governance:domain_show", args=[connection.slug, identifier]) if usable else ""

    def make_form(data: Any) -> CreateForm:
        return CreateForm(data, parent=parent)

    def act(_cleaned: dict[str, Any]) -> str:
        form = make_form(request.POST)
        form.is_valid()
        return _create(connection, request.user, form.arguments())

    dialog = ChangeDialog(
        operation="domains.create",
        title=f"Add a domain below {title_of(parent)}",
        button="Add domain",
        button_icon="plus",
        act=act,
        parent=page_of(connection, parent),
        done_url=done,
        goes=True,
        template="governance/domains/create_form.html",
    )
    return answer_change(request, connection, dialog, make_form)


def _create(connection: Connection, user: User, arguments: dict[str, Any]) -> str:
    identifier, name = arguments["id"], arguments["name"]
    change = Change("domains.create", Target("domain", identifier, name), before=None, after=arguments)
    with told_plainly("domains.create", FIELDS):
        make_change(connection, user, change, lambda client: _sent(client, arguments))
    finding.forget(connection)
    return f"{name} was added."


def _sent(client: Client, arguments: dict[str, Any]) -> ChangedDomain | Domain:
    """Send it once; where the answer was lost, look whether the domain is there as it was wanted."""
    try:
        made: ChangedDomain = client.domains.create(**arguments)
    except UpstreamError as error:
        if error.delivery is not Delivery.UNKNOWN:
            raise
        found = _found(client, arguments)
        if found is None:
            raise
        return found
    return made


def _found(client: Client, arguments: dict[str, Any]) -> Domain | None:
    try:
        found: Domain = client.domains.get(arguments["id"], ("parentId", "name"))
    except UpstreamError:
        return None
    return found if (found.parent_id, found.name) == (arguments["parent_id"], arguments["name"]) else None
