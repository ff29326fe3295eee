"""Changes to people, each checked and announced where it is done.

An installation never loses its last active admin, and nobody takes rights from themself by mistake.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction

from apps.accounts.models import RoleChoices, User
from apps.accounts.signals import person_changed


class PersonRefused(Exception):
    """A change to a person that is not allowed; str() says why and what to do."""


def facts_of(person: User) -> dict[str, Any]:
    """Return what a record of a change keeps of a person; never anything of the password."""
    return {
        "username": person.username,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "email": person.email,
        "role": person.role,
        "active": person.is_active,
    }


def _announce(person: User, actor: User | None, operation: str, before: dict[str, Any], after: dict[str, Any]) -> None:
    person_changed.send(sender=User, person=person, actor=actor, operation=operation, before=before, after=after)


def create_person(person: User, password: str, actor: User | None) -> User:
    """Save a new person with a password."""
    with transaction.atomic():
        person.set_password(password)
        person.save()
        announce_creation(person, actor)
    return person


def announce_creation(person: User, actor: User | None) -> None:
    """Tell that a person was made; in the transaction that made them."""
    _announce(person, actor, "people.create", {}, facts_of(person))


def save_person(person: User, actor: User | None) -> User:
    """Save a changed person (names, e-mail, role, active). Raises PersonRefused, and then changes nothing."""
    with transaction.atomic():
        # The lock makes two admins who demote each other at the same moment take turns.
        admins = set(
            User.objects.select_for_update()
            .filter(role=RoleChoices.ADMIN, is_active=True)
            .order_by("pk")
            .values_list("pk", flat=True)
        )
        before = User.objects.get(pk=person.pk)
        _refuse_if_locked_out(before, person, actor, admins)
        person.save()
        if facts_of(before) != facts_of(person):
            _announce(person, actor, "people.edit", facts_of(before), facts_of(person))
    return person


def _refuse_if_locked_out(before: User, after: User, actor: User | None, admins: set[int]) -> None:
    stays_admin = after.is_active and after.role == RoleChoices.ADMIN
    if actor is not None and actor.pk == after.pk and (before.role != after.role or not after.is_active):
        raise PersonRefused("You can't change your own role or deactivate yourself. Ask another admin.")
    if before.pk in admins and not stays_admin and len(admins) == 1:
        raise PersonRefused(
            f"{before.display_name} is the last active admin. Make somebody else an admin first, then try again."
        )


def set_person_password(person: User, password: str, actor: User) -> None:
    """Save a new password; the person's other sessions end with it."""
    own = person.pk == actor.pk
    with transaction.atomic():
        person.set_password(password)
        person.save(update_fields=["password"])
        _announce(person, actor, "people.change_own_password" if own else "people.reset_password", {}, {})
