"""Finding out as whom a token acts, on upstreams that have only some of the calls for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from domoadmin.services.base_client import BaseClient
from domoadmin.services.errors import BadRequest, Forbidden, NotFound, UnexpectedAnswer, UpstreamError
from domoadmin.services.operations import registry
from domoadmin.services.resources.domains import Domains
from domoadmin.services.resources.domoscio import Domoscio
from domoadmin.services.resources.roles import Roles
from domoadmin.services.resources.search import Search
from domoadmin.services.resources.users import Users
from domoadmin.services.results import MissingAuthority, WhoAmI

Found = TypeVar("Found")

# What DomoAdmin does with authorities, and what can't be done without one of them. Only the first two names stand in
# the documents; instances have called the others differently, so any one of a row will do.
NEEDED_AUTHORITIES: tuple[tuple[tuple[str, ...], str], ...] = (
    (("dataset.manage",), "It can't change datasets that it doesn't own, nor upload to them."),
    (("dataset.export",), "It can't export the rows of datasets."),
    (("certifiedcontent.admin", "dataset.certify", "content.certify"), "It can't certify content."),
    (("content.admin", "content.page.manage"), "It sees only those cards and pages that are shared with it."),
    (("user.edit", "user.manage"), "It can't change people."),
    (("group.edit", "group.manage"), "It can't change groups."),
    (("role.edit", "role.manage"), "It can't change roles."),
    (("audit", "audit.view"), "It can't read the activity log."),
)
_DOCUMENTED = {"dataset.manage", "dataset.export"}


@dataclass
class _Asking:
    """Asks one thing after another; what an upstream doesn't have is noted instead of raised."""

    client: BaseClient
    unknown: list[str] = field(default_factory=list)
    spans: list[float] = field(default_factory=list)

    def ask(self, call: Callable[[], Found], what: str) -> Found | None:
        """Return the answer, or None when this upstream doesn't give one. A wrong token and lost contact are raised."""
        clock = self.client.settings.clock
        started = clock.monotonic()
        try:
            return call()
        except (NotFound, Forbidden, BadRequest, UnexpectedAnswer) as error:
            self.unknown.append(f"{what} isn't known: {_lowered(error)}.")
            return None
        finally:
            self.spans.append(clock.monotonic() - started)

    @property
    def milliseconds(self) -> int:
        """How long the quickest of the calls took: the first one also paid for the connection."""
        return round(min(self.spans) * 1000)


def domo_who_am_i(client: BaseClient) -> WhoAmI:
    """Ask who the token's owner is, for the role and for its authorities; all but the token itself may be absent."""
    asking = _Asking(client)
    roles = Roles(client)
    me = asking.ask(Users(client).me, "As whom this token acts")
    if me is None:
        # Documented calls only, so it exists everywhere: this shows at least that the token is taken.
        asking.ask(lambda: Search(client).query(count=1), "Whether this token may search")
        return WhoAmI(
            milliseconds=asking.milliseconds, unknown=tuple(asking.unknown), request_id=client.last_request_id
        )
    request_id = me.request_id
    person = asking.ask(lambda: Users(client).get(me.id, "DETAILED"), "The role of this person") if me.id else None
    role_id = me.role_id or (person.role_id if person else "")
    role_name = me.role_name or (person.role_name if person else "")
    if role_id and not role_name:
        role = asking.ask(lambda: roles.get(role_id), "The name of the role")
        role_name = role.name if role else ""
    missing = _missing(asking, role_id)
    return WhoAmI(
        user_id=me.id,
        name=me.name or (person.name if person else ""),
        email=me.email or (person.email if person else ""),
        role_name=role_name,
        missing=missing,
        unknown=tuple(asking.unknown),
        milliseconds=asking.milliseconds,
        request_id=request_id,
    )


def _missing(asking: _Asking, role_id: str) -> tuple[MissingAuthority, ...]:
    if not role_id:
        asking.unknown.append("What this person can't do isn't known: the upstream doesn't say the role.")
        return ()
    roles = Roles(asking.client)
    held = asking.ask(lambda: roles.list_authorities(role_id), "What this person can't do")
    if held is None:
        return ()
    identity = registry.get("identity.authorities")
    known = asking.ask(lambda: asking.client.perform(identity, {}), "Which authorities this upstream has")
    has = {authority.authority for authority in held}
    # What the instance doesn't know can't be lacking; without its list, only the documented names are certain.
    possible = {authority.authority for authority in known} if known else _DOCUMENTED
    return tuple(
        MissingAuthority(authority=next(name for name in names if name in possible), sentence=sentence)
        for names, sentence in NEEDED_AUTHORITIES
        if possible.intersection(names) and not has.intersection(names)
    )


def domains_who_am_i(client: BaseClient) -> WhoAmI:
    """Ask for the topmost domains: the Domain API has no who-am-I, but they show how far the token reaches."""
    asking = _Asking(client)
    page = asking.ask(lambda: Domains(client).list_top_domains(size=10), "Which domains this token sees")
    names = [domain.name or domain.id for domain in page.domains] if page else []
    details = (f"It sees the topmost domains {', '.join(names)}{' and more' if page and page.next_marker else ''}.",)
    return WhoAmI(
        milliseconds=asking.milliseconds,
        details=details if names else (),
        unknown=(*asking.unknown, "As whom this token acts isn't known: the Domain API has no call for it."),
        request_id=client.last_request_id,
    )


def domoscio_who_am_i(client: BaseClient) -> WhoAmI:
    """Ask for one knowledge graph: a wrong token is refused, whatever else comes back."""
    asking = _Asking(client)
    found = asking.ask(lambda: Domoscio(client).list_knowledge_graphs(per_page=1), "Which knowledge graphs there are")
    details = ("The token is accepted.",) if found is not None else ()
    if found is not None and found.total is not None:
        details = (*details, f"It sees {found.total:,} knowledge graphs.")
    return WhoAmI(
        milliseconds=asking.milliseconds,
        details=details,
        unknown=(*asking.unknown, "As whom this token acts isn't known: Domoscio has no call for it."),
        request_id=client.last_request_id,
    )


def _lowered(error: UpstreamError) -> str:
    text = str(error).rstrip(".")
    return text[:1].lower() + text[1:]
