"""The AI page: what is sent, what is shown, what is refused before anything is sent."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.utils.html import escape

from apps.audit.models import AuditRecord
from apps.connections.models import Connection
from apps.data.ai.asking import Chosen, split_answer, with_ids
from apps.data.ai.forms import MOST_INPUT
from apps.data.ai.highlighting import highlighted
from tests.apps.data.support import PARTIAL, datasets, text_of
from tests.clients import client_with_role
from tests.sandbox_process import SandboxProcess
from tests.services.upstream import Asked, Told, Upstream, told

AI = "/c/halden/data/ai/"
HOSTILE = "<script>alert(1)</script>"
ID, OTHER = "4f1c6a7e-21c8-4b0d-9a55-7d0b3c119e02", "61c4e63d-0627-41f7-b138-74968ebd7634"


@pytest.fixture
def steward(halden: Connection) -> Client:
    """A steward on the sandbox."""
    return client_with_role("steward")


def documented(asked: Asked) -> Told:
    """Answer as the documents' examples do."""
    path = asked.path.partition("?")[0]
    if path == "/api/ai/v1/text/sql":
        sql = "SELECT region, SUM(amount) AS total_sales FROM `Store Sales` GROUP BY region"
        return told({"output": sql, "modelId": "domo.domo_ai.domogpt-sql-v1:anthropic"})
    if path.startswith("/api/ai/v1/text/"):
        return told({"output": f"{HOSTILE} because of Rayleigh scattering.", "modelId": "domo.model"})
    if path == "/api/search/v1/query":
        hits = [{"databaseId": ID, "name": "Store Sales"}, {"databaseId": OTHER, "name": "Store Sales"}]
        return told({"totalResultCount": 2, "searchObjects": hits})
    if path.endswith("/schema/indexed"):
        return told({"name": "schema", "tables": [{"columns": [{"name": "amount", "type": "LONG"}]}]})
    return told({"status": 404, "message": "Not Found"}, 404)


@pytest.fixture
def elsewhere(other_hands: Connection, upstream: Upstream) -> Client:
    """A steward on an upstream of other hands."""
    upstream.script(documented)
    return client_with_role("steward")


def sent_to(upstream: Upstream, path: str) -> Any:
    return next(asked.json for asked in upstream.asked if asked.path == path)


def test_a_text_is_generated_by_template_and_settings(elsewhere: Client, upstream: Upstream) -> None:
    form = {
        "input": "Why is the sky blue?",
        "template": "Respond to the following in ${language}: ${input}",
        "parameters": "language = Japanese\n",
        "model": "domo.domo_ai.domogpt-chat-small-v1:anthropic",
        "temperature": "0.5",
        "max_tokens": "200",
    }
    text = text_of(elsewhere.post(AI, form, headers=PARTIAL))
    assert sent_to(upstream, "/api/ai/v1/text/generation") == {
        "input": "Why is the sky blue?",
        "model": "domo.domo_ai.domogpt-chat-small-v1:anthropic",
        "modelConfiguration": {"temperature": 0.5, "max_tokens": 200},
        "promptTemplate": {"template": "Respond to the following in ${language}: ${input}"},
        "parameters": {"language": "Japanese"},
    }
    assert HOSTILE not in text
    assert f"{escape(HOSTILE)} because of Rayleigh scattering." in text
    assert "<code>domo.model</code>" in text
    assert "Why is the sky blue?" in text
    elsewhere.post(AI, {"input": "Hello"})
    assert upstream.last.json == {"input": "Hello"}, "what is not set is left to the service"
    assert not AuditRecord.objects.exists()


@pytest.mark.parametrize(
    ("form", "told_"),
    [
        ({"input": " "}, "Write what is to be answered."),
        ({"input": "x" * (MOST_INPUT + 1)}, "at most 100,000 characters"),
        ({"input": "x", "template": "In ${language}: ${input}"}, "Give a value for language"),
        ({"input": "x", "template": "Say nothing"}, "Put ${input} where the text belongs"),
        ({"input": "x", "template": "${input}", "parameters": "tone = dry"}, "The template has no ${tone}"),
        ({"input": "x", "parameters": "no equals sign"}, "Line 1: write a name"),
        ({"input": "x", "temperature": "3"}, "less than or equal to 2"),
    ],
)
def test_what_is_wrong_is_told_and_not_sent(
    elsewhere: Client, upstream: Upstream, form: dict[str, str], told_: str
) -> None:
    assert escape(told_) in text_of(elsewhere.post(AI, form, headers=PARTIAL), 422)
    assert upstream.asked == []


def test_a_summary_has_style_and_length(elsewhere: Client, upstream: Upstream) -> None:
    form = {"input": "San Francisco, officially ...", "style": "BULLETED", "least_words": "5", "most_words": "10"}
    text_of(elsewhere.post(f"{AI}summary/", form))
    assert upstream.last.path == "/api/ai/v1/text/summarize"
    assert upstream.last.json == {
        "input": "San Francisco, officially ...",
        "outputStyle": "BULLETED",
        "outputWordLength": {"min": 5, "max": 10},
    }
    upstream.asked.clear()
    wrong = text_of(elsewhere.post(f"{AI}summary/", {**form, "least_words": "50"}, headers=PARTIAL), 422)
    assert "below the 50 words" in wrong
    text_of(elsewhere.post(f"{AI}summary/", {**form, "style": "POEM"}, headers=PARTIAL), 422)
    assert upstream.asked == []


