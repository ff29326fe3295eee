"""The federated datasets that Halden Outdoor began with, its accounts for them, its Cloud Amplifier integrations."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from domoadmin.sandbox.catalog import Catalog
from domoadmin.sandbox.company import vocabulary as words

V1, V2, AMPLIFIER = "V1", "V2", "AMPLIFIER"
NO_SCHEMA = "NULL"
MOST_OF_A_KIND = 1_500
# federated type, provider of its datasets, every how manieth of which is still at V1
FIRST_GENERATION = (
    ("mysql-federated", "mysql-ssh", 1),
    ("snowflake-federated", "snowflake", 3),
    ("saphana-federated", "sap-hana", 2),
)
# federated type: provider of its datasets, type of the integrations that they can go to
AMPLIFIED = {"snowflake-federated": ("snowflake", "SNOWFLAKE"), "bigquery-federated": ("google-analytics", "BIGQUERY")}

Reference = tuple[str, str, str]


@dataclass(frozen=True)
class Account:
    """A Federated V2 account. A private one is seen by its owner only, who has left."""

    id: str
    type: str
    name: str
    private: bool = False


@dataclass(frozen=True)
class Integration:
    """A Cloud Amplifier integration."""

    id: str
    name: str
    type: str
    auth_method: str


@dataclass(frozen=True)
class Federated:
    """A dataset whose rows lie elsewhere, as it was at first. `number` counts those of a type and origin."""

    place: int
    id: str
    type: str
    origin: str
    number: int
    reference: Reference


ACCOUNTS = (
    Account("1", "mysql-federated", "Legacy ERP"),
    Account("2", "mysql-federated", "Legacy ERP through the agent in Venlo"),
    Account("3", "snowflake-federated", "Snowflake reporting"),
    Account("4", "snowflake-federated", "Snowflake warranty (Victor Hale)", private=True),
)


def _integration(name: str, kind: str, auth_method: str) -> Integration:
    return Integration(str(uuid.uuid5(uuid.NAMESPACE_URL, f"halden-outdoor {name}")), name, kind, auth_method)


INTEGRATIONS = (
    _integration("Halden BigQuery web analytics", "BIGQUERY", "SERVICE_ACCOUNT"),
    _integration("Halden Snowflake production", "SNOWFLAKE", "OAUTH"),
    _integration("Halden Snowflake trial", "SNOWFLAKE", "SERVICE_ACCOUNT"),
)


def make_federated(catalog: Catalog) -> Iterator[Federated]:
    """Every federated dataset and, with the origin AMPLIFIER, those that were born in an integration."""
    for kind, provider, step in FIRST_GENERATION:
        yield from _numbered(catalog, _places(catalog, provider)[::step], kind, V1)
    for kind, (provider, _) in AMPLIFIED.items():
        places = _places(catalog, provider)
        later = places[1::3] if kind == "snowflake-federated" else [p for k, p in enumerate(places) if k % 4 != 3]
        born = places[2::6] if kind == "snowflake-federated" else places[3::4]
        candidates = list(_numbered(catalog, later, kind, V2))
        yield from candidates
        # Each of these occupies the table of one candidate, which therefore collides.
        collided = [each.reference for each in candidates if each.number % 7 == 4]
        for place, reference in zip(born, collided, strict=False):
            yield Federated(place, catalog.table.ids[place], kind, AMPLIFIER, place, reference)


def _places(catalog: Catalog, provider: str) -> list[int]:
    code = words.PROVIDER_CODES[provider]
    return [int(place) for place in np.flatnonzero(catalog.table.provider[: catalog.generated] == code)]


def _numbered(catalog: Catalog, places: list[int], kind: str, origin: str) -> Iterator[Federated]:
    for number, place in enumerate(places[:MOST_OF_A_KIND]):
        yield Federated(place, catalog.table.ids[place], kind, origin, number, _reference(catalog, place, kind))


def _reference(catalog: Catalog, place: int, kind: str) -> Reference:
    table = "_".join("".join(letter if letter.isalnum() else " " for letter in catalog.table.names[place]).split())
    department = catalog.department(place).replace(" ", "_").replace("-", "_")
    if kind == "mysql-federated":
        return "erp", NO_SCHEMA, table.lower()
    if kind == "bigquery-federated":
        return "halden-analytics", department.lower(), table.lower()
    return "HALDEN", department.upper(), table.upper()
