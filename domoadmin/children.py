"""Processes that the supervisor starts, watches and stops."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from domoadmin.environment import ROOT

PR_SET_PDEATHSIG = 1
RESTART_PAUSE_SECONDS = 1.0


def _die_with_parent() -> None:
    """Ask Linux to end this process when the supervisor itself is killed: no orphan keeps a port or the database."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Child:
    """One process in a session of its own, its output in DATA_DIR/run/logs/NAME.log."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        directory: Path,
        *,
        environment: Mapping[str, str] | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
    ) -> None:
        self.name = name
        self.log = directory / "run" / "logs" / f"{name}.log"
        self._command = list(command)
        self._environment = {**os.environ, "PYTHONUNBUFFERED": "1", **(environment or {})}
        self._stop_signal = stop_signal
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0

    def start(self, *, keep_log: bool = False) -> None:
        """Start the process; its log begins anew unless keep_log."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab" if keep_log else "wb") as log:
            self._process = subprocess.Popen(  # noqa: S603
                self._command,
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )
        self._started = time.monotonic()

    def is_running(self) -> bool:
        """Tell whether the process lives."""
        return self._process is not None and self._process.poll() is None

    def restart(self) -> None:
        """Start the process again, with a pause when it died young, after clearing what it left behind."""
        self._kill_group()
        if time.monotonic() - self._started < RESTART_PAUSE_SECONDS * 3:
            time.sleep(RESTART_PAUSE_SECONDS)
        self.start(keep_log=True)

    def ask_to_stop(self) -> None:
        """Send the process its stop signal."""
        if self._process is not None and self.is_running():
            self._process.send_signal(self._stop_signal)

    def end(self, deadline: float) -> None:
        """Wait for the end until the monotonic deadline, then kill the process and all that it started."""
        if self._process is None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(max(0.0, deadline - time.monotonic()))
        self._kill_group()
        self._process.wait()

    def last_words(self) -> str:
        """Return the last line of the log, fit for one line on a terminal."""
        lines = self.log.read_text(errors="replace").strip().splitlines() if self.log.is_file() else []
        return f"{lines[-1].strip()[:200]} - see {self.log}" if lines else f"no output, see {self.log}"

    def _kill_group(self) -> None:
        if self._process is None:
            return
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return


def stop_all(children: Iterable[Child], *, within: float) -> None:
    """Stop the children, in the order given, within so many seconds altogether."""
    deadline = time.monotonic() + within
    ordered = list(children)
    # Redis goes last: the worker and the scheduler say goodbye to it.
    last = [child for child in ordered if child.name == "redis"]
    for group in ([child for child in ordered if child.name != "redis"], last):
        for child in group:
            child.ask_to_stop()
        for child in group:
            child.end(deadline)
