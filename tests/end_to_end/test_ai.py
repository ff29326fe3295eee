"""AI services from the service layer over HTTP to the sandbox and back."""

from __future__ import annotations

import pytest

from domoadmin.services import search_filters as filters
from domoadmin.services.client import Client
from domoadmin.services.errors import BadRequest


def test_a_question_becomes_sql_that_the_dataset_answers(domo: Client) -> None:
    hit = domo.search.query(filters=[filters.term("name", "Returns by reason")]).hits[0]
    columns = [{"name": each.name, "type": each.type} for each in domo.datasets.get_schema(hit.id).columns]
    # the id as the name of the table: so the SQL runs as it comes
    schema = {"dataSourceName": hit.id, "description": "Returned goods", "columns": columns}
    made = domo.ai.text_to_sql("Total net amount by country", [schema])
    rows = domo.datasets.query_export(hit.id, made.output).rows
    assert len(rows) > 1
    assert all(isinstance(row[0], str) and float(row[1]) > 0 for row in rows)


def test_texts_are_made_and_shortened(domo: Client) -> None:
    said = domo.ai.generate_text("Why?", prompt_template="In ${language}: ${input}", parameters={"language": "Sami"})
    assert "In Sami: Why?" in said.output
    assert said.model_id
    text = "The store in Halden sold most tents. The store in Reno sold most boots. " * 5
    short = domo.ai.summarize(text, output_style="BULLETED", output_word_length={"min": 5, "max": 14})
    assert short.output.startswith("- ")
    assert len(short.output.split()) <= 16


def test_a_refusal_says_why(domo: Client) -> None:
    with pytest.raises(BadRequest, match="model") as caught:
        domo.ai.generate_text("Why?", model="unknown")
    assert caught.value.request_id
