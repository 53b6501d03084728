"""Read a connection URL of Business Central: who we are, which company, and how orders are written there."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.utils.translation import gettext_noop as _

from connectors.catalogue.sentences import sentence
from connectors.errors import ConfigError

LOGIN = "https://login.microsoftonline.com"
API = "https://api.businesscentral.dynamics.com"
FORM = "businesscentral://<client id>:<secret>@<tenant>/<environment>/<company>"
LOOPBACK = ("127.0.0.1", "::1", "localhost")
# 6000 requests in five minutes for each user, and an app is one: five minutes of so many each are never more.
PER_MINUTE = 1200
LINE_TYPES = ("Account", "Charge", "Item", "Resource")
ONE_OF = sentence(_("one of %(names)s"))
HTTPS = sentence(_("an https address"))
TWO_NAMES = sentence(_("two names with a comma between them"))
FROM_ONE = sentence(_("a number from 1"))
OPTIONS = {
    *("base", "fees", "fee_items", "unknown_account", "rounding_account"),
    *("tracking", "tracking_fields", "per_minute"),
}


@dataclass(frozen=True, kw_only=True)
class Address:
    """One company of one environment, and the options of the URL's query.

    ``login`` and ``api`` are the hosts with their scheme. ``fees`` is the line type of freight and fees whose
    number in the ERP is an account, an item charge, an item or a resource; ``fee_items`` are items that are fees.
    ``unknown_account`` and ``rounding_account`` are G/L accounts for articles the ERP has not heard of and
    for what the total has more than the rows. ``tracking`` is the path of a custom API page (publisher/group/
    version/set), of which ``tracking_fields`` name the shipment's number and the tracking number.
    """

    client_id: str
    client_secret: str = field(repr=False)
    tenant: str
    environment: str
    company: str
    login: str = LOGIN
    api: str = API
    fees: str = "Account"
    fee_items: frozenset[str] = frozenset()
    unknown_account: str = ""
    rounding_account: str = ""
    tracking: str = ""
    tracking_fields: tuple[str, str] = ("number", "packageTrackingNo")
    per_minute: int = PER_MINUTE

    @property
    def root(self) -> str:
        """The path of all APIs of the environment."""
        return f"v2.0/{self.tenant}/{self.environment}/api"

    @property
    def token_url(self) -> str:
        """Where tokens are given."""
        return f"{self.login}/{self.tenant}/oauth2/v2.0/token"


def read(url: str) -> Address:
    """Return what a connection URL says; raise ConfigError naming what is missing, wrong or not known."""
    parts = urlsplit(url)
    names = [unquote(part) for part in parts.path.strip("/").split("/")]
    if not (parts.username and parts.password and parts.hostname and len(names) == 2 and all(names)):
        raise ConfigError("bc_address", form=FORM)
    options = dict(parse_qsl(parts.query))
    _refuse_unknown(options)
    base = _base(options.get("base", ""))
    return Address(
        client_id=unquote(parts.username),
        client_secret=unquote(parts.password),
        tenant=parts.hostname,
        environment=names[0],
        company=names[1],
        login=base or LOGIN,
        api=base or API,
        fees=_choice(options.get("fees", "Account")),
        fee_items=frozenset(filter(None, options.get("fee_items", "").split(","))),
        unknown_account=options.get("unknown_account", ""),
        rounding_account=options.get("rounding_account", ""),
        tracking=options.get("tracking", "").strip("/"),
        tracking_fields=_pair(options.get("tracking_fields", "number,packageTrackingNo")),
        per_minute=_number(options.get("per_minute", str(PER_MINUTE))),
    )


def _refuse_unknown(options: dict[str, str]) -> None:
    unknown = sorted(set(options) - OPTIONS)
    if unknown:
        raise _wrong(", ".join(unknown), ONE_OF % {"names": ", ".join(sorted(OPTIONS))})


def _base(text: str) -> str:
    """Another server in Microsoft's place; the secret goes there, so in the clear only to this machine."""
    parts: SplitResult = urlsplit(text)
    if text and parts.scheme != "https" and parts.hostname not in LOOPBACK:
        raise _wrong("base", HTTPS)
    return text.rstrip("/")


def _choice(text: str) -> str:
    if text not in LINE_TYPES:
        raise _wrong("fees", ONE_OF % {"names": ", ".join(LINE_TYPES)})
    return text


def _pair(text: str) -> tuple[str, str]:
    names = text.split(",")
    if len(names) != 2 or not all(name.isidentifier() for name in names):
        raise _wrong("tracking_fields", TWO_NAMES)
    return names[0], names[1]


def _number(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise _wrong("per_minute", FROM_ONE)
    return int(text)


def _wrong(name: str, wanted: str) -> ConfigError:
    return ConfigError("bc_option", name=name, wanted=wanted)