def test_a_failure_keeps_what_was_typed(steward: Client, sandbox: SandboxProcess) -> None:
    form = {"input": "Keep this text", "model": "somebody.else:model"}
    text = text_of(steward.post(AI, form, headers=PARTIAL), 502)
    assert "neither provided by Domo nor configured" in text
    assert "Request id" in text
    assert "Keep this text" in text


def test_a_question_sends_columns_and_shows_sql_that_is_not_run(elsewhere: Client, upstream: Upstream) -> None:
    form = {"question": "What are my total sales by region?", "dataset": [ID, OTHER]}
    text = text_of(elsewhere.post(f"{AI}ask/", form, headers=PARTIAL))
    schemas = sent_to(upstream, "/api/ai/v1/text/sql")["dataSourceSchemas"]
    assert [schema["dataSourceName"] for schema in schemas] == ["Store Sales", "Store Sales (2)"]
    assert schemas[0]["columns"] == [{"type": "LONG", "name": "amount", "description": ""}]
    assert '<span class="sql-keyword">SELECT</span>' in text
    assert "not run" in text
    assert not [asked for asked in upstream.asked if "/api/query/" in asked.path and "schema" not in asked.path]
    runnable = f"SELECT region, SUM(amount) AS total_sales FROM `{ID}` GROUP BY region"
    assert f'name="sql" value="{runnable}"' in text
    used = elsewhere.post(f"/c/halden/data/datasets/{ID}/ask/use/", {"sql": runnable})
    assert used.headers["Location"].startswith(f"/c/halden/data/datasets/{ID}/query/?sql=SELECT+region")


def test_a_question_without_datasets_or_words_is_refused(steward: Client, sandbox: SandboxProcess) -> None:
    sandbox.reset()
    assert "Choose at least one dataset" in text_of(steward.post(f"{AI}ask/", {"question": "?"}, headers=PARTIAL), 422)
    assert "Write what you want to know" in text_of(steward.post(f"{AI}ask/", {"dataset": ID}, headers=PARTIAL), 422)
    many = {"question": "?", "dataset": [f"{ID[:-2]}{number:02}" for number in range(9)]}
    assert "at most 8 datasets" in text_of(steward.post(f"{AI}ask/", many, headers=PARTIAL), 422)
    assert not sandbox.stats()["received"]


def test_the_console_gets_the_sql_by_an_event(steward: Client, sandbox: SandboxProcess) -> None:
    store = next(each for each in datasets(sandbox) if each["name"] == "Store sales daily")["databaseId"]
    url = f"/c/halden/data/datasets/{store}/ask/"
    assert url in text_of(steward.get(f"/c/halden/data/datasets/{store}/query/"))
    assert "Ask in words" in text_of(steward.get(url, headers=PARTIAL))
    sandbox.reset()
    text = text_of(steward.post(url, {"question": "How many rows by store?"}, headers=PARTIAL))
    assert sandbox.stats()["received"] == {"search.query": 1, "datasets.get_schema": 1, "ai.text_to_sql": 1}
    assert "Put it into the editor" in text
    assert f"FROM `{store}` GROUP BY store_id" in text
    answer = steward.post(f"{url}use/", {"sql": "SELECT 'ö'"}, headers=PARTIAL)
    assert json.loads(answer.headers["HX-Trigger"])["sql-proposed"] == {"sql": "SELECT 'ö'"}
    found = text_of(steward.get(f"{AI}ask/datasets/?q=store sales daily", headers=PARTIAL))
    assert f'value="{store}"' in found


def test_viewers_are_told_who_may(halden: Connection) -> None:
    viewer = client_with_role("viewer")
    for path in (AI, f"{AI}summary/", f"{AI}ask/"):
        assert "steward" in text_of(viewer.get(path), 403).lower()


def test_sql_is_taken_out_of_what_is_said_around_it() -> None:
    answer = "Here you are:\n```sql\nSELECT 1\n```\nIt counts nothing."
    assert split_answer(answer) == ("SELECT 1", "Here you are:\n\nIt counts nothing.")
    assert split_answer(" SELECT 1 ") == ("SELECT 1", "")


def test_names_become_ids_where_they_are_quoted_names_only() -> None:
    chosen = [Chosen("id-1", "Sales"), Chosen("id-2", "Sales (2)")]
    sql = "SELECT 'Sales', `Sales` FROM `Sales` JOIN `Sales (2)` -- `Sales`\n"
    assert with_ids(sql, chosen) == "SELECT 'Sales', `id-1` FROM `id-1` JOIN `id-2` -- `Sales`\n"


def test_colours_escape_everything() -> None:
    html = highlighted("SELECT '<b>' AS `x<y` -- </pre>\nFROM t WHERE a > 1")
    assert "<b>" not in html
    assert "</pre>" not in html
    assert '<span class="sql-text">&#x27;&lt;b&gt;&#x27;</span>' in html
