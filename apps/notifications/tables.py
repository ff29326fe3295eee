"""A person's notifications as a list."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django import forms
from django.db.models import Q, QuerySet
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from apps.accounts.models import User
from apps.accounts.requests import SignedInRequest
from apps.core.lists import LocalList
from apps.core.remote import RemoteQuery
from apps.core.tables import KitTable, TimeColumn
from apps.notifications.models import Level, Notification


class NotificationTable(KitTable):
    """Notifications, newest first."""

    caption = "Notifications"
    phone = ("title", "at", "read_at")

    title = tables.Column(verbose_name="What", attrs={"cell": {"class": "cell-name"}}, orderable=False)
    at = TimeColumn(verbose_name="When")
    read_at = tables.Column(verbose_name="", empty_values=(), orderable=False)

    def render_title(self, record: Notification) -> SafeString:
        """Draw the button that opens it, and what it says."""
        return render_to_string("notifications/row.html", {"told": record}, self.request)

    def render_read_at(self, record: Notification) -> SafeString:
        """Draw the button that marks it as read."""
        return render_to_string("notifications/row_actions.html", {"told": record}, self.request)

    def row_key(self, record: Notification) -> str:
        """Return the id."""
        return str(record.pk)

    def row_name(self, record: Notification) -> str:
        """Return the title."""
        return record.title


class NotificationFilters(forms.Form):
    """Unread ones, and how much they matter."""

    unread = forms.BooleanField(required=False, label="Unread only")
    level = forms.ChoiceField(required=False, choices=[("", "Any"), *Level.choices])


class NotificationList(LocalList):
    """One person's notifications."""

    key = "notifications"
    table_class = NotificationTable
    noun = ("notification", "notifications")
    search_label = "What it says"
    filter_form = NotificationFilters
    orderings = {"at": "at"}
    default_order = "-at"
    empty_icon = "bell"
    empty_title = "Nothing to tell yet"
    empty_text = "When a job that you started ends, or a schedule of yours needs you, it is told here."

    def __init__(self, request: SignedInRequest) -> None:
        super().__init__(request)
        self.user: User = request.user

    def queryset(self, query: RemoteQuery) -> QuerySet[Any]:
        """Return those that match."""
        told = Notification.objects.filter(person=self.user)
        if query.search:
            told = told.filter(Q(title__icontains=query.search) | Q(text__icontains=query.search))
        if query.filters.get("unread"):
            told = told.filter(read_at__isnull=True)
        if query.filters.get("level"):
            told = told.filter(level=query.filters["level"])
        return told
