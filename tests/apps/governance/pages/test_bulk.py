"""Pages moved and access taken away in bulk: previewed, run, undone; what is in the way is named."""

from __future__ import annotations

import pytest

from apps.audit.models import AuditRecord
from apps.jobs import service
from apps.jobs.bulk import Selection
from apps.jobs.kinds import NotUndoable
from apps.jobs.models import Job, JobItem
from apps.jobs.states import ItemState
from tests.apps.data.bulk_support import Bulk
from tests.apps.governance.pages.support import Pages
from tests.factories import UserFactory


@pytest.fixture
def bulk(bulk: Bulk) -> Bulk:
    """Bulk actions of an admin on the sandbox."""
    bulk.person = UserFactory.create(username="admin", role="admin")
    return bulk


@pytest.fixture
def pages(bulk: Bulk) -> Pages:
    """The sandbox's pages."""
    return Pages(bulk.sandbox)


def reasons(job: Job) -> dict[str, str]:
    """Return why items are left out, by key."""
    return {item.key: item.error_text for item in job.items.filter(state=ItemState.SKIPPED)}


def test_pages_are_moved_and_moved_back(bulk: Bulk, pages: Pages) -> None:
    first, second, target = (str(each["pageId"]) for each in pages.tops()[:3])
    moved = [str(pages.create(parent, "Freight")) for parent in (first, second)]
    bulk.sandbox.reset()
    job = bulk.draft("move-pages", moved, parent=target)
    # The search takes 120 calls a minute: one for all pages, two for the new parent and what stands above it.
    assert bulk.received()["search.query"] <= 4
    assert job.title.startswith("Move 2 pages below ")
    assert {(item.before or {})["parent"] for item in job.items.all()} == {first, second}
    bulk.sandbox.reset()
    job = service.run_inline(job)
    assert bulk.received().get("search.query", 0) == 0
    assert {str(pages.parent(each)) for each in moved} == {target}
    assert AuditRecord.objects.filter(operation="pages.bulk_move", outcome="succeeded").count() == 2
    undone = bulk.undo(job)
    assert bulk.received().get("search.query", 0) <= 4
    assert undone.count_of(ItemState.SUCCEEDED) == 2
    assert [str(pages.parent(each)) for each in moved] == [first, second]


def test_all_that_match_are_planned_without_a_search_for_each(bulk: Bulk, pages: Pages) -> None:
    source, target = (str(each["pageId"]) for each in pages.tops()[:2])
    pages.create(source, "Lanes")
    bulk.sandbox.reset()
    job = service.plan_inline(bulk.create("move-pages", Selection(query={"parent": source}), parent=target))
    assert job.count_of(ItemState.PENDING) == len(pages.below(source)) > 5
    assert bulk.received()["search.query"] <= 4


def test_a_page_from_the_top_gets_back_there(bulk: Bulk, pages: Pages) -> None:
    target = str(pages.tops()[2]["pageId"])
    moved = str(pages.create("0", "Cockpit"))
    job = bulk.run("move-pages", [moved], parent=target)
    assert str(pages.parent(moved)) == target
    bulk.undo(job)
    assert pages.parent(moved) is None


def test_conflicts_are_known_before_anything_is_sent(bulk: Bulk, pages: Pages) -> None:
    first, second, target = (str(each["pageId"]) for each in pages.tops()[:3])
    title = pages.fresh_title("Twins")
    twins = [str(pages.create(parent, title, exactly=True)) for parent in (first, second)]
    there = str(pages.create(target, "Here"))
    taken = pages.fresh_title("Taken")
    pages.create(target, taken, exactly=True)
    namesake = str(pages.create(first, taken, exactly=True))
    above = next(str(each["pageId"]) for each in pages.every() if str(each["pageId"]) == target)
    job = bulk.draft("move-pages", [*twins, there, namesake, above, "77"], parent=target)
    found = reasons(job)
    assert set(found) == {twins[1], there, namesake, above, "77"}
    assert "same title; only one of them" in found[twins[1]]
    assert "stands there already" in found[there]
    assert "same title stands there already; Domo answers that with 409" in found[namesake]
    assert "stands below it" in found[above]
    assert "not there" in found["77"]
    assert job.count_of(ItemState.PENDING) == 1
    service.run_inline(job)
    assert str(pages.parent(twins[0])) == target
    assert str(pages.parent(twins[1])) == second


def test_a_locked_page_stays_and_the_others_move(bulk: Bulk, pages: Pages) -> None:
    locked = next(each for each in pages.every() if each["locked"] and each["parentPageId"])
    target = str(next(each["pageId"] for each in pages.tops() if each["pageId"] != locked["parentPageId"]))
    source = next(str(each["pageId"]) for each in pages.tops() if str(each["pageId"]) != target)
    other = str(pages.create(source, "Lanes"))
    job = bulk.run("move-pages", [str(locked["pageId"]), other], parent=target)
    failed = job.items.get(key=str(locked["pageId"]))
    assert failed.state == ItemState.FAILED
    assert "is locked" in failed.error_text
    assert str(pages.parent(other)) == target


def test_access_is_taken_from_who_has_it(bulk: Bulk, pages: Pages) -> None:
    page = next(each for each in pages.tops() if len(pages.access(each["pageId"])["users"]) > 3)
    key, owner = str(page["pageId"]), page["owners"][0]["id"]
    users = [str(user["id"]) for user in pages.access(key)["users"]]
    two = [user for user in users if user != owner][:2]
    stranger = bulk.somebody()
    while stranger in users:
        stranger = str(int(stranger) + 1)
    job = bulk.draft("revoke-page-access", [key], people="\n".join([f"Somebody ({two[0]})", two[1], owner, stranger]))
    item: JobItem = job.items.get()
    assert {each["id"]: each["how"] for each in (item.before or {})["people"]} == {
        two[0]: "shared", two[1]: "shared", owner: "owner", stranger: "none",
    }  # fmt: skip
    assert not {each["how"] for each in (item.after or {})["people"]} & {"shared"}
    bulk.sandbox.reset()
    job = service.run_inline(job)
    left = [str(user["id"]) for user in pages.access(key)["users"]]
    assert left == [user for user in users if user not in two]
    assert bulk.effects() == {"pages.revoke_access": 2}
    with pytest.raises(NotUndoable, match="no call that shares a page"):
        service.undo(job, bulk.person)
    again = bulk.draft("revoke-page-access", [key], people=[*two, owner])
    assert "an owner keeps access" in reasons(again)[key]
    for wrong in ("Ada", "1, Ada"):
        with pytest.raises(Exception, match="“Ada” is no id of a person"):
            bulk.create("revoke-page-access", None, people=wrong)  # type: ignore[arg-type]
