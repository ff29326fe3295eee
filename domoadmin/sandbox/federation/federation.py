"""Where each federated dataset stands, and the moves between V1, V2 and Cloud Amplifier.

A move is written down when it starts, with its end; what it brings counts from that moment on, whether or not anybody
waits for the answer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from domoadmin.sandbox.catalog import now_ms
from domoadmin.sandbox.company.people import DAY_MS
from domoadmin.sandbox.errors import ApiError, new_toe, not_found
from domoadmin.sandbox.federation import moves
from domoadmin.sandbox.federation.generated import (
    ACCOUNTS,
    AMPLIFIED,
    AMPLIFIER,
    INTEGRATIONS,
    V1,
    V2,
    Account,
    Federated,
    Integration,
    Reference,
    make_federated,
)
from domoadmin.sandbox.world import World

KIND = "federated"


class Federation:
    """Federated datasets by id."""

    def __init__(self, world: World) -> None:
        self._store, self._catalog, self._anchor = world.store, world.catalog, world.company.anchor
        self._datasets = {each.id: each for each in make_federated(world.catalog)}

    def types(self) -> list[str]:
        """The federated types of which there are V1 datasets."""
        return sorted({each.type for each in self._datasets.values() if each.origin == V1})

    def accounts(self, kind: str) -> list[Account]:
        """The accounts of a type that the token's owner may use."""
        return [each for each in ACCOUNTS if each.type == kind.lower() and not each.private]

    def account(self, identifier: str) -> Account:
        """An account; ApiError 403 or 404."""
        found = next((each for each in ACCOUNTS if each.id == identifier), None)
        if found is None:
            raise not_found("Account", identifier)
        if found.private:
            raise ApiError(403, f"You do not have access to Account {identifier}")
        return found

    def integrations(self, kind: str) -> list[Integration]:
        """The integrations of a type, in any case."""
        return [each for each in INTEGRATIONS if each.type == kind.upper()]

    def integration(self, identifier: str) -> Integration:
        """An integration; ApiError 404."""
        found = next((each for each in INTEGRATIONS if each.id == identifier.lower()), None)
        if found is None:
            raise not_found("Integration", identifier)
        return found

    def from_v1(self, account: Account) -> list[tuple[Federated, moves.State]]:
        """The datasets that came or may come to an account."""
        return self._standing(lambda dataset, _: dataset.origin == V1 and dataset.type == account.type)

    def in_reach(self, integration: Integration) -> list[tuple[Federated, moves.State]]:
        """The V2 datasets that may go to an integration, and those that went."""
        return [
            found
            for found in self._standing(lambda dataset, _: _goes_to(dataset, integration))
            if found[1]["stage"] == V2 or (found[1]["integration"] == integration.id and found[0].origin != AMPLIFIER)
        ]

    def occupied(self, integration: Integration) -> dict[Reference, Federated]:
        """The tables that a dataset of an integration stands for already."""
        held = self._standing(lambda _, state: state["integration"] == integration.id)
        return {_key(state): dataset for dataset, state in held}

    def name(self, dataset: Federated) -> str:
        """The name of the dataset as it is now."""
        return self._catalog.table.names[dataset.place]

    def move(self, dataset_id: str, direction: str, target: str | None, reference: Reference | None = None) -> Any:
        """Starts a move: (what the answer tells when it has ended, seconds until then). ApiError 403 or 404."""
        place = self._catalog.writable(dataset_id)
        dataset = self._datasets.get(self._catalog.table.ids[place])
        with self._store.lock:
            now = now_ms()
            refused = self._refused(dataset, direction, target, now)
            if dataset is None or refused:
                told = refused or "is not a federated dataset"
                return _told(dataset_id, direction, now, now, moves.ABORTED, f"DataSource {dataset_id} {told}"), 0.0
            state = self._state(dataset, now)
            ending, message = moves.outcome(direction, dataset, state)
            seconds = moves.seconds_of(dataset)
            end = now + round(seconds * 1000)
            move: moves.State = {"direction": direction, "target": target, "state": ending, "end": end}
            move["reference"] = list(reference or state["reference"])
            self._store.put(KIND, dataset.id, {**state, "move": move})
        return _told(dataset.id, direction, now, end, ending, message), seconds

    def _refused(self, dataset: Federated | None, direction: str, target: str | None, now: int) -> str:
        """Why a move can't start; empty when it can."""
        if dataset is None:
            return "is not a federated dataset"
        state = self._state(dataset, now)
        start, _, otherwise = moves.STAGES[direction]
        came_from_v1 = dataset.origin == V1
        if state["move"]:
            return "is being moved already"
        if state["stage"] != start or (direction == moves.V2_TO_V1 and not came_from_v1) or dataset.origin == AMPLIFIER:
            return otherwise
        if direction != moves.TO_AMPLIFIER:
            return ""
        integration = self.integration(target or "")
        if not _goes_to(dataset, integration):
            return f"is of type {dataset.type}, which does not fit an integration of type {integration.type}"
        taken = self.occupied(integration).get(_key(state))
        return f"collides with DataSource {taken.id}, which stands for the same table" if taken else ""

    def _state(self, dataset: Federated, now: int) -> moves.State:
        stored = self._store.get(KIND, dataset.id)
        return moves.settled(stored if stored is not None else self._first_state(dataset), now)

    def _first_state(self, dataset: Federated) -> moves.State:
        number = dataset.number
        state: moves.State = {"stage": dataset.origin, "account": None, "integration": None, "migrated": None}
        state |= {"amplified": None, "reference": list(dataset.reference), "stopped": None, "move": None}
        account = next((each.id for each in ACCOUNTS if each.type == dataset.type), None)
        if dataset.origin == V1 and number % 6 == 2 and account:
            state |= {"stage": V2, "account": account, "migrated": self._anchor - (20 + number % 200) * DAY_MS}
        goal = next((each for each in INTEGRATIONS if _goes_to(dataset, each)), None)
        moved = dataset.origin == V2 and number % 5 == 3 and number % 7 != 4
        if goal is not None and (moved or dataset.origin == AMPLIFIER):
            state |= {"stage": AMPLIFIER, "integration": goal.id}
            state["amplified"] = self._anchor - (5 + number % 90) * DAY_MS
        return state

    def _standing(self, wanted: Callable[[Federated, moves.State], bool]) -> list[tuple[Federated, moves.State]]:
        now = now_ms()
        found = ((dataset, self._state(dataset, now)) for dataset in self._datasets.values())
        return [
            (dataset, state)
            for dataset, state in found
            if wanted(dataset, state) and not self._catalog.is_deleted(dataset.place)
        ]


def _goes_to(dataset: Federated, integration: Integration) -> bool:
    return AMPLIFIED.get(dataset.type, ("", ""))[1] == integration.type


def _key(state: moves.State) -> Reference:
    catalog, schema, table = state["reference"]
    return catalog, schema, table


def _told(dataset_id: str, direction: str, start: int, end: int, state: str, message: str | None) -> dict[str, Any]:
    return {
        "toe": new_toe(),
        "datasourceId": dataset_id,
        "direction": direction,
        "startTime": moves.timestamp(start),
        "state": state,
        "errorMessage": message,
        "endTime": moves.timestamp(end),
    }
