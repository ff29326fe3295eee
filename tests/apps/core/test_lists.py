"""Lists: one page asked for, orders white-listed, state in the address, fragment and page, failures, selection."""

from __future__ import annotations

import re
from typing import Any, ClassVar

import django_tables2 as tables
import pytest
from django import forms
from django.http import HttpResponse
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from apps.accounts.models import User
from apps.core.lists import BulkAction, LocalList, RemoteList
from apps.core.remote import RemotePage, RemoteQuery, page_numbers
from apps.core.tables import KitTable, NameColumn, NumberColumn
from domoadmin.services.errors import ServerFailed
from tests.factories import UserFactory

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}


class Filters(forms.Form):
    """The filters of the list below."""

    owner = forms.CharField(required=False)
    tag = forms.MultipleChoiceField(choices=[("core", "Core data"), ("raw", "Raw")], required=False)
    stale = forms.BooleanField(required=False)
    updated = forms.DateField(required=False)


class Table(KitTable):
    """Name and rows; phones keep the name."""

    caption = "Datasets"
    phone = ("name",)
    name = NameColumn(linkify=lambda record: f"/datasets/{record['id']}/")
    rows = NumberColumn()
    owner = tables.Column()


class Datasets(RemoteList):
    """A list over numbered rows that notes what was asked of it."""

    key = "test"
    table_class = Table
    noun = ("dataset", "datasets")
    orderings: ClassVar[dict[str, str]] = {"name": "displayName", "rows": "rowCount"}
    default_order = "-rows"
    filter_form = Filters
    search_label = "Name or id"
    reach = 10_000
    optional_columns: ClassVar[dict[str, bool]] = {"rows": True, "owner": False}
    empty_title = "No datasets yet"
    export_url = "/export/"
    size = 12_846

    def __init__(self, request: Any) -> None:
        super().__init__(request)
        self.asked: list[RemoteQuery] = []

    def fetch(self, query: RemoteQuery) -> RemotePage:
        """Return numbered rows; the search "none" matches nothing, "fail" fails."""
        self.asked.append(query)
        if query.search == "fail":
            raise ServerFailed("Bad gateway", status=502, request_id="L8Q3V6ZTN2")
        size = 0 if query.search == "none" else self.size
        numbers = range(query.offset, min(size, query.offset + query.count))
        rows = [{"id": f"id-{n}", "name": f"Set <{n}>", "rows": 1000 + n, "owner": "Ada"} for n in numbers]
        return RemotePage(rows, size, visible=self.size)


class WithActions(Datasets):
    """The same with a bulk action."""

    selection_url = "/bulk/"

    def bulk_actions(self) -> list[BulkAction]:
        """Return one action."""
        return [BulkAction("certify", "Certify", "rosette-discount-check")]


def ask(listing: type[Datasets], query: str = "", **headers: str) -> tuple[Datasets, HttpResponse]:
    """Answer a request for the list's fragment (or with the given headers)."""
    request = RequestFactory().get(f"/list/{query}", headers=headers or PARTIAL)
    request.user = User(username="ada", page_size=50)
    shown = listing(request)
    return shown, shown.respond("ui/list.html")


def test_only_the_shown_page_is_asked_for_once() -> None:
    shown, _response = ask(Datasets, "?page=3&per=25&sort=name&q= store ")
    assert shown.asked == [RemoteQuery(50, 25, "displayName", False, "store", {})]


def test_rows_per_page_come_from_the_person_unless_the_address_says_so() -> None:
    assert ask(Datasets)[0].asked[0].count == 50
    assert ask(Datasets, "?per=100")[0].asked[0].count == 100
    assert ask(Datasets, "?per=1000000")[0].asked[0].count == 50


@pytest.mark.parametrize("sort", ["owner", "-owner", "rows;drop", "displayName", "--name", ""])
def test_orders_that_are_not_white_listed_are_the_default(sort: str) -> None:
    asked = ask(Datasets, f"?sort={sort}")[0].asked[0]
    assert (asked.order, asked.descending) == ("rowCount", True)


