"""The errors that the Domain API names by key, in the words of what the person was about to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from domoadmin.services.errors import InvalidArguments, UpstreamError

_NO_ID = "the request named no domain. Open the domain again and repeat it"
_TOO_DEEP = "the tree would become deeper than this upstream allows. Choose a place further up"
_ABSENT = "there is no such domain that this connection may see"
_ATTACHED = (
    "{} are attached to this domain or to one below it. Move or remove them first; no call of the Domain API does that"
)

# (operation, key, property) -> what happened and what to do next, to be read on from "…:".
SENTENCES: Mapping[tuple[str, str, str], str] = {
    ("domains.create", "NOT_AUTHORIZED_DOMAIN", "parentId"): (
        "it needs the privilege Domains.CREATE on the domain that the new one is to be below"
    ),
    ("domains.create", "INVALID_ARGUMENTS", "id"): "the id is missing or can’t be used. Type another one",
    ("domains.create", "INVALID_ARGUMENTS", "parentId"): "the parent is missing. Open the parent and add it there",
    ("domains.create", "INVALID_ARGUMENTS", "name"): "the name is missing. Give the domain a name",
    ("domains.create", "DOMAIN_ID_EXISTS", "id"): (
        "there is a domain with this id already, perhaps where this connection doesn’t see it. Type another id"
    ),
    ("domains.create", "DOMAIN_DEPTH_EXCEEDED", ""): _TOO_DEEP,
    ("domains.get", "NOT_AUTHORIZED_DOMAIN", "parentId"): _ABSENT,
    ("domains.get", "PROPERTY_REQUIRED", "id"): _NO_ID,
    ("domains.get", "DOMAIN_NOT_FOUND", "id"): _ABSENT,
    ("domains.update", "NOT_AUTHORIZED_DOMAIN", "id"): (
        "it needs the privilege Domains.UPDATE on this domain, and only domains of its own home domain can be moved"
    ),
    ("domains.update", "NOT_AUTHORIZED_DOMAIN", "parentId"): (
        "a domain can be moved only to a place in its own home domain. Choose another place"
    ),
    ("domains.update", "PROPERTY_REQUIRED", "id"): _NO_ID,
    ("domains.update", "DOMAIN_DEPTH_EXCEEDED", ""): _TOO_DEEP,
    ("domains.remove", "NOT_AUTHORIZED_DOMAIN", "id"): (
        "it needs the privilege Domains.DELETE on a domain above this one, and a domain outside its home domain must "
        "have none below it"
    ),
    ("domains.remove", "PROPERTY_REQUIRED", "id"): _NO_ID,
    ("domains.remove", "DOMAIN_HAS_THINGS", ""): _ATTACHED.format("things"),
    ("domains.remove", "DOMAIN_HAS_USERS", ""): _ATTACHED.format("users"),
    ("domains.remove", "DOMAIN_HAS_THING_TYPES", ""): _ATTACHED.format("thing types"),
    ("domains.remove", "DOMAIN_NOT_FOUND", "id"): "it is gone already, or this connection may no longer see it",
}
# Keys that the document has for other calls only.
_ANYWHERE: Mapping[str, str] = {
    "DOMAIN_NOT_FOUND": _ABSENT,
    "INVALID_ARGUMENTS": "something is missing or has a value that it doesn’t take",
}


def sentence_for(operation: str, key: str, param: str = "") -> tuple[str, str]:
    """Return the plain sentence for an error, and the property it is about; both empty for what isn't documented.

    An error told without its property, or with another one, is still known by a key that the operation has but once.
    """
    documented = {about: text for (where, what, about), text in SENTENCES.items() if (where, what) == (operation, key)}
    if param in documented:
        return documented[param], param
    if len(documented) == 1:
        about, text = next(iter(documented.items()))
        return text, about
    return _ANYWHERE.get(key, ""), param


@contextmanager
def told_plainly(operation: str, fields: Mapping[str, str] | None = None) -> Iterator[None]:
    """Put the plain sentence into an error that comes out; fields: the property -> the field of the form it is about.

    Such an error becomes InvalidArguments, so that the form shows it where it belongs. Raises UpstreamError.
    """
    try:
        yield
    except UpstreamError as error:
        text, about = sentence_for(operation, error.key, error.param)
        if not text:
            raise
        if fields and about in fields:
            request = f" Request id {error.request_id}." if error.request_id else ""
            said = f"{text[0].upper()}{text[1:]}.{request}"
            raise InvalidArguments(said, argument=fields[about], operation_id=operation) from error
        error.message = f"{text} ({', '.join(part for part in (error.key, error.param) if part)})"
        raise
