"""Declarations: what the registry takes and refuses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domoadmin.reference import entries
from domoadmin.services.arguments import Between, Length, in_words, problem_with
from domoadmin.services.base_client import Resource
from domoadmin.services.client import Client, ConnectionSettings, connect
from domoadmin.services.errors import Delivery, InvalidArguments
from domoadmin.services.operations import RegistrationError, RetrySafety, operation, registry
from domoadmin.services.request import Request
from domoadmin.services.results import Done
from domoadmin.services.roles import Role
from tests.services.upstream import Upstream


def test_what_the_reference_lacks_is_marked_and_says_where_it_comes_from() -> None:
    beyond = {found.id for found in registry if not found.documented}
    assert beyond >= {"datasets.bulk_get", "datasets.list", "groups.list", "roles.list_authorities", "users.me"}
    assert not beyond & set(entries())
    assert all(found.heading for found in registry if not found.documented)


def test_each_operation_can_be_called_by_name_and_tells_what_it_does(client: Client) -> None:
    for found in registry:
        assert callable(getattr(getattr(client, found.area), found.name))
        assert found.summary
        assert set(found.path_parameters) == {each.wire_name for each in found.parameters if each.in_path}
        if not found.mutates:
            assert found.retry_safety is RetrySafety.READ


def test_declarations_close_after_start_up() -> None:
    with pytest.raises(RegistrationError, match="closed"):

        class Late(Resource):
            @operation(id="late.read", method="GET", path="/late", heading="Late")
            def read(self) -> Request[Done]:
                """Read."""
                return Request(parse=Done.from_answer)


def declare(**changes: Any) -> None:
    """Declare an operation with one thing changed."""
    fields: dict[str, Any] = {"id": "demo.read", "method": "GET", "path": "/demo/{item_id}", "heading": "Demo"}

    def read(self: Resource, item_id: str) -> Request[Done]:
        """Read it."""
        return Request(parse=Done.from_answer)

    operation(**{**fields, **changes})(read)


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "datasets.get_metadata"},
        {"id": "demo.other_name"},
        {"aliases": ("accounts.search",)},
        {"path": "/demo/{unknown}"},
        {"path": "demo"},
        {"method": "FETCH"},
        {"secret": ("password",)},
        {"destructive": True},
        {"reverse": "datasets.share"},
        {"method": "POST"},
        {"method": "POST", "role": Role.ADMIN, "retry_safety": RetrySafety.READ},
    ],
)
def test_a_wrong_declaration_is_refused_at_once(changes: dict[str, Any]) -> None:
    with registry.open_temporarily(), pytest.raises(RegistrationError):
        declare(**changes)


def test_a_second_declaration_is_refused_and_an_unknown_reverse_at_the_end() -> None:
    with registry.open_temporarily():
        declare()
        with pytest.raises(RegistrationError, match="twice"):
            declare()
    assert "demo.read" not in registry
    with registry.open_temporarily():
        declare(method="POST", role=Role.ADMIN, retry_safety=RetrySafety.UNSAFE, reverse="demo.nothing")
        with pytest.raises(RegistrationError, match="reverse"):
            registry.close()


@pytest.mark.parametrize(
    ("arguments", "culprit"),
    [
        ({}, "dataset_id"),
        ({"dataset_id": ""}, "dataset_id"),
        ({"dataset_id": ".."}, "dataset_id"),
        ({"dataset_id": "a\nb"}, "dataset_id"),
        ({"dataset_id": None}, "dataset_id"),
        ({"dataset_id": True}, "dataset_id"),
        ({"dataset_id": "d", "upload_id": 1, "action": "MERGE", "index": True}, "action"),
        ({"dataset_id": "d", "upload_id": 1, "action": "APPEND", "index": "perhaps"}, "index"),
        ({"dataset_id": "d", "upload_id": 1, "action": "APPEND", "index": True, "extra": 1}, "extra"),
        ({"dataset_id": "d", "upload_id": 1, "action": "APPEND"}, "index"),
    ],
)
def test_a_bad_argument_is_named_and_nothing_is_sent(
    client: Client, upstream: Upstream, arguments: dict[str, Any], culprit: str
) -> None:
    with pytest.raises(InvalidArguments) as caught:
        client.call("datasets.commit_upload", **arguments)
    assert caught.value.argument == culprit
    assert culprit in str(caught.value)
    assert caught.value.delivery is Delivery.NOT_SENT
    assert caught.value.operation_id == "datasets.commit_upload"
    assert upstream.asked == []


def test_bounds_choices_and_lists_are_told_in_words(client: Client) -> None:
    def refusal(operation_id: str, **arguments: Any) -> str:
        with pytest.raises(InvalidArguments) as caught:
            client.call(operation_id, **arguments)
        return caught.value.message

    assert refusal("search.query", count=20_000) == "count must be at most 10,000, not 20000"
    assert (
        refusal("search.query", entities="dataset")
        == "entities must be a list of text or a list of text, not 'dataset'"
    )
    assert refusal("search.query", entities=[]) == "entities must not be empty"
    assert refusal("users.get", id=1, parts="ALL").startswith("parts must be MINIMAL, SIMPLE, DETAILED, ")
    assert refusal("datasets.bulk_get", dataset_ids=["x"] * 101) == "dataset_ids must have at most 100 entries, not 101"
    assert refusal("search.query", facet_limit=-1) == "facet_limit must be at least 0, not -1"
    assert refusal("no.such") == "there is no operation 'no.such'"
    with pytest.raises(InvalidArguments, match="takes at most"):
        client.roles.list(1)  # type: ignore[call-arg]


def test_a_secret_argument_is_never_repeated() -> None:
    with registry.open_temporarily():

        class Vault(Resource):
            @operation(
                id="vault.keep",
                method="POST",
                path="/vault",
                heading="Keep",
                role=Role.ADMIN,
                retry_safety=RetrySafety.UNSAFE,
                secret=("password",),
            )
            def keep(self, password: Literal["a", "b"]) -> Request[Done]:
                """Keep it."""
                return Request(parse=Done.from_answer, json={"password": password})

        declared = registry.get("vault.keep")
        assert declared.secret == ("password",)
        with pytest.raises(InvalidArguments) as caught:
            declared.bind((), {"password": "hunter2"})
        assert "hunter2" not in str(caught.value) + repr(caught.value)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
ANNOTATIONS = [
    str,
    int,
    float,
    bool,
    str | None,
    str | int,
    Sequence[str],
    Literal["A", "B"],
    RetrySafety,
    Sequence[tuple[str, int]],
]


@given(VALUES, st.sampled_from(ANNOTATIONS))
def test_any_value_is_judged_without_surprise(value: Any, annotation: Any) -> None:
    problem = problem_with(value, annotation)
    assert problem is None or problem.startswith("must ")
    assert in_words(annotation)
    if annotation is str:
        assert (problem is None) == isinstance(value, str)
    if annotation is int:
        assert (problem is None) == (isinstance(value, int) and not isinstance(value, bool))


@given(st.integers(), st.integers(), st.integers())
def test_between_includes_both_bounds(least: int, most: int, value: int) -> None:
    assert (Between(least, most).problem(value) is None) == (least <= value <= most)


@given(st.lists(st.integers(), max_size=6))
def test_length_counts_entries(value: list[int]) -> None:
    assert (Length(2, 4).problem(value) is None) == (2 <= len(value) <= 4)


@given(st.text(min_size=1))
def test_any_id_stays_one_segment_of_the_path(text: str) -> None:
    client = connect(
        ConnectionSettings(kind="domo", slug="x", base_url="http://x.invalid/base/", secrets={"token": "tttt"})
    )
    try:
        url = client.preview("datasets.get_metadata", dataset_id=text).url
    except InvalidArguments:
        return
    assert url.startswith("http://x.invalid/base/api/data/v3/datasources/")
    assert url.count("/") == 8
    assert "?" not in url
    assert "#" not in url
