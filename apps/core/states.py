"""One look for each state, everywhere: class, icon and word."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class StateLook:
    """How a state is shown. css: one of is-ok, is-run, is-warn, is-bad, is-unknown, is-off; solid: INCOMPLETE only."""

    css: str
    icon: str
    word: str
    solid: bool = False


_LOOKS: dict[str, StateLook] = {
    # jobs
    "draft": StateLook("is-off", "eye", "Draft"),
    "queued": StateLook("is-off", "clock", "Queued"),
    "running": StateLook("is-run", "", "Running"),
    "paused": StateLook("is-warn", "player-pause", "Paused"),
    "cancelling": StateLook("is-warn", "player-stop", "Cancelling"),
    "succeeded": StateLook("is-ok", "check", "Succeeded"),
    "partial": StateLook("is-warn", "alert-triangle", "Partial"),
    "failed": StateLook("is-bad", "circle-x", "Failed"),
    "cancelled": StateLook("is-off", "ban", "Cancelled"),
    # items
    "pending": StateLook("is-off", "circle-dashed", "To do"),
    "in_flight": StateLook("is-run", "send", "In flight"),
    "skipped": StateLook("is-off", "circle-minus", "Skipped"),
    "unknown": StateLook("is-unknown", "question-mark", "Unknown"),
    # audit outcomes
    "intended": StateLook("is-run", "clock", "Intended"),
    # upstream objects
    "certified": StateLook("is-ok", "rosette-discount-check", "Certified"),
    "requested": StateLook("is-run", "rosette-discount-check", "Requested"),
    "expired": StateLook("is-warn", "clock-exclamation", "Expired"),
    "stale": StateLook("is-warn", "clock-exclamation", "Stale"),
    "owner_left": StateLook("is-bad", "user-off", "Owner left"),
    # federated migrations write their states in capitals, and so do we
    "COMPLETE": StateLook("is-ok", "check", "COMPLETE"),
    "ABORTED": StateLook("is-warn", "arrow-back-up", "ABORTED"),
    "INCOMPLETE": StateLook("is-bad", "alert-triangle", "INCOMPLETE", solid=True),
}


def state_look(state: str) -> StateLook:
    """Return how a state is shown; a state that is not known is gray, with its own word."""
    known = _LOOKS.get(str(state))
    return known or StateLook("is-off", "", str(state).replace("_", " ").capitalize())


def known_states() -> dict[str, StateLook]:
    """Return every known state with its look."""
    return dict(_LOOKS)
