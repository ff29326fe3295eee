"""Who gets the mail of a report: users, members of groups and plain addresses."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from domoadmin.sandbox.company.people import Person
from domoadmin.sandbox.errors import ApiError
from domoadmin.sandbox.store import Document

if TYPE_CHECKING:
    from domoadmin.sandbox.world import World

TYPES = ("EMAIL", "USER", "GROUP")


def check_recipients(value: Any, name: str) -> list[Document]:
    """A list of recipients in either documented form; ApiError 400 naming the field."""
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise ApiError(400, f"{name} must be a list of recipients")
    for each in value:
        if "type" not in each and (each.get("userId") or "@" in str(each.get("emailAddress"))):
            continue
        if str(each.get("type", "")).upper() not in TYPES or not str(each.get("value") or ""):
            raise ApiError(400, f"{name}: a recipient needs a value and a type out of {', '.join(TYPES)}")
        if str(each["type"]).upper() == "EMAIL" and "@" not in str(each["value"]):
            raise ApiError(400, f"{name}: {each['value']} is not an email address")
    return value


class AddressBook:
    """Made by `world.part(AddressBook)`."""

    def __init__(self, world: World) -> None:
        self._directory = world.directory
        self._by_address: tuple[int, dict[str, Person]] = (-1, {})

    def person(self, user_id: str) -> Person | None:
        """A user who was not deleted, or None."""
        try:
            return self._directory.person(user_id)
        except ApiError:
            return None

    def resolve(self, listed: list[Document]) -> list[Document]:
        """Recipients as {userId, displayName, emailAddress}, each once; ApiError 400 for unknown ids."""
        return _distinct(recipient for each in listed for recipient in self._resolved(each))

    def still_there(self, listed: list[Document]) -> list[Document]:
        """The same without users and groups that are gone by now."""
        found: list[Document] = []
        for each in listed:
            try:
                found += [recipient for recipient in self._resolved(each) if not self._has_left(recipient)]
            except ApiError:
                continue
        return _distinct(found)

    def _has_left(self, recipient: Document) -> bool:
        person = self.person(str(recipient["userId"])) if recipient["userId"] else None
        return person is not None and not person.active

    def _resolved(self, recipient: Document) -> list[Document]:
        kind, value = str(recipient.get("type", "")).upper(), str(recipient.get("value", ""))
        if not kind:
            kind = "USER" if recipient.get("userId") else "EMAIL"
            value = str(recipient.get("userId") or recipient.get("emailAddress"))
        if kind == "GROUP":
            if value not in self._directory.groups:
                raise ApiError(400, f"Recipient {value} is not a group of this instance")
            people = [self.person(member) for member in self._directory.groups[value].member_ids]
            return [_told(person) for person in people if person is not None and person.active]
        if kind == "EMAIL":
            known = self._addresses().get(value.lower())
            return [_told(known) if known else {"userId": None, "displayName": value, "emailAddress": value}]
        person = self.person(value)
        if person is None:
            raise ApiError(400, f"Recipient {value} is not a user of this instance")
        return [_told(person)]

    def _addresses(self) -> dict[str, Person]:
        if self._by_address[0] != self._directory.revision:
            found = {person.email.lower(): person for person in self._directory.present()}
            self._by_address = (self._directory.revision, found)
        return self._by_address[1]


def _distinct(recipients: Iterable[Document]) -> list[Document]:
    return list({str(each["userId"] or each["emailAddress"]): each for each in recipients}.values())


def _told(person: Person) -> Document:
    return {"userId": int(person.id), "displayName": person.name, "emailAddress": person.email}
