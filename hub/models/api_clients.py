"""Who may ask the hub's API: programs such as the shop, each with a token of its own."""

from __future__ import annotations

import secrets
from hashlib import sha256

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hub.models.configuration import Application
from hub.models.history import kept

TOKEN_BYTES = 32


class ApiClient(models.Model):
    """A program with a token, and the applications whose orders it may see.

    Of the token only the SHA-256 is kept. It is found by that hash on a unique index, which is enough: the
    time of a look-up may tell how far a hash is like a known one, but to make use of that one would have to
    choose tokens by their hashes, and of 256 random bits no hash leads back to the token. A slow password
    hash protects what people choose; there is nothing to guess here.
    """

    name = models.CharField(_("name"), max_length=100, unique=True)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    applications = models.ManyToManyField(
        Application, verbose_name=_("applications"), help_text=_("The client sees the orders of these only.")
    )
    is_active = models.BooleanField(_("active"), default=True, help_text=_("Off: the token is refused."))
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)
    history = kept(excluded_fields=["token_hash", "last_used_at"], m2m_fields=[applications])

    class Meta:
        verbose_name = _("API client")
        verbose_name_plural = _("API clients")

    def __str__(self) -> str:
        return self.name

    def renew_token(self) -> str:
        """Give the client a new token in place of the one it has, not yet saved; return it, for the only time."""
        token = f"hub_{secrets.token_urlsafe(TOKEN_BYTES)}"
        self.token_hash = hash_of(token)
        return token


def hash_of(token: str) -> str:
    """Return the hash under which a token is kept, 64 hexadecimal digits."""
    return sha256(token.encode("utf-8", "replace")).hexdigest()