def test_the_order_is_told_to_screen_readers_and_turns_round() -> None:
    html = ask(Datasets, "?sort=-rows&page=2")[1].content.decode()
    assert re.search(r'<th class="[^"]*cell-rows[^"]*" aria-sort="descending"', html)
    assert re.search(r'id="sort-rows" href="/list/\?sort=rows"', html)
    assert re.search(r'<th class="[^"]*cell-name[^"]*" aria-sort="none"', html)


def test_the_count_says_of_what() -> None:
    html = ask(Datasets)[1].content.decode()
    text = " ".join(re.sub(r"<[^>]+>", "", html).split())
    assert "12,846 datasets visible to this token" in text
    assert "1 to 50 of 12,846" in text
    assert 'data-total="12846"' in html
    searched = " ".join(re.sub(r"<[^>]+>", "", ask(Datasets, "?q=s")[1].content.decode()).split())
    assert "12,846 of 12,846 datasets visible to this token match" in searched


def test_a_page_behind_the_end_shows_the_last_one() -> None:
    class Short(Datasets):
        size = 60

    shown, _response = ask(Short, "?page=99&per=25")
    assert shown.table.page.number == 3
    assert (shown.first, shown.last) == (51, 60)


def test_a_page_behind_both_ends_shows_the_last_one() -> None:
    class Short(Datasets):
        size = 60

    assert ask(Short, "?page=5000&per=25")[0].table.page.number == 3


def test_pages_behind_the_reach_are_not_asked_for() -> None:
    shown, response = ask(Datasets, "?page=1000&per=100")
    assert [query.offset for query in shown.asked if query.offset >= 10_000] == []
    assert shown.table.page.number == 100
    assert "Only the first 10,000 can be paged to" in response.content.decode()


@pytest.mark.parametrize("page", ["0", "-1", "x", "1.5", ""])
def test_numbers_that_are_no_page_show_the_first(page: str) -> None:
    shown, response = ask(Datasets, f"?page={page}")
    assert response.status_code == 200
    assert shown.asked[-1].offset == 0


def test_filters_become_chips_that_can_be_removed() -> None:
    shown, response = ask(Datasets, "?tag=core&tag=raw&owner=Ada&stale=on&updated=2026-11-19&page=4")
    assert shown.asked[0].filters["tag"] == ["core", "raw"]
    chips = {(chip.label, chip.value): chip.remove_url for chip in shown.chips}
    assert chips["Tag", "Core data"] == "/list/?tag=raw&owner=Ada&stale=on&updated=2026-11-19"
    assert chips["Stale", "yes"] == "/list/?tag=core&tag=raw&owner=Ada&updated=2026-11-19"
    assert ("Updated", "19 Nov 2026") in chips
    assert 'aria-label="Remove filter Tag: Core data"' in response.content.decode()


def test_a_filter_that_is_not_valid_filters_nothing() -> None:
    shown, response = ask(Datasets, "?tag=unheard&updated=yesterday")
    assert shown.asked[0].filters == {}
    assert response.status_code == 200


def test_hostile_names_are_escaped() -> None:
    assert "Set &lt;0&gt;" in ask(Datasets)[1].content.decode()


def test_nothing_matches_differs_from_nothing_here() -> None:
    class Empty(Datasets):
        size = 0

    matches = ask(Datasets, "?q=none&owner=Ada")[1].content.decode()
    assert "No dataset matches" in matches
    assert "Remove owner “Ada”" in matches
    assert "12,846" in matches
    here = ask(Empty)[1].content.decode()
    assert "No datasets yet" in here
    assert "No dataset matches" not in here


