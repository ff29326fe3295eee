"""The form of an operation, made from its declaration; it is checked by the same declaration as every call."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.connections.models import Connection
from apps.console.catalogue import Listed, on_the_wire, place_in_words
from apps.console.performing import PreparedCall, prepare
from domoadmin.services.arguments import Identifier, Parameter
from domoadmin.services.bodies import FileContent
from domoadmin.services.errors import InvalidArguments
from domoadmin.services.places import Content, Field, FormField, Query, Upload, Whole
from domoadmin.services.wire import JsonBody

ARGUMENT = "arg-"
BODY, FILE = "body", "file"
_PLACE_OF_ERROR = re.compile(r"line (\d+), column (\d+)")


class CallForm(forms.Form):
    """Path and query parameters each by a field, the body as JSON, a file; `prepared` is the checked call."""

    prepared: PreparedCall

    def __init__(self, listed: Listed, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.listed = listed
        descriptions = _descriptions(listed)
        places = {type(parameter.place) for parameter in on_the_wire(listed.operation)}
        for parameter in on_the_wire(listed.operation):
            if parameter.in_path or isinstance(parameter.place, Query):
                self.fields[ARGUMENT + parameter.wire_name] = _argument(
                    parameter, descriptions.get(parameter.wire_name, "")
                )
        self.takes_file = bool(places & {Content, Upload})
        self.raw_text = Content in places
        if self.takes_file:
            self.fields[FILE] = forms.FileField(required=not self.raw_text, allow_empty_file=True, label="File")
        if places & {Field, Whole, FormField, Content}:
            self.fields[BODY] = self._body_field(places)

    @property
    def has_body(self) -> bool:
        """Whether it takes JSON, or text in place of a file."""
        return BODY in self.fields

    def clean(self) -> dict[str, Any]:
        """Check the call as it will be made; what is wrong stands at its field."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        try:
            self.prepared = prepare(self.listed.id, self._arguments(cleaned), self._body(cleaned), _content(cleaned))
        except InvalidArguments as error:
            self.add_error(self._field_of(error), error.message)
        return cleaned

    @property
    def body_error(self) -> tuple[int, int] | None:
        """Line and column, from 1, of what is wrong in the JSON; None when that isn't the trouble."""
        for message in self.errors.get(BODY, []):
            found = _PLACE_OF_ERROR.search(str(message))
            if found:
                return int(found.group(1)), int(found.group(2))
        return None

    def _field_of(self, error: InvalidArguments) -> str | None:
        for name in (ARGUMENT + error.argument, error.argument, BODY):
            if name in self.fields:
                return name
        return None

    def _arguments(self, cleaned: Mapping[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for parameter in on_the_wire(self.listed.operation):
            text = str(cleaned.get(ARGUMENT + parameter.wire_name) or "").strip()
            if text:
                listing = isinstance(parameter.place, Query) and parameter.expected.startswith("a list")
                found[parameter.wire_name] = _parts(text) if listing else text
        return found

    def _body(self, cleaned: Mapping[str, Any]) -> JsonBody | None:
        text = str(cleaned.get(BODY) or "").replace("\r\n", "\n")
        if not text.strip():
            return None
        return JsonBody(text, json.dumps(text)) if self.raw_text else JsonBody.from_text(text)

    def _body_field(self, places: set[type]) -> forms.CharField:
        if self.raw_text:
            label, description, help_text = "Content", "text, in place of a file", ""
        elif FormField in places:
            label, description, help_text = "Other fields", "JSON object", ""
        else:
            label, description = "Body", "JSON"
            help_text = "It is sent exactly as it stands here."
        area = forms.Textarea(
            attrs={
                "rows": 10,
                "spellcheck": "false",
                "autocapitalize": "off",
                "autocomplete": "off",
                "class": "font-monospace",
            }
        )
        needed = any(
            parameter.required
            for parameter in on_the_wire(self.listed.operation)
            if isinstance(parameter.place, Field | Whole)
        )
        return forms.CharField(
            required=needed, strip=False, widget=area, label=_label(label, description), help_text=help_text
        )


class ConfirmationForm(forms.Form):
    """What a change asks for: a press of its own, and for one that counts the connection's name."""

    confirmed = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, listed: Listed, connection: Connection, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.connection = connection
        if must_type_name(listed, connection):
            self.fields["typed"] = forms.CharField(
                label=f"Type “{connection.name}” to confirm",
                # The dialog stands outside of the form that it confirms.
                widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "form": "call-form"}),
            )

    def clean_confirmed(self) -> str:
        """Refuse a change that nobody confirmed."""
        confirmed: str = self.cleaned_data["confirmed"]
        if confirmed != "yes":
            raise forms.ValidationError("This changes something: confirm it first.")
        return confirmed

    def clean_typed(self) -> str:
        """Refuse anything but the name of the connection, or its slug."""
        typed: str = self.cleaned_data["typed"].strip()
        if typed not in (self.connection.name, self.connection.slug):
            raise forms.ValidationError(f"This is not the name. Type “{self.connection.name}”.")
        return typed


def must_type_name(listed: Listed, connection: Connection) -> bool:
    """Whether a change asks for the connection's name: one that destroys, and every one on production."""
    operation = listed.operation
    return operation.mutates and (operation.destructive or connection.is_production)


def _label(name: str, description: str) -> SafeString:
    return format_html('{} <span class="form-label-description">{}</span>', name, description)


def _argument(parameter: Parameter, description: str) -> forms.Field:
    # "Text or a whole number" is how both spellings of an id are taken.
    taken = "id" if parameter.annotation == Identifier else parameter.expected
    label = _label(parameter.wire_name, f"{place_in_words(parameter)}, {taken}")
    choices = parameter.choices or (("true", "false") if parameter.expected == "true or false" else ())
    if choices and not parameter.expected.startswith("a list"):
        field: forms.Field = forms.ChoiceField(
            choices=[("", ""), *((choice, choice) for choice in choices)], required=parameter.required, label=label
        )
    else:
        field = forms.CharField(required=parameter.required, label=label)
        field.widget.attrs |= {"class": "font-monospace", "autocomplete": "off", "spellcheck": "false"}
    field.help_text = description[:1].upper() + description[1:]
    return field


def _descriptions(listed: Listed) -> dict[str, str]:
    entry = listed.entry or {}
    parameters = [*entry.get("path_params", []), *entry.get("query_params", [])]
    return {parameter["name"]: parameter["description"] or "" for parameter in parameters}


def _parts(text: str) -> Any:
    """Return a list that was typed with commas; JSON is left for the declaration to read."""
    return text if text.startswith("[") else [part.strip() for part in text.split(",") if part.strip()]


def _content(cleaned: Mapping[str, Any]) -> FileContent | None:
    file = cleaned.get(FILE)
    if not isinstance(file, UploadedFile):
        return None

    def chunks() -> Iterator[bytes]:
        file.seek(0)
        yield from file.chunks(256 * 1024)

    return FileContent(file.name or "file", chunks, file.size, file.content_type or "application/octet-stream")
