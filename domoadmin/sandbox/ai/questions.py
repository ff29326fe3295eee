"""Turns a question in everyday English into SQL over the tables that were given. Rules only: no model."""

from __future__ import annotations

import re
from dataclasses import dataclass

from domoadmin.sandbox.ai.schemas import DATES, NUMBERS, Column, Table, quoted, words_of

AGGREGATES = (
    (r"\b(average|mean|avg)\b", "AVG", "average"),
    (r"\b(highest|largest|maximum|max|latest|newest)\b", "MAX", "highest"),
    (r"\b(lowest|smallest|minimum|min|earliest|oldest)\b", "MIN", "lowest"),
)
COUNTING = re.compile(r"\b(how many|number of|count)\b")
DIFFERENT = re.compile(r"\b(different|distinct|unique)\b")
ENDINGS = r"(?=\s+(?:in|for|where|since|during|with|from|over|last|this)\b|[?.!;]|$)"
GROUPED = re.compile(rf"\b(?:by|per|for each|for every|in each)\s+(.+?){ENDINGS}")
TOP = re.compile(r"\b(?:top|best|first)\s+(\d+)\s+(.+?)(?=\s+(?:by|in|for|with|where)\b|[?.!;]|$)")
YEAR = re.compile(r"\b(?:in|during|of|for)\s+((?:19|20)\d\d)\b")
RECENT = re.compile(r"\b(?:last|past)\s+(\d+)\s+days?\b")
EQUAL = re.compile(
    r"\b(?:where|with|for|in)\s+(?:the\s+)?([\w ]+?)\s*(?:is|=|equals|of)\s+"
    r"['\"]?([\w .-]+?)['\"]?(?=\s+(?:and|by|per)\b|[?.!;,]|$)"
)
GRAINS = {
    "day": "DATE_FORMAT({0}, '%Y-%m-%d')",
    "month": "DATE_FORMAT({0}, '%Y-%m')",
    "quarter": "QUARTER({0})",
    "year": "YEAR({0})",
    "weekday": "DAYNAME({0})",
}
# everyday words for what columns measure
SYNONYMS = {
    "sale": ("amount", "revenue", "net"),
    "turnover": ("amount", "revenue"),
    "revenue": ("amount", "net"),
    "money": ("amount", "cost", "revenue"),
    "spend": ("cost", "amount"),
    "spending": ("cost", "amount"),
    "unit": ("quantity", "on", "hand"),
    "stock": ("on", "hand"),
    "people": ("headcount",),
    "energy": ("kilowatt", "hour"),
    "emission": ("carbon",),
}
MOST_LISTED = 100


@dataclass(frozen=True)
class Measure:
    """What is computed: an expression and the name of its column."""

    sql: str
    alias: str


def to_sql(question: str, tables: list[Table]) -> str:
    """One SELECT over the table that the question fits best."""
    text = " ".join(question.split())
    words = words_of(text)
    table = max(tables, key=lambda each: _fit(words, each))
    lowered = text.lower()
    top = TOP.search(lowered)
    grouped = GROUPED.search(lowered)
    if top:
        # what stands behind "by" is then what they are ranked by
        groups, asked = _named(top.group(2), table), grouped.group(1) if grouped else lowered[top.end() :]
    else:
        groups, asked = _named(grouped.group(1), table) if grouped else [], GROUPED.split(lowered)[0]
    measure = _measure(asked, table, [sql for _, sql in groups])
    clauses = _conditions(text, table)
    if measure is None:
        return _listing(words, table, clauses)
    shown = [sql if name == sql else f"{sql} AS {name}" for name, sql in groups]
    parts = [f"SELECT {', '.join([*shown, f'{measure.sql} AS {measure.alias}'])}", f"FROM {quoted(table.name)}"]
    if clauses:
        parts.append(f"WHERE {' AND '.join(clauses)}")
    if groups:
        parts.append(f"GROUP BY {', '.join(sql for _, sql in groups)}")
    if top:
        parts.append(f"ORDER BY {measure.alias} DESC LIMIT {int(top.group(1))}")
    return " ".join(parts)


def _fit(words: list[str], table: Table) -> int:
    known = set(words) | {synonym for word in words for synonym in SYNONYMS.get(word, ())}
    return 2 * len(known & table.words) + sum(len(known & column.words) for column in table.columns)


