"""Failures of one cause are one group, whatever object they are about."""

from __future__ import annotations

import pytest

from apps.jobs.causes import cause_of, is_cause


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "Dataset 6f1c2b0e-7a41-4c86-9f3d-0d3a5b1f9e11 is gone",
            "Dataset 11111111-7a41-4c86-9f3d-0d3a5b1f9e11 is gone",
        ),
        ("User 4827 may not share it", "User 99 may not share it"),
        ("The dataset “Sales, daily” is locked by its owner now", "The dataset “Stock” is locked by its owner now"),
        ("Too many requests", "Too many requests (gave up after 5 tries)"),
        ("Stream  is\nbusy", "stream is busy"),
    ],
)
def test_the_same_answer_about_another_object_is_one_cause(one: str, other: str) -> None:
    assert cause_of("400", one) == cause_of("400", other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("403", "Forbidden"), ("404", "Forbidden")),
        (("400", "Name is missing"), ("400", "Name is too long")),
        (("400", '"Name is missing"'), ("400", '"Owner is missing"')),
    ],
)
def test_other_codes_and_other_words_are_other_causes(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert cause_of(*one) != cause_of(*other)


def test_a_cause_can_be_told_from_a_code() -> None:
    assert is_cause(cause_of("", ""))
    assert not is_cause("403")
