"""Switches that make the sandbox misbehave: by share, by operation, by count, the same way for the same seed."""

from __future__ import annotations

import random
import re
import threading
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from domoadmin.sandbox.errors import ApiError

SHARES = (
    "status_429",
    "status_500",
    "status_502",
    "status_503",
    "html_maintenance",
    "html_maintenance_503",
    "blocked_html",
    "cut_before_effect",
    "cut_after_effect",
    "timeout",
    "timeout_after_effect",
)
# Domoscio's access and refresh tokens belong to a session: a request that carries some ends all of them.
OK, EXPIRED, READ_ONLY, SESSION_EXPIRED = "ok", "expired", "read_only", "session_expired"
TOKEN_MODES = (OK, EXPIRED, READ_ONLY, SESSION_EXPIRED)


@dataclass
class Rule:
    """One set of switches for the requests that `match` finds in "METHOD path" or in the operation id."""

    match: str = ""
    count: int | None = None
    latency_ms: float = 0
    jitter_ms: float = 0
    status_429: float = 0
    retry_after: float | None = None
    status_500: float = 0
    status_502: float = 0
    status_503: float = 0
    html_maintenance: float = 0
    html_maintenance_503: float = 0
    blocked_html: float = 0
    cut_before_effect: float = 0
    cut_after_effect: float = 0
    timeout: float = 0
    timeout_after_effect: float = 0
    token_mode: str = OK
    pattern: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        try:
            self.pattern = re.compile(self.match)
        except re.error as error:
            raise ApiError(400, f"match is not a regular expression: {error}") from error
        if self.token_mode not in TOKEN_MODES:
            raise ApiError(400, f"token_mode must be one of {', '.join(TOKEN_MODES)}")
        if any(not 0 <= getattr(self, name) <= 1 for name in SHARES):
            raise ApiError(400, "shares lie between 0 and 1")

    def describe(self) -> dict[str, Any]:
        values = asdict(self)
        del values["pattern"]
        return values


@dataclass(frozen=True)
class Fault:
    """What is to happen to one request."""

    kind: str | None = None
    delay: float = 0
    retry_after: float | None = None
    token_mode: str = OK


RULE_FIELDS = {each.name for each in fields(Rule) if each.init}


def read_rule(values: dict[str, Any]) -> Rule:
    """A rule from its JSON form; ApiError 400 names what is wrong."""
    unknown = set(values) - RULE_FIELDS
    if unknown:
        raise ApiError(400, f"Unknown switch: {', '.join(sorted(unknown))}")
    checked: dict[str, Any] = {}
    for name, value in values.items():
        text = name in ("match", "token_mode")
        optional = name in ("count", "retry_after") and value is None
        if not optional and not isinstance(value, str if text else (int, float)):
            raise ApiError(400, f"{name} has a value of the wrong type")
        checked[name] = float(value) if name in SHARES else value
    return Rule(**checked)


class Faults:
    """The rules in force; the first rule with a fault for a request decides."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        """All switches off; the draw of random numbers starts anew."""
        self.search_rate_limit = 0
        self.rules: list[Rule] = []
        self._draw = random.Random(self._seed)

    def set(self, values: dict[str, Any]) -> None:
        """Takes {"rules": [...]} or the switches of one rule at the top level, and search_rate_limit."""
        values = dict(values)
        limit = values.pop("search_rate_limit", 0)
        if not isinstance(limit, int) or limit < 0:
            raise ApiError(400, "search_rate_limit is a number of requests per minute")
        listed = values.pop("rules", [])
        if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
            raise ApiError(400, "rules is a list of objects")
        rules = [read_rule(each) for each in [*([values] if values else []), *listed]]
        with self._lock:
            self.rules, self.search_rate_limit = rules, limit
            self._draw = random.Random(self._seed)

    def state(self) -> dict[str, Any]:
        """The switches as JSON."""
        return {"search_rate_limit": self.search_rate_limit, "rules": [rule.describe() for rule in self.rules]}

    def decide(self, method: str, path: str, operation: str) -> Fault:
        """The fault for one request; counts the request against rules with a count."""
        delay, token_mode, kind, retry_after = 0.0, OK, None, None
        with self._lock:
            for rule in self.rules:
                if not (rule.pattern.search(f"{method} {path}") or rule.pattern.search(operation)):
                    continue
                if rule.count is not None:
                    if rule.count <= 0:
                        continue
                    rule.count -= 1
                delay += (rule.latency_ms + rule.jitter_ms * self._draw.random()) / 1000
                token_mode = rule.token_mode if token_mode == OK else token_mode
                if kind is None:
                    kind = self._choose(rule)
                    retry_after = rule.retry_after if kind == "status_429" else None
        return Fault(kind, delay, retry_after, token_mode)

    def _choose(self, rule: Rule) -> str | None:
        point = self._draw.random()
        for name in SHARES:
            point -= getattr(rule, name)
            if point < 0:
                return name
        return None
