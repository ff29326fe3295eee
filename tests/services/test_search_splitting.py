"""Reading all that a search finds, beyond what count and offset can reach."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domoadmin.services.errors import SearchLimitReached, UnexpectedAnswer
from domoadmin.services.search_splitting import WholeSearch
from tests.services.scripted_search import Record, ScriptedSearch, Traits

REACH = 12


def ids_of(search: ScriptedSearch, page_size: int = 5) -> list[str]:
    """The ids that a walk over everything yields."""
    return [hit.id for hit in WholeSearch(search.query, {}, page_size, search.traits.reach).hits()]


def everything(search: ScriptedSearch) -> list[str]:
    return sorted(record["databaseId"] for record in search.records)


def many(count: int, **same: Any) -> list[Record]:
    """Records with times and owners of their own, but for what is the same for all."""
    return [
        {
            "databaseId": f"{number * 7919 % 9973:04d}",
            "name": f"Stock level {number}",
            "createDate": 1_600_000_000_000 + number * 1000,
            "ownedById": str(number % 9),
            **same,
        }
        for number in range(count)
    ]


@pytest.mark.parametrize("count", [0, 1, REACH, REACH + 1, 200])
def test_everything_comes_once(count: int) -> None:
    search = ScriptedSearch(many(count))
    assert sorted(ids_of(search)) == everything(search)


def test_dates_split_with_few_calls() -> None:
    search = ScriptedSearch(many(1200), Traits(reach=100))
    assert len(set(ids_of(search, page_size=100))) == 1200
    assert search.calls < 90


@pytest.mark.parametrize(
    "traits",
    [
        Traits(dates="ignored"),
        Traits(dates="refused", facets=False),
        Traits(dates="nothing", facets=False, wildcards=frozenset({"databaseId"})),
        Traits(negation="present only"),
        Traits(negation="ignored"),
        Traits(negation="present only", missing_means_present=True),
        Traits(takes_not_filters=False),
        Traits(end_is_included=False, sorts="refused", longest_page=3),
        Traits(sorts="ignored"),
    ],
)
def test_an_upstream_that_reads_the_document_otherwise_loses_nothing(traits: Traits) -> None:
    records = many(150)
    for record in records[::4]:
        del record["createDate"]
    for record in records[::20]:
        del record["ownedById"]
    search = ScriptedSearch(records, traits)
    assert sorted(ids_of(search)) == everything(search)


def test_a_negation_that_is_ignored_is_noticed_even_when_the_counts_fit() -> None:
    # The filter takes exactly half, so half and the same half again make the right sum.
    search = ScriptedSearch(many(20), Traits(negation="ignored"))
    assert sorted(ids_of(search)) == everything(search)


@pytest.mark.parametrize("means_present", [False, True])
def test_records_that_a_filter_and_its_negation_leave_out_are_asked_for(means_present: bool) -> None:
    records = many(150)
    for record in records[::15]:
        del record["createDate"]
    traits = Traits(
        negation="present only",
        missing_means_present=means_present,
        takes_not_filters=False,
        facets=False,
        wildcards=frozenset(),
    )
    search = ScriptedSearch(records, traits)
    assert sorted(ids_of(search)) == everything(search)


def test_a_record_that_slips_to_a_page_already_read_is_not_lost() -> None:
    records = many(11)
    gone: list[Record | str] = [record["databaseId"] for record in records[:2]]
    stays = {record["databaseId"] for record in records[2:]}
    new: list[Record | str] = [
        {"databaseId": f"n{number}", "name": "New", "createDate": 1_700_000_000_000} for number in range(2)
    ]
    # Between the first page and the second two go and two come, so that the count tells nothing.
    search = ScriptedSearch(records, changes=[[], [], [*gone, *new]])
    assert stays <= set(ids_of(search, page_size=4))


def test_a_part_that_grows_before_it_is_read_is_split() -> None:
    coming: list[Record | str] = [{**record, "databaseId": f"n{number}"} for number, record in enumerate(many(9))]
    search = ScriptedSearch(many(11), changes=[[], coming])
    assert sorted(ids_of(search)) == everything(search)
    assert len(search.records) == 20


def test_records_without_any_splitting_field_are_told_not_lost() -> None:
    records = [{"databaseId": str(number), "name": "The same"} for number in range(40)]
    search = ScriptedSearch(records, Traits(wildcards=frozenset({"name_sort"}), facets=False))
    found: list[str] = []
    with pytest.raises(SearchLimitReached) as caught:
        found.extend(hit.id for hit in WholeSearch(search.query, {}, 5, REACH).hits())
    assert caught.value.total == 40
    assert len(set(found)) == len(found) == REACH


def test_without_a_total_the_wall_is_told() -> None:
    search = ScriptedSearch(many(30), Traits(tells_total=False))
    with pytest.raises(SearchLimitReached):
        ids_of(search)
    assert sorted(ids_of(ScriptedSearch(many(11), Traits(tells_total=False)))) == sorted(
        record["databaseId"] for record in many(11)
    )


def test_a_count_that_is_never_filled_is_told_at_the_end() -> None:
    class Hiding(ScriptedSearch):
        def query(self, **criteria: Any) -> Any:
            page = super().query(**criteria)
            return type(page)(total=page.total, facets=page.facets, hits=[hit for hit in page.hits if hit.id != "0000"])

    search = Hiding(many(10))
    found: list[str] = []
    with pytest.raises(UnexpectedAnswer, match="1 more"):
        found.extend(hit.id for hit in WholeSearch(search.query, {}, 5, REACH).hits())
    assert sorted(found) == everything(search)[1:]


RECORDS = st.integers(0, 90).flatmap(
    lambda count: st.lists(
        st.fixed_dictionaries(
            {"name": st.sampled_from(["Same", "Sales EU", "sales us", "S*x", "Ärger", ""])},
            optional={
                "createDate": st.sampled_from([1_600_000_000_000, 1_600_000_000_001]) | st.integers(10**12, 2 * 10**12),
                "ownedById": st.sampled_from(["7", "8", "9"]),
            },
        ),
        min_size=count,
        max_size=count,
    )
)
TRAITS = st.builds(
    Traits,
    reach=st.integers(4, 15),
    dates=st.sampled_from(("work", "ignored", "refused", "nothing")),
    end_is_included=st.booleans(),
    negation=st.sampled_from(("complement", "present only", "ignored")),
    missing_means_present=st.booleans(),
    wildcards=st.frozensets(st.sampled_from(("databaseId", "name_sort"))),
    folds_case=st.booleans(),
    takes_not_filters=st.booleans(),
    sorts=st.sampled_from(("yes", "ignored", "refused")),
    facets=st.booleans(),
    longest_page=st.integers(2, 20),
)


@settings(max_examples=120)
@given(
    records=RECORDS,
    traits=TRAITS,
    prefix=st.sampled_from(("", "9390", "same-beginning-of-all-")),
    page_size=st.integers(2, 20),
    data=st.data(),
)
def test_whatever_the_records_and_the_upstream_are_like(
    records: list[Record], traits: Traits, prefix: str, page_size: int, data: st.DataObject
) -> None:
    for number, record in enumerate(records):
        record["databaseId"] = f"{prefix}{number * 37 % 1000:03d}"
    stays = {record["databaseId"] for record in records}
    deletions = data.draw(st.lists(st.sampled_from(sorted(stays)), max_size=3)) if stays else []
    additions = data.draw(st.lists(st.sampled_from(["x", "y", "z"]), max_size=3, unique=True))
    coming: list[Any] = [{"databaseId": f"{prefix}{letter}", "name": "New"} for letter in additions]
    changes = data.draw(st.permutations([*deletions, *coming, *[f"{number}!" for number in range(10)]]))
    search = ScriptedSearch(list(records), traits, [[change] for change in changes])
    found: list[str] = []
    try:
        found.extend(hit.id for hit in WholeSearch(search.query, {}, page_size, traits.reach).hits())
    except SearchLimitReached:
        # Beginnings of ids split anything, provided that what they leave can be asked for.
        assert not ("databaseId" in traits.wildcards and traits.takes_not_filters)
    else:
        assert not (stays - set(deletions)) - set(found)
    assert max(Counter(found).values(), default=1) == 1
