"""One line of progress on a terminal. It moved to the jobs, where every area's commands find it."""

from apps.jobs.terminal import ProgressLine

__all__ = ["ProgressLine"]
