"""The same formula more than once, out of what the last look read: nothing is asked of Domo."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar

import django_tables2 as tables
from django import forms
from django.db.models import Count, Max, Min, Q, QuerySet
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from apps.connections.access import ConnectionRequest
from apps.connections.models import Connection
from apps.core.lists import RemoteList
from apps.core.remote import RemotePage, RemoteQuery
from apps.core.tables import BadgesColumn, KitTable, NumberColumn, TimeColumn
from apps.governance.beast_modes.formula import fingerprint
from apps.governance.beast_modes.jobs import last_look
from apps.governance.beast_modes.models import BeastModeFormula
from apps.jobs.looks import is_at_work
from apps.jobs.models import Job

SHOWN = 3
FORMULA_SHOWN = 220


@dataclass(frozen=True)
class Twin:
    """One of several that have the same formula."""

    id: str
    name: str
    url: str
    same_dataset: bool = False


@dataclass(frozen=True)
class Group:
    """Beast Modes with the same formula."""

    fingerprint: str
    count: int
    formula: str
    datasets: int
    names: int
    cards: int
    twice: int
    changed: datetime | None
    url: str
    called: list[tuple[str, int]] = field(default_factory=list)

    @property
    def id(self) -> str:
        """Name the row."""
        return self.fingerprint[:12]

    @property
    def badges(self) -> list[tuple[str, str, str]]:
        """Say where it is; where a dataset has it twice, one of them would do."""
        where = f"{self.datasets:,} dataset{'' if self.datasets == 1 else 's'}"
        badges = [(where, "is-off", "database")]
        return [*badges, (f"{self.twice:,} more than once", "is-warn", "copy")] if self.twice else badges


def formulas_of(connection: Connection) -> QuerySet[BeastModeFormula]:
    """Return what is known of an instance."""
    return BeastModeFormula.objects.filter(connection=connection)


def read_since(connection: Connection) -> datetime | None:
    """Return how old the oldest of what is known is; None when nothing is."""
    oldest: datetime | None = formulas_of(connection).aggregate(at=Min("read_at"))["at"]
    return oldest


def twins_of(connection: Connection, beast_mode_id: str, expression: str) -> list[Twin]:
    """Return the others with the same formula, as the last look knew them; those on the same dataset first."""
    mark = fingerprint(expression)
    if not mark:
        return []
    others = formulas_of(connection).filter(fingerprint=mark).exclude(beast_mode_id=beast_mode_id)
    own = formulas_of(connection).filter(beast_mode_id=beast_mode_id).first()
    own_datasets = set(own.dataset_ids) if own else set()
    twins = [_twin(connection.slug, each, own_datasets) for each in others.order_by("name", "pk")]
    return sorted(twins, key=lambda twin: not twin.same_dataset)


def group_url(connection: Connection, expression: str) -> str:
    """Return the address of all that have this formula; empty for a formula that says nothing."""
    mark = fingerprint(expression)
    return reverse("governance:beast_modes_group", args=[connection.slug, mark]) if mark else ""


def _twin(slug: str, each: BeastModeFormula, datasets: set[str]) -> Twin:
    return Twin(
        id=each.beast_mode_id,
        name=each.name,
        url=reverse("governance:beast_mode_show", args=[slug, each.beast_mode_id]),
        same_dataset=bool(datasets & set(each.dataset_ids)),
    )


def figures_of(connection: Connection) -> dict[str, int]:
    """Return how many formulas are known, how many stand more than once, and how many Beast Modes those are."""
    counts = list(_grouped(connection).values_list("count", flat=True))
    return {"formulas": formulas_of(connection).count(), "groups": len(counts), "members": sum(counts)}


def _grouped(connection: Connection, condition: Q | None = None) -> Any:
    """Return a queryset of dicts with fingerprint, count, changed and names."""
    known = formulas_of(connection).exclude(fingerprint="")
    if condition is not None:
        # A group is found when one of it is: all of its members count all the same.
        known = known.filter(fingerprint__in=known.filter(condition).values("fingerprint"))
    groups: Any = known.values("fingerprint")
    return groups.annotate(count=Count("pk"), changed=Max("modified_at"), names=Count("name", distinct=True)).filter(
        count__gt=1
    )


class DuplicateFilters(forms.Form):
    """Whose, and on which dataset."""

    least = forms.IntegerField(required=False, min_value=2, max_value=100_000, label="At least so many")
    owner = forms.CharField(required=False, max_length=64, label="Owner id")


class DuplicateTable(KitTable):
    """One row for each formula that stands more than once."""

    caption = "Formulas that stand more than once"
    phone = ("members", "count", "formula")

    members = tables.Column(verbose_name="Beast Modes", empty_values=(), attrs={"cell": {"class": "cell-name"}})
    count = NumberColumn(verbose_name="Times")
    formula = tables.Column(attrs={"cell": {"class": "cell-formula"}})
    badges = BadgesColumn(verbose_name="Where")
    cards = NumberColumn(verbose_name="Cards")
    changed = TimeColumn(verbose_name="Last changed", default="")

    def render_formula(self, value: str) -> SafeString:
        """Show the beginning."""
        short = value if len(value) <= FORMULA_SHOWN else f"{value[:FORMULA_SHOWN]}…"
        return format_html('<code class="formula-line">{}</code>', short)

    def render_members(self, record: Group) -> SafeString:
        """Write what they are called, as the link to all of them."""
        names = format_html_join(
            ", ", "{}{}", ((name, f" ({count})" if count > 1 else "") for name, count in record.called[:SHOWN])
        )
        more = len(record.called) - SHOWN
        told = format_html("{} and {} more names", names, more) if more > 0 else names
        return format_html('<a class="text-body fw-medium" href="{}">{}</a>', record.url, told)


class DuplicateList(RemoteList):
    """The formulas that stand more than once, the most frequent first."""

    key = "beast-mode-duplicates"
    table_class = DuplicateTable
    noun = ("formula", "formulas")
    count_suffix = "more than once"
    search_label = "Name or part of the formula"
    filter_form = DuplicateFilters
    orderings: ClassVar[dict[str, str]] = {"count": "count", "changed": "changed"}
    default_order = "-count"
    empty_template = "governance/beast_modes/no_duplicates.html"

    def __init__(self, request: ConnectionRequest) -> None:
        super().__init__(request)
        self.connection = request.connection
        self.export_url = reverse("governance:beast_modes_duplicates_export", args=[self.connection.slug])

    @cached_property
    def look(self) -> Job | None:
        """Return the look that began last."""
        return last_look(self.connection)

    @cached_property
    def look_running(self) -> bool:
        """Say whether a look is at work."""
        return is_at_work(self.look)

    @cached_property
    def figures(self) -> dict[str, int]:
        """Return the counts over everything."""
        return figures_of(self.connection)

    def _groups(self, query: RemoteQuery) -> Any:
        condition = Q()
        if query.search:
            condition &= Q(name__icontains=query.search) | Q(expression__icontains=query.search)
        if owner := query.filters.get("owner"):
            condition &= Q(owner_id=owner.strip())
        groups = _grouped(self.connection, condition if condition else None)
        if least := query.filters.get("least"):
            groups = groups.filter(count__gte=least)
        order = query.order or "count"
        return groups.order_by(f"{'-' if query.descending else ''}{order}", "fingerprint")

    def fetch(self, query: RemoteQuery) -> RemotePage:
        """Return one page; it is as old as the oldest formula that it was made from."""
        groups = self._groups(query)
        page = RemotePage(self._filled(list(groups[query.offset : query.offset + query.count])), groups.count())
        return replace(page, as_of=read_since(self.connection) or page.as_of)

    def _filled(self, groups: list[dict[str, Any]]) -> list[Group]:
        marks = [group["fingerprint"] for group in groups]
        members: dict[str, list[BeastModeFormula]] = defaultdict(list)
        for each in formulas_of(self.connection).filter(fingerprint__in=marks).order_by("name", "beast_mode_id"):
            members[each.fingerprint].append(each)
        return [self._group(group, members[group["fingerprint"]]) for group in groups]

    def _group(self, group: dict[str, Any], members: list[BeastModeFormula]) -> Group:
        places = Counter(one for each in members for one in set(each.dataset_ids))
        return Group(
            fingerprint=group["fingerprint"],
            count=group["count"],
            formula=" ".join(members[0].expression.split()) if members else "",
            datasets=len(places),
            names=group["names"],
            cards=sum(each.card_count for each in members),
            twice=sum(count > 1 for count in places.values()),
            changed=group["changed"],
            url=reverse("governance:beast_modes_group", args=[self.connection.slug, group["fingerprint"]]),
            called=Counter(each.name for each in members).most_common(),
        )

    def every_row(self) -> Iterator[BeastModeFormula]:
        """Yield each Beast Mode of each group, group by group."""
        groups = self._groups(self.query(0, 1, self.order))
        for mark in list(groups.values_list("fingerprint", flat=True)):
            yield from formulas_of(self.connection).filter(fingerprint=mark).order_by("name", "beast_mode_id")
