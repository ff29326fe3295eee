"""Cards that were rendered."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from typing import Any, Self

from domoadmin.services.answers import Answer
from domoadmin.services.results.base import Result
from domoadmin.services.results.fields import Raw, mapping, text


@dataclass(frozen=True, kw_only=True)
class RenderedCard(Result):
    """The parts of a card: `images` are decoded, in the order of the answer, one per image part asked for.

    `title` and other parts have no documented place: what comes beside the images is kept in `raw`.
    """

    images: tuple[bytes, ...] = field(repr=False)
    title: str

    @classmethod
    def from_raw(cls, raw: Raw, request_id: str | None = None) -> Self:
        """Read the parts; images that the community's documents know in place of the list are taken too."""
        listed = raw.get("data")
        encoded: list[Any] = listed if isinstance(listed, list) else [listed] if isinstance(listed, str) else []
        if not encoded:
            names = ("image", "imagePDF", "summaryImage")
            encoded = [text(raw, f"{name}.data", name) for name in names if text(raw, f"{name}.data", name)]
        return cls(
            raw={name: value for name, value in raw.items() if name != "data"},
            request_id=request_id,
            images=tuple(_decoded(item) for item in encoded if isinstance(item, str)),
            title=text(raw, "title", "title.text", "dynamic.title"),
        )

    @classmethod
    def from_answer(cls, answer: Answer) -> Self:
        """Read an answer; raises UnexpectedAnswer for a failed rendering, which comes with status 200 too."""
        raw = answer.mapping()
        problem = raw.get("exceptions")
        if problem:
            first = problem[0] if isinstance(problem, list) else problem
            told = text(mapping({"problem": first}, "problem"), "message", "localizedMessage") or str(first)
            raise answer.unexpected(f"the card could not be rendered: {told}")
        try:
            return cls.from_raw(raw, answer.request_id)
        except (binascii.Error, ValueError):
            raise answer.unexpected("an image isn't base64") from None


def _decoded(text_of_image: str) -> bytes:
    # The document's own example is cut off: what is missing of the padding is put back.
    trimmed = "".join(text_of_image.split())
    return base64.b64decode(trimmed + "=" * (-len(trimmed) % 4), validate=True)
