"""JSON lines, JSON text with the place of a mistake, schemas from documents."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.data.appdb.import_plan import mark_of
from apps.data.appdb.json_text import TextRefused, difference, fingerprint, read_object
from apps.data.appdb.jsonl import Line, read_lines
from apps.data.appdb.schemas import Column, compare, fits, infer, mismatches

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS
CONTENTS = st.dictionaries(TEXTS.filter(lambda name: name != "content"), SCALARS | st.lists(SCALARS, max_size=3))


@settings(max_examples=30)
@given(st.lists(CONTENTS, max_size=8), st.integers(1, 17), st.booleans(), st.sampled_from(["\n", "\r\n", "\n\n"]))
def test_lines_are_read_whatever_the_pieces(contents: list[Any], size: int, wrapped: bool, end: str) -> None:
    values = [{"id": f"d{place}", "content": each} if wrapped else each for place, each in enumerate(contents)]
    data = "".join(json.dumps(each, ensure_ascii=place % 2 == 0) + end for place, each in enumerate(values)).encode()
    lines = list(read_lines(data[start : start + size] for start in range(0, len(data), size)))
    assert [line.problem for line in lines] == [""] * len(contents)
    assert [line.content for line in lines] == contents
    assert [line.id for line in lines] == (
        [f"d{place}" for place in range(len(contents))] if wrapped else [""] * len(contents)
    )
    assert [line.number for line in lines] == [
        1 + place * (2 if end == "\n\n" else 1) for place in range(len(contents))
    ]


@settings(max_examples=30)
@given(st.lists(st.binary(max_size=30), max_size=5))
def test_no_bytes_break_it_and_each_bad_line_has_a_number(pieces: list[bytes]) -> None:
    lines = list(read_lines(pieces))
    numbers = [line.number for line in lines]
    assert numbers == sorted(set(numbers))
    assert all(line.problem == "" or line.problem.endswith(".") for line in lines)


def test_each_bad_line_says_why() -> None:
    text = b'{"a": 1}\n[1]\n\n{"a": 1,}\n\xff\n{"id": true, "content": {}}\n{"id": 7, "content": {"b": 2}}\n'
    text += b'{"a": 1, "a": 2}'
    lines = {line.number: line for line in read_lines([b"\xef\xbb\xbf", text])}
    assert (lines[1].content, lines[7]) == ({"a": 1}, Line(7, {"b": 2}, "7"))
    assert list(lines) == [1, 2, 4, 5, 6, 7, 8]
    for number, words in (
        (2, "A document is a JSON object"),
        (4, "Column 9"),
        (5, "Byte 1 is no UTF-8"),
        (6, "neither text nor a whole number"),
        (8, "stands twice"),
    ):
        assert words in lines[number].problem


def test_a_line_that_never_ends_is_not_held() -> None:
    lines = list(read_lines([b'{"a": "', *[b"x" * 1_000_000] * 4, b'"}\n{"b": 1}\n']))
    assert [(line.number, bool(line.problem)) for line in lines] == [(1, True), (2, False)]


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [("", 1, 1), ("{\n  a: 1\n}", 2, 3), ('{"a": }', 1, 7), ("[]", 1, 1), ('{"a": 1}}', 1, 9), ('{"a": NaN}', 0, 0)],
)
def test_a_mistake_has_a_place(text: str, line: int, column: int) -> None:
    with pytest.raises(TextRefused) as refused:
        read_object(text)
    assert (refused.value.line, refused.value.column) == (line, column)


def test_a_difference_shows_what_goes_and_comes() -> None:
    before = {"a": 1, "b": [1, 2], "c": "same"}
    lines = difference(before, {**before, "a": 2})
    assert [(line.kind, line.text.strip()) for line in lines if line.kind not in ("same", "gap")] == [
        ("removed", '"a": 1,'),
        ("added", '"a": 2,'),
    ]
    assert difference(before, dict(before)) == []
    raw = {"content": before, "updatedOn": "t1"}
    assert fingerprint(raw) == fingerprint(dict(raw))
    assert len({fingerprint(raw), fingerprint({**raw, "updatedOn": "t2"}), fingerprint({**raw, "content": {}})}) == 3
    assert mark_of({"a": 1.0, "b": 2}) == mark_of({"b": 2, "a": 1}) != mark_of({"a": True, "b": 2})


def test_types_are_inferred_and_never_lose_a_value() -> None:
    contents: list[dict[str, Any]] = [
        {"n": 1, "x": 1, "d": "2026-01-02", "at": "2026-01-02T10:00:00Z", "t": "a", "mixed": 1, "o": {}, "null": None},
        {"n": None, "x": 1.5, "d": None, "at": "2026-01-03", "t": "b", "mixed": "one", "o": [], "flag": True},
    ]
    found = infer(contents, [Column("t", visible=False), Column("gone"), Column("n", "STRING")])
    types = {each.name: each.type for each in found.columns}
    assert list(types)[:2] == ["t", "n"], "Known columns keep their order"
    assert types == {
        "t": "STRING", "n": "LONG", "x": "DOUBLE", "d": "DATE", "at": "DATETIME", "mixed": "STRING",
        "null": "STRING", "flag": "STRING",
    }  # fmt: skip
    assert not found.columns[0].visible
    assert [name for name, _ in found.left_out] == ["o"]
    assert any("gone" in note for note in found.notes)
    assert any("mixed" in note for note in found.notes)
    for content in contents:
        for column in found.columns:
            assert content.get(column.name) is None or fits(content[column.name], column.type)


def test_schemas_are_compared_and_documents_with_them() -> None:
    before = [Column("a"), Column("b", "LONG"), Column("c")]
    after = [Column("c"), Column("b", "DATE"), Column("new")]
    kinds = [(change.name, change.kind) for change in compare(before, after)]
    assert kinds == [("c", "moved"), ("b", "changed"), ("new", "added"), ("a", "removed")]
    said = " ".join(mismatches({"b": "x", "z": 1}, before))
    assert "b is text, and the schema says Whole number" in said
    assert "z is not in the schema" in said
    assert "a is in the schema and not in the document" in said
    assert mismatches({"z": 1}, []) == []
