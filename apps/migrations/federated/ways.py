"""The four ways that a federated datasource can go: two families, each there and back. All else asks here."""

from __future__ import annotations

from dataclasses import dataclass

V1_V2, V2_AMPLIFIER = "v1-v2", "v2-amplifier"
FAMILIES = {V1_V2: "Federated V1 to V2", V2_AMPLIFIER: "Federated V2 to Cloud Amplifier"}


@dataclass(frozen=True)
class Way:
    """One direction of one family.

    operation: what moves one datasource; direction: the upstream's word for it; target: what it moves to or from.
    """

    key: str
    family: str
    back: bool
    title: str
    operation: str
    direction: str
    target: str
    heading: str

    @property
    def verb(self) -> str:
        """Return what buttons say."""
        return "Reverse" if self.back else "Migrate"

    @property
    def done(self) -> str:
        """Return what was done to a datasource."""
        return "reversed" if self.back else "migrated"

    @property
    def needs_mapping(self) -> bool:
        """Say whether each datasource needs catalog, schema and table."""
        return self.key == "v1-v2"

    @property
    def opposite(self) -> Way:
        """Return the way that undoes it."""
        return way_of(self.family, back=not self.back)


WAYS: dict[str, Way] = {
    way.key: way
    for way in (
        Way(
            key="v1-v2",
            family=V1_V2,
            back=False,
            title="Federated V1 to V2",
            operation="federated_v1_v2.migrate",
            direction="V1_TO_V2",
            target="account",
            heading="Federated V1 to V2 Migration APIs",
        ),
        Way(
            key="v2-v1",
            family=V1_V2,
            back=True,
            title="Back from Federated V2 to V1",
            operation="federated_v1_v2.reverse",
            direction="V2_TO_V1",
            target="account",
            heading="Federated V1 to V2 Migration APIs",
        ),
        Way(
            key="v2-amplifier",
            family=V2_AMPLIFIER,
            back=False,
            title="Federated V2 to Cloud Amplifier",
            operation="federated_v2_amplifier.migrate",
            direction="FEDERATED_TO_CLOUD_AMPLIFIER",
            target="integration",
            heading="Federated V2 to Amplifier Migration APIs",
        ),
        Way(
            key="amplifier-v2",
            family=V2_AMPLIFIER,
            back=True,
            title="Back from Cloud Amplifier to Federated V2",
            operation="federated_v2_amplifier.reverse",
            direction="CLOUD_AMPLIFIER_TO_FEDERATED",
            target="integration",
            heading="Federated V2 to Amplifier Migration APIs",
        ),
    )
}


def way_of(family: str, *, back: bool) -> Way:
    """Return the way of a family in one direction; KeyError for a family that doesn't exist."""
    for way in WAYS.values():
        if way.family == family and way.back == back:
            return way
    raise KeyError(family)
