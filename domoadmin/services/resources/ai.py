"""AI Services API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from domoadmin.services.arguments import Keys, Length
from domoadmin.services.base_client import Resource
from domoadmin.services.errors import InvalidArguments
from domoadmin.services.operations import operation
from domoadmin.services.request import Request
from domoadmin.services.results.ai import GeneratedText

Text = Annotated[str, Length()]
# Typed as text by the table, but sent as {"template": text} by the example: both pass as they are given.
PromptTemplate = str | Annotated[Mapping[str, Any], Keys({"template": str}, required=("template",))] | None
Schemas = Annotated[
    Sequence[Mapping[str, Any]],
    Length(),
    Keys({"dataSourceName": str, "description": str, "columns": Sequence[Mapping[str, Any]]}),
]
WordLength = Annotated[Mapping[str, Any] | None, Keys({"min": int, "max": int})]
Settings = Mapping[str, Any] | None


class AI(Resource):
    """Texts by a language model. Nothing changes, but each call is billed to the instance: ask before many."""

    @operation(
        id="ai.generate_text",
        method="POST",
        path="/api/ai/v1/text/generation",
        heading="Text Generation",
        mutates=False,  # reads, although it is a POST
    )
    def generate_text(
        self,
        input: Text,
        model: str | None = None,
        model_configuration: Settings = None,
        prompt_template: PromptTemplate = None,
        parameters: Settings = None,
        system: str | None = None,
    ) -> Request[GeneratedText]:
        """Return a text that answers the input.

        A template holds placeholders such as ${input}, ${system}, and those that `parameters` has values for; they
        are replaced upstream. Each call is billed by the rate card of the instance.
        """
        return Request(parse=GeneratedText.from_answer)

    @operation(
        id="ai.text_to_sql",
        method="POST",
        path="/api/ai/v1/text/sql",
        heading="Text-to-SQL",
        mutates=False,
    )
    def text_to_sql(
        self,
        input: Text,
        data_source_schemas: Schemas,
        model: str | None = None,
        model_configuration: Settings = None,
        prompt_template: PromptTemplate = None,
        parameters: Settings = None,
        system: str | None = None,
    ) -> Request[GeneratedText]:
        """Return SQL that answers a question over these schemas: {"dataSourceName", "description", "columns"} each.

        The SQL names a table by its dataSourceName in back quotes, which is no dataset id: give the id as the name to
        run it on the dataset. Columns have type, name and description. Each call is billed.
        """
        return Request(parse=GeneratedText.from_answer)

    @operation(
        id="ai.summarize",
        # The customised example posts to /text/generation, which knows neither style nor length: the endpoint line.
        method="POST",
        path="/api/ai/v1/text/summarize",
        heading="Text Summarization",
        mutates=False,
    )
    def summarize(
        self,
        input: Text,
        output_style: Literal["BULLETED", "NUMBERED", "PARAGRAPH"] | None = None,
        output_word_length: WordLength = None,
        model: str | None = None,
        model_configuration: Settings = None,
        prompt_template: PromptTemplate = None,
        parameters: Settings = None,
        system: str | None = None,
    ) -> Request[GeneratedText]:
        """Return a summary; the wished length {"min": n, "max": n} is in words. Each call is billed."""
        length = output_word_length or {}
        if length.get("min") and length.get("max") and length["min"] > length["max"]:
            raise InvalidArguments("output_word_length has a min above its max", argument="output_word_length")
        return Request(parse=GeneratedText.from_answer)
