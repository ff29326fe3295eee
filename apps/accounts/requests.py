"""The request as a view of a signed-in person sees it, for the type checker."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from apps.accounts.models import User


class SignedInRequest(HttpRequest):
    """A request that LoginRequiredMiddleware let through: `user` is a person."""

    user: User
    htmx: HtmxDetails
