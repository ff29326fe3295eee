"""What the chaos tests share."""

from tests.apps.data.conftest import bulk, halden, no_broker

__all__ = ["bulk", "halden", "no_broker"]  # fixtures
