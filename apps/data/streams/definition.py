"""The definition of a stream: what streams.get tells of it, what is sent, and what differs between two of them.

An update replaces the whole definition: what a person didn't touch goes back as it came.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from apps.audit.masking import MASK
from apps.data.streams import health
from apps.data.streams.detail import is_secret
from apps.data.streams.schedule import words_of
from domoadmin.services.exact_json import dumps
from domoadmin.services.results.fields import text
from domoadmin.services.results.streams import Stream, StreamSetting

# How an absent value stands in a configuration, says the documents' example.
ABSENT = "None"


@dataclass(frozen=True)
class SettingPair:
    """One entry of the configuration."""

    name: str
    value: str
    type: str = "string"
    category: str = "METADATA"

    @property
    def shown(self) -> str:
        """Return the value as a page may show it."""
        return MASK if is_secret(self.name) and self.value else self.value


@dataclass(frozen=True)
class Definition:
    """All that can be said of a stream when it is made or changed. None: not told, and not sent."""

    name: str
    description: str | None
    transport_type: str
    transport: str
    version: str | None
    provider: str
    account: str
    update_method: str
    schedule: str | None
    settings: Sequence[SettingPair] = field(default_factory=tuple)

    @classmethod
    def of(cls, stream: Stream) -> Definition:
        """Read what a stream has."""
        source = stream.dataset
        return cls(
            name=source.name if source else "",
            description=source.description if source and "description" in source.raw else None,
            transport_type=stream.transport_type,
            transport=stream.transport_description,
            version=text(stream.raw, "transport.version") or None,
            provider=stream.provider_key,
            account=stream.account_id,
            update_method=stream.update_method,
            schedule=health.schedule_text(stream),
            settings=tuple(_pair(setting) for setting in stream.configuration),
        )

    @property
    def mark(self) -> str:
        """Return what tells this definition from any other, without telling what stands in it."""
        return hashlib.sha256(dumps(_plain(self)).encode()).hexdigest()[:32]

    def arguments(self) -> dict[str, Any]:
        """Return the arguments of streams.create and streams.update."""
        transport = {"type": self.transport_type, "description": self.transport}
        source = {"name": self.name}
        return {
            "transport": transport | ({"version": self.version} if self.version else {}),
            "configuration": [asdict(pair) for pair in self.settings],
            "account": {"id": self.account} if self.account else None,
            "update_method": self.update_method,
            "data_provider": {"key": self.provider},
            "data_source": source if self.description is None else {**source, "description": self.description},
            "advanced_schedule_json": self.schedule,
        }

    def recorded(self) -> dict[str, Any]:
        """Return it for the audit trail, without the values of secrets."""
        found = _plain(self)
        found["settings"] = {pair.name: pair.shown for pair in self.settings}
        return found

    def shown(self) -> str:
        """Return the body as it will be sent, for a person to read, without the values of secrets."""
        arguments = self.arguments()
        arguments["configuration"] = [asdict(pair) | {"value": pair.shown} for pair in self.settings]
        names = {
            "update_method": "updateMethod",
            "data_provider": "dataProvider",
            "data_source": "dataSource",
            "advanced_schedule_json": "advancedScheduleJson",
        }
        return dumps({names.get(name, name): value for name, value in arguments.items()}, indent=2)


def _pair(setting: StreamSetting) -> SettingPair:
    value = ABSENT if setting.raw.get("value", "") is None else setting.value
    return SettingPair(setting.name, value, text(setting.raw, "type") or "string", setting.category or "METADATA")


def _plain(definition: Definition) -> dict[str, Any]:
    return {**asdict(definition), "settings": [asdict(pair) for pair in definition.settings]}


@dataclass(frozen=True)
class Difference:
    """One line of what changes; `before` or `after` is None where there is nothing."""

    label: str
    before: str | None
    after: str | None

    @property
    def sign(self) -> tuple[str, str, str]:
        """Return (word, css class, icon)."""
        if self.before is None:
            return ("Added", "is-ok", "plus")
        return ("Removed", "is-bad", "minus") if self.after is None else ("Changed", "is-run", "pencil")


_LABELS: Mapping[str, str] = {
    "name": "Dataset name",
    "description": "Dataset description",
    "transport_type": "Transport",
    "transport": "Connector",
    "version": "Connector version",
    "provider": "Provider",
    "account": "Account",
    "update_method": "Update method",
}


def differences(before: Definition | None, after: Definition) -> list[Difference]:
    """Return what changes, line by line; of a new stream everything that is said."""
    return [*_fields(before, after), *_schedules(before, after), *_settings(before, after)]


def _fields(before: Definition | None, after: Definition) -> Iterator[Difference]:
    for name, label in _LABELS.items():
        old, new = (getattr(before, name) if before else None), getattr(after, name)
        if (old or None) != (new or None):
            yield Difference(label, old or None, new or None)


def _schedules(before: Definition | None, after: Definition) -> Iterator[Difference]:
    old = before.schedule if before else None
    if old == after.schedule:
        return
    told = [None if each is None else f"{words_of(each, '')}: {each}" for each in (old, after.schedule)]
    yield Difference("Schedule", *told)


def _settings(before: Definition | None, after: Definition) -> Iterator[Difference]:
    old, new = _by_name(before.settings if before else ()), _by_name(after.settings)
    for key in {**old, **new}:
        was, is_now = old.get(key), new.get(key)
        if was == is_now:
            continue
        label = f"Setting {key[0]}"
        yield Difference(
            label,
            _written(was, is_now) if was else None,
            _written(is_now, was) if is_now else None,
        )


def _by_name(settings: Sequence[SettingPair]) -> dict[tuple[str, int], SettingPair]:
    """Return the settings by their name; of those that share one, the second is another."""
    found: dict[tuple[str, int], SettingPair] = {}
    counts: dict[str, int] = {}
    for pair in settings:
        counts[pair.name] = counts.get(pair.name, 0) + 1
        found[pair.name, counts[pair.name]] = pair
    return found


def _written(pair: SettingPair, other: SettingPair | None) -> str:
    """Write the value, and type and category where these differ."""
    same_kind = other is None or (pair.type, pair.category) == (other.type, other.category)
    value = pair.shown if pair.value else "(empty)"
    return value if same_kind else f"{value} ({pair.category}, {pair.type})"
