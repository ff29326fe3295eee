"""The four demo accounts of the embedded default, one for each role."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from apps.accounts.models import RoleChoices, User


@dataclass(frozen=True)
class DemoPerson:
    """A demo account; its password is public on purpose, so it may only exist in the embedded default."""

    username: str
    password: str
    role: RoleChoices
    first_name: str
    last_name: str


DEMO_PEOPLE = (
    DemoPerson("viewer", "viewer-demo-2026", RoleChoices.VIEWER, "Vera", "Lindholm"),
    DemoPerson("steward", "steward-demo-2026", RoleChoices.STEWARD, "Stella", "Moreau"),
    DemoPerson("support", "support-demo-2026", RoleChoices.SUPPORT, "Sunil", "Ortega"),
    DemoPerson("admin", "admin-demo-2026", RoleChoices.ADMIN, "Ada", "Winther"),
)


def demo_sign_ins() -> list[tuple[str, str, str]]:
    """Return (sign-in name, password, role in words) of each demo account, as made; a person may have changed them."""
    return [(person.username, person.password, str(person.role.label)) for person in DEMO_PEOPLE]


def load_demo_people() -> list[str]:
    """Make the demo accounts that are missing and return their names; existing people are left as they are."""
    made = []
    for demo in DEMO_PEOPLE:
        with transaction.atomic():
            if User.objects.filter(username=demo.username).exists():
                continue
            User.objects.create_user(
                demo.username,
                f"{demo.username}@halden-outdoor.example",
                demo.password,
                first_name=demo.first_name,
                last_name=demo.last_name,
                role=demo.role,
            )
        made.append(demo.username)
    return made
