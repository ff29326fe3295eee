"""The form of a queue and the contract of its tasks."""

from __future__ import annotations

import uuid
from functools import lru_cache
from typing import Any

from domoadmin.sandbox.company.people import DAY_MS
from domoadmin.sandbox.taskcenter.queues import Queue
from domoadmin.sandbox.times import iso
from domoadmin.sandbox.workflows.processes import Process, Variable

FIELD_TYPES = {"boolean": "SINGLE_CHOICE", "number": "NUMBER", "date": "DATE", "text": "PARAGRAPH"}
# which parts of the form the parts of a request bring along
PARTS: dict[str, tuple[str, ...]] = {
    "NAME": ("name",),
    "DESCRIPTION": ("description",),
    "MAPPING": ("sections",),
    "METADATA": ("settings", "createdBy", "createdOn", "updatedBy", "updatedOn"),
    "VERSIONS": ("version", "releasedOn"),
}


def display_id(queue: Queue) -> str:
    """The id of the form."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"form {queue.id}"))


def display_entity(queue: Queue, display_type: str) -> dict[str, Any]:
    """What is shown to the person who works on a task: the form, or the mail that it came as."""
    owner, created = queue.model.owner, queue.created
    form = display_type == "ENIGMA_FORM"
    return {
        "id": display_id(queue),
        "name": queue.process.form if form else queue.process.title,
        "description": "",
        "settings": {},
        "createdBy": owner,
        "createdOn": iso(created),
        "updatedBy": owner,
        "updatedOn": iso(created + DAY_MS),
        "version": "1.0.0",
        "sections": [_section(queue)] if form else [],
        "releasedOn": iso(created + DAY_MS),
    }


def _section(queue: Queue) -> dict[str, Any]:
    fields = [_field(queue, variable) for variable in queue.process.variables]
    identifier = str(uuid.uuid5(uuid.NAMESPACE_OID, f"section {queue.id}"))
    return {"id": identifier, "title": queue.process.title, "fields": fields}


def _field(queue: Queue, variable: Variable) -> dict[str, Any]:
    return {
        "id": str(uuid.uuid5(uuid.NAMESPACE_OID, f"field {queue.id} {variable.name}")),
        "label": variable.label,
        "optional": not variable.required,
        "fieldType": FIELD_TYPES.get(variable.type, "PARAGRAPH"),
        "dataType": variable.type,
        "acceptsInput": variable.direction in ("in", "both"),
        "acceptsOutput": variable.direction in ("out", "both"),
        "options": {"values": []},
        "alias": variable.name,
        "isList": False,
        "useExternalValues": False,
    }


def only_parts(entity: dict[str, Any], parts: list[str]) -> dict[str, Any]:
    """The parts of a form that were asked for; all of it when none was named."""
    if not parts:
        return entity
    wanted = {"id", *(name for part in parts for name in PARTS[part])}
    return {name: value for name, value in entity.items() if name in wanted}


@lru_cache(maxsize=256)
def outputs(process: Process) -> dict[str, Variable]:
    """The variables that a person fills in, by name."""
    return {each.name: each for each in process.variables if each.direction in ("out", "both")}


def contract(process: Process) -> dict[str, Any]:
    """What goes into a task and what comes out."""
    given = [each for each in process.variables if each.direction in ("in", "both")]
    return {
        "input": [_term(each, each.name) for each in given],
        "output": [_term(each, None) for each in outputs(process).values()],
    }


def _term(variable: Variable, shown: str | None) -> dict[str, Any]:
    return {
        "name": variable.name,
        "displayName": shown,
        "type": variable.type,
        "required": variable.required,
        "list": False,
        "validValues": None,
    }
