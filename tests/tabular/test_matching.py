"""Columns of the file against columns of the dataset."""

from __future__ import annotations

import pytest

from domoadmin.tabular.column_types import ColumnType
from domoadmin.tabular.matching import How, SchemaColumn, match_columns

SCHEMA = [SchemaColumn("Sale date", ColumnType.DATE), SchemaColumn("net"), SchemaColumn("qty", ColumnType.LONG)]


def test_exact_names_come_before_similar_ones() -> None:
    match = match_columns(["NET", "net", "sale_date"], SCHEMA)
    assert match.sources == (2, 1, None)
    assert match.how == (How.SIMILAR, How.NAME, How.MISSING)
    assert match.missing == ("qty",)
    assert match.extra == ("NET",)
    assert match.reordered
    assert not match.same_layout
    assert match.file_types() == (ColumnType.STRING, ColumnType.STRING, ColumnType.DATE)
    assert match.dataset_column(2) == "Sale date"
    assert match.dataset_column(0) is None


def test_by_position() -> None:
    match = match_columns(["x", "y"], SCHEMA, by_position=True)
    assert match.sources == (0, 1, None)
    assert match_columns(["x", "y", "z"], SCHEMA, by_position=True).same_layout
    assert not match_columns(["x", "y", "z", "more"], SCHEMA, by_position=True).same_layout


def test_choices_win() -> None:
    match = match_columns(["net", "qty", "day"], SCHEMA, overrides={"Sale date": 2, "net": None, "qty": 0})
    assert match.sources == (2, None, 0)
    assert match.how == (How.CHOSEN,) * 3
    assert match.extra == ("qty",)


@pytest.mark.parametrize("overrides", [{"net": 7}, {"net": -1}, {"net": 0, "qty": 0}])
def test_impossible_choices(overrides: dict[str, int | None]) -> None:
    with pytest.raises(ValueError, match="file"):
        match_columns(["a", "b"], SCHEMA, overrides=overrides)


def test_nameless_columns_match_nothing() -> None:
    assert match_columns(["", ""], [SchemaColumn("")]).sources == (None,)
