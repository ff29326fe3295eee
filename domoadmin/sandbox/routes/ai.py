"""AI services: text, SQL, summaries. They change nothing; each call would be metered."""

from __future__ import annotations

from typing import Any

from domoadmin.sandbox.ai.generation import SYSTEM, generate
from domoadmin.sandbox.ai.prompts import read_prompt
from domoadmin.sandbox.ai.questions import to_sql
from domoadmin.sandbox.ai.schemas import read_tables
from domoadmin.sandbox.ai.summaries import read_wish, summarise
from domoadmin.sandbox.http.message import Request
from domoadmin.sandbox.routing import Router
from domoadmin.sandbox.world import World

router = Router()
BASE = "/api/ai/v1/text"
CHAT_MODEL = "domo.domo_ai.domogpt-chat-small-v1:anthropic"
SQL_MODEL = "domo.domo_ai.domogpt-sql-v1:anthropic"
SUMMARY_MODEL = "domo.domo_ai.domogpt-summarize-v1:anthropic"


@router.add("ai.generate_text", "POST", BASE + "/generation", mutates=False)
def generate_text(world: World, request: Request) -> Any:
    """Text Generation."""
    prompt = read_prompt(request.json_object(), CHAT_MODEL, SYSTEM)
    return {"output": generate(prompt), "modelId": prompt.model}


@router.add("ai.text_to_sql", "POST", BASE + "/sql", mutates=False)
def text_to_sql(world: World, request: Request) -> Any:
    """Text-to-SQL."""
    body = request.json_object()
    prompt = read_prompt(body, SQL_MODEL, "You write SQL for MySQL.")
    return {"output": to_sql(prompt.text, read_tables(body.get("dataSourceSchemas"))), "modelId": prompt.model}


@router.add("ai.summarize", "POST", BASE + "/summarize", mutates=False)
def summarize(world: World, request: Request) -> Any:
    """Text Summarization."""
    body = request.json_object()
    prompt = read_prompt(body, SUMMARY_MODEL, "You summarise texts.")
    return {"output": summarise(prompt.text, read_wish(body, prompt.text)), "modelId": prompt.model}
