"""AI services: what the document leaves open, decided."""

from __future__ import annotations

from typing import Any

import pytest

from domoadmin.services.client import Client
from domoadmin.services.errors import InvalidArguments
from domoadmin.services.operations import registry
from tests.services.quirks import no_bearing, quirk
from tests.services.upstream import Upstream, told

IDS = ("ai.generate_text", "ai.text_to_sql", "ai.summarize")
SCHEMA = {"dataSourceName": "Store Sales", "description": "", "columns": [{"type": "STRING", "name": "timestamp'"}]}

no_bearing("ai.summarize", "the description of system", "the field is the same whatever its description speaks of")


@quirk("ai.generate_text", "the Endpoint line carries a stray double quote")
@quirk("ai.text_to_sql", "Method and Endpoint share one line")
@quirk("ai.summarize", "the Endpoint line gives a full URL", "the customised example posts to")
def test_each_service_has_a_path_of_its_own(client: Client, upstream: Upstream) -> None:
    client.ai.generate_text("Why?")
    client.ai.text_to_sql("How many?", [SCHEMA])
    client.ai.summarize("Long.", output_style="PARAGRAPH", output_word_length={"min": 5, "max": 10})
    assert [(asked.method, asked.path.rpartition("/")[2]) for asked in upstream.asked] == [
        ("POST", "generation"),
        ("POST", "sql"),
        ("POST", "summarize"),
    ]
    assert {asked.path.rpartition("/")[0] for asked in upstream.asked} == {"/api/ai/v1/text"}


@quirk("ai.generate_text", "promptTemplate is documented as a string", "${input} and ${system} are literal")
@pytest.mark.parametrize("template", ["In ${language}: ${input}", {"template": "In ${language}: ${input}"}])
def test_a_template_goes_out_as_given_with_its_placeholders(client: Client, upstream: Upstream, template: Any) -> None:
    client.ai.generate_text("Why?", prompt_template=template, parameters={"language": "Sami"})
    assert upstream.last.json == {"input": "Why?", "promptTemplate": template, "parameters": {"language": "Sami"}}
    with pytest.raises(InvalidArguments) as caught:
        client.ai.generate_text("Why?", prompt_template={"text": "${input}"})
    assert caught.value.argument == "prompt_template"


@quirk("ai.text_to_sql", "the shape of dataSourceSchemas", "one example column is named")
def test_schemas_go_out_as_the_example_has_them_and_odd_names_stay(client: Client, upstream: Upstream) -> None:
    client.ai.text_to_sql("How many?", [SCHEMA])
    assert upstream.last.json == {"input": "How many?", "dataSourceSchemas": [SCHEMA]}
    bad: list[Any] = [[], [{"dataSourceName": 7}], [{"columns": "all"}]]
    for schemas in bad:
        with pytest.raises(InvalidArguments) as caught:
            client.ai.text_to_sql("How many?", schemas)
        assert caught.value.argument == "data_source_schemas"


@quirk("ai.text_to_sql", "the generated SQL names the table")
def test_the_sql_comes_back_untouched(client: Client, upstream: Upstream) -> None:
    sql = "SELECT region FROM `Store Sales`\nGROUP BY region "
    upstream.answers(told({"output": sql, "modelId": "domo.domo_ai.domogpt-sql-v1:anthropic"}))
    found = client.ai.text_to_sql("How many?", [SCHEMA])
    assert (found.output, found.model_id) == (sql, "domo.domo_ai.domogpt-sql-v1:anthropic")


@quirk("ai.generate_text", "usage is billed")
@quirk("ai.text_to_sql", "usage is billed")
@quirk("ai.summarize", "usage is billed")
@pytest.mark.parametrize("operation_id", IDS)
def test_whoever_calls_is_told_that_it_is_billed(operation_id: str) -> None:
    operation = registry.get(operation_id)
    assert "billed" in str(operation.build.__doc__)
    assert not operation.mutates


def test_a_wished_length_must_make_sense(client: Client) -> None:
    lengths: list[dict[str, Any]] = [{"min": 9, "max": 3}, {"max": "ten"}]
    for length in lengths:
        with pytest.raises(InvalidArguments) as caught:
            client.ai.summarize("Long.", output_word_length=length)
        assert caught.value.argument == "output_word_length"
