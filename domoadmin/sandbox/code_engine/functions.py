"""The functions of the packages. Each gets the world, a place for its log lines, and its arguments."""

from __future__ import annotations

import re
from typing import Any

from domoadmin.sandbox.catalog import now_ms
from domoadmin.sandbox.company.people import DAY_MS
from domoadmin.sandbox.errors import ApiError
from domoadmin.sandbox.world import World

THRESHOLD = "stock-threshold"
# what one unit of a currency is worth in EUR; fixed, so that results can be compared
RATES = {"EUR": 1.0, "SEK": 0.0885, "NOK": 0.0861, "USD": 0.921, "GBP": 1.187, "CHF": 1.048}


class FunctionFailed(Exception):
    """The function itself raised; its text goes to the error output."""


def add_two_numbers(world: World, log: list[str], number1: float, number2: float) -> Any:
    """Adds."""
    log.append(f"adding {number1} and {number2}")
    return number1 + number2


def round_amount(world: World, log: list[str], amount: float, digits: float = 2) -> Any:
    """Rounds to a number of digits."""
    return round(amount, int(digits))


def convert_amount(world: World, log: list[str], amount: float, source: str, target: str) -> Any:
    """Converts between currencies with the fixed rates."""
    for currency in (source, target):
        if currency not in RATES:
            raise FunctionFailed(f"Error: no rate for {currency}")
    log.append(f"{source} to {target} at {RATES[source] / RATES[target]:.6f}")
    return round(amount * RATES[source] / RATES[target], 2)


def page_address(world: World, log: list[str], title: str) -> Any:
    """A title as it stands in an address."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


def split_names(world: World, log: list[str], names: str) -> Any:
    """Names of a text with commas, as a list."""
    return [name.strip() for name in names.split(",") if name.strip()]


def manager_of(world: World, log: list[str], person: str) -> Any:
    """Who leads a person; nothing for the one at the top."""
    manager = world.directory.person(str(person)).manager_id
    if manager is None:
        return None
    found = world.directory.person(manager)
    return {"id": found.id, "name": found.name, "email": found.email}


def count_rows(world: World, log: list[str], dataset: str) -> Any:
    """How many rows a dataset has."""
    return int(world.catalog.metadata(world.catalog.find(dataset))["rowCount"])


def stale_datasets(world: World, log: list[str], datasets: list[str], days: float) -> Any:
    """Those of the datasets that were not updated for some days."""
    places = {each: world.catalog.find(each) for each in datasets}
    limit = now_ms() - days * DAY_MS
    log.extend(f"{world.catalog.table.names[place]}: looked at" for place in places.values())
    return [each for each, place in places.items() if int(world.catalog.table.updated[place]) < limit]


def set_threshold(world: World, log: list[str], store: str, article: str, units: float) -> Any:
    """Keeps the stock below which a store wants to be told."""
    world.store.put(THRESHOLD, f"{store}/{article}", {"units": units})
    log.append(f"{store} {article}: {units}")
    return {"store": store, "article": article, "units": units}


def get_threshold(world: World, log: list[str], store: str, article: str) -> Any:
    """What was kept, or nothing."""
    kept = world.store.get(THRESHOLD, f"{store}/{article}")
    return None if kept is None else kept["units"]


def fetch_order(world: World, log: list[str], order: str) -> Any:
    """Asks the old ERP, which was switched off."""
    log.append(f"asking the old ERP for {order}")
    raise FunctionFailed("Error: connect ECONNREFUSED 10.20.4.11:8443 at fetchOrder (index.js:14:9)")


def open_orders(world: World, log: list[str]) -> Any:
    """Declared as a list of numbers, but gives a text."""
    return "17 open orders"


def known_or_failed(error: ApiError) -> FunctionFailed:
    """What a function says of an id that it did not find."""
    return FunctionFailed(f"Error: {error.message}")
