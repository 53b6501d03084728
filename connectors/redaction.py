"""Take secrets and personal data out of addresses and bodies before they are kept."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

MASK = "•••"
# Members of Norce's records that nobody needs to see: that they are there, or differ, is enough.
UNSHOWN = frozenset({"SocialSecurityNumber"})
# What tells one customer of Norce's from another: everybody may see it.
TELLING = ("FirstName", "MiddleName", "LastName", "Name", "EmailAddress", "OrganizationNo", "VatNo", "City", "ZipCode")
LIMIT = 4096
# Masking makes a body shorter, and a page of a register is a megabyte: so much of one is looked at to keep LIMIT.
WINDOW = 4 * LIMIT
# Longer than any address, number or token begun at the end of a window that no pattern can tell yet.
TAIL = 512

# Names are compared without case, underscores and dashes, so `EmailAddress` and `email_address` are one.
SECRETS = "authorization clientid clientsecret accesstoken refreshtoken password secret token apikey"
SECRETS += " clientstate validationtoken"
IDENTIFIERS = "ssn socialsecuritynumber normalizedsocialsecuritynumber personalnumber loginname ipaddress"
MAILS = "email emailaddress contactemail"
PHONES = (
    "phone phonenumber cellphone cellphonenumber privatephone workphone mobilephone shippingphonenumber contactphone"
)
NAMES = "firstname middlename lastname name attention contactname careof partyname attn"
NAMES += " displayname customername receivername contact"
ADDRESSES = "street line1 line2 addressline1 addressline2 box zipcode postalcode postcode city"
TEXTS = "customerordercomment comment importedrow buyerreference invoicereference customerorderref customerinvoiceref"
TEXTS += " customerorderreference customerinvoicereference mark"
# Tryton's contacts are pairs: {"type": "phone", "value": "070-174 06 05"}.
CONTACTS = ("email", "phone", "mobile", "fax", "other")
PRIVATE = frozenset(" ".join((SECRETS, IDENTIFIERS, MAILS, PHONES, NAMES, ADDRESSES, TEXTS)).split())
# Business Central and Norce Query say whose address it is in front of each member.
_WHOSE = re.compile("^(?:shipto|sellto|billto|delivery|invoice|buyer|payer)")
# Business Central quotes a value that it refuses.
_QUOTED = re.compile(r"\bValue: .*?(?=\s+CorrelationId:|$)", re.DOTALL)
_EMAIL = re.compile(r"[\w.+-][\w.+'-]*@[\w-]+(?:\.[\w-]+)+")
# Ten digits that begin with a date; a sole trader's VAT number is one between SE and 01. Organisation numbers have
# no month where the month would be, and order numbers seldom a date: people must be able to read those.
_DATE = r"\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]|6[1-9]|[78]\d|9[01])"
_PERSONAL_NUMBER = re.compile(rf"\b(?:SE)?(?:19|20)?{_DATE}[-+]?\d{{4}}(?:01)?\b")
_PHONE = re.compile(r"\+\d[\d ()-]{6,}\d")
_TOKEN = re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]+")
# What tells where the members of JSON end: whole strings, so that nothing inside one counts, brackets and commas.
_JSON_MARK = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[][{},]', re.DOTALL)


def redact_url(url: str) -> str:
    """Return the address without user and password, with private query values and what tells a person in its path
    masked."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    netloc = f"{host}:{parts.port}" if parts.port else host
    query = [(key, MASK if _is_private(key) else redact_text(value)) for key, value in parse_qsl(parts.query)]
    shown = urlencode(query, safe="$,()'= ").replace(quote(MASK), MASK)
    return urlunsplit((parts.scheme, netloc, _redacted_path(parts.path), shown, ""))


def _redacted_path(path: str) -> str:
    """Return a path as it is, unless it holds a person's address or number in place of a code."""
    legible = unquote(path)
    redacted = redact_text(legible)
    return path if redacted == legible else redacted


def redact_body(body: str | bytes | None) -> str:
    """Return a body fit to be kept: private members masked in JSON, patterns masked in other text, cut at 4 KiB.

    Of a long body only the first 16 KiB are looked at, cut where no value is cut in two.
    """
    if not body:
        return ""
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else body
    try:
        # Numbers keep their spelling: money must read in the record as it was sent.
        data = json.loads(_first_members(text), parse_float=_Verbatim, parse_int=_Verbatim)
    except (ValueError, RecursionError):
        return _cut(_redacted_window(text), len(text))
    return _cut(_dump(_masked(data)), len(text))


