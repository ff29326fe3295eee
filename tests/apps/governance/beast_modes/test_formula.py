"""The normal form: equal for formulas that differ in their writing alone, never for others."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.governance.beast_modes.forms import problem_with
from apps.governance.beast_modes.formula import (
    columns_of,
    difference,
    fingerprint,
    functions_of,
    nested_ids,
    normal_form,
    pieces_of,
)

# Letters that mean something to the reader stand beside any others.
LETTERS = st.one_of(st.sampled_from(list("'\"`\\-/*#( ),%ab\n")), st.characters(exclude_categories=["Cs"]))
TEXTS = st.text(LETTERS, max_size=12)
COLUMNS = st.sampled_from(["Orders", "orders", "net amount", "a`b", "sum"])
FUNCTIONS = st.sampled_from(["SUM", "count", "DateDiff", "DOMO_BEAST_MODE"])
KEYWORDS = st.sampled_from(["CASE", "when", "And", "NULL", "distinct"])
# (kind, value): what a formula is made of, apart from how it is written.
PARTS = st.lists(
    st.one_of(
        st.tuples(st.just("text"), TEXTS),
        st.tuples(st.just("column"), COLUMNS),
        st.tuples(st.just("call"), FUNCTIONS),
        st.tuples(st.just("keyword"), KEYWORDS),
        st.tuples(st.just("number"), st.integers(0, 999).map(str)),
        st.tuples(st.just("sign"), st.sampled_from(["+", "*", ",", "<=", "<>"])),
    ),
    min_size=1,
    max_size=8,
)
SPACES = st.sampled_from([" ", "\n", "\t ", " /* note ' */ ", " -- it's\n", "/**/ "])


@st.composite
def writings(draw: st.DrawFn, parts: list[tuple[str, str]]) -> str:
    """Write the same formula in some way: other spaces, comments, capitals, quotation marks."""
    written = []
    for kind, value in parts:
        if kind == "text":
            written.append(draw(st.sampled_from([_quoted(value, "'"), _quoted(value, '"'), _escaped(value)])))
        elif kind == "column":
            written.append(f"`{value.replace('`', '``')}`")
        elif kind == "call":
            written.append(
                f"{draw(st.sampled_from([value.upper(), value.lower()]))}{draw(st.sampled_from(['', ' ']))}("
            )
        else:
            written.append(draw(st.sampled_from([value.upper(), value.lower()])))
        written.append(draw(SPACES))
    return draw(SPACES) + "".join(written)


def _quoted(value: str, mark: str) -> str:
    return mark + value.replace("\\", "\\\\").replace(mark, mark * 2) + mark


def _escaped(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'").replace('"', '\\"') + "'"


@settings(max_examples=60, deadline=None)
@given(st.data(), PARTS)
def test_two_writings_of_a_formula_are_the_same(data: st.DataObject, parts: list[tuple[str, str]]) -> None:
    first, second = data.draw(writings(parts)), data.draw(writings(parts))
    assert normal_form(first) == normal_form(second)
    assert fingerprint(first) == fingerprint(second)
    # What is normal stays as it is.
    assert normal_form(normal_form(first)) == normal_form(first)
    if "call" not in dict(parts):
        # A call opens a parenthesis that these parts never close.
        assert normal_form(f"( {first} )") == normal_form(first)


@settings(max_examples=80, deadline=None)
@given(st.data(), TEXTS, TEXTS)
def test_different_texts_are_never_the_same(data: st.DataObject, one: str, other: str) -> None:
    first, second = data.draw(writings([("text", one)])), data.draw(writings([("text", other)]))
    assert (normal_form(first) == normal_form(second)) == (one == other)
    wrapped = [normal_form(f"CONCAT({text}, 'x')") for text in (first, second)]
    assert (wrapped[0] == wrapped[1]) == (one == other)


@settings(max_examples=60, deadline=None)
@given(st.text(LETTERS, max_size=40), st.text(LETTERS, max_size=40))
def test_any_text_at_all_is_read_and_a_difference_holds_both(before: str, after: str) -> None:
    assert "".join(piece.text for piece in pieces_of(before)) == before
    changes = difference(before, after)
    assert "".join(change.text for change in changes if change.sort != "new") == before
    assert "".join(change.text for change in changes if change.sort != "gone") == after


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("SUM(`a`)", "SUM(`A`)"),
        ("SUM(`a`)", "SUM('a')"),
        ("'a' 'b'", "'a''b'"),
        ("'A'", "'a'"),
        ("' a'", "'a'"),
        ("'/* x */'", "''"),
        ("'-- x'", "''"),
        ("1 - -1", "1 -- 1"),
        ("(`a` + `b`) * (`c`)", "`a` + `b`) * (`c`"),
        ("'it", "'it'"),
        ("1.0", "1"),
        ("straße(1)", "STRASSE(1)"),
    ],
)
def test_what_may_mean_something_else_is_something_else(one: str, other: str) -> None:
    assert fingerprint(one) != fingerprint(other)


def test_the_formula_of_the_document_is_taken_apart() -> None:
    inner = "sum((CASE  WHEN (DateDiff(AddDate(Current_Date(),-1),`Date`) < 28) THEN `Orders` END ))"
    formula = f"(CASE  WHEN ({inner} = 0) THEN 0 END )"
    assert columns_of(formula) == ["Date", "Orders"]
    assert functions_of(formula) == ["SUM", "DATEDIFF", "ADDDATE", "CURRENT_DATE"]
    assert nested_ids("DOMO_BEAST_MODE(17) / domo_beast_mode( 4 ) + DOMO_BEAST_MODE(17)") == ["17", "4"]
    assert fingerprint("  /* nothing */ ") == ""


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ("  ", "Write the formula"),
        ("SUM(`a`", "Line 1: a parenthesis is opened"),
        ("1 +\n2)", "Line 2: a parenthesis is closed"),
        ("'it", "Line 1: a text is opened"),
        ("1 + `a", "a column name is opened"),
        ("1 /* x", "a comment is opened"),
        ("CONCAT('(', `a`)", ""),
    ],
)
def test_what_can_be_no_formula_is_said(formula: str, words: str) -> None:
    problem = problem_with(formula)
    assert problem.startswith(words) or words in problem
    assert bool(problem) == bool(words)
