"""The list of waves."""

from __future__ import annotations

from typing import Any, ClassVar

import django_tables2 as tables
from django import forms
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.safestring import SafeString

from apps.connections.access import ConnectionRequest
from apps.core.lists import LocalList
from apps.core.remote import RemoteQuery
from apps.core.tables import BadgesColumn, KitTable, NameColumn, NumberColumn, TimeColumn
from apps.core.templatetags.ui import badge
from apps.jobs.models import Job
from apps.jobs.states import JobState
from apps.migrations.federated.outcomes import LOOKS, Outcome
from apps.migrations.federated.waves import Wave, waves_of
from apps.migrations.federated.ways import WAYS
from apps.migrations.waves.page import WavePage


class WaveTable(KitTable):
    """One row for each wave."""

    caption = "Waves"
    phone = ("title", "state", "outcomes", "created_at")

    title = NameColumn(verbose_name="Wave", linkify=lambda record: _url(record))
    state = tables.Column(attrs={"cell": {"class": "cell-state"}}, orderable=False)
    way = tables.Column(accessor="pk", orderable=False)
    target = tables.Column(accessor="pk", verbose_name="Account or integration", orderable=False)
    outcomes = BadgesColumn(accessor="pk", verbose_name="Outcomes")
    total = NumberColumn(verbose_name="Datasources")
    actor_name = tables.Column(verbose_name="Person")
    created_at = TimeColumn(verbose_name="Made")

    def render_state(self, record: Job) -> SafeString:
        """Draw how it stands."""
        if record.connection is None:
            return badge(record.get_state_display())
        word, css, icon = WavePage(record, record.connection, self.request.user, {}).state
        return badge(word, css, icon)

    def render_way(self, record: Job) -> str:
        """Write where it goes."""
        return Wave(record).way.title + (" (rehearsal)" if Wave(record).rehearsal else "")

    def render_target(self, record: Job) -> str:
        """Write the account or integration."""
        return Wave(record).target.name

    def render_outcomes(self, record: Job) -> SafeString:
        """Draw how many came to each of Domo's words."""
        failed = record.items.filter(state="failed").values_list("error_code", flat=True)
        codes = list(failed)
        found = [
            (Outcome.INCOMPLETE, codes.count(Outcome.INCOMPLETE)),
            (Outcome.UNKNOWN, record.count_of("unknown")),
            (Outcome.ABORTED, codes.count(Outcome.ABORTED)),
        ]
        found.append((Outcome.REFUSED, len(codes) - sum(count for each, count in found if each != Outcome.UNKNOWN)))
        done = Outcome.REHEARSED if Wave(record).rehearsal else Outcome.COMPLETE
        found.append((done, record.count_of("succeeded")))
        return SafeString(
            " ".join(
                badge(f"{count:,} {LOOKS[each].word}", LOOKS[each].css, LOOKS[each].icon, LOOKS[each].solid)
                for each, count in found
                if count
            )
        )

    def row_name(self, record: Job) -> str:
        """Return the title."""
        return record.title


def _url(record: Job) -> str:
    return reverse("migrations:wave", args=[record.connection_slug, record.pk])


class WaveFilters(forms.Form):
    """Way, state and person."""

    way = forms.ChoiceField(
        label="Way", required=False, choices=[("", "Any"), *((key, way.title) for key, way in WAYS.items())]
    )
    state = forms.ChoiceField(label="State", required=False, choices=[("", "Any"), *JobState.choices])
    person = forms.CharField(label="Person", required=False, max_length=100)


class WaveList(LocalList):
    """The waves of one connection."""

    key = "waves"
    table_class = WaveTable
    noun = ("wave", "waves")
    search_label = "Name"
    filter_form = WaveFilters
    orderings: ClassVar[dict[str, str]] = {
        "title": "title",
        "total": "total",
        "actor_name": "actor_name",
        "created_at": "created_at",
    }
    default_order = "-created_at"
    empty_icon = "arrows-exchange"
    empty_title = "No waves yet"
    empty_text = (
        "A wave migrates federated datasources to Federated V2 or to Cloud Amplifier, or takes that back. "
        "Begin with “New wave”: it shows what can move before anything is sent."
    )

    def __init__(self, request: ConnectionRequest) -> None:
        super().__init__(request)
        self.connection = request.connection

    def queryset(self, query: RemoteQuery) -> QuerySet[Any]:
        """Return the waves that match."""
        waves = waves_of(self.connection).select_related("connection")
        if query.search:
            waves = waves.filter(title__icontains=query.search)
        names = {"way": "params__way", "state": "state", "person": "actor_name__icontains"}
        return waves.filter(**{names[name]: value for name, value in query.filters.items() if value})
