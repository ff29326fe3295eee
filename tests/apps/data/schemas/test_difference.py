"""What differs between two schemas: applied to the one it gives the other, and says no more than it must."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from apps.data.schemas.difference import ColumnState, applied, difference, states_of
from domoadmin.services.results import Column

TYPES = st.sampled_from(["STRING", "LONG", "DATE"])


@st.composite
def schemas(draw: st.DrawFn) -> list[ColumnState]:
    """Columns in any order; few different keys, so that two schemas share many."""
    keys = draw(st.lists(st.integers(0, 7), unique=True, max_size=8))
    names = st.text("abc", min_size=1, max_size=2)
    return [ColumnState(f"={key}", draw(names), draw(TYPES), draw(st.booleans())) for key in keys]


def columns(*names: str) -> list[ColumnState]:
    """Text columns that are known by their names."""
    return [ColumnState(f"={name}", name, "STRING") for name in names]


@given(schemas(), schemas())
def test_a_difference_applied_to_the_one_gives_the_other(before: list[ColumnState], after: list[ColumnState]) -> None:
    diff = difference(before, after)
    assert applied(before, diff) == after
    assert bool(diff) == (before != after)


@given(schemas(), schemas(), schemas())
def test_changes_made_to_a_third_schema_lose_no_column_of_it(
    before: list[ColumnState], after: list[ColumnState], third: list[ColumnState]
) -> None:
    diff = difference(before, after)
    merged = [column.key for column in applied(third, diff)]
    dropped = {column.key for column in diff.removed}
    assert {column.key for column in third} - dropped <= set(merged)


def test_one_column_that_jumped_is_the_only_one_moved() -> None:
    diff = difference(columns("a", "b", "c", "d"), columns("d", "a", "b", "c"))
    assert [(each.column.name, each.was, each.place) for each in diff.moved] == [("d", 3, 0)]
    assert diff.summary() == "1 moved"


def test_a_column_that_was_dropped_before_moves_no_other() -> None:
    assert difference(columns("a", "b", "c"), columns("b", "c")).summary() == "1 dropped"


def test_every_sort_of_change_is_named() -> None:
    before = [*columns("a", "b", "c", "d"), ColumnState("=e", "e", "LONG", visible=False)]
    after = [
        ColumnState("=c", "c", "STRING", visible=False),
        ColumnState("=a", "A", "LONG"),
        ColumnState("=d", "d", "STRING"),
        ColumnState("=e", "e", "LONG"),
        ColumnState("+1", "new", "DATE"),
    ]
    diff = difference(before, after)
    assert diff.summary() == "1 added, 1 dropped, 1 renamed, 1 retyped, 1 moved, 1 hidden, 1 shown"
    assert [column.name for column in diff.harmed] == ["b", "a"]


def test_columns_are_known_by_id_then_by_name_then_by_place() -> None:
    def keys(*raws: dict[str, object]) -> list[str]:
        return [state.key for state in states_of([Column.from_raw(raw) for raw in raws])]

    assert keys({"name": "a", "id": 7}, {"name": "b", "id": "x"}) == ["=7", "=x"]
    assert keys({"name": "a", "id": 0}, {"name": "b", "id": 0}) == ["=a", "=b"]
    assert keys({"name": "a", "id": 0}, {"name": "a", "id": 0}) == ["=0", "=1"]
