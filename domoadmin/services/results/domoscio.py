"""Knowledge graphs of Domoscio."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from domoadmin.services.answers import Answer
from domoadmin.services.results.base import Result
from domoadmin.services.results.fields import Raw, identifier, moment, text


@dataclass(frozen=True, kw_only=True)
class KnowledgeGraph(Result):
    """A knowledge graph: the top of its nodes and edges."""

    id: str
    uid: str
    name: str
    created: datetime | None
    updated: datetime | None

    @classmethod
    def from_raw(cls, raw: Raw, request_id: str | None = None) -> Self:
        """Read a knowledge graph."""
        return cls(
            raw=raw,
            request_id=request_id,
            id=identifier(raw, "id"),
            uid=text(raw, "uid"),
            name=text(raw, "name"),
            created=moment(raw, "created_at"),
            updated=moment(raw, "updated_at"),
        )

    @classmethod
    def created_by(cls, answer: Answer) -> Self:
        """Read the answer to a creation, which isn't documented: the graph, bare or wrapped, or nothing."""
        data: Any = answer.data
        raw = data if isinstance(data, dict) else {}
        inner = raw.get("knowledge_graph")
        return cls.from_raw(inner if isinstance(inner, dict) else raw, answer.request_id)
