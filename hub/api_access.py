"""Who may use the API and how it answers: bearer tokens, a limit for each client, problems for every error."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.http.response import HttpResponseBase
from django.utils import timezone, translation
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

from hub import problems
from hub.models import ApiClient, Application
from hub.models.api_clients import hash_of
from hub.short_cache import FAULTS

REALM = 'Bearer realm="Norce hub"'
NOTED_EVERY = timedelta(minutes=1)


class BearerToken(BaseAuthentication):
    """The token of an active API client (RFC 6750); the client becomes ``request.auth``."""

    def authenticate(self, request: Request) -> tuple[None, ApiClient] | None:
        """Return the client, None without a token; raise AuthenticationFailed for one that is nobody's."""
        token = _token(request)
        if token is None:
            return None
        client = ApiClient.objects.filter(token_hash=hash_of(token), is_active=True).first()
        if client is None:
            raise AuthenticationFailed
        _note_use(client)
        return None, client

    def authenticate_header(self, request: Request) -> str:
        """Say how to authenticate; and that it was the token, where there was one."""
        return REALM if _token(request) is None else f'{REALM}, error="invalid_token"'


class IsApiClient(BasePermission):
    """Only clients with a token come in."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether there is a client."""
        return isinstance(request.auth, ApiClient)


class ClientLimit(SimpleRateThrottle):
    """At most API_REQUESTS_PER_MINUTE for each client (0: no limit); without a cache nobody is stopped."""

    def get_rate(self) -> str | None:
        """Return the limit as REST framework writes it."""
        limit = settings.API_REQUESTS_PER_MINUTE
        return f"{limit}/min" if limit else None

    def get_cache_key(self, request: Request, view: APIView) -> str:
        """Return the client's key."""
        return f"api-limit:{request.auth.pk}"

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Count the request, unless the cache is down."""
        try:
            return super().allow_request(request, view)
        except FAULTS:
            return True


class ClientView(APIView):
    """A view for API clients: JSON in English, kept nowhere on the way, and only GET."""

    authentication_classes = (BearerToken,)
    permission_classes = (IsApiClient,)
    throttle_classes = (ClientLimit,)
    renderer_classes = (JSONRenderer,)
    http_method_names = ["get"]

    @property
    def client(self) -> ApiClient:
        """Return who asks."""
        assert isinstance(self.request.auth, ApiClient)
        return self.request.auth

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer in one language, whatever the program's HTTP library says that it accepts."""
        with translation.override("en"):
            return super().dispatch(request, *args, **kwargs)

    @property
    def default_response_headers(self) -> dict[str, str]:
        """Return the headers of every answer."""
        return super().default_response_headers | {"Cache-Control": "no-store"}

    def get_exception_handler(self) -> Callable[..., Response]:
        """Answer every error as a problem."""
        return problems.answer


class BearerTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """What the OpenAPI schema says of `BearerToken`."""

    target_class = BearerToken
    name = "apiClient"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        """Return the security scheme."""
        text = "The token of an API client; made in the admin under Set-up, shown there once."
        return {"type": "http", "scheme": "bearer", "description": text}


def application_of(client: ApiClient, wanted: str) -> Application:
    """Return the client's application by its key or Norce number; the only one when ``wanted`` is "".

    Raises Problem: 403 for an application that is not among the client's active ones, whether it exists
    or not, 400 when it must be named.
    """
    rows = list(client.applications.filter(is_active=True).select_related("erp_connection"))
    key = wanted.strip("{} ").lower()
    found = [row for row in rows if key in ("", row.key, str(row.number))]
    if not found:
        raise problems.Problem("forbidden")
    if len(found) > 1:
        raise problems.wrong_parameters({"application": "Name one: this client has several applications."})
    return found[0]


def read_query(request: Request, form: type[Serializer[Any]]) -> dict[str, Any]:
    """Return the query's parameters as the form reads them; raise ValidationError or Problem naming those that are
    wrong, unknown or doubled."""
    read = form(data=request.query_params)
    known = ", ".join(read.fields)
    given = dict(request.query_params.lists())
    wrong = {name: f"There is no such parameter; there are {known}." for name in given if name not in read.fields}
    wrong |= {name: "Give it once." for name, values in given.items() if len(values) > 1}
    if wrong:
        raise problems.wrong_parameters(wrong)
    read.is_valid(raise_exception=True)
    return dict(read.validated_data)


def _token(request: Request) -> str | None:
    """Return the bearer token, "" for a header without one, None when none is offered."""
    scheme, _, token = str(request.META.get("HTTP_AUTHORIZATION", "")).partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def _note_use(client: ApiClient) -> None:
    """Keep when the client was last here, to the minute: a write for every read would cost more than the read."""
    now = timezone.now()
    if client.last_used_at is None or now - client.last_used_at >= NOTED_EVERY:
        stale = Q(last_used_at=None) | Q(last_used_at__lte=now - NOTED_EVERY)
        ApiClient.objects.filter(stale, pk=client.pk).update(last_used_at=now)
