"""Beast Modes as the API shows them: in searches, one by one, and counted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from domoadmin.sandbox.beast_modes.expressions import analyse
from domoadmin.sandbox.beast_modes.generated import BeastMode
from domoadmin.sandbox.beast_modes.library import ILLEGAL, INVALID, BeastModes
from domoadmin.sandbox.errors import ApiError

MOST_RESULTS = 5000
Test = Callable[[BeastMode], bool]
ORDERS: dict[str, Callable[[BeastMode], Any]] = {
    "name": lambda each: each.name.casefold(),
    "id": lambda each: each.id,
    "created": lambda each: each.created,
    "lastModified": lambda each: each.modified,
    "owner": lambda each: int(each.owner),
    "locked": lambda each: each.locked,
}


def summary(modes: BeastModes, beast_mode: BeastMode) -> dict[str, Any]:
    """A Beast Mode as Get All Beast Modes lists it; public clients read variable and dataType there too."""
    links = modes.links(beast_mode)
    active: dict[str, list[str]] = defaultdict(list)
    for link in links:
        if link["active"]:
            active[link["resource"]["type"]].append(link["resource"]["id"])
    return {
        "id": beast_mode.id,
        "name": beast_mode.name,
        "owner": int(beast_mode.owner),
        "lastModified": beast_mode.modified,
        "created": beast_mode.created,
        "global": beast_mode.variable,
        "locked": beast_mode.locked,
        "legacyId": beast_mode.legacy_id,
        "status": modes.status(beast_mode),
        "links": links,
        "archived": beast_mode.archived,
        "activeLinks": dict(active),
        "variable": beast_mode.variable,
        "dataType": beast_mode.data_type,
    }


def template(modes: BeastModes, beast_mode: BeastMode) -> dict[str, Any]:
    """A Beast Mode as Get Beast Mode by Id shows it."""
    analysis = analyse(beast_mode.expression)
    return {
        "id": beast_mode.id,
        "name": beast_mode.name,
        "owner": int(beast_mode.owner),
        "locked": beast_mode.locked,
        "global": beast_mode.variable,
        "expression": beast_mode.expression,
        "checkSum": analysis.checksum,
        "links": modes.links(beast_mode),
        "legacyId": beast_mode.legacy_id,
        "lastModified": beast_mode.modified,
        "created": beast_mode.created,
        "aggregated": analysis.aggregated,
        "analytic": analysis.analytic,
        "nonAggregatedColumns": list(analysis.not_aggregated),
        "dataType": beast_mode.data_type,
        "status": modes.status(beast_mode),
        "cacheWindow": "day" if analysis.dynamic else "non_dynamic",
        "columnPositions": [{"columnName": name, "columnPosition": place} for name, place in analysis.positions],
        "functions": list(analysis.functions),
        "functionTemplateDependencies": list(analysis.nested),
        "archived": beast_mode.archived,
        "hidden": False,
        "variable": beast_mode.variable,
    }


def statistics(modes: BeastModes) -> dict[str, int]:
    """Get Statistics. Variables are not counted, as they are no Beast Modes."""
    counted = [each for each in modes.all() if not each.variable]
    on_cards = sum(any(link.kind == "CARD" and link.visible for link in each.links) for each in counted)
    return {
        "total": len(counted),
        "onDatasets": len(counted) - on_cards,
        "onCards": on_cards,
        "inVisualizations": sum(_active(each) for each in counted),
        "locked": sum(each.locked for each in counted),
        "invalid": sum(modes.status(each) == INVALID for each in counted),
        "invalidLink": sum(_broken(modes, each) for each in counted),
        "archived": sum(each.archived for each in counted),
    }


def _active(beast_mode: BeastMode) -> bool:
    return any(link.active for link in beast_mode.links)


def _broken(modes: BeastModes, beast_mode: BeastMode) -> bool:
    return any(link["valid"] == ILLEGAL for link in modes.links(beast_mode))


def search(modes: BeastModes, body: dict[str, Any]) -> dict[str, Any]:
    """Get All Beast Modes; ApiError 400 naming the field."""
    limit, offset = _whole(body, "limit", None, 1, MOST_RESULTS), _whole(body, "offset", 0, 0, 10**9)
    tests = _tests(modes, body.get("filters"))
    order, descending = _order(body.get("sort"))
    wanted = str(body.get("name") or "").casefold()
    found = [each for each in modes.all() if wanted in each.name.casefold() and all(test(each) for test in tests)]
    # ids keep the order of equal ones the same from page to page
    found.sort(key=lambda each: (order(each), each.id), reverse=descending)
    shown = found[offset : offset + limit]
    return {
        "totalHits": len(found),
        "results": [summary(modes, each) for each in shown],
        "hasMore": offset + len(shown) < len(found),
        "degraded": False,
    }


def _whole(body: dict[str, Any], name: str, default: int | None, least: int, most: int) -> int:
    value = body.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise ApiError(400, f"{name} must be a whole number between {least} and {most}")
    return value


def _order(sort: Any) -> tuple[Callable[[BeastMode], Any], bool]:
    if not isinstance(sort, dict):
        raise ApiError(400, "sort is required: an object with field and ascending")
    field = sort.get("field", "name")
    if field not in ORDERS:
        raise ApiError(400, f"sort.field must be one of {', '.join(ORDERS)}")
    return ORDERS[field], sort.get("ascending") is False


def _tests(modes: BeastModes, filters: Any) -> list[Test]:
    if not isinstance(filters, list) or not all(isinstance(each, dict) for each in filters):
        raise ApiError(400, "filters is required: a list of objects with field")
    return [_test(modes, each) for each in filters]


def _test(modes: BeastModes, values: dict[str, Any]) -> Test:
    """One filter. The document shows notvariable alone; the others are those that public clients send."""
    field = str(values.get("field", ""))
    ids = {str(each) for each in values.get("idList") or ()}
    on = values.get("value", True) in (True, "true")
    tests: dict[str, Test] = {
        "notvariable": lambda each: not each.variable,
        "variable": lambda each: each.variable == on,
        "owner": lambda each: each.owner in ids,
        "dataset": lambda each: any(link.kind == "DATA_SOURCE" and link.id in ids for link in each.links),
        "card": lambda each: any(link.kind == "CARD" and link.id.rpartition(":")[2] in ids for link in each.links),
        "notNested": lambda each: not analyse(each.expression).nested,
        "inactive": lambda each: _active(each) != on,
        "active": lambda each: _active(each) == on,
        "locked": lambda each: each.locked == on,
        "archived": lambda each: each.archived == on,
        "invalid": lambda each: (modes.status(each) == INVALID) == on,
        "invalidLink": lambda each: _broken(modes, each) == on,
    }
    if field not in tests:
        raise ApiError(400, f"filters.field must be one of {', '.join(tests)}")
    if field in ("owner", "dataset", "card") and not ids:
        raise ApiError(400, f"filters: {field} needs an idList")
    return tests[field]
