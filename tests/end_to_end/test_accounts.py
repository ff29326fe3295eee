"""Data accounts over the service layer against the sandbox."""

from __future__ import annotations

import pytest

from domoadmin.services.client import Client
from domoadmin.services.errors import NotFound


def test_an_account_is_created_read_and_listed(domo: Client) -> None:
    made = domo.accounts.create("Workday payroll Norway", "Standard")
    assert domo.accounts.get(made.id) == made
    assert (made.name, made.status) == ("Workday payroll Norway", "Active")
    assert made.id in [each.id for each in domo.accounts.list()]
    with pytest.raises(NotFound, match="Account 999999999 was not found") as caught:
        domo.accounts.get(999_999_999)
    assert caught.value.request_id
