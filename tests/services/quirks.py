"""The account of the catalogue's quirks.

Every quirk that bears on a request or an answer has a test that carries it:

    @quirk("alerts.unsubscribe", "the document says POST")
    def test_unsubscribing_is_a_delete(client, upstream): ...

One that bears on neither (an odd sample, a beta notice) is named by `no_bearing` with the reason. A quirk is named by
its beginning, which must fit exactly one of its entry.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from domoadmin.reference import entries

Test = TypeVar("Test", bound=Callable[..., Any])

_tested: dict[tuple[str, str], list[str]] = {}
_without_bearing: dict[tuple[str, str], str] = {}


def every_quirk() -> set[tuple[str, str]]:
    """Return all (entry id, quirk) of the catalogue."""
    return {(entry["id"], quirk) for entry in entries().values() for quirk in entry["quirks"]}


def quirk(entry_id: str, *beginnings: str) -> Callable[[Test], Test]:
    """Say that the test decides these quirks of the entry."""
    found = [(entry_id, _find(entry_id, beginning)) for beginning in beginnings]

    def note(test: Test) -> Test:
        for each in found:
            _tested.setdefault(each, []).append(test.__name__)
        return test

    return note


def no_bearing(entry_id: str, beginning: str, why: str) -> None:
    """Say that a quirk bears neither on the request nor on the answer, and why."""
    _without_bearing[entry_id, _find(entry_id, beginning)] = why


def tested_quirks() -> set[tuple[str, str]]:
    """Return the quirks that a test carries."""
    return set(_tested)


def names_of_tests() -> set[str]:
    """Return the names of the tests that carry quirks."""
    return {name for names in _tested.values() for name in names}


def quirks_without_bearing() -> dict[tuple[str, str], str]:
    """Return the quirks that need no test, with the reasons."""
    return dict(_without_bearing)


def _find(entry_id: str, beginning: str) -> str:
    found = [quirk for quirk in entries()[entry_id]["quirks"] if quirk.startswith(beginning)]
    if len(found) != 1:
        raise LookupError(f"{entry_id}: {len(found)} quirks begin with {beginning!r}")
    return str(found[0])
