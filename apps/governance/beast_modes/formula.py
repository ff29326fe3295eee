"""Reads the formula of a Beast Mode as text: its pieces for highlighting and differences, and what makes two the same.

The dialect is MySQL's as far as writing goes. Two formulas count as the same when they differ only in white space,
comments, the case of functions and keywords, the quotation marks around texts, and parentheses around the whole. What
may mean something else is never equated: columns and texts are compared to the letter, numbers as they are written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from hashlib import sha256

_KEYWORDS = (
    "ALL AND AS ASC BETWEEN BINARY BY CASE CURRENT CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP DAY DESC DISTINCT DIV"
    " ELSE END EXISTS FALSE FOLLOWING FROM HOUR IN INTERVAL IS LIKE MINUTE MOD MONTH NOT NULL OR ORDER OVER PARTITION"
    " PRECEDING QUARTER RANGE REGEXP RLIKE ROW ROWS SECOND SEPARATOR THEN TRUE UNBOUNDED WEEK WHEN XOR YEAR"
)
KEYWORDS = frozenset(_KEYWORDS.split())
# IN (1, 2) and AND (...) are no calls; YEAR(`day`) and MOD(a, b) are.
_CALLED = "CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP DAY HOUR MINUTE MOD MONTH QUARTER SECOND WEEK YEAR"
CALLED_KEYWORDS = frozenset(_CALLED.split())
_TOKEN = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<comment>/\*.*?\*/|--(?=\s|\Z)[^\n]*)
  | (?P<text>'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*")
  | (?P<column>`(?:[^`]|``)*`)
  | (?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?![\w$]))
  | (?P<word>[\w$@]+)
  | (?P<broken>['"`].*|/\*.*)
  | (?P<operator><=>|<=|>=|<>|!=|:=|\|\||&&|<<|>>|->>|->|.)
    """,
    re.DOTALL | re.VERBOSE,
)
# Pairs of pieces that the difference of two formulas looks at; beyond, the whole formula counts as changed.
MOST_COMPARED = 4_000_000
_UNIT = re.compile(r"\\.|''|\"\"|.", re.DOTALL)


@dataclass(frozen=True)
class Piece:
    """A stretch of a formula. kind: space, comment, text, column, number, function, keyword, name, operator, broken."""

    kind: str
    text: str


def pieces_of(formula: str) -> list[Piece]:
    """Take a formula apart; the texts of the pieces, put together, are the formula again."""
    found = [(match.lastgroup or "operator", match.group()) for match in _TOKEN.finditer(formula)]
    return [
        Piece(_kind_of_word(found, place) if kind == "word" else kind, text) for place, (kind, text) in enumerate(found)
    ]


def _kind_of_word(found: list[tuple[str, str]], place: int) -> str:
    word = found[place][1].upper()
    following = next((text for kind, text in found[place + 1 :] if kind not in ("space", "comment")), "")
    if word in KEYWORDS:
        return "function" if following == "(" and word in CALLED_KEYWORDS else "keyword"
    return "function" if following == "(" else "name"


def normal_form(formula: str) -> str:
    """Return the one writing that all formulas share which differ in nothing that counts; empty for an empty one."""
    written = [each for piece in pieces_of(formula) if (each := _normal_piece(piece))]
    while _is_wrapped(written):
        written = written[1:-1]
    return " ".join(written)


def fingerprint(formula: str) -> str:
    """Return the same 64 letters for all formulas that are the same; empty for a formula that says nothing."""
    normal = normal_form(formula)
    return sha256(normal.encode("utf-8", "surrogatepass")).hexdigest() if normal else ""


def _normal_piece(piece: Piece) -> str:
    if piece.kind in ("space", "comment"):
        return ""
    if piece.kind in ("function", "keyword", "number"):
        # Letters beyond ASCII may become others in capitals: "ß" is no "SS".
        return piece.text.upper() if piece.text.isascii() else piece.text
    if piece.kind == "text":
        return _normal_text(piece.text)
    return piece.text


def _normal_text(text: str) -> str:
    """Write a text in single quotation marks, the marks inside of it in one way; other escapes stay as they are."""
    mark, inside = text[0], text[1:-1]
    units = []
    for unit in _UNIT.findall(inside):
        if unit in ("\\'", '\\"'):
            unit = unit[1]
        elif unit == mark * 2:
            unit = mark
        elif unit in ("''", '""'):
            # Two marks of the other sort are two letters.
            units.append("''''" if unit == "''" else unit)
            continue
        units.append("''" if unit == "'" else unit)
    return f"'{''.join(units)}'"


def _is_wrapped(written: list[str]) -> bool:
    """Say whether the first parenthesis is closed by the last piece."""
    if len(written) < 3 or written[0] != "(" or written[-1] != ")":
        return False
    depth = 0
    for place, each in enumerate(written):
        depth += (each == "(") - (each == ")")
        if depth == 0:
            return place == len(written) - 1
    return False


def columns_of(formula: str) -> list[str]:
    """Return the columns that a formula names in back quotes, each once, in their order."""
    names = [piece.text[1:-1].replace("``", "`") for piece in pieces_of(formula) if piece.kind == "column"]
    return list(dict.fromkeys(names))


def functions_of(formula: str) -> list[str]:
    """Return the functions that a formula calls, in capitals, each once, in their order."""
    return list(dict.fromkeys(piece.text.upper() for piece in pieces_of(formula) if piece.kind == "function"))


def counted_columns(formula: str) -> list[tuple[str, int]]:
    """Return the columns with how often each stands in the formula, in their order."""
    counts: dict[str, int] = {}
    for piece in pieces_of(formula):
        if piece.kind == "column":
            name = piece.text[1:-1].replace("``", "`")
            counts[name] = counts.get(name, 0) + 1
    return list(counts.items())


def nested_ids(formula: str) -> list[str]:
    """Return the ids of the Beast Modes that a formula computes with, by DOMO_BEAST_MODE(id)."""
    solid = [piece for piece in pieces_of(formula) if piece.kind not in ("space", "comment")]
    return list(dict.fromkeys(_calls_of(solid)))


def _calls_of(solid: list[Piece]) -> Iterator[str]:
    for place, piece in enumerate(solid[:-2]):
        number = solid[place + 2]
        if piece.kind == "function" and piece.text.upper() == "DOMO_BEAST_MODE" and number.text.isdecimal():
            yield number.text


@dataclass(frozen=True)
class Change:
    """A stretch of the difference of two formulas. sort: same, gone or new."""

    sort: str
    text: str


def difference(before: str, after: str) -> list[Change]:
    """Return what is the same, gone and new, piece by piece: the gone and the same give `before`, and so on."""
    old, new = [piece.text for piece in pieces_of(before)], [piece.text for piece in pieces_of(after)]
    if len(old) * len(new) > MOST_COMPARED:
        return [Change("gone", before), Change("new", after)]
    changes: list[Change] = []
    for tag, old_start, old_end, new_start, new_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            changes.append(Change("same", "".join(old[old_start:old_end])))
            continue
        if old_end > old_start:
            changes.append(Change("gone", "".join(old[old_start:old_end])))
        if new_end > new_start:
            changes.append(Change("new", "".join(new[new_start:new_end])))
    return changes
