"""Who a connection acts as, and what that person can't do: what "Test connection" shows."""

from __future__ import annotations

from domoadmin.services.base_client import Resource
from domoadmin.services.operations import operation
from domoadmin.services.request import Request
from domoadmin.services.resources.who_am_i import domains_who_am_i, domo_who_am_i, domoscio_who_am_i
from domoadmin.services.results import Authority, Listing, WhoAmI


class Identity(Resource):
    """The token's owner."""

    @operation(
        id="identity.authorities",
        method="GET",
        path="/api/authorization/v1/authorities",
        heading="Auth: authorities known to the instance",
        documented=False,
    )
    def authorities(self) -> Request[Listing[Authority]]:
        """Return all authorities that the instance knows."""
        return Request(parse=Authority.all_of)

    def whoami(self) -> WhoAmI:
        """Return as whom the token acts, what it lacks, and how fast the upstream answers.

        Calls that this upstream doesn't have are named in `unknown`. Raises Unauthorized for a wrong token and the
        other errors of an upstream that can't be reached.
        """
        ways = {"domo": domo_who_am_i, "domains": domains_who_am_i, "domoscio": domoscio_who_am_i}
        return ways[self.client.settings.kind](self.client)
