"""The workflow models: one for each queue, and the automatic ones."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from domoadmin.sandbox.catalog import READ_ONLY_DEPARTMENT
from domoadmin.sandbox.company import vocabulary as words
from domoadmin.sandbox.company.people import DAY_MS
from domoadmin.sandbox.errors import ApiError, not_found
from domoadmin.sandbox.grants import GrantBook, Grants, grant_key, held_by, require
from domoadmin.sandbox.times import iso
from domoadmin.sandbox.workflows.processes import AUTOMATIONS, PROCESSES, Process
from domoadmin.sandbox.world import World

PERMISSIONS = ("ADMIN", "SHARE", "DELETE", "WRITE", "READ", "EXPORT", "EXECUTE", "UPDATE_CONTENT")
COLLEAGUE = ["READ", "EXECUTE"]
# how many regions have queues of their own
REGIONS_BY_SIZE = {300: 1, 5_000: 4, 100_000: 10}


@dataclass(frozen=True)
class Input:
    """A start parameter."""

    name: str
    type: str
    required: bool
    is_list: bool


@dataclass(frozen=True)
class Model:
    """A workflow. `process` is set when people take part; `region` is empty or a region of the company."""

    id: str
    name: str
    description: str
    department: str
    owner: str
    inputs: tuple[Input, ...]
    process: Process | None
    region: str
    created: int

    @property
    def versions(self) -> dict[str, bool]:
        """Versions and whether each is deployed: the newest is a draft, the first one was taken out of use."""
        return {"1.0.0": False, "1.1.0": True, "1.2.0": True, "2.0.0": False}

    @property
    def current(self) -> str:
        """The newest version that is deployed."""
        return [version for version, active in self.versions.items() if active][-1]


def model_id(name: str) -> str:
    """The id that a workflow of this name has."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"workflow {name}"))


class Models:
    """All workflow models by id, and what people may do with each."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._book = GrantBook(world.store, "workflow-permissions")
        self.by_id: dict[str, Model] = {}
        for region in words.REGIONS[: REGIONS_BY_SIZE[world.company.size.datasets]]:
            for process in PROCESSES:
                inputs = tuple(
                    Input(each.name, each.type, each.required, False)
                    for each in process.variables
                    if each.direction in ("in", "both")
                )
                self._add(process.name, process.department, process.description, inputs, process, region)
        for each in AUTOMATIONS:
            self._add(each.name, each.department, each.description, tuple(Input(*one) for one in each.inputs), None, "")

    def _add(
        self,
        name: str,
        department: str,
        description: str,
        inputs: tuple[Input, ...],
        process: Process | None,
        region: str,
    ) -> None:
        people = [each for each in self._world.company.people if each.department == department]
        name = f"{name}, {region}" if region else name
        number = len(self.by_id)
        owner = people[number % min(len(people), 6)].id
        created = self._world.company.anchor - (700 - number) * DAY_MS
        identifier = model_id(name)
        self.by_id[identifier] = Model(
            identifier, name, description, department, owner, inputs, process, region, created
        )

    def find(self, identifier: str) -> Model:
        """A model; ApiError 404."""
        model = self.by_id.get(identifier)
        if model is None:
            raise not_found("Workflow", identifier)
        return model

    def grants(self, model: Model) -> Grants:
        """Who may do what with a model, as it is now."""
        generated: Grants = {grant_key("USER", model.owner): list(PERMISSIONS)}
        me = grant_key("USER", self._world.directory.me.id)
        if model.department != READ_ONLY_DEPARTMENT:
            generated[me] = list(PERMISSIONS)
        else:
            generated.setdefault(me, ["READ"])
        for group in self._world.company.groups:
            if group.name == model.department:
                generated[grant_key("GROUP", group.id)] = COLLEAGUE
        return self._book.of(model.id, generated)

    def require(self, model: Model, *wanted: str) -> None:
        """ApiError 403 unless the token's owner holds one of the permissions."""
        require(held_by(self._world.directory.me, model.owner, self.grants(model)), wanted, f"workflow {model.name}")

    def change_grants(self, identifier: str, grants: Grants) -> None:
        """Changing a Workflow's Permissions; ApiError 403 and 404."""
        with self._world.store.lock:
            model = self.find(identifier)
            self.require(model, "SHARE")
            self._book.change(identifier, grants)

    def version(self, model: Model, version: str) -> str:
        """A version that can be started; ApiError 404 and 409."""
        if version not in model.versions:
            raise not_found(f"Version of workflow {model.name}", version)
        if not model.versions[version]:
            raise ApiError(409, f"Version {version} of workflow {model.name} is not deployed")
        return version

    def record(self, model: Model) -> dict[str, Any]:
        """A model as public clients read it."""
        deployed = iso(model.created + DAY_MS)
        return {
            "id": model.id,
            "name": model.name,
            "description": model.description,
            "owner": model.owner,
            "createdBy": model.owner,
            "createdOn": iso(model.created),
            "versions": [
                {"version": version, "active": active, "deployedOn": deployed if active else None}
                for version, active in model.versions.items()
            ],
        }

    def search_records(self) -> list[dict[str, Any]]:
        """All models as the search API shows them (entity workflow_model)."""
        people = {person.id: person for person in self._world.directory.people}
        return [
            {
                "databaseId": model.id,
                "uuid": model.id,
                "winnerText": model.name,
                "name": model.name,
                "displayName": model.name,
                "description": model.description,
                "createDate": model.created,
                "lastModified": model.created,
                "ownedById": model.owner,
                "ownedByName": people[model.owner].name,
                "ownedByType": "USER",
            }
            for model in self.by_id.values()
        ]
