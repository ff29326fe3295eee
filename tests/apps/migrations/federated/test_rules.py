"""Mappings, patterns, hours: rules that need no upstream and no database."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest

from apps.migrations.federated.mapping import BadPattern, Mapped, Pattern, Reference, problems_of
from apps.migrations.federated.mapping_file import read_mapping
from apps.migrations.federated.settings import WaveSettings, Window

NAMES = {"a": "Orders", "b": "Returns", "c": "Returns"}


def mapped(*names: str) -> list[Mapped]:
    """Return datasources with these tables."""
    return [Mapped(str(number), f"D{number}", Reference(*name.split("."))) for number, name in enumerate(names)]


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["C.S.A", "C.S.B"], []),
        (["C.NULL.A", "C.Null.B"], [("1", "schema", False)]),
        (["C.S.A", "C.S.A"], [("1", "table", True)]),
        (["C.S.A", "C.S.a"], [("1", "table", True)]),
        (["PROD.S.A", "PROD.S.B", "prod.S.D"], [("2", "catalog", True)]),
        (["C..A", ".."], [("0", "schema", False), ("1", "catalog", False)]),
        (["C.S.A\x07"], [("0", "table", False)]),
    ],
)
def test_what_is_wrong_with_a_mapping(names: list[str], found: list[tuple[str, str, bool]]) -> None:
    assert [(each.key, each.part, each.doubtful) for each in problems_of(mapped(*names))] == found


def test_patterns_fill_by_name_and_id() -> None:
    assert str(Pattern.read("PROD.NULL.{NAME}").fill("x1", "Store sales, EU")) == "PROD.NULL.STORE_SALES_EU"
    assert str(Pattern.read("{name}.S.t_{id}").fill("x1", "Änderung 7")) == "änderung_7.S.t_x1"
    for wrong in ("", "A.B", "A.B.{WHAT}", "A..C", "A.B.{NAME"):
        with pytest.raises(BadPattern):
            Pattern.read(wrong)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name,catalog,schema,table\nReturns,C,S,T\n", "2 datasources are called “Returns” (b, c)"),
        ("datasource_id,catalog,schema,table,catalog\na,C,S,T,D\n", "The column catalog stands twice."),
        ("datasource_id,catalog,schema,table\n", "no line below it"),
        ("datasource_id,catalog,schema,table\na,C,S,T,U\n", "more cells than the first line"),
        ("datasource_id,catalog,schema,table\n,C,S,T\n", "names no datasource"),
        ("name,catalog,schema,table\norders,C,S,T\n", "“orders” is in the wrong case; the name is called “Orders”"),
    ],
)
def test_faults_of_a_file(text: str, says: str) -> None:
    read = read_mapping(text, NAMES)
    assert read.mappings == {}
    assert any(says in fault for fault in read.faults), read.faults


def test_a_file_in_another_encoding_is_refused() -> None:
    read = read_mapping("datasource_id,catalog,schema,table\na,C,S,Größe\n".encode("latin-1"), NAMES)
    assert read.faults == ["The file is not UTF-8. Save it as CSV UTF-8."]


def test_pasted_cells_need_no_header() -> None:
    assert read_mapping("Orders\tC\tNULL\tT", NAMES).mappings == {"a": Reference("C", "NULL", "T")}


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ((12, 0), datetime(2026, 5, 4, 22, 0, tzinfo=UTC)),
        ((21, 59), datetime(2026, 5, 4, 22, 0, tzinfo=UTC)),
        ((22, 0), None),
        ((3, 0), None),
        ((5, 0), datetime(2026, 5, 4, 22, 0, tzinfo=UTC)),
    ],
)
def test_hours_past_midnight(now: tuple[int, int], opens: datetime | None) -> None:
    window = Window(time(22), time(5), "UTC")
    at = datetime(2026, 5, 4, *now, tzinfo=UTC)
    assert window.opening(at) == opens
    closes = window.closing(at)
    assert (closes is None) == (opens is not None)
    assert closes is None or closes > at


def test_settings_survive_their_params() -> None:
    settings = WaveSettings(4, 10, 30, Window(time(22), time(5), "Europe/Berlin"), 0, 7)
    assert WaveSettings.of(settings.params) == settings
    assert settings.pace == "4 at once, in waves of 10 with 30 s between"
    assert [settings.wave_of(position) for position in (0, 9, 10)] == [0, 0, 1]