def _best(words: set[str], columns: list[Column]) -> Column | None:
    """The column whose name shares most with the words; of equals the one with the shortest name."""
    scored = [(len(words & column.words), -len(column.words), -place, column) for place, column in enumerate(columns)]
    best = max(scored, key=lambda each: each[:3], default=None)
    return best[3] if best is not None and best[0] else None


def _dates(table: Table) -> list[Column]:
    return [column for column in table.columns if column.type in DATES]


def _named(text: str, table: Table) -> list[tuple[str, str]]:
    """What the answer is split by: name and expression of each."""
    found: list[tuple[str, str]] = []
    for piece in re.split(r"\s+and\s+|,\s*", text):
        words = set(words_of(piece))
        column = _best(words, [each for each in table.columns if each.type not in DATES])
        grain = next((each for each in GRAINS if each in words), "")
        if column is None and grain and _dates(table):
            day = _best(words, _dates(table)) or _dates(table)[0]
            found.append((f"by_{grain}", GRAINS[grain].format(day.sql)))
            continue
        column = column or _best(words, list(table.columns))
        if column is not None:
            found.append((column.sql, column.sql))
    return list(dict.fromkeys(found))


def _measure(asked: str, table: Table, grouped: list[str]) -> Measure | None:
    """What is computed; None when the question only wants rows."""
    words = words_of(asked)
    column, noun = _measured(words, table, grouped)
    if COUNTING.search(asked):
        counted = _best(set(words), [each for each in table.columns if each.sql not in grouped])
        if counted is not None and DIFFERENT.search(asked):
            return Measure(f"COUNT(DISTINCT {counted.sql})", _alias("number_of", counted.name))
        return Measure("COUNT(*)", "number_of_rows")
    for pattern, function, adjective in AGGREGATES:
        if re.search(pattern, asked):
            if column is None or re.search(r"\b(latest|newest|earliest|oldest)\b", asked):
                column = next(iter(_dates(table)), column)
                noun = column.name if column else ""
            return Measure(f"{function}({column.sql})", _alias(adjective, noun)) if column else None
    if not grouped and not re.search(r"\b(total|sum|overall|how much)\b", asked):
        return None
    return Measure(f"SUM({column.sql})", _alias("total", noun)) if column else Measure("COUNT(*)", "number_of_rows")


def _measured(words: list[str], table: Table, grouped: list[str]) -> tuple[Column | None, str]:
    """The column of numbers that is meant, and the word for it."""
    numbers = [each for each in table.columns if each.type in NUMBERS and each.sql not in grouped]
    named = _best(set(words), numbers)
    if named is not None:
        return named, named.name
    for word in words:
        meant = _best(set(SYNONYMS.get(word, ())), numbers)
        if meant is not None:
            return meant, f"{word}s" if word in ("sale", "unit", "emission") else word
    measuring = [each for each in numbers if not each.is_key]
    chosen = next(iter(measuring or numbers), None)
    return chosen, chosen.name if chosen else ""


def _alias(adjective: str, noun: str) -> str:
    return "_".join([adjective, *re.findall(r"[a-z0-9]+", noun.lower())])


def _conditions(text: str, table: Table) -> list[str]:
    lowered, clauses = text.lower(), []
    day = next(iter(_dates(table)), None)
    year, recent = YEAR.search(lowered), RECENT.search(lowered)
    if day is not None and year:
        clauses.append(f"YEAR({day.sql}) = {year.group(1)}")
    if day is not None and recent:
        clauses.append(f"DATEDIFF(CURRENT_DATE(), {day.sql}) < {int(recent.group(1))}")
    for match in EQUAL.finditer(text):
        column = _best(set(words_of(match.group(1))), list(table.columns))
        if column is not None:
            value = match.group(2).strip()
            number = column.type in NUMBERS and re.fullmatch(r"-?\d+(\.\d+)?", value)
            clauses.append(f"{column.sql} = {value if number else _literal(value)}")
    return clauses


def _literal(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _listing(words: list[str], table: Table, clauses: list[str]) -> str:
    """Rows: the columns that were named, else all."""
    named = [column.sql for column in table.columns if column.words <= set(words)]
    where = f" WHERE {' AND '.join(clauses)}" if clauses else ""
    return f"SELECT {', '.join(named) or '*'} FROM {quoted(table.name)}{where} LIMIT {MOST_LISTED}"  # noqa: S608
