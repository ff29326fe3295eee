"""Bulk actions: one operation on many objects, previewed, watched, stopped, undone. How to add one: docs."""

from __future__ import annotations

from apps.jobs.bulk.actions import (
    UNTOLD,
    BulkAction,
    Settings,
    Skip,
    UnknownAction,
    all_bulk_actions,
    get_bulk_action,
)
from apps.jobs.bulk.command_lines import command_line_of
from apps.jobs.bulk.creating import create_bulk_job
from apps.jobs.bulk.kind import register_bulk_action
from apps.jobs.bulk.selection import Selection, SelectionRefused, Target, TargetSource
from apps.jobs.bulk.settings_form import SettingsForm, SettingsRefused, settings_from_text

__all__ = [
    "UNTOLD",
    "BulkAction",
    "Selection",
    "SelectionRefused",
    "Settings",
    "SettingsForm",
    "SettingsRefused",
    "Skip",
    "Target",
    "TargetSource",
    "UnknownAction",
    "all_bulk_actions",
    "command_line_of",
    "create_bulk_job",
    "get_bulk_action",
    "register_bulk_action",
    "settings_from_text",
]
