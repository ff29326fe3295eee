"""The Beast Modes as they are now: the generated ones with what clients have changed since."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from domoadmin.sandbox.beast_modes.expressions import NESTED, analyse, as_query
from domoadmin.sandbox.beast_modes.generated import BeastMode, generate
from domoadmin.sandbox.catalog import now_ms
from domoadmin.sandbox.errors import ApiError, not_found
from domoadmin.sandbox.sql.source import source_query
from domoadmin.sandbox.store import Document
from domoadmin.sandbox.world import World

KIND = "beast-mode"
VALID, INVALID, ILLEGAL = "VALID", "INVALID", "ILLEGAL_REFERENCE"
DEEPEST = 3


class BeastModes:
    """All Beast Modes and variables by id."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._all = {each.id: each for each in generate(world)}
        for identifier, values in world.store.all(KIND).items():
            self._keep(int(identifier), values)

    def _keep(self, number: int, values: Document) -> None:
        if values.get("deleted"):
            self._all.pop(number, None)
        elif number in self._all:
            self._all[number] = replace(self._all[number], **values)

    def all(self) -> list[BeastMode]:
        """Everything, by id."""
        return list(self._all.values())

    def find(self, identifier: str) -> BeastMode:
        """One of them; ApiError 404."""
        found = self._all.get(int(identifier)) if identifier.isdecimal() else None
        if found is None:
            raise not_found("Function template", identifier)
        return found

    def writable(self, identifier: str) -> BeastMode:
        """One that the token's owner may change: who may not change the dataset may not change what hangs on it."""
        found = self.find(identifier)
        dataset = self.dataset_of(found)
        if dataset is not None and found.owner != self.world.directory.me.id:
            self.world.catalog.writable(self.world.catalog.table.ids[dataset])
        return found

    def change(self, changes: dict[int, Document]) -> None:
        """Keeps changed values of several together."""
        with self.world.store.lock:
            stored = {number: self.world.store.get(KIND, str(number)) or {} for number in changes}
            documents = {number: {**stored[number], **values} for number, values in changes.items()}
            self.world.store.put_all([(KIND, str(number), values) for number, values in documents.items()])
            for number, values in documents.items():
                self._keep(number, values)

    def formula_values(self, beast_mode: BeastMode, expression: str, strict: bool) -> Document:
        """The stored values of a new expression; with `strict` ApiError 400 for one that cannot be computed."""
        analysis = analyse(expression)
        unknown = sorted(set(analysis.columns) - self._columns(beast_mode))
        if strict and (analysis.problem or unknown):
            reason = analysis.problem or f"unknown column {unknown[0]}"
            raise ApiError(400, f"expression is not valid: {reason}")
        kind = self._data_type(beast_mode, expression) if not analysis.problem and not unknown else ""
        return {"expression": expression, "data_type": kind or beast_mode.data_type, "modified": now_ms()}

    def _columns(self, beast_mode: BeastMode) -> set[str]:
        dataset = self.dataset_of(beast_mode)
        return {column["name"] for column in self.world.catalog.schema(dataset)} if dataset is not None else set()

    def _data_type(self, beast_mode: BeastMode, expression: str) -> str:
        """The type that the dataset's engine gives the value; empty when it cannot compute it."""
        dataset = self.dataset_of(beast_mode)
        if dataset is None:
            return ""
        world = self.world
        versions, schema = world.versions.queried(dataset)
        directory, anchor = world.uploads.data_directory, world.company.anchor
        source = source_query(world.catalog, dataset, versions, schema, directory, anchor)
        try:
            query = as_query(self.resolved(expression))
            result = world.engine.run(query, world.catalog.table.ids[dataset], source)
        except ApiError:
            return ""
        list(result.batches)
        return result.types[0]

    def resolved(self, expression: str, depth: int = 0) -> str:
        """The expression with nested Beast Modes written out."""
        if depth == DEEPEST:
            return expression

        def written_out(match: re.Match[str]) -> str:
            nested = self._all.get(int(match.group(1)))
            return f"({self.resolved(nested.expression, depth + 1)})" if nested is not None else "NULL"

        return NESTED.sub(written_out, expression)

    def dataset_of(self, beast_mode: BeastMode) -> int | None:
        """The place of the dataset that it computes over; None when that is gone or it has none."""
        for link in beast_mode.links:
            if link.kind == "DATA_SOURCE":
                try:
                    return self.world.catalog.find(link.id)
                except ApiError:
                    return None
        return None

    def status(self, beast_mode: BeastMode) -> str:
        """VALID unless the expression is not well formed."""
        return INVALID if analyse(beast_mode.expression).problem else VALID

    def links(self, beast_mode: BeastMode) -> list[dict[str, Any]]:
        """The links as they are now: one to a dataset that is gone or lacks a column is an illegal reference."""
        answer = []
        missing = bool(set(analyse(beast_mode.expression).columns) - self._columns(beast_mode))
        for link in beast_mode.links:
            broken = link.kind == "DATA_SOURCE" and missing
            answer.append(
                {
                    "resource": {"type": link.kind, "id": link.id},
                    "visible": link.visible,
                    "active": link.active,
                    "valid": ILLEGAL if broken else VALID,
                }
            )
        return answer

    def search_records(self) -> list[dict[str, Any]]:
        """All Beast Modes as the search API shows them."""
        people = {person.id: person for person in self.world.directory.people}
        return [
            {
                "databaseId": str(each.id),
                "winnerText": each.name,
                "name": each.name,
                "displayName": each.name,
                "status": self.status(each),
                "locked": each.locked,
                "archived": each.archived,
                "createDate": each.created,
                "lastModified": each.modified,
                "ownedById": each.owner,
                "ownedByName": people[each.owner].name,
                "ownedByType": "USER",
            }
            for each in self._all.values()
            if not each.variable
        ]