def _first_members(text: str) -> str:
    """Return long JSON up to the last member that is whole within the window, its brackets closed."""
    if len(text) <= WINDOW or not text[:WINDOW].lstrip().startswith(("{", "[")):
        return text
    end, closed, closing = 0, "", ""
    for found in _JSON_MARK.finditer(text, 0, WINDOW):
        mark = found[0]
        if mark in ("{", "["):
            closing = ("}" if mark == "{" else "]") + closing
            end, closed = found.end(), closing
        elif mark in ("}", "]"):
            closing = closing[1:]
        elif mark == ",":
            end, closed = found.start(), closing
    return text[:end] + closed


def _redacted_window(text: str) -> str:
    if len(text) <= WINDOW:
        return redact_text(text)
    return redact_text(text[:WINDOW])[:-TAIL]


def redact_text(text: str) -> str:
    """Mask e-mail addresses, personal identity numbers, phone numbers and tokens in free text.

    What no database can hold, NUL and halves of surrogate pairs, becomes a question mark.
    """
    text = _QUOTED.sub(f"Value: {MASK}", _TOKEN.sub(MASK, text))
    if "@" in text:
        # Without one, the pattern would try every end of a long word in vain.
        text = _EMAIL.sub(MASK, text)
    for pattern in (_PERSONAL_NUMBER, _PHONE):
        text = pattern.sub(MASK, text)
    return text.replace("\x00", "?").encode("utf-8", "replace").decode()


def redact_texts(value: Any) -> Any:
    """Return a value of JSON with every text in it as `redact_text` leaves it; names of members stay."""
    if isinstance(value, dict):
        return {key: redact_texts(item) for key, item in value.items()}
    if isinstance(value, list):
        return [redact_texts(item) for item in value]
    return redact_text(value) if isinstance(value, str) else value


def shown_to_all(name: str, value: Any) -> Any:
    """Return a value of Norce's record as everybody may see it, and so what is in it; numbers stay as they are.

    What tells customers apart is legible, street, phone and the like are masked. ``name`` may be a path
    (``InvoiceAddress.City``).
    """
    if isinstance(value, dict):
        return {key: shown_to_all(key, item) for key, item in value.items()}
    if isinstance(value, list):
        return [shown_to_all(name, item) for item in value]
    member = name.rpartition(".")[2]
    return value if member in TELLING else _masked_member(member, value)


def mask_email(email: str | None) -> str:
    """Return an e-mail address with only its first letter and its domain legible."""
    name, at, domain = (email or "").partition("@")
    return f"{name[:1]}{MASK}@{domain}" if at else ""


class _Verbatim(str):
    """A JSON number in the digits it came with."""


def _masked(value: Any) -> Any:
    if isinstance(value, dict):
        private = _private_member(value)
        return {redact_text(key): MASK if key == private else _masked_member(key, item) for key, item in value.items()}
    if isinstance(value, list):
        return [_masked(item) for item in value]
    if isinstance(value, str) and not isinstance(value, _Verbatim):
        return redact_text(value)
    return value


def _private_member(record: dict[str, Any]) -> str:
    """Return the member that is private because of what another member says."""
    if record.get("type") in CONTACTS:
        return "value"
    # A line of an order that sells nothing is what the buyer or the shop has written.
    return "description" if record.get("lineType") == "Comment" else ""


def _masked_member(key: str, value: Any) -> Any:
    if key.lower() == "errors" and isinstance(value, dict):
        # The refusals of a form by its fields: {"errors": {"name": "is needed"}} holds words, not a name.
        return {redact_text(field): _masked(text) for field, text in value.items()}
    if key == "url" and isinstance(value, str):
        return _redacted_address(value)
    if _is_private(key) and isinstance(value, str) and value:
        return MASK
    return _masked(value)


def _redacted_address(value: str) -> str:
    """Return an address inside a body, such as a part of a batch, as `redact_url` does; text that is none as text."""
    try:
        return redact_url(value) if "?" in value else redact_text(value)
    except ValueError:
        return redact_text(value)


def _is_private(key: str) -> bool:
    name = re.sub(r"[_\-\s]", "", key).lower()
    return name in PRIVATE or _WHOSE.sub("", name) in PRIVATE


def _dump(value: Any) -> str:
    if isinstance(value, _Verbatim):
        return str(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k, ensure_ascii=False)}: {_dump(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_dump, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _cut(text: str, length: int) -> str:
    """Return at most LIMIT characters, and when that is not all, of how many the body was."""
    return text if length <= WINDOW and len(text) <= LIMIT else f"{text[:LIMIT]}… ({length} characters)"
