"""The query builder: what is built parses back; what is typed wrong is told; documents are checked by it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.data.appdb.conditions import (
    EQUAL,
    LISTS,
    OPERATORS,
    TYPES,
    Condition,
    ConditionRefused,
    ConditionRow,
    build,
    condition_of,
    conditions_of,
    describe,
    full_name,
    read_query,
    row_of,
)
from apps.data.appdb.fields import fields_of
from apps.data.appdb.meeting import can_tell, meets
from apps.data.appdb.question import asked, with_rows

NAMES = st.from_regex(r"content\.[A-Za-z][A-Za-z0-9_ ]{0,8}[A-Za-z0-9]", fullmatch=True)
SCALARS = st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
PLAIN = SCALARS | TEXTS
VALUES = st.recursive(PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3))


@st.composite
def conditions(draw: st.DrawFn) -> Condition:
    """Any condition that the builder can hold."""
    operator = draw(st.sampled_from(list(OPERATORS)))
    value = draw(st.lists(PLAIN, min_size=1, max_size=4) if operator in LISTS else VALUES)
    return Condition(draw(NAMES), operator, value)


MANY = st.lists(conditions(), max_size=6, unique_by=lambda each: (each.field, each.operator))


@settings(max_examples=30)
@given(MANY)
def test_what_is_built_parses_back(given_conditions: list[Condition]) -> None:
    query = build(given_conditions)
    assert query == json.loads(json.dumps(query))
    found = conditions_of(query)
    assert found is not None
    key = lambda each: (each.field, each.operator)  # noqa: E731
    assert sorted(found, key=key) == sorted(given_conditions, key=key)
    assert build(found) == query
    assert can_tell(query) == ""
    assert bool(describe(query)) == bool(query)


@settings(max_examples=30)
@given(MANY)
def test_an_address_says_what_was_built(given_conditions: list[Condition]) -> None:
    rows = [row_of(each) for each in given_conditions]
    assert [condition_of(row) for row in rows] == given_conditions
    url = with_rows("/documents/?q=late&page=3&field=old", rows)
    form = asked(QueryDict(url.partition("?")[2]))
    assert (form.problem, form.question.words) == ("", "late")
    assert form.question.conditions == build(given_conditions)
    raw = json.dumps(build(given_conditions))
    again = asked(QueryDict(with_rows("/documents/", [], raw).partition("?")[2]))
    assert again.question.conditions == build(given_conditions)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (ConditionRow("days", EQUAL, "number", "ten"), "content.days: “ten” is not a number"),
        (ConditionRow("days", EQUAL, "number", "NaN"), "is not a number"),
        (ConditionRow("days", EQUAL, "number", "true"), "is not a number"),
        (ConditionRow("open", EQUAL, "boolean", "yes"), "neither true nor false"),
        (ConditionRow("open", "$where", "text", "x"), "no operator “$where”"),
        (ConditionRow("open", EQUAL, "date", "x"), "no type “date”"),
        (ConditionRow("", EQUAL, "text", "x"), "stands beside no field"),
        (ConditionRow("$or", EQUAL, "text", "x"), "can’t begin with $"),
        (ConditionRow("days", "$in", "number", "1, b"), "“b” is not a number"),
        (ConditionRow("days", "$in", "json", "1"), "write a JSON list"),
        (ConditionRow("days", "$in", "text", " , "), "at least one value"),
        (ConditionRow("days", EQUAL, "json", "{"), "is not JSON"),
    ],
)
def test_what_is_typed_wrong_is_told(row: ConditionRow, words: str) -> None:
    with pytest.raises(ConditionRefused, match=re.escape(words)):
        condition_of(row)


def test_lists_between_commas_and_names_without_content() -> None:
    assert condition_of(ConditionRow("days", "$in", "number", "1, 2.5")).value == [1, 2.5]
    assert condition_of(ConditionRow(" size ", "$nin", "text", "S, M")) == Condition("content.size", "$nin", ["S", "M"])
    assert [full_name(name) for name in ("a.b", "content.a", "createdOn", "owner")] == [
        "content.a.b",
        "content.a",
        "createdOn",
        "owner",
    ]
    with pytest.raises(ConditionRefused, match="stands twice"):
        build([Condition("content.a", EQUAL, 1), Condition("content.a", EQUAL, 2)])
    assert set(TYPES) == {"text", "number", "boolean", "empty", "json"}


def test_a_json_query_tells_where_it_is_wrong() -> None:
    with pytest.raises(ConditionRefused, match="line 2, column 3"):
        read_query('{"a": 1,\n  b: 2}')
    with pytest.raises(ConditionRefused, match="has to be an object"):
        read_query("[1]")
    both = asked(QueryDict("field=a&value=1&where=%7B%7D"))
    assert "either the conditions or the JSON" in both.problem
    assert conditions_of({"$or": [{"a": 1}]}) is None
    assert conditions_of({"content.a": {"$regex": "x"}}) is None
    assert conditions_of({"content.a": 5}) == [Condition("content.a", EQUAL, 5)]


DOCUMENT: dict[str, Any] = {
    "id": "d",
    "content": {"n": 5, "t": "b", "tags": ["x", "y"], "lines": [{"sku": 1}, {"sku": 2}], "on": True, "no": None},
}


@pytest.mark.parametrize(
    ("query", "met"),
    [
        ({}, True),
        ({"content.n": {"$eq": 5}}, True),
        ({"content.n": 5}, True),
        ({"content.n": {"$eq": "5"}}, False),
        ({"content.on": {"$eq": 1}}, False),
        ({"content.n": {"$gt": 4, "$lte": 5}}, True),
        ({"content.n": {"$gt": "4"}}, False),
        ({"content.t": {"$gte": "a"}}, True),
        ({"content.tags": {"$eq": "y"}}, True),
        ({"content.tags.1": {"$eq": "x"}}, False),
        ({"content.lines.sku": {"$in": [2, 9]}}, True),
        ({"content.gone": {"$eq": None}}, True),
        ({"content.no": {"$ne": None}}, False),
        ({"content.gone": {"$nin": [1]}}, True),
        ({"id": {"$eq": "d"}, "content.n": {"$lt": 5}}, False),
        ({"$or": [{"content.n": 1}, {"content.t": "b"}]}, True),
        ({"$nor": [{"content.n": 5}]}, False),
        ({"$and": [{"content.n": 5}, {"content.t": "z"}]}, False),
    ],
)
def test_documents_are_checked_here_too(query: dict[str, Any], met: bool) -> None:
    assert meets(DOCUMENT, query) is met
    assert can_tell(query) == ""


@pytest.mark.parametrize(
    ("query", "operator"),
    [
        ({"content.t": {"$regex": "b"}}, "$regex"),
        ({"$where": "1"}, "$where"),
        ({"$or": {"a": 1}}, "$or"),
        ({"content.n": {"$eq": 1}, "$and": [{"content.t": {"$exists": True}}]}, "$exists"),
    ],
)
def test_what_cannot_be_checked_is_named(query: dict[str, Any], operator: str) -> None:
    assert can_tell(query) == operator


def test_fields_are_found_at_any_depth_and_have_plain_keys() -> None:
    found = fields_of([DOCUMENT["content"], {"a b": 1, "x": {"y": {"z": {"deep": 1}}}, "d.o.t": 1, "": 2}])
    assert [field.label for field in found] == ["n", "t", "tags", "lines", "on", "no", "a b", "x.y.z"]
    assert all(field.key.replace("-", "").isalnum() for field in found)
    assert len({field.key for field in found}) == len(found)
    assert found[-1].value({"x": {"y": {"z": 7}}}) == 7
