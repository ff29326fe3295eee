"""Questions in words: the schemas that are sent, what comes back, and how it gets to run on datasets."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from apps.core.formats import format_number
from apps.data.datasets import upstream_fields
from apps.data.queries.sql import NotReadable, quoted_name, reading_statement, tokens
from domoadmin.services.client import Client
from domoadmin.services.errors import BadRequest, NotFound, UpstreamError
from domoadmin.services.results import SearchPage
from domoadmin.services.search_filters import term

MOST_DATASETS = 8
MOST_COLUMNS = 2_000
_FENCED = re.compile(r"```[ \t]*(?:sql|mysql)?[ \t]*\r?\n(?P<sql>.*?)```", re.DOTALL | re.IGNORECASE)


class NotAskable(ValueError):
    """The question is not sent; the text says why and what to do."""


@dataclass(frozen=True)
class Chosen:
    """A dataset that a question may be about. name: as it is told to the AI, once among those chosen."""

    id: str
    name: str


@dataclass(frozen=True)
class ProposedSql:
    """What the AI answered. sql: with names, as it came; runnable: with the datasets' ids in place of the names.

    dataset: the one in whose console it is put; refusal: why the console would not run it as it stands.
    """

    sql: str
    runnable: str
    explanation: str
    dataset: Chosen
    used: tuple[Chosen, ...]
    refusal: str
    model: str
    request_id: str | None


def named_datasets(client: Client, dataset_ids: Sequence[str]) -> list[Chosen]:
    """Return the datasets with their names, by one call; those that it does not tell are asked one by one."""
    if not dataset_ids:
        return []
    names: dict[str, str] = {}
    # The search is a convenience here: where it fails, the metadata tells the same.
    with suppress(UpstreamError):
        page: SearchPage = client.search.query(
            entities=["dataset"], query="*", filters=[term(upstream_fields.ID, *dataset_ids)], count=len(dataset_ids)
        )
        names = {hit.id: hit.name for hit in page.hits if hit.name}
    found = [Chosen(each, names.get(each) or client.datasets.get_metadata(each).name or each) for each in dataset_ids]
    return _told_apart(found)


def _told_apart(chosen: Sequence[Chosen]) -> list[Chosen]:
    """Give a number to names that come twice: the SQL could not say which one it means."""
    seen: dict[str, int] = {}
    told = []
    for each in chosen:
        count = seen[each.name] = seen.get(each.name, 0) + 1
        told.append(each if count == 1 else replace(each, name=f"{each.name} ({count})"))
    return told


def schemas_of(client: Client, chosen: Sequence[Chosen]) -> list[Mapping[str, Any]]:
    """Return the schemas as the call takes them: names and types of the columns that queries find, never rows."""
    schemas: list[Mapping[str, Any]] = []
    count = 0
    for dataset in chosen:
        try:
            columns = client.datasets.get_schema(dataset.id).columns
        except (NotFound, BadRequest):
            columns = client.datasets.get_latest_schema(dataset.id).columns
        if not columns:
            raise NotAskable(f"{dataset.name} has no columns yet, so there is nothing to ask of it.")
        count += len(columns)
        described = [{"type": column.type, "name": column.name, "description": ""} for column in columns]
        schemas.append({"dataSourceName": dataset.name, "description": "", "columns": described})
    if count > MOST_COLUMNS:
        raise NotAskable(
            f"These datasets have {format_number(count)} columns; at most {format_number(MOST_COLUMNS)} are sent. "
            "Choose fewer datasets."
        )
    return schemas


def ask(client: Client, question: str, chosen: Sequence[Chosen]) -> ProposedSql:
    """Ask for SQL over the datasets. Raises NotAskable, UpstreamError."""
    answer = client.ai.text_to_sql(question, schemas_of(client, chosen))
    sql, explanation = split_answer(answer.output)
    used = tuple(each for each in chosen if quoted_name(each.name) in sql) or tuple(chosen[:1])
    runnable = with_ids(sql, chosen)
    try:
        reading_statement(runnable)
        refusal = ""
    except NotReadable as problem:
        refusal = str(problem)
    return ProposedSql(sql, runnable, explanation, used[0], used, refusal, answer.model_id, answer.request_id)


def split_answer(output: str) -> tuple[str, str]:
    """Return the SQL, and what is said around it where the answer sets the SQL apart."""
    fenced = _FENCED.search(output)
    if fenced is None:
        return output.strip(), ""
    around = f"{output[: fenced.start()].strip()}\n\n{output[fenced.end() :].strip()}"
    return fenced["sql"].strip(), around.strip()


def with_ids(sql: str, chosen: Sequence[Chosen]) -> str:
    """Return the SQL with the id of each dataset where its quoted name stands: Domo's queries know ids alone."""
    ids = {quoted_name(each.name): quoted_name(each.id) for each in chosen}
    parts: list[str] = []
    end = 0
    for token in tokens(sql):
        if token.kind == "quoted" and token.text in ids:
            parts += [sql[end : token.start], ids[token.text]]
            end = token.end
    return "".join([*parts, sql[end:]])
