"""Calls that an upstream may lack. They moved to the core, where every area finds them."""

from apps.core.optional_calls import TELLS_NOTHING, if_told, tells_nothing

__all__ = ["TELLS_NOTHING", "if_told", "tells_nothing"]
