"""Every kind of filter that the document has, as an address keeps it and as it is sent."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from apps.governance.search.conditions import KINDS, BadCondition, Condition
from apps.governance.search.forms import ConditionForm
from apps.governance.search.question import CONDITION, Question, with_conditions

EACH: list[tuple[Condition, dict[str, Any]]] = [
    (Condition("term", "databaseId", ("abcd-xyz",)), {"value": "abcd-xyz"}),
    (Condition("term", "owned_by_id", ("1", "2"), negated=True), {"values": ["1", "2"], "not": True}),
    (Condition("wildcard", "name_sort", ("*orders*",), place="any"), {"query": "*orders*"}),
    (Condition("queryString", "name", ("orders AND returns",)), {"queryString": "orders AND returns"}),
    (Condition("dateBucket", "createDate", ("LAST_QUARTER",), place="none"), {"value": "LAST_QUARTER"}),
    (
        Condition("dateRange", "createDate", low="2026-01-01T00:00+00:00", high="2026-01-02T00:00+00:00", negated=True),
        {"from": 1767225600000, "to": 1767312000000, "not": True},
    ),
    (Condition("numeric", "rowCount", ("5",), operator="GTE"), {"longNumber": 5, "operator": "GTE"}),
    (
        Condition("numeric", "score", ("0.5",), operator="EQ", negated=True),
        {"floatNumber": 0.5, "operator": "EQ", "not": True},
    ),
    (Condition("range", "cardCount", low="1", high="9.5"), {"from": 1, "to": 9.5}),
    (Condition("range", "cardCount", high="9"), {"to": 9}),
    (Condition("boolean", "valid", ("false",)), {"value": False}),
    (Condition("missing", "owned_by_id", negated=True), {"not": True}),
]
EACH_FORM: list[tuple[dict[str, str], Condition]] = [
    ({"kind": "term", "field": "tags", "terms": "a\nb, c\n"}, Condition("term", "tags", ("a", "b, c"))),
    ({"kind": "wildcard", "field": "name", "pattern": "*x"}, Condition("wildcard", "name", ("*x",))),
    ({"kind": "queryString", "field": "name", "query": "x y"}, Condition("queryString", "name", ("x y",))),
    ({"kind": "dateBucket", "field": "at", "bucket": "LAST_DAY"}, Condition("dateBucket", "at", ("LAST_DAY",))),
    (
        {"kind": "dateRange", "field": "at", "since": "2026-01-01", "negated": "on"},
        Condition("dateRange", "at", low="2026-01-01", negated=True),
    ),
    (
        {"kind": "numeric", "field": "n", "operator": "LT", "number": "3"},
        Condition("numeric", "n", ("3",), operator="LT"),
    ),
    ({"kind": "range", "field": "n", "low": "1", "high": "3"}, Condition("range", "n", low="1", high="3")),
    ({"kind": "boolean", "field": "b", "truth": "true"}, Condition("boolean", "b", ("true",))),
    ({"kind": "missing", "field": "b"}, Condition("missing", "b")),
]
WRONG: list[tuple[dict[str, str], str]] = [
    ({"kind": "term", "field": ""}, "field"),
    ({"kind": "term", "field": "x"}, "terms"),
    ({"kind": "wildcard", "field": "x"}, "pattern"),
    ({"kind": "dateRange", "field": "x"}, "since"),
    ({"kind": "dateRange", "field": "x", "since": "yesterday"}, "since"),
    ({"kind": "dateRange", "field": "x", "since": "2026-02-30"}, "since"),
    ({"kind": "dateRange", "field": "x", "since": "2026-02-03", "until": "2026-02-02"}, "until"),
    ({"kind": "numeric", "field": "x", "operator": "LT", "number": "many"}, "number"),
    ({"kind": "numeric", "field": "x", "operator": "LT", "number": "nan"}, "number"),
    ({"kind": "range", "field": "x"}, "low"),
    ({"kind": "range", "field": "x", "low": "3", "high": "2"}, "high"),
    ({"kind": "nothing", "field": "x"}, "kind"),
]


def test_there_is_one_for_each_kind() -> None:
    assert {condition.kind for condition, _ in EACH} == set(KINDS) == {made.kind for _, made in EACH_FORM}


@pytest.mark.parametrize(("condition", "sent"), EACH)
def test_it_is_sent_as_the_document_has_it_and_survives_the_address(condition: Condition, sent: dict[str, Any]) -> None:
    assert condition.as_filter() == {"filterType": condition.kind, "field": condition.field, **sent}
    assert Condition.from_text(condition.as_text()) == condition
    asked = Question.from_query(QueryDict(with_conditions("q=x&page=3", [condition])))
    assert asked.conditions == (condition,)
    assert asked.words == "x"
    assert condition.words


@pytest.mark.parametrize(("posted", "made"), EACH_FORM)
def test_the_form_makes_it_and_begins_with_it(posted: dict[str, str], made: Condition) -> None:
    form = ConditionForm({"place": "all", **posted})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["condition"] == made
    assert ConditionForm.initial_of(made)["field"] == made.field


@pytest.mark.parametrize(("posted", "named"), WRONG)
def test_what_is_wrong_is_said_at_its_field(posted: dict[str, str], named: str) -> None:
    form = ConditionForm({"place": "all", **posted})
    assert not form.is_valid()
    assert list(form.errors) == [named]


@pytest.mark.parametrize("text", ["type=term", "type=wildcard&field=x&value=a&not=1", "x=1", "", "in=here&type=term"])
def test_an_address_that_can_t_be_read_asks_for_nothing_and_says_so(text: str) -> None:
    with pytest.raises(BadCondition):
        Condition.from_text(text)
    asked = Question.from_query(QueryDict(f"q=x&{CONDITION}={QueryDict(text).urlencode().replace('&', '%26')}"))
    assert asked.conditions == ()
    assert len(asked.problems) == 1


@given(st.lists(st.text(min_size=1).filter(lambda text: text.strip()), min_size=1, max_size=5), st.text(min_size=1))
def test_any_value_survives_the_address(values: list[str], field: str) -> None:
    condition = Condition("term", field.strip() or "x", tuple(values))
    try:
        condition.check()
    except BadCondition:
        return
    assert Condition.from_text(condition.as_text()) == condition