def test_a_failure_keeps_the_filters_and_offers_a_retry() -> None:
    shown, response = ask(Datasets, "?q=fail&owner=Ada")
    html = response.content.decode()
    assert response.status_code == 502
    assert shown.failure
    assert "The list could not be loaded" in html
    assert "Your filters are kept." in html
    assert "L8Q3V6ZTN2" in html
    assert 'aria-label="Remove filter Owner: Ada"' in html


@pytest.mark.parametrize(
    ("headers", "stored"),
    [
        (PARTIAL, False),
        ({"HX-Request": "true", "HX-Request-Type": "full"}, True),
        (PARTIAL | {"HX-History-Restore-Request": "true"}, True),
        ({"Accept": "text/html"}, True),
    ],
)
def test_fragment_and_page_share_an_address(headers: dict[str, str], stored: bool) -> None:
    response = ask(Datasets, "", **headers)[1]
    assert ("no-store" in response.headers.get("Cache-Control", "")) is not stored
    for name in ("HX-Request", "HX-Request-Type", "HX-History-Restore-Request"):
        assert name in response.headers["Vary"]


@pytest.mark.django_db
def test_columns_are_chosen_and_kept_for_the_person() -> None:
    request = RequestFactory().get("/list/?columns=&columns=owner", headers=PARTIAL)
    request.user = person = UserFactory.create()
    Datasets(request).respond("ui/list.html")
    again = RequestFactory().get("/list/", headers=PARTIAL)
    again.user = User.objects.get(pk=person.pk)
    html = Datasets(again).respond("ui/list.html").content.decode()
    assert "cell-owner" in html
    assert "cell-rows" not in html
    assert "columns=owner" not in html


def test_rows_have_checkboxes_only_where_something_can_be_done() -> None:
    assert 'name="id"' not in ask(Datasets)[1].content.decode()
    html = ask(WithActions, "?owner=Ada&page=2")[1].content.decode()
    assert 'name="id" value="id-50" aria-label="Select Set &lt;50&gt;"' in html
    assert 'name="query" value="owner=Ada"' in html
    assert "csrfmiddlewaretoken" in html


def test_an_export_reads_to_the_end_or_to_the_reach() -> None:
    class Short(Datasets):
        size = 250

    shown = ask(Short)[0]
    assert [row["id"] for row in shown.every_row()] == [f"id-{n}" for n in range(250)]
    assert sum(1 for _row in ask(Datasets)[0].every_row()) == 10_000


@given(st.integers(min_value=1, max_value=500), st.data())
def test_page_numbers_have_no_false_gaps(last: int, data: st.DataObject) -> None:
    current = data.draw(st.integers(min_value=1, max_value=last))
    pages = page_numbers(current, last)
    numbers = [page for page in pages if page is not None]
    assert {1, current, last} <= set(numbers)
    assert numbers == sorted(set(numbers))
    for index, page in enumerate(pages):
        if page is None:
            before, after = pages[index - 1], pages[index + 1]
            assert before is not None
            assert after is not None
            assert after - before > 2
        elif index and (before := pages[index - 1]) is not None:
            assert page - before == 1


@pytest.mark.django_db
def test_local_lists_keep_equal_rows_in_order() -> None:
    class PeopleTable(KitTable):
        username = NameColumn()
        role = tables.Column()

    class People(LocalList):
        table_class = PeopleTable
        noun = ("person", "people")
        orderings: ClassVar[dict[str, str]] = {"role": "role", "username": "username"}
        default_order = "role"

        def queryset(self, query: RemoteQuery) -> Any:
            """Return everyone."""
            return User.objects.all()

    people = UserFactory.create_batch(60)
    seen: list[int] = []
    for number in (1, 2, 3):
        request = RequestFactory().get(f"/people/?page={number}&per=25", headers=PARTIAL)
        request.user = people[0]
        listing = People(request)
        assert listing.respond("ui/list.html").status_code == 200
        assert listing.page
        seen += [person.pk for person in listing.page.rows]
    assert sorted(seen) == sorted(person.pk for person in people)
