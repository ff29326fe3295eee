"""An answer made fit for a page: pretty where that is possible, cut where it is long, kept as a file where it is not.

What is cut or binary waits on the staging storage for the person who asked, as long as staged files do.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import IO

from apps.accounts.models import User
from apps.console.kept_files import extension_of
from apps.console.outcomes import Outcome
from apps.core.failures import Failure, failure_of
from apps.staging import service as staging
from apps.staging.models import StagedFile
from domoadmin.services import exact_json
from domoadmin.services.errors import Delivery

MOST_SHOWN_CHARACTERS = 100_000
# Above this, putting in line breaks costs more than it helps.
_MOST_PRETTY_CHARACTERS = 2_000_000
_IN_MEMORY = 4 * 1024 * 1024
_PIECE = 1024 * 1024


@dataclass(frozen=True)
class ShownAnswer:
    """What the page says of a call. `text` is what is read, `file` holds all of it where that is more."""

    outcome: Outcome
    text: str = ""
    length: int = 0
    file: StagedFile | None = None
    failure: Failure | None = None
    not_kept: str = ""

    @property
    def content_type(self) -> str:
        """What the upstream said that a binary answer is."""
        return self.outcome.answer.headers.get("content-type", "") if self.outcome.answer else ""

    @property
    def status_text(self) -> str:
        """The status as people read it: "200 OK"; "No answer" where none came."""
        status = self.outcome.status
        if status is None:
            return "Not sent" if self.nothing_sent else "No answer"
        try:
            return f"{status} {HTTPStatus(status).phrase}"
        except ValueError:
            return str(status)

    @property
    def css(self) -> str:
        """The class of its state."""
        if self.outcome.error is None:
            return "is-ok"
        return "is-unknown" if self.in_doubt else "is-bad"

    @property
    def in_doubt(self) -> bool:
        """Whether a change may have happened without anybody knowing."""
        error = self.outcome.error
        return self.outcome.mutates and error is not None and error.delivery is Delivery.UNKNOWN

    @property
    def nothing_sent(self) -> bool:
        """Whether nothing left this machine."""
        error = self.outcome.error
        return error is not None and error.delivery is Delivery.NOT_SENT

    @property
    def is_cut(self) -> bool:
        """Whether there is more than what is shown."""
        return len(self.text) < self.length

    @property
    def request_id(self) -> str | None:
        """The trace id of the answer, good or bad."""
        answer, error = self.outcome.answer, self.outcome.error
        return answer.request_id if answer else error.request_id if error else None


class Receiver:
    """Takes the bytes of a binary answer while they come; in memory as long as they are few. Use as `with`."""

    def __init__(self) -> None:
        self._file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - closed by `with`

    def __enter__(self) -> Receiver:
        return self

    def __exit__(self, *exception: object) -> None:
        self._file.close()

    def write(self, chunk: bytes) -> None:
        """Add to what came."""
        self._file.write(chunk)

    def pieces(self) -> Iterator[bytes]:
        """Yield what came, from its beginning."""
        self._file.seek(0)
        while piece := self._file.read(_PIECE):
            yield piece


def shown_answer(outcome: Outcome, received: Receiver, name: str, owner: User) -> ShownAnswer:
    """Make what came of a call fit to show; `name` is what a file of it is called, without its ending."""
    if outcome.error is not None:
        text = _pretty(outcome.error.body_excerpt)
        return ShownAnswer(outcome, text=text, length=len(text), failure=failure_of(outcome.error))
    answer = outcome.answer
    if answer is None:
        raise ValueError("an outcome has an answer or an error")
    if answer.json is None:
        file, problem = _kept(received.pieces(), f"{name}{extension_of(answer.headers)}", owner)
        return ShownAnswer(outcome, file=file, not_kept=problem)
    text = _pretty(answer.json)
    if len(text) <= MOST_SHOWN_CHARACTERS:
        return ShownAnswer(outcome, text=text, length=len(text))
    file, problem = _kept(iter([text.encode(errors="backslashreplace")]), f"{name}.json", owner)
    return ShownAnswer(outcome, text[:MOST_SHOWN_CHARACTERS], len(text), file, not_kept=problem)


def _pretty(text: str) -> str:
    if len(text) > _MOST_PRETTY_CHARACTERS:
        return text
    try:
        return exact_json.dumps(exact_json.loads(text), indent=2)
    except (ValueError, RecursionError):
        return text


def _kept(pieces: Iterator[bytes], name: str, owner: User) -> tuple[StagedFile | None, str]:
    """Return the file, or why there is none: the call itself went well all the same."""
    try:
        return staging.stage_pieces(pieces, name, owner), ""
    except staging.StagingRefused as problem:
        return None, str(problem)
