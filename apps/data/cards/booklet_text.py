"""Text on the pages of a booklet. It moved to the core, where every area makes its PDFs with it."""

from apps.core.pdf_text import BOLD, PLAIN, draw, draw_right, wrapped

__all__ = ["BOLD", "PLAIN", "draw", "draw_right", "wrapped"]
