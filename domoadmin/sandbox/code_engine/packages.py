"""The packages: versions, functions, what goes in and what must come out."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from domoadmin.sandbox.code_engine import functions
from domoadmin.sandbox.company.people import DAY_MS
from domoadmin.sandbox.errors import ApiError, not_found
from domoadmin.sandbox.times import iso
from domoadmin.sandbox.workflows.models import Input
from domoadmin.sandbox.world import World

VERSIONS = ("1.0.0", "1.0.1", "1.1.0")
RELEASED = ("1.0.0", "1.0.1")
LEGAL = "Legal"


@dataclass(frozen=True)
class Function:
    """A function: its parameters, the type of its result, and what it does. `since` is its first version."""

    name: str
    run: Callable[..., Any]
    inputs: tuple[Input, ...]
    output: str
    output_is_list: bool = False
    output_may_be_null: bool = False
    since: str = VERSIONS[0]


@dataclass(frozen=True)
class Package:
    """A package; `department` says whose it is."""

    id: str
    name: str
    department: str
    description: str
    functions: dict[str, Function]


def package_id(name: str) -> str:
    """The id that a package of this name has."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"package {name}"))


def _inputs(*listed: tuple[str, str]) -> tuple[Input, ...]:
    """Name and type; a question mark behind the type makes it optional, brackets make it a list."""
    return tuple(
        Input(name, kind.rstrip("?").removesuffix("[]"), not kind.endswith("?"), kind.rstrip("?").endswith("[]"))
        for name, kind in listed
    )


def _package(name: str, department: str, description: str, *listed: Function) -> Package:
    return Package(package_id(name), name, department, description, {each.name: each for each in listed})


PACKAGES: tuple[Package, ...] = (
    _package(
        "Number helpers",
        "IT and data",
        "Arithmetic that workflows need.",
        Function(
            "addTwoNumbers", functions.add_two_numbers, _inputs(("number1", "number"), ("number2", "number")), "number"
        ),
        Function(
            "roundAmount", functions.round_amount, _inputs(("amount", "decimal"), ("digits", "number?")), "decimal"
        ),
    ),
    _package(
        "Currency conversion",
        "Finance",
        "Converts amounts with the rates of the group.",
        Function(
            "convertAmount",
            functions.convert_amount,
            _inputs(("amount", "decimal"), ("source", "text"), ("target", "text")),
            "decimal",
        ),
    ),
    _package(
        "Text helpers",
        "E-commerce",
        "Texts for the web shop.",
        Function("pageAddress", functions.page_address, _inputs(("title", "text")), "text"),
        Function("splitNames", functions.split_names, _inputs(("names", "text")), "text", output_is_list=True),
    ),
    _package(
        "Halden directory",
        "People",
        "Who leads whom.",
        Function("managerOf", functions.manager_of, _inputs(("person", "person")), "object", output_may_be_null=True),
    ),
    _package(
        "Dataset checks",
        "IT and data",
        "What the nightly checks ask of datasets.",
        Function("countRows", functions.count_rows, _inputs(("dataset", "dataset")), "number"),
        Function(
            "staleDatasets",
            functions.stale_datasets,
            _inputs(("datasets", "text[]"), ("days", "number")),
            "text",
            output_is_list=True,
            since="1.0.1",
        ),
    ),
    _package(
        "Stock alerts",
        "Supply chain",
        "Thresholds below which stores want to be told.",
        Function(
            "setThreshold",
            functions.set_threshold,
            _inputs(("store", "text"), ("article", "text"), ("units", "number")),
            "object",
        ),
        Function(
            "getThreshold",
            functions.get_threshold,
            _inputs(("store", "text"), ("article", "text")),
            "number",
            output_may_be_null=True,
        ),
    ),
    _package(
        "Legacy ERP bridge",
        "Supply chain",
        "Asks the ERP that was switched off; nobody has taken it out of use.",
        Function("fetchOrder", functions.fetch_order, _inputs(("order", "text")), "object"),
        Function("openOrders", functions.open_orders, (), "number", output_is_list=True),
    ),
    _package(
        "Contract texts",
        LEGAL,
        "Texts of the legal department.",
        Function("pageAddress", functions.page_address, _inputs(("title", "text")), "text"),
    ),
)
BY_ID = {package.id: package for package in PACKAGES}


def find_function(identifier: str, version: str, name: str) -> Function:
    """A function that the token's owner may run; ApiError 403 and 404."""
    package = BY_ID.get(identifier)
    if package is None:
        raise not_found("Package", identifier)
    if package.department == LEGAL:
        raise ApiError(403, f"You do not have permission to run package {package.name}")
    if version not in VERSIONS:
        raise not_found(f"Version of package {package.name}", version)
    function = package.functions.get(name)
    if function is None or VERSIONS.index(version) < VERSIONS.index(function.since):
        raise not_found(f"Function of package {package.name} {version}", name)
    return function


def owner_of(world: World, package: Package) -> str:
    """The id of the owner: someone of the department, also when they left."""
    people = [each for each in world.company.people if each.department == package.department]
    return people[len(package.name) % min(len(people), 6)].id


def package_record(world: World, identifier: str) -> dict[str, Any]:
    """A package as public clients read it."""
    package = BY_ID.get(identifier)
    if package is None:
        raise not_found("Package", identifier)
    created = world.company.anchor - 420 * DAY_MS
    return {
        "id": package.id,
        "name": package.name,
        "description": package.description,
        "language": "JAVASCRIPT",
        "owner": owner_of(world, package),
        "createdOn": iso(created),
        "versions": [
            {"version": version, "released": iso(created + place * 30 * DAY_MS) if version in RELEASED else None}
            for place, version in enumerate(VERSIONS)
        ],
        "functions": [
            {
                "name": each.name,
                "inputs": [
                    {"name": one.name, "type": one.type, "isList": one.is_list, "nullable": not one.required}
                    for one in each.inputs
                ],
                "output": {"type": each.output, "isList": each.output_is_list, "nullable": each.output_may_be_null},
            }
            for each in package.functions.values()
        ],
    }


def search_records(world: World) -> list[dict[str, Any]]:
    """All packages as the search API shows them (entity package)."""
    people = {person.id: person for person in world.directory.people}
    created = world.company.anchor - 420 * DAY_MS
    return [
        {
            "databaseId": package.id,
            "uuid": package.id,
            "winnerText": package.name,
            "name": package.name,
            "displayName": package.name,
            "description": package.description,
            "createDate": created,
            "lastModified": created,
            "ownedById": owner_of(world, package),
            "ownedByName": people[owner_of(world, package)].name,
            "ownedByType": "USER",
        }
        for package in PACKAGES
    ]
