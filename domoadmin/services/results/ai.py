"""What the AI services answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from domoadmin.services.results.base import Result
from domoadmin.services.results.fields import Raw, text


@dataclass(frozen=True, kw_only=True)
class GeneratedText(Result):
    """A text, SQL or summary, and the model that made it."""

    output: str
    model_id: str

    @classmethod
    def from_raw(cls, raw: Raw, request_id: str | None = None) -> Self:
        """Read an answer; a text is kept as it came, blanks and line ends included."""
        return cls(raw=raw, request_id=request_id, output=text(raw, "output"), model_id=text(raw, "modelId", "model"))
