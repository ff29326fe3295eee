"""The one family of errors that the service layer raises.

`str(error)` is fit to show to a person. What a caller may do next follows from `delivery`, not from the class:
NOT_SENT had no effect, ANSWERED was refused or failed for certain, UNKNOWN may have taken effect.
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar


class Delivery(StrEnum):
    """What is known about the effect of a call that failed."""

    NOT_SENT = "not_sent"
    UNKNOWN = "unknown"
    ANSWERED = "answered"


class NoLongerWanted(Exception):
    """Whoever waited for an answer gave it up (see Client.while_wanted). The upstream may still be at work on it."""


class UpstreamError(Exception):
    """A call to an upstream failed. Carries status, message, request id and delivery; never a secret.

    `message` is what the upstream said (one line, at most 500 characters), `request_id` its trace id (`toe`),
    `retry_after` the seconds it asked to wait, `body_excerpt` the first 2 KB of an odd answer. `key` and `param` are
    what the Domain API names an error by (DOMAIN_NOT_FOUND, id); empty elsewhere.
    """

    lead: ClassVar[str] = "The upstream answered with an error"
    usual_delivery: ClassVar[Delivery] = Delivery.ANSWERED
    may_pass: ClassVar[bool] = False

    def __init__(
        self,
        message: str = "",
        *,
        status: int | None = None,
        request_id: str | None = None,
        operation_id: str | None = None,
        delivery: Delivery | None = None,
        retry_after: float | None = None,
        body_excerpt: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.request_id = request_id
        self.operation_id = operation_id
        self.delivery = delivery or self.usual_delivery
        self.retry_after = retry_after
        self.body_excerpt = body_excerpt
        self.key = ""
        self.param = ""

    def __str__(self) -> str:
        return f"{self.lead}: {self.message}" if self.message else f"{self.lead}."

    def __repr__(self) -> str:
        return (
            f"<{type(self).__name__} {self.operation_id} status={self.status} "
            f"delivery={self.delivery} request_id={self.request_id}: {self.message!r}>"
        )

    @property
    def retryable(self) -> bool:
        """Whether the trouble may pass by itself. Whether a repeat is safe follows from `delivery` and retry safety."""
        return self.may_pass


class ConnectionFailed(UpstreamError):
    """No connection came about, so nothing was sent."""

    lead = "The upstream can't be reached"
    usual_delivery = Delivery.NOT_SENT
    may_pass = True


class AnswerLost(UpstreamError):
    """The request was sent (at least in part) and no usable answer came: it may have taken effect."""

    lead = "The answer of the upstream was lost, so it isn't known whether the call took effect"
    usual_delivery = Delivery.UNKNOWN
    may_pass = True


class InvalidArguments(UpstreamError):
    """The call was refused here, before sending. `argument` names the culprit."""

    lead = "This call can't be sent"
    usual_delivery = Delivery.NOT_SENT

    def __init__(self, message: str = "", *, argument: str = "", operation_id: str | None = None) -> None:
        super().__init__(message, operation_id=operation_id)
        self.argument = argument


class HostNotAllowed(UpstreamError):
    """The host is not on the allow-list, or resolves to an address that is never allowed."""

    lead = "This host may not be called"
    usual_delivery = Delivery.NOT_SENT


class BadRequest(UpstreamError):
    """400, and the other 4xx without a class of their own."""

    lead = "The upstream didn't accept the request"


class Unauthorized(UpstreamError):
    """401: the token is missing, wrong or expired."""

    lead = "The upstream refused the token of this connection"


class Forbidden(UpstreamError):
    """403: wrong instance, missing authority, or the object is not visible to this token."""

    lead = "The token of this connection may not do this"


class NotFound(UpstreamError):
    """404."""

    lead = "The upstream doesn't have this"


class Conflict(UpstreamError):
    """409: conflict with the present state."""

    lead = "This conflicts with the present state upstream"


class TooLarge(UpstreamError):
    """413: the request is larger than the upstream takes."""

    lead = "This is larger than the upstream takes"


class Unprocessable(UpstreamError):
    """422: valid parameters, but the request failed; at Domoscio often because the object exists already."""

    lead = "The upstream couldn't process this"


class RateLimited(UpstreamError):
    """429, or our own limiter: call again after `retry_after` seconds (None: not said)."""

    lead = "The upstream wants fewer requests; try again later"
    may_pass = True


class ServerFailed(UpstreamError):
    """5xx."""

    lead = "The upstream failed"
    may_pass = True


class UnexpectedAnswer(UpstreamError):
    """HTML, bad JSON, a redirect, another shape than documented, or an error inside a 200."""

    lead = "The upstream gave an unexpected answer"


class Blocked(UpstreamError):
    """The page "Domo - Blocked": the instance's IP allow-list keeps this machine out."""

    lead = "The upstream blocks the address of this machine (IP allow-list)"


class Maintenance(UpstreamError):
    """An HTML maintenance page, whatever its status."""

    lead = "The upstream is under maintenance"
    may_pass = True


class SearchLimitReached(UpstreamError):
    """Search reaches 10,000 records with count and offset together; `total` is how many match (None: not known)."""

    lead = "Search reaches only the first 10,000 results"
    usual_delivery = Delivery.NOT_SENT

    def __init__(self, message: str = "", *, total: int | None = None, operation_id: str | None = None) -> None:
        super().__init__(message, operation_id=operation_id)
        self.total = total
