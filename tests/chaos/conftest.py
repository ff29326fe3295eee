"""What the chaos tests share."""

from tests.apps.connected import bulk, halden, no_broker

__all__ = ["bulk", "halden", "no_broker"]  # fixtures
