"""What the tests of waves share: an upstream with datasources to move, and someone of the support."""

from __future__ import annotations

import pytest
from django.conf import LazySettings
from django.test import Client

from apps.connections.models import Connection
from tests.apps.migrations.support import OtherDomo
from tests.clients import client_of
from tests.factories import UserFactory
from tests.services.upstream import Upstream


@pytest.fixture
def domo(other_hands: Connection, upstream: Upstream, settings: LazySettings, no_broker: None) -> OtherDomo:
    """An upstream with three datasources of each family."""
    settings.MIGRATION_SETTLE_SECONDS = 0
    return OtherDomo(
        v1={"a": "Orders", "b": "Returns", "F-c": "Stock"}, v2={"x": "sales", "y": "visits", "z": "carts"}
    ).serve(upstream)


@pytest.fixture
def support(domo: OtherDomo) -> Client:
    """Someone of the support."""
    return client_of(UserFactory.create(username="support", role="support"))
