"""Renders cards: their dataset is asked for the values, and the parts that are wanted are put together."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any, NamedTuple

from domoadmin.sandbox.cards.cards import Card, ChangedCards
from domoadmin.sandbox.cards.pictures import Bars, pdf_chart, png_chart
from domoadmin.sandbox.errors import ApiError
from domoadmin.sandbox.sql.source import source_query
from domoadmin.sandbox.world import World

SAMPLE_ROWS = 4_000
MOST_BARS = 8
NUMBERS = ("DECIMAL", "DOUBLE", "LONG")
PARTS = (
    "title",
    "chartType",
    "queryResult",
    "data",
    "image",
    "imagePDF",
    "graph",
    "dynamic",
    "summary",
    "summaryImage",
    "dataSource",
    "pdp",
    "annotations",
    "extendedDateInfo",
    "table",
)
Record = dict[str, Any]


class Chart(NamedTuple):
    """What a card shows."""

    title: str
    names: tuple[str, str]
    bars: Bars
    locale: str
    as_text: bool


PICTURES: dict[str, Callable[[Chart], bytes]] = {
    "image": lambda chart: png_chart(chart.bars, chart.title),
    "imagePDF": lambda chart: pdf_chart(chart.title, chart.bars),
    "summaryImage": lambda chart: png_chart(chart.bars[:1], chart.title),
}


def read_parts(text: str) -> list[str]:
    """The parts of the query; a stray comma, as in the document's example, is passed over. ApiError 400."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not parts:
        raise ApiError(400, "parts is required")
    for part in parts:
        if part not in PARTS:
            raise ApiError(400, f"parts: {part} is not one of {', '.join(PARTS)}")
    if len(set(parts)) < len(parts):
        raise ApiError(400, "parts must be unique")
    return parts


def render(world: World, card: Card, parts: list[str], locale: str, as_text: bool) -> Record:
    """Render KPI Card Chart or Table: `data` holds a base64 picture for each picture part, in the order asked for.

    Where the other parts go is not documented: each stands under its own name. ApiError 409 without data.
    """
    cards = world.part(ChangedCards)
    names, bars = _values(world, card)
    chart = Chart(cards.title(card), names, bars, locale, as_text)
    answer: Record = {"data": [base64.b64encode(PICTURES[part](chart)).decode() for part in parts if part in PICTURES]}
    for part in parts:
        if part not in PICTURES and part != "data":
            answer[part] = _told(world, card, chart, part)
    return answer


def _told(world: World, card: Card, chart: Chart, part: str) -> Any:
    values = [[name, str(value) if chart.as_text else value] for name, value in chart.bars]
    table = {"columns": list(chart.names), "rows": values, "numRows": len(values)}
    told: dict[str, Any] = {
        "title": chart.title,
        "chartType": world.cards.chart(card.number),
        "queryResult": table,
        "table": table,
        "graph": {"series": [{"name": chart.names[1], "values": [value for _, value in chart.bars]}]},
        "dynamic": {"title": chart.title, "locale": chart.locale},
        "summary": {"label": chart.names[1], "value": round(sum(value for _, value in chart.bars), 2)},
        "dataSource": world.catalog.metadata(card.dataset),
        "pdp": {"enabled": False},
        "annotations": [],
        "extendedDateInfo": None,
    }
    return told[part]


def _values(world: World, card: Card) -> tuple[tuple[str, str], Bars]:
    """The largest groups of a sample of the rows."""
    versions, schema = world.versions.queried(card.dataset)
    group = next((column["name"] for column in schema if column["type"] == "STRING"), None)
    # keys are numbers too, but nobody adds them up
    measures = [column for column in schema if column["type"] in NUMBERS and not column["name"].endswith("_id")]
    amount = next((column["name"] for kind in NUMBERS for column in measures if column["type"] == kind), None)
    if group is None or not versions:
        raise ApiError(409, f"Card {card.id} cannot be rendered: its DataSource has no data")
    directory = world.uploads.data_directory
    source = source_query(world.catalog, card.dataset, versions, schema, directory, world.company.anchor)
    value = f"sum({_back_quoted(amount)})" if amount else "count(*)"
    dataset_id = world.catalog.table.ids[card.dataset]
    sql = f"SELECT {_back_quoted(group)}, {value} FROM table GROUP BY 1 ORDER BY 2 DESC LIMIT {MOST_BARS}"  # noqa: S608
    sample = f"SELECT * FROM ({source}) LIMIT {SAMPLE_ROWS}"  # noqa: S608
    result = world.engine.run(sql, dataset_id, sample)
    rows = [row for batch in result.batches for row in batch]
    if not rows:
        raise ApiError(409, f"Card {card.id} cannot be rendered: its DataSource has no data")
    return (group, amount or "count"), [(str(label), float(number or 0)) for label, number in rows]


def _back_quoted(name: str) -> str:
    """A name as MySQL's dialect quotes it."""
    return "`" + name.replace("`", "``") + "`"
