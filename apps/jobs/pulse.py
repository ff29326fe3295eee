"""A thread beside long work: renews leases and writes progress while its process lives."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from types import TracebackType

from django.db import DatabaseError, connection, connections

logger = logging.getLogger(__name__)


class Pulse:
    """Calls `beat` every `seconds` in a thread of its own, with its own database connection, until the block ends.

    A beat that fails for the database is logged and the next one comes in time: the lease tells how long that may go.
    """

    def __init__(self, beat: Callable[[], None], seconds: float) -> None:
        self._beat = beat
        self._seconds = seconds
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="job-pulse", daemon=True)

    def __enter__(self) -> Pulse:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            while not self._over.wait(self._seconds):
                try:
                    self._beat()
                except DatabaseError:
                    logger.warning("The heartbeat of a job could not reach the database", exc_info=True)
                    connection.close()
        finally:
            connections.close_all()
