"""The bulk action on domains: limits of many at once."""

from __future__ import annotations

from typing import Any

from apps.core.formats import format_number
from apps.governance.domains.bulk_forms import KEPT, NO_LIMIT, BulkLimitsForm, limit_of
from apps.governance.domains.limits import LIMITS, limit_in
from apps.governance.domains.selection import DOMAINS
from apps.jobs.bulk import BulkAction, Settings, Skip
from apps.jobs.models import JobItem
from domoadmin.services.client import Client
from domoadmin.services.results.base import Result

Limits = dict[str, int | None]


class SetDomainLimits(BulkAction):
    """Set, change or take away limits."""

    name = "set-domain-limits"
    title = "Set limits"
    phrase = "Set the limits of {objects}"
    icon = "gauge"
    area = "governance"
    target_kind = "domain"
    source = DOMAINS
    operation = "domains.update"
    # What undoes it is the same with the limits that each domain had.
    reverse = "set-domain-limits"
    form = BulkLimitsForm
    concurrency = 4

    def state(self, client: Client, key: str, settings: Settings) -> Limits:
        """Return the three limits; None for none."""
        found = client.domains.get(key, ("settings",))
        return {name: limit_in(found.settings, name) for name in LIMITS}

    def wanted(self, before: Limits, settings: Settings) -> Limits | Skip:
        """Return the limits as they shall be; those that weren't given stay."""
        given = {name: limit_of(settings[name]) for name in LIMITS if settings.get(name, KEPT) != KEPT}
        after = {**before, **given}
        return Skip("It has these limits already.") if after == before else after

    def send(self, client: Client, key: str, settings: Settings, before: Limits, after: Limits) -> Result:
        """Send the limits that differ; null takes one away."""
        return client.domains.update(
            key, settings={name: after[name] for name in LIMITS if after[name] != before[name]}
        )

    def settled(self, answer: Result, after: Limits) -> Limits:
        """Return the limits that were sent: the answer repeats only some."""
        return after

    def undo_settings(self, item: JobItem, settings: Settings) -> dict[str, Any] | Skip:
        """Return the limits that the domain had."""
        before: Limits = item.before or {}
        return {name: NO_LIMIT if before.get(name) is None else str(before[name]) for name in LIMITS}

    def notes(self, settings: Settings) -> list[str]:
        """Say how limits count."""
        return ["A limit counts a domain with all below it, and a smaller one further up counts too."]

    def undo_note(self, settings: Settings) -> str:
        """Say what undoing does."""
        return "Undo gives each domain the limits back that it had."

    def describe(self, settings: Settings) -> str:
        """Return the limits that were given."""
        words = [
            f"{label.lower()} {settings[name]}" for name, label in LIMITS.items() if settings.get(name, KEPT) != KEPT
        ]
        return f"to {', '.join(words)}" if words else ""

    def shown(self, state: Limits) -> list[tuple[str, str, str]]:
        """Draw each limit."""
        return [
            (f"{label}: {'no limit' if state[name] is None else format_number(state[name])}", "is-off", "")
            for name, label in LIMITS.items()
        ]
