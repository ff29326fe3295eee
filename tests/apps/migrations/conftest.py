"""The fixtures of the area Migrations."""

from tests.apps.connected import _fresh, bulk, halden, no_broker, other_hands, upstream

__all__ = ["_fresh", "bulk", "halden", "no_broker", "other_hands", "upstream"]
