"""What datasources move to: Federated V2 accounts, or Cloud Amplifier integrations; and what must be there first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from apps.migrations.federated.ways import V1_V2, V2_AMPLIFIER, Way
from domoadmin.services.client import Client

SETUP_URL = "https://domo-support.domo.com/s/article/360042932974?language=en_US"
MOST_NAMED = 6


@dataclass(frozen=True)
class Target:
    """An account or an integration. detail: how an integration signs in."""

    id: str
    name: str
    type: str
    detail: str = ""

    @property
    def params(self) -> dict[str, str]:
        """Return it as a job keeps it."""
        return {"id": self.id, "name": self.name, "type": self.type, "detail": self.detail}

    @classmethod
    def of(cls, params: dict[str, Any]) -> Target:
        """Read it from a job's params."""
        return cls(**{name: str(params.get(name, "")) for name in ("id", "name", "type", "detail")})


class NoSuchTarget(Exception):
    """The account or integration can't be used for this; the message says why, and which ones can."""


def integration_types(client: Client, family: str) -> list[str]:
    """Return the integration types that the family's list knows. Raises UpstreamError."""
    if family == V1_V2:
        return list(client.federated_v1_v2.list_types())
    return list(client.federated_v2_amplifier.list_integration_types())


def targets_of_type(client: Client, family: str, kind: str) -> list[Target]:
    """Return the accounts or integrations of a type that the token may see. Raises UpstreamError."""
    if family == V1_V2:
        return [
            Target(each.id, each.name or each.id, each.type or kind)
            for each in client.federated_v1_v2.list_accounts(kind)
        ]
    return [
        Target(each.id, each.name or each.id, each.type or kind, each.auth_method.replace("_", " ").lower())
        for each in client.federated_v2_amplifier.list_integrations(kind)
    ]


def all_targets(client: Client, family: str) -> list[Target]:
    """Return all accounts or integrations of all types, each once. Raises UpstreamError."""
    found: dict[str, Target] = {}
    for kind in integration_types(client, family):
        for target in targets_of_type(client, family, kind):
            found.setdefault(target.id, target)
    return list(found.values())


def find_target(client: Client, way: Way, identifier: str, kind: str = "") -> Target:
    """Return the target of this id; `kind`: the integration type it was chosen for. Raises NoSuchTarget, UpstreamError.

    Only what the documented lists tell is accepted: a migration to anything else would be a guess.
    """
    wanted = identifier.strip()
    known = all_targets(client, way.family)
    found = next((each for each in known if each.id.lower() == wanted.lower()), None)
    if found is not None and kind and found.type.lower() != kind.lower():
        fitting = [each for each in known if each.type.lower() == kind.lower()]
        raise NoSuchTarget(
            f"{way.target.capitalize()} {found.id} ({found.name}) is of type {found.type}, not {kind}. "
            f"{_offer(fitting, f'{way.target}s of type {kind}')}"
        )
    if found is not None:
        return found
    other = _in_other_family(client, way, wanted)
    if other is not None:
        raise NoSuchTarget(other)
    raise NoSuchTarget(
        f"There is no {way.target} {wanted or '(empty)'} that the token may use for {way.title}. "
        f"{_offer(known, f'{way.target}s')}"
    )


def _in_other_family(client: Client, way: Way, identifier: str) -> str | None:
    family = V2_AMPLIFIER if way.family == V1_V2 else V1_V2
    found = next((each for each in all_targets(client, family) if each.id.lower() == identifier.lower()), None)
    if found is None:
        return None
    noun = "a Cloud Amplifier integration" if family == V2_AMPLIFIER else "a Federated V2 account"
    wants = "a Federated V2 account" if family == V2_AMPLIFIER else "a Cloud Amplifier integration"
    return (
        f"{found.id} ({found.name}) is {noun}; {way.title} needs {wants}. For {found.name} choose the family {family}."
    )


def _offer(targets: Sequence[Target], noun: str) -> str:
    if not targets:
        return f"It sees no {noun} at all."
    named = ", ".join(f"{each.id} ({each.name}, {each.type})" for each in targets[:MOST_NAMED])
    more = f" and {len(targets) - MOST_NAMED} more" if len(targets) > MOST_NAMED else ""
    return f"It sees these {noun}: {named}{more}."
