"""Every operation by every id that it has: the catalogue as the command line lists it and the console offers it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any

from domoadmin.reference import Entry, entries
from domoadmin.services.arguments import Parameter
from domoadmin.services.operations import Operation, registry
from domoadmin.services.places import Content, FormField, Local, Path, Query, Upload

# The areas as people call them; an area that is not named here is written from its id.
AREA_LABELS = {
    "accounts": "Data accounts",
    "activity_log": "Activity log",
    "ai": "AI services",
    "appdb": "AppDB",
    "beast_modes": "Beast Modes",
    "certified_content": "Certified content",
    "code_engine": "Code Engine",
    "dataset_history": "Dataset history",
    "domoscio": "Learning graphs",
    "domostats": "DomoStats",
    "federated_v1_v2": "Federated V1 to V2",
    "federated_v2_amplifier": "Federated V2 to Amplifier",
    "reports": "Scheduled reports",
    "s3_export": "Exports to S3",
    "taskcenter": "Task Center",
}
_SPELLED = {"sql": "SQL", "csv": "CSV", "s3": "S3", "id": "id", "pdp": "PDP", "url": "URL", "ai": "AI", "ml": "ML"}


@dataclass(frozen=True)
class Listed:
    """An id under which an operation can be called. `alias_of` is the operation's own id where this is another one.

    `entry` is what the reference says of it; None for calls that the documents lack.
    """

    id: str
    operation: Operation
    alias_of: str | None
    entry: Entry | None = field(repr=False)

    @property
    def label(self) -> str:
        """The name of its method as people read it: "Get metadata"."""
        words = [_SPELLED.get(word, word) for word in self.id.partition(".")[2].split("_")]
        return " ".join([words[0][:1].upper() + words[0][1:], *words[1:]])

    @property
    def area_label(self) -> str:
        """The area as people call it."""
        return area_label(self.operation.area)

    @property
    def title(self) -> str:
        """The heading in the document, of the variant where this is one."""
        for variant in (self.entry or {}).get("variants", []):
            if variant["id"] == self.id:
                return str(variant["title"])
        return self.operation.heading

    def described(self) -> dict[str, Any]:
        """Return all that is declared, as `manage.py operations --json` prints it."""
        operation = self.operation
        wire_names = {parameter.name: parameter.wire_name for parameter in operation.parameters}
        return {
            "id": self.id,
            "method": operation.method,
            "path": operation.path,
            "area": operation.area,
            "kind": operation.kind,
            "title": self.title,
            "summary": operation.summary,
            "role": operation.role.value,
            "mutates": operation.mutates,
            "destructive": operation.destructive,
            "retry_safety": operation.retry_safety.value,
            "documented": operation.documented,
            "aliases": [] if self.alias_of else list(operation.aliases),
            "alias_of": self.alias_of,
            "presets": {wire_names[name]: value for name, value in operation.presets.get(self.id, {}).items()},
            "parameters": [described_parameter(parameter) for parameter in on_the_wire(operation)],
        }


@cache
def every_operation() -> tuple[Listed, ...]:
    """Return all ids, those of aliases and variants included, in order."""
    found = []
    for operation in registry:
        entry = entries().get(operation.id)
        found.append(Listed(operation.id, operation, None, entry))
        found += [Listed(alias, operation, operation.id, entry) for alias in operation.aliases]
    return tuple(sorted(found, key=lambda listed: (listed.operation.area, listed.id)))


def find(operation_id: str) -> Listed | None:
    """Return the operation of this id, alias or variant, or None."""
    return _by_id().get(operation_id)


@cache
def _by_id() -> dict[str, Listed]:
    return {listed.id: listed for listed in every_operation()}


def area_label(area: str) -> str:
    """Return the area as people call it."""
    return AREA_LABELS.get(area) or area.replace("_", " ").capitalize()


def on_the_wire(operation: Operation) -> list[Parameter]:
    """Return the parameters that a call in the words of the documents can give."""
    return [parameter for parameter in operation.parameters if not isinstance(parameter.place, Local)]


def place_in_words(parameter: Parameter) -> str:
    """Return where a parameter stands: path, query, body, form or file."""
    place = parameter.place
    if isinstance(place, Path):
        return "path"
    if isinstance(place, Query):
        return "query"
    if isinstance(place, Content | Upload):
        return "file"
    return "form" if isinstance(place, FormField) else "body"


def described_parameter(parameter: Parameter) -> dict[str, Any]:
    """Return one parameter as `manage.py operations --json` prints it."""
    return {
        "name": parameter.wire_name,
        "place": place_in_words(parameter),
        "type": parameter.expected,
        "required": parameter.required,
        "choices": list(parameter.choices),
        "secret": parameter.secret,
    }
