"""The canonical form: equal contents have one text, different ones never the same, on either database."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps import audit
from apps.audit import chain
from apps.audit.canonical import CONTENT, canonical, storable
from apps.audit.models import AuditRecord

TEXTS = st.text(max_size=8)
VALUES = st.recursive(
    TEXTS | st.integers() | st.floats() | st.none() | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=12,
)
TIMES = st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.just(UTC))


def content(**changes: Any) -> dict[str, Any]:
    """Return the content of some record."""
    values: dict[str, Any] = dict.fromkeys(CONTENT, "")
    values |= {"at": datetime(2026, 1, 2, tzinfo=UTC), "correlation": uuid.UUID(int=7), "actor_id": None}
    return values | {"before": None, "after": None, "job_id": None} | changes


@given(TIMES, VALUES)
def test_order_of_keys_zone_and_a_second_reading_change_nothing(at: datetime, value: Any) -> None:
    stored = {"a": storable(value), "b": 1}
    read_back = json.loads(json.dumps(dict(reversed(stored.items()))))
    elsewhere = at.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert canonical(content(at=at, after=stored)) == canonical(content(at=elsewhere, after=read_back))


@given(VALUES, VALUES)
def test_different_contents_have_different_texts(one: Any, other: Any) -> None:
    texts = [canonical(content(after=storable(value))) for value in (one, other)]
    same = _typed(storable(one)) == _typed(storable(other))
    assert (texts[0] == texts[1]) == same


@given(st.sampled_from(CONTENT), TEXTS, TEXTS)
def test_a_value_can_not_pass_for_that_of_another_column(column: str, one: str, other: str) -> None:
    assert (canonical(content(**{column: one})) == canonical(content(**{column: other}))) == (one == other)
    for name in CONTENT:
        if name != column and one:
            assert canonical(content(**{column: one + "x"})) != canonical(content(**{name: one + "x"}))


@pytest.mark.django_db
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(VALUES, TEXTS, st.text(max_size=400))
def test_the_database_gives_back_what_was_marked(value: Any, name: str, long: str) -> None:
    written = audit.record(long, after=value, before={"x": value}, target_name=long, actor_name=name, request_id=long)
    row = AuditRecord.objects.values("mark", *CONTENT).get(pk=written.pk)
    assert chain.is_marked(row, row["mark"])


@pytest.mark.django_db
@pytest.mark.parametrize(
    "value", [1e22, 1e23, -0.0, 1e-7, 5e-324, 1.7976931348623157e308, float("nan"), 2**70, "\x00", "\ud800", "é\u2028"]
)
def test_odd_values_are_kept_and_fit_their_mark(value: Any) -> None:
    written = audit.record("datasets.share", after={"value": value}, message=str(value))
    row = AuditRecord.objects.values("mark", *CONTENT).get(pk=written.pk)
    assert chain.is_marked(row, row["mark"])


def _typed(value: Any) -> Any:
    """Tell True from 1, which are equal in Python; whole numbers are one however they are written."""
    if isinstance(value, bool) or value is None:
        return (type(value).__name__, value)
    if isinstance(value, dict):
        return ("dict", {name: _typed(entry) for name, entry in value.items()})
    if isinstance(value, list):
        return ("list", [_typed(entry) for entry in value])
    if isinstance(value, float) and value.is_integer():
        return (
            "number",
            int(float(value)) if abs(value) < 2**53 else str(json.loads(canonical(content(after=value)))["after"]),
        )
    if isinstance(value, int):
        return ("number", value if abs(value) < 2**53 else str(value))
    return ("number" if isinstance(value, float) else "text", value)
