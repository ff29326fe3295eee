"""Certification from the service layer over HTTP to the sandbox and back."""

from __future__ import annotations

from typing import Literal

import pytest

from domoadmin.services import search_filters as filters
from domoadmin.services.client import Client
from domoadmin.services.errors import Forbidden, NotFound


@pytest.mark.parametrize(("kind", "entity"), [("DATA_SOURCE", "dataset"), ("CARD", "card")])
def test_content_is_certified_and_no_longer(domo: Client, kind: Literal["DATA_SOURCE", "CARD"], entity: str) -> None:
    hits = domo.search.query([entity], "web orders", count=50).hits
    hit = next(each for each in hits if not domo.certified_content.get_status(kind, each.id).certified)
    domo.certified_content.certify(kind, hit.id)
    status = domo.certified_content.get_status(kind, hit.id)
    assert (status.certified, status.tag, status.user_id) == (True, "CERTIFIED", domo.users.me().id)
    assert status.updated is not None
    if entity == "dataset":
        certified = domo.search.query(filters=[filters.term("databaseId", hit.id)]).hits[0]
        assert certified.certified
    domo.certified_content.decertify(kind, hit.id)
    assert domo.certified_content.get_status(kind, hit.id).state == ""


def test_what_is_not_there_and_what_belongs_to_others(domo: Client) -> None:
    with pytest.raises(NotFound) as caught:
        domo.certified_content.certify("CARD", 1)
    assert caught.value.request_id
    legal = domo.search.query(filters=[filters.term("department", "Legal")], count=50).hits
    other = next(hit for hit in legal if hit.owner_id != domo.users.me().id)
    with pytest.raises(Forbidden, match="permission"):
        domo.certified_content.certify("DATA_SOURCE", other.id)
