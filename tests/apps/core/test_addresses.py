"""Addresses that hold the state of a list."""

from __future__ import annotations

from apps.core.addresses import with_parameters, without_value


def test_parameters_are_replaced_added_and_removed() -> None:
    url = "/c/x/?q=a%20b&page=3&tag=core&tag=raw"
    assert with_parameters(url, {"page": None, "sort": "-rows"}) == "/c/x/?q=a+b&tag=core&tag=raw&sort=-rows"
    assert with_parameters(url, {"tag": ["one", ""]}) == "/c/x/?q=a+b&page=3&tag=one"
    assert with_parameters("/c/x/", {"page": None}) == "/c/x/"


def test_one_value_of_several_is_removed() -> None:
    assert without_value("/?tag=core&tag=raw", "tag", "core") == "/?tag=raw"
