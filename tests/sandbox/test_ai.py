"""AI services as a client of other hands uses them."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.sandbox.clients import dataset_id

AI = "/api/ai/v1/text"
TEXT = (
    "Halden Outdoor repairs jackets in its own workshops. The workshops stand in Halden and in Gothenburg, next to the "
    "warehouse. In 2025 the workshops repaired 48,000 jackets, a third more jackets than in the year before. Customers "
    "bring jackets to any store, e.g. when they pass by. The weather was mild. A repair costs less than half of a new "
    "jacket, and most repaired jackets last for four more winters."
)


def _ask(client: httpx.Client, service: str, **body: Any) -> dict[str, str]:
    answer: dict[str, str] = client.post(f"{AI}/{service}", json=body).raise_for_status().json()
    assert set(answer) == {"output", "modelId"}
    return answer


def _schema(client: httpx.Client, dataset: str, name: str) -> dict[str, Any]:
    found = client.get(f"/api/query/v1/datasources/{dataset}/schema/indexed").json()["tables"][0]["columns"]
    columns = [{"type": each["type"], "name": each["name"], "description": ""} for each in found]
    return {"dataSourceName": name, "description": "", "columns": columns}


def test_template_parameters_and_system_message_reach_the_prompt(client: httpx.Client) -> None:
    assert "Rayleigh" in _ask(client, "generation", input="Why is the sky blue?")["output"]
    model = "domo.domo_ai.domogpt-chat-medium-v1:anthropic"
    template = "Respond in ${language}: ${input} ${unknown}"
    for sent in (template, {"template": template}):
        answer = _ask(
            client, "generation", input="Why?", promptTemplate=sent, parameters={"language": "Sami"}, model=model
        )
        assert "Respond in Sami: Why? ${unknown}" in answer["output"]
        assert answer["modelId"] == model
    spoken = _ask(client, "generation", input="Why is the sky blue?", system="Respond only in Japanese")
    assert "Respond only in Japanese" in spoken["output"]
    short = _ask(client, "generation", input="Tell me a story", modelConfiguration={"max_tokens": 3})
    assert len(short["output"].split()) == 3


@pytest.mark.parametrize(
    "question",
    [
        "What are my total sales by country?",
        "Average net amount per month in 2026",
        "How many different stores are there?",
        "Top 3 categories by quantity",
        "How many rows where country is DE?",
        "What is the highest discount share by payment type and category?",
        "Sales per weekday for the last 30 days",
        "List sku and quantity",
    ],
)
def test_the_sql_runs_on_the_dataset_whose_schema_was_given(client: httpx.Client, question: str) -> None:
    dataset = dataset_id(client, "Returns by reason")
    schema, other = (
        _schema(client, dataset, "Store sales"),
        _schema(client, dataset_id(client, "Headcount monthly"), "Headcount"),
    )
    output = _ask(client, "sql", input=question, dataSourceSchemas=[other, schema])["output"]
    assert "`Store sales`" in output
    sql = output.replace("`Store sales`", f"`{dataset}`")
    answer = client.post(f"/api/query/v1/execute/{dataset}", json={"sql": sql}, timeout=60)
    assert answer.status_code == 200, answer.text


def test_the_documented_question_gives_the_documented_sql(client: httpx.Client) -> None:
    kinds = {"product": "STRING", "store": "LONG", "amount": "LONG", "timestamp'": "DATETIME", "region": "STRING"}
    columns = [{"type": kind, "name": name, "description": ""} for name, kind in kinds.items()]
    schema = {"dataSourceName": "Store Sales", "description": "", "columns": columns}
    output = _ask(client, "sql", input="What are my total sales by region?", dataSourceSchemas=[schema])["output"]
    assert output == "SELECT region, SUM(amount) AS total_sales FROM `Store Sales` GROUP BY region"
    dated = _ask(client, "sql", input="Total amount per year", dataSourceSchemas=[schema])["output"]
    assert "YEAR(`timestamp'`)" in dated


def test_summaries_are_shorter_and_made_of_the_text(client: httpx.Client) -> None:
    plain = _ask(client, "summarize", input=TEXT)["output"]
    assert len(plain.split()) < len(TEXT.split()) / 2
    assert "jackets" in plain
    cut = _ask(client, "summarize", input=TEXT, outputWordLength={"min": 5, "max": 10}, outputStyle="PARAGRAPH")
    assert len(cut["output"].split()) <= 10
    long = {"min": 45, "max": 60}
    bullets = _ask(client, "summarize", input=TEXT, outputWordLength=long, outputStyle="BULLETED")["output"]
    assert len(bullets.splitlines()) > 1
    assert all(line.startswith("- ") for line in bullets.splitlines())
    numbered = _ask(client, "summarize", input=TEXT, outputWordLength=long, outputStyle="NUMBERED")["output"]
    assert [line.split(". ")[0] for line in numbered.splitlines()][:3] == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("service", "body", "word"),
    [
        ("generation", {}, "input"),
        ("generation", {"input": "Why?", "model": "gpt"}, "model"),
        ("generation", {"input": "Why?", "parameters": []}, "parameters"),
        ("sql", {"input": "Why?"}, "dataSourceSchemas"),
        ("sql", {"input": "Why?", "dataSourceSchemas": [{"dataSourceName": "x"}]}, "columns"),
        ("summarize", {"input": "Why?", "outputStyle": "POEM"}, "outputStyle"),
        ("summarize", {"input": "Why?", "outputWordLength": {"min": 9, "max": 3}}, "outputWordLength"),
    ],
)
def test_a_bad_request_names_the_field(client: httpx.Client, service: str, body: dict[str, Any], word: str) -> None:
    answer = client.post(f"{AI}/{service}", json=body)
    assert (answer.status_code, word in answer.json()["message"]) == (400, True)
