"""The page type of lists: toolbar, chips, order, pages, selection and export around one table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from django import forms
from django.core.paginator import EmptyPage, PageNotAnInteger
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse

from apps.core.addresses import with_parameters
from apps.core.columns import COLUMNS, hidden_columns
from apps.core.failures import Failure, failure_of
from apps.core.filters import Chip, chips_of, set_filters
from apps.core.fragments import is_fragment, render_page
from apps.core.remote import RemotePage, RemotePaginator, RemoteQuery, RemoteTableData, page_numbers
from apps.core.tables import KitTable
from domoadmin.services.errors import UpstreamError

PAGE_SIZES = (25, 50, 100)
EXPORT_PAGE = 100
FRAGMENT = "ui/list.html"


@dataclass(frozen=True)
class BulkAction:
    """A button of the bulk bar. It posts `action`, the `id`s (or `all=1` and the list's `query`) to selection_url."""

    name: str
    label: str
    icon: str


class RemoteList:
    """A list whose rows lie upstream. Subclass it: set the class attributes and write fetch().

    orderings: column name -> the upstream's own name of that order; a column that is missing here can't be sorted.
    reach: how many rows the upstream can page to (search APIs stop at some offset), None for all.
    """

    key: ClassVar[str] = "list"
    table_class: ClassVar[type[KitTable]]
    noun: ClassVar[tuple[str, str]] = ("row", "rows")
    orderings: ClassVar[dict[str, str]] = {}
    default_order: ClassVar[str] = ""
    filter_form: ClassVar[type[forms.Form] | None] = None
    search_label: ClassVar[str] = ""
    count_suffix: ClassVar[str] = "visible to this token"
    reach: ClassVar[int | None] = None
    # Columns that a person may hide -> whether they are shown at first.
    optional_columns: ClassVar[dict[str, bool]] = {}
    selection_url: str = ""
    export_url: str = ""
    # (what it is, address) of further forms of the export beside CSV.
    further_exports: Sequence[tuple[str, str]] = ()
    empty_icon: ClassVar[str] = "database"
    empty_title: ClassVar[str] = ""
    empty_text: ClassVar[str] = ""
    empty_template: ClassVar[str] = ""
    # The tabs of saved views above the list (accounts has them), and what stands between its toolbar and its count.
    views_template: ClassVar[str] = ""
    summary_template: ClassVar[str] = ""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.failure: Failure | None = None

    def fetch(self, query: RemoteQuery) -> RemotePage:
        """Return one page from the upstream; UpstreamError becomes the list's error state."""
        raise NotImplementedError

    def bulk_actions(self) -> Sequence[BulkAction]:
        """Return what this person may do with selected rows; none means no checkboxes."""
        return ()

    # What the person asked for

    @property
    def url(self) -> str:
        """Return the present address with its state; the columns are kept, so they need not stand in it."""
        return with_parameters(self.request.get_full_path(), {COLUMNS: None})

    @cached_property
    def search(self) -> str:
        """Return the words in the search field."""
        return self.request.GET.get("q", "").strip()

    @cached_property
    def form(self) -> forms.Form | None:
        """Return the filter form, bound to the address."""
        return self.filter_form(self.request.GET, prefix=None) if self.filter_form else None

    @cached_property
    def filters(self) -> dict[str, Any]:
        """Return the filters that are set and valid."""
        return set_filters(self.form) if self.form else {}

    @cached_property
    def chips(self) -> list[Chip]:
        """Return the filters as chips."""
        return chips_of(self.form, self.url) if self.form else []

    @cached_property
    def per_page(self) -> int:
        """Return how many rows to show: the address says it, else the person's preference."""
        asked = self.request.GET.get("per", "")
        if asked.isdecimal() and int(asked) in PAGE_SIZES:
            return int(asked)
        return int(getattr(self.request.user, "page_size", PAGE_SIZES[0]))

    @cached_property
    def order(self) -> str:
        """Return the column in order, "-" in front when descending; whatever is not white-listed is the default."""
        asked = self.request.GET.get("sort", "")
        return asked if asked.removeprefix("-") in self.orderings else self.default_order

    @property
    def clear_url(self) -> str:
        """Return the address without search and filters."""
        names = ["q", "page", *(self.form.fields if self.form else [])]
        return with_parameters(self.url, dict.fromkeys(names))

    @property
    def filtered(self) -> bool:
        """Say whether anything is searched or filtered."""
        return bool(self.search or self.filters)

    @property
    def query_string(self) -> str:
        """Return search, filters and order, for a selection of all that match; the server evaluates them again."""
        return with_parameters(self.url, {"page": None, "per": None}).partition("?")[2]

    # What the upstream has

    def query(self, offset: int, count: int, order: str) -> RemoteQuery:
        """Return what to ask for, with the order in the upstream's words."""
        return RemoteQuery(
            offset=offset,
            count=count,
            order=self.orderings.get(order.removeprefix("-")),
            descending=order.startswith("-"),
            search=self.search,
            filters=self.filters,
        )

    @cached_property
    def table(self) -> KitTable:
        """Return the table with the page's rows; asks the upstream once. After a failure it has no rows."""
        data = RemoteTableData(lambda offset, count, order: self.fetch(self.query(offset, count, order)))
        # Given the request, the table would paginate by itself: a second call upstream, outside of the try below.
        table = self.table_class(data, order_by=self.order, exclude=self.hidden_columns)
        table.request = self.request
        table.listing = self
        for column in table.columns:
            column.column.orderable = column.name in self.orderings
        try:
            self._paginate(table)
        except UpstreamError as error:
            self.failure = failure_of(error)
        return table

    def _paginate(self, table: KitTable) -> None:
        number: str | int = self.request.GET.get("page", "1")
        options = {"paginator_class": RemotePaginator, "per_page": self.per_page, "reach": self.reach}
        while True:
            try:
                table.paginate(page=number, **options)
                return
            except PageNotAnInteger:
                number = 1
            except EmptyPage:
                # The list became shorter, or somebody typed a number: show the last page there is, which gets
                # smaller each time round; the first page is never empty.
                number = table.paginator.num_pages or 1

    @cached_property
    def page(self) -> RemotePage | None:
        """Return the upstream's answer; None after a failure."""
        data = self.table.data
        return data.page if isinstance(data, RemoteTableData) and not self.failure else None

    @cached_property
    def hidden_columns(self) -> tuple[str, ...]:
        """Return the optional columns that are not shown: as the address says, else as they were chosen last."""
        return hidden_columns(self.request, self.key, self.optional_columns)

    @property
    def column_choices(self) -> list[tuple[str, str, bool, bool]]:
        """Return (name, label, shown, fixed) of each column, for the chooser; nothing when none is optional."""
        if not self.optional_columns:
            return []
        return [
            (
                name,
                str(column.verbose_name or name.replace("_", " ").capitalize()),
                name not in self.hidden_columns,
                name not in self.optional_columns,
            )
            for name, column in self.table_class.base_columns.items()
        ]

    # What stands around the table

    @property
    def total(self) -> int:
        """Return how many rows match."""
        return self.page.total if self.page else 0

    @property
    def first(self) -> int:
        """Return the number of the first row shown, from 1; 0 when there is none."""
        return (self.table.page.number - 1) * self.per_page + 1 if self.total else 0

    @property
    def last(self) -> int:
        """Return the number of the last row shown."""
        return self.first + len(self.page.rows) - 1 if self.page and self.total else 0

    @property
    def pages(self) -> list[int | None]:
        """Return the page numbers to link; None stands for a gap."""
        if not self.page:
            return []
        return page_numbers(self.table.page.number, self.table.paginator.num_pages)

    @property
    def has_next(self) -> bool:
        """Say whether a page follows."""
        return bool(self.page and self.table.page.number < self.table.paginator.num_pages)

    @property
    def next_number(self) -> int:
        """Return the number of the page that follows."""
        return int(self.table.page.number) + 1

    @property
    def beyond_reach(self) -> bool:
        """Say whether more rows match than can be paged to."""
        return self.reach is not None and self.total > self.reach

    def kept_by(self, form: str) -> list[tuple[str, str]]:
        """Return the parameters that a form of the list hands on, so that it changes only its own."""
        own = {"search": ["q"], "filters": list(self.form.fields if self.form else ()), "size": ["per"]}.get(form, [])
        left_out = {*own, COLUMNS, "page"}
        return [(name, value) for name, values in self.request.GET.lists() if name not in left_out for value in values]

    @property
    def page_sizes(self) -> tuple[int, ...]:
        """Return the choices of rows per page."""
        return PAGE_SIZES

    @property
    def is_fragment(self) -> bool:
        """Say whether the list is sent alone, without the page around it."""
        return is_fragment(self.request)

    @property
    def placeholder_rows(self) -> range:
        """Return as many rows as will come."""
        return range(self.per_page)

    def every_row(self) -> Iterator[Any]:
        """Yield every row that matches, page by page, for an export; stops at the total or at an empty page."""
        offset = 0
        while self.reach is None or offset < self.reach:
            page = self.fetch(self.query(offset, EXPORT_PAGE, self.order))
            yield from page.rows
            offset += len(page.rows)
            if not page.rows or offset >= page.total:
                return

    def respond(self, template: str, context: dict[str, Any] | None = None) -> HttpResponse:
        """Answer with the page, which includes "ui/list.html", or with that fragment alone."""
        _ = self.table  # asks the upstream here, so that the status below is right
        status = self.failure.status if self.failure else 200
        return render_page(self.request, template, FRAGMENT, {"listing": self, **(context or {})}, status)


class LocalList(RemoteList):
    """A list whose rows lie in our own database. orderings: column name -> field; write queryset()."""

    count_suffix: ClassVar[str] = ""

    def queryset(self, query: RemoteQuery) -> QuerySet[Any]:
        """Return the rows that match search and filters, in the default order."""
        raise NotImplementedError

    def fetch(self, query: RemoteQuery) -> RemotePage:
        """Return one page of the queryset."""
        rows: QuerySet[Model] = self.queryset(query)
        if query.order:
            # The primary key makes the order total: rows that are equal must not change places between pages.
            sign = "-" if query.descending else ""
            rows = rows.order_by(f"{sign}{query.order}", f"{sign}pk")
        return RemotePage(rows=list(rows[query.offset : query.offset + query.count]), total=rows.count())
