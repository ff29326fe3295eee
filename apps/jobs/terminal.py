"""One line of progress on a terminal."""

from __future__ import annotations

import shutil
from typing import Any

from apps.core.formats import format_bytes, format_duration
from apps.jobs.models import Job

BAR = 24


class ProgressLine:
    """Writes over one terminal line; does nothing where no terminal is."""

    def __init__(self, stream: Any, *, enabled: bool) -> None:
        self._stream = stream
        self._enabled = enabled
        self._written = False

    def phase(self, name: str, done: float, total: float, rate: float = 0, seconds_left: float | None = None) -> None:
        """Show how far a phase has come, in bytes."""
        amount = f"{format_bytes(done)} of {format_bytes(total)}" if total else ""
        speed = f"{format_bytes(rate)}/s" if rate else ""
        self._show(name, done, total, amount, speed, f"{format_duration(seconds_left)} left" if seconds_left else "")

    def counted(self, name: str, done: int, total: int | None, noun: str) -> None:
        """Show how far a phase has come, in things; total None where nobody knows how many there are."""
        amount = f"{done:,} of {total:,} {noun}" if total else f"{done:,} {noun}"
        self._show(name, done, total or 0, amount)

    def _show(self, name: str, done: float, total: float, *words: str) -> None:
        if not self._enabled:
            return
        share = min(1.0, done / total) if total else 0.0
        filled = int(share * BAR)
        parts = [f"{name:<16} [{'#' * filled}{'.' * (BAR - filled)}] {share:4.0%}", *words]
        text = "  ".join(part for part in parts if part)
        width = shutil.get_terminal_size().columns - 1
        self._stream.write(f"\r{text[:width]:<{width}}", ending="")
        self._stream.flush()
        self._written = True

    def job(self, job: Job) -> None:
        """Show a job's progress."""
        progress = job.progress or {}
        self.phase(
            str(progress.get("phase") or job.state).capitalize(),
            progress.get("bytes") or progress.get("done") or 0,
            progress.get("bytes_total") or progress.get("total") or 0,
            progress.get("rate") or 0,
            progress.get("seconds_left"),
        )

    def end(self) -> None:
        """Leave the line."""
        if self._written:
            self._stream.write("")
            self._written = False
