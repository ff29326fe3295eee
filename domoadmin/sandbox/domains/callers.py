"""Who calls the Domain API: a home domain, a role, and privileges on domains elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from domoadmin.sandbox.domains.generated import HOME
from domoadmin.sandbox.domains.logins import email_in, login_token
from domoadmin.sandbox.domains.refusals import refusal
from domoadmin.sandbox.http.message import Request
from domoadmin.sandbox.signing_in import bare_token, same
from domoadmin.sandbox.world import World

READ, CREATE, UPDATE, DELETE = "Domains.READ", "Domains.CREATE", "Domains.UPDATE", "Domains.DELETE"
EVERYTHING = frozenset((READ, CREATE, UPDATE, DELETE))
ONLY_READ = frozenset((READ,))


@dataclass(frozen=True)
class Caller:
    """Rights: all of the role at home, `privileges` by domain elsewhere; both reach down to all sub-domains."""

    name: str
    home: str
    role: str
    privileges: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def held(self, domain_and_above: list[str]) -> frozenset[str]:
        """The privileges on a domain, given as itself followed by its parents."""
        allowed = EVERYTHING if self.role == "ReadWrite" else ONLY_READ
        if self.home in domain_and_above:
            return allowed
        found = (self.privileges[each] for each in domain_and_above if each in self.privileges)
        return frozenset().union(*found) & allowed

    def must_write(self) -> None:
        """Refuses whoever has the role Read."""
        if self.role != "ReadWrite":
            raise refusal("NOT_AUTHORIZED", "This needs the role ReadWrite")


# By the place in the company's list of people; whoever isn't named here has no login.
RIGHTS = {
    0: (HOME, "ReadWrite", {"repair": EVERYTHING, "franchise": ONLY_READ}),
    1: ("stores", "ReadWrite", {}),
    3: ("warehouses", "Read", {"repair": EVERYTHING}),
}


class Callers:
    """Finds the caller of a request. The sandbox's own token is that of Marta Lindqvist, as everywhere."""

    def __init__(self, world: World) -> None:
        people = world.directory.people
        self._token = world.token
        self._callers = {
            people[place].email: Caller(people[place].name, home, role, privileges)
            for place, (home, role, privileges) in RIGHTS.items()
        }
        self._owner = people[0].email

    def of(self, request: Request) -> Caller:
        """The caller; the token has been checked before."""
        token = bare_token(request.headers.get("authorization", ""))
        email = self._owner if same(token, self._token) else email_in(self._token, token)
        return self._callers.get(email or "") or Caller("", "", "Read")

    def log_in(self, email: str, password: str) -> tuple[Caller, str]:
        """The caller and a login token; the password is the sandbox's token."""
        caller = self._callers.get(email)
        if caller is None or not same(password, self._token):
            raise refusal("INVALID_LOGIN", "The user name or the password is wrong")
        return caller, login_token(self._token, email, caller.name)
