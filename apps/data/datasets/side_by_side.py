"""Several upstream calls at the same time. They moved to the core, where every area finds them."""

from apps.core.side_by_side import THREADS, answer_of, begin, side_by_side

__all__ = ["THREADS", "answer_of", "begin", "side_by_side"]
