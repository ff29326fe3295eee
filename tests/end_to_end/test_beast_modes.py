"""Beast Modes from the service layer over HTTP to the sandbox and back."""

from __future__ import annotations

import pytest

from domoadmin.services.client import Client
from domoadmin.services.errors import BadRequest, Conflict, NotFound
from domoadmin.services.results.beast_modes import BeastMode


def sound(domo: Client, name: str) -> BeastMode:
    """One that may be changed and whose links are all valid."""
    listed = domo.walk("beast_modes.search", name=name)
    found: BeastMode = next(each for each in listed if not (each.locked or each.broken_links or each.archived))
    return found


def test_all_are_walked_and_counted(domo: Client) -> None:
    everything = list(domo.walk("beast_modes.search", limit=90))
    counts = domo.beast_modes.statistics()
    assert len({each.id for each in everything}) == len(everything) == counts.total
    assert sum(bool(each.broken_links) for each in everything) == counts.invalid_link
    assert {each.is_variable for each in everything} == {False}
    linked = next(each for each in everything if each.dataset_ids and not each.broken_links)
    assert domo.datasets.get_metadata(linked.dataset_ids[0]).id == linked.dataset_ids[0]


def test_a_formula_is_changed_locked_and_put_back(domo: Client) -> None:
    found = domo.beast_modes.get(sound(domo, "Stock value").id)
    changed = domo.call("beast_modes.update_formula", beastmode_id=found.id, expression="COUNT(DISTINCT `sku`)")
    assert (changed.expression, changed.data_type, changed.checksum != found.checksum) == (
        "COUNT(DISTINCT `sku`)",
        "LONG",
        True,
    )
    assert domo.call("beast_modes.lock", beastmode_id=found.id, locked=True).locked is True
    with pytest.raises(Conflict, match="locked") as caught:
        domo.beast_modes.update(found.id, expression="1")
    assert caught.value.request_id
    domo.beast_modes.update(found.id, locked=False)
    assert domo.beast_modes.update(found.id, expression=found.expression).checksum == found.checksum


def test_owners_change_in_bulk_and_refusals_say_why(domo: Client) -> None:
    found, user = sound(domo, "Free stock"), domo.users.list()[3]
    domo.beast_modes.bulk_update([{"id": found.id, "owner": user.id}])
    assert domo.beast_modes.get(found.id).owner_id == user.id
    with pytest.raises(BadRequest, match="expression"):
        domo.beast_modes.update(found.id, expression="SUM(`nowhere`)", strict=True)
    with pytest.raises(NotFound):
        domo.beast_modes.get(999_999)
