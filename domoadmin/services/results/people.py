"""Users, groups, roles and authorities."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from domoadmin.services.answers import Answer
from domoadmin.services.results.base import Listing, Result
from domoadmin.services.results.datasets import Owner, read_owner
from domoadmin.services.results.fields import Raw, flag, identifier, mapping, mappings, moment, number, text, texts


@dataclass(frozen=True, kw_only=True)
class User(Result):
    """A person of the instance. What a document leaves out is empty."""

    id: str
    name: str
    user_name: str
    email: str
    role_id: str
    role_name: str
    title: str
    department: str
    phone: str
    location: str
    manager: str
    active: bool | None
    last_activity: datetime | None
    group_ids: tuple[str, ...]

    @classmethod
    def from_raw(cls, raw: Raw, request_id: str | None = None) -> Self:
        """Read a user in the words of the Users section, the Groups section or the search, attributes included."""
        raw_attributes = {text(pair, "key"): _first(pair.get("values")) for pair in mappings(raw, "attributes")}
        # Named fields win: attributes are free, and one of them may well be called "id".
        named = {name: value for name, value in raw.items() if value is not None}
        known: Raw = {**{name: value for name, value in raw_attributes.items() if name}, **named}
        role = mapping(raw, "role")
        return cls(
            raw=raw,
            request_id=request_id,
            id=identifier(raw, "id", "userId", "databaseId"),
            name=text(raw, "displayName", "name"),
            user_name=text(known, "userName"),
            email=text(known, "emailAddress", "email", "detail.email"),
            role_id=identifier(known, "roleId") or identifier(role, "id"),
            role_name=text(role, "name") or text(raw, "roleName") or ("" if role else text(raw, "role")),
            title=text(known, "title", "detail.title"),
            department=text(known, "department", "detail.department"),
            phone=text(known, "phoneNumber", "detail.phoneNumber"),
            location=text(known, "location", "employeeLocation", "detail.location"),
            manager=text(known, "manager.displayName", "manager", "reportsTo"),
            active=flag(known, "active", "detail.active", "isActive"),
            last_activity=moment(known, "lastActivity", "lastLogin", "detail.lastActivity"),
            group_ids=tuple(identifier(group, "id", "groupId") for group in mappings(raw, "groups")),
        )

    @classmethod
    def single(cls, answer: Answer, user_id: str | None = None) -> Self:
        """Read one user: the Users section wraps it in {"users": [...]}, the Groups section sends a bare array.

        Raises UnexpectedAnswer when the list doesn't hold the user that was asked for.
        """
        data: Any = answer.data
        if isinstance(data, dict) and not isinstance(data.get("users"), list):
            return cls.from_raw(data, answer.request_id)
        found = cls.listing(answer, "users")
        for user in found:
            # Ids of people are numbers: one that isn't (the document's example says "number") tells nobody apart.
            if user_id is None or user.id == user_id or (len(found) == 1 and not user.id.isdecimal()):
                return user
        raise answer.unexpected("the user isn't in it")

    @classmethod
    def page(cls, answer: Answer) -> Listing[Self]:
        """Read a list of users with the total where it is given."""
        total = number(answer.data, "count", "totalCount") if isinstance(answer.data, dict) else None
        return cls.listing(answer, "users", total=total)


@dataclass(frozen=True, kw_only=True)
class UserTeams(Result):
    """Where a person stands: the ids of those they report to, the nearest first."""

    reports_to: tuple[str, ...]

    @classmethod
    def from_raw(cls, raw: Raw, request_id: str | None = None) -> Self:
        """Read reportsTo in the forms that it may have: people, one person, ids, one id."""
        told: Any = raw.get("reportsTo")
        entries = told if isinstance(told, list) else [told]
        found = (
            identifier(each, "userId", "id") if isinstance(each, dict) else identifier({"id": each}, "id")
            for each in entries
            if each is not None
        )
        return cls(raw=raw, request_id=request_id, reports_to=tuple(each for each in found if each))


def _first(values: Any) -> Any:
    if isinstance(values, list):
        return values[0] if values else None
    return values


@dataclass(frozen=True, kw_only=True)
class Group(Result):
    """A group of users; `member_ids` only where single groups are read."""

    id: str
    name: str
    description: str
    type: str
    member_count: int | None
    member_ids: tuple[str, ...]
    owners: tuple[Owner, ...]
    created: datetime | None
    active: bool | None

    @classmethod
    def from_raw(cls, raw: Raw, request_id: str | None = None) -> Self:
        """Read a group: its id is `id` when read alone and `groupId` in the list."""
        creator = identifier(raw, "creatorId")
        owners = tuple(read_owner(owner) for owner in mappings(raw, "owners"))
        return cls(
            raw=raw,
            request_id=request_id,
            id=identifier(raw, "groupId", "id", "databaseId"),
            name=text(raw, "name"),
            description=text(raw, "description"),
            type=text(raw, "groupType", "type"),
            member_count=number(raw, "memberCount"),
            member_ids=texts(raw, "userIds"),
            owners=owners or ((Owner(id=creator, name="", type="USER"),) if creator else ()),
            created=moment(raw, "created"),
            active=flag(raw, "active"),
        )


@dataclass(frozen=True, kw_only=True)
class UpstreamRole(Result):
    """A role of the instance (not one of DomoAdmin's)."""

    id: str
    name: str
    description: str
    authority_count: int | None
    user_count: int | None
    created: datetime | None
    modified: datetime | None

    @classmethod
    def from_raw(cls, raw: Raw, request_id: str | None = None) -> Self:
        """Read a role."""
        return cls(
            raw=raw,
            request_id=request_id,
            id=identifier(raw, "id", "roleId"),
            name=text(raw, "name", "roleName"),
            description=text(raw, "description"),
            authority_count=number(raw, "authorityCount"),
            user_count=number(raw, "userCount"),
            created=moment(raw, "created"),
            modified=moment(raw, "modified"),
        )

    @classmethod
    def from_answer(cls, answer: Answer) -> Self:
        """Read one role; the example was copied from another section, so one inside a list is taken too."""
        if isinstance(answer.data, list):
            found = cls.listing(answer)
            if len(found) == 1:
                return found[0]
        return super().from_answer(answer)


@dataclass(frozen=True, kw_only=True)
class Authority(Result):
    """Something that a role may allow, e.g. dataset.manage."""

    authority: str
    title: str
    description: str

    @classmethod
    def from_raw(cls, raw: Raw, request_id: str | None = None) -> Self:
        """Read one authority."""
        return cls(
            raw=raw,
            request_id=request_id,
            authority=text(raw, "authority", "name", "id", "key"),
            title=text(raw, "title", "displayName"),
            description=text(raw, "description"),
        )

    @classmethod
    def all_of(cls, answer: Answer) -> Listing[Self]:
        """Read a list of objects or of bare names: the answer isn't documented."""
        data: Any = answer.data
        if isinstance(data, list) and data and all(isinstance(name, str) for name in data):
            return Listing((cls.from_raw({"authority": name}) for name in data), request_id=answer.request_id)
        return cls.listing(answer, "authorities")


@dataclass(frozen=True, kw_only=True)
class MissingAuthority:
    """An authority that DomoAdmin uses and the token's owner lacks; `sentence` says what can't be done."""

    authority: str
    sentence: str

    def __str__(self) -> str:
        return self.sentence


@dataclass(frozen=True, kw_only=True)
class WhoAmI:
    """Who a token acts as. What could not be found out is empty, and `unknown` says so in plain sentences.

    `milliseconds` is how long the upstream took for one small call.
    """

    milliseconds: int
    user_id: str = ""
    name: str = ""
    email: str = ""
    role_name: str = ""
    missing: tuple[MissingAuthority, ...] = ()
    unknown: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    request_id: str | None = None
