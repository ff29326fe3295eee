"""Calls that an upstream may lack, or refuse to this token: then it tells nothing, which differs from failing."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from domoadmin.services.errors import (
    BadRequest,
    Conflict,
    Forbidden,
    InvalidArguments,
    NotFound,
    ServerFailed,
    UnexpectedAnswer,
    Unprocessable,
    UpstreamError,
)

logger = logging.getLogger(__name__)
Told = TypeVar("Told")

# A failure that passes (time-out, 429, 503) is none of these: after it the call is made again.
TELLS_NOTHING = (BadRequest, Forbidden, NotFound, Conflict, Unprocessable, UnexpectedAnswer, InvalidArguments)


def tells_nothing(error: UpstreamError) -> bool:
    """Say whether the upstream has no such call, or not for this token or dataset."""
    return isinstance(error, TELLS_NOTHING) or (isinstance(error, ServerFailed) and error.status in (500, 501))


def if_told(read: Callable[[], Told]) -> Told | None:
    """Return what the upstream tells; None where it tells nothing. Raises UpstreamError for a failure that passes."""
    try:
        return read()
    except UpstreamError as error:
        if not tells_nothing(error):
            raise
        logger.info("not told: %s", error)
        return None
