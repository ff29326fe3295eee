"""Takes the expression of a Beast Mode apart: columns, functions, whether it aggregates, whether it is well formed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha1

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

COLUMN = re.compile(r"`([^`]+)`")
CALL = re.compile(r"([A-Za-z_]\w*)\s*\(")
NESTED = re.compile(r"DOMO_BEAST_MODE\(\s*(\d+)\s*\)", re.IGNORECASE)
TEXT_OR_COLUMN = re.compile(r"'(?:[^'\\]|\\.|'')*'|`[^`]*`")
OPERATORS = {"*": "DOMO_OP_MULTIPLY", "+": "DOMO_OP_ADD", "-": "DOMO_OP_SUBTRACT", "/": "DOMO_OP_DIVIDE"}
# written like functions, but parts of the language
KEYWORDS = {"CASE", "WHEN", "THEN", "ELSE", "IN", "AND", "OR", "NOT", "CURRENT_DATE", "CURRENT_TIMESTAMP", "NOW"}
DYNAMIC = {"CURRENT_DATE", "CURRENT_TIMESTAMP", "NOW", "CURDATE"}
SHIFTS = {"ADDDATE": exp.DateAdd, "SUBDATE": exp.DateSub}


@dataclass(frozen=True)
class Analysis:
    """What can be said of an expression by reading it. `problem` says why it is not well formed, or is empty."""

    problem: str
    columns: tuple[str, ...]
    positions: tuple[tuple[str, int], ...]
    functions: tuple[str, ...]
    nested: tuple[int, ...]
    aggregated: bool
    analytic: bool
    not_aggregated: tuple[str, ...]
    dynamic: bool
    checksum: str


def _plain(message: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"\x1b\[\d*m", "", message))[:200]


@lru_cache(maxsize=4096)
def analyse(expression: str) -> Analysis:
    """Reads an expression; a bad one gives an analysis with its problem."""
    tree, problem = _parsed(expression)
    bare = TEXT_OR_COLUMN.sub(" x ", expression)
    called = {name.upper() for name in CALL.findall(bare)}
    operators = {OPERATORS[sign] for sign in OPERATORS if sign in bare.replace("(*)", "")}
    nested = tuple(dict.fromkeys(int(number) for number in NESTED.findall(bare)))
    found = [(match.group(0), match.start()) for match in COLUMN.finditer(_without_texts(expression))]
    columns = tuple(dict.fromkeys(name.strip("`") for name, _ in found))
    inside = tree is not None and list(tree.find_all(exp.Column))
    alone = [column.name for column in inside or () if column.find_ancestor(exp.AggFunc) is None]
    aggregated = tree is not None and any(each.find_ancestor(exp.Window) is None for each in tree.find_all(exp.AggFunc))
    return Analysis(
        problem=problem,
        columns=columns,
        positions=tuple(found),
        functions=tuple(sorted(called - KEYWORDS) + sorted(operators)),
        nested=nested,
        aggregated=aggregated,
        analytic=tree is not None and tree.find(exp.Window) is not None,
        not_aggregated=tuple(dict.fromkeys(alone)) if aggregated else (),
        dynamic=bool(called & DYNAMIC),
        checksum=sha1(expression.encode(), usedforsecurity=False).hexdigest(),
    )


def _without_texts(expression: str) -> str:
    """The expression with the same length, but nothing in quotation marks."""
    return re.sub(r"'(?:[^'\\]|\\.|'')*'", lambda match: " " * len(match.group(0)), expression)


def _parsed(expression: str) -> tuple[exp.Expression | None, str]:
    if not expression.strip():
        return None, "the expression is empty"
    try:
        statement = sqlglot.parse_one(f"SELECT {expression}", read="mysql")
    except (SqlglotError, RecursionError) as error:
        return None, _plain(str(error))
    if not isinstance(statement, exp.Select) or len(statement.expressions) != 1 or len(statement.args) < 1:
        return None, "one expression is expected"
    if any(statement.args.get(part) for part in ("from", "from_", "where", "group", "order", "limit")):
        return None, "only an expression is expected, without clauses of a query"
    tree: exp.Expression = statement.expressions[0]
    return tree, ""


def as_query(expression: str) -> str:
    """A query that gives the value of an expression and reads no rows, to learn its type."""
    text = f"SELECT {expression} AS value FROM `table` LIMIT 0"  # noqa: S608 - the engine lets only reading through
    statement = sqlglot.parse_one(text, read="mysql")
    for node in list(statement.find_all(exp.Anonymous)):
        shift = SHIFTS.get(node.name.upper())
        if shift is not None and len(node.expressions) == 2:
            day, count = node.expressions
            node.replace(shift(this=day.copy(), expression=count.copy(), unit=exp.Var(this="DAY")))
    return statement.sql(dialect="mysql")
