"""Follow @odata.nextLink, never to another server and never in a circle."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

from connectors.errors import PermanentError

NEXT_LINK = "@odata.nextLink"
_PORTS = {"http": 80, "https": 443}


def pages(ask: Callable[[str], dict[str, Any]], address: str) -> Iterator[list[Any]]:
    """Yield the rows of each page of a set until one is empty or names no next one.

    ``ask`` gets "" for the first page, then the query of each nextLink, and returns the answer with a
    list as ``value``; ``address`` is the whole address of the set. Raises PermanentError for a link that
    leads elsewhere or does not move on, besides what ``ask`` raises.
    """
    seen = {""}
    answer = ask("")
    while page := answer["value"]:
        yield page
        if not answer.get(NEXT_LINK):
            return
        query = query_of(answer[NEXT_LINK], address)
        if query in seen:
            raise _circle(address)
        seen.add(query)
        answer = ask(query)
        if answer["value"] == page:
            raise _circle(address)


def query_of(link: Any, address: str) -> str:
    """Return the query of a nextLink, the only part of it that is used.

    Raises PermanentError when its scheme, host, port or path is not the set's: whoever follows it
    sends the bearer token along. Norce spells the path in two cases (query-event.md § 2.1).
    """
    there = _split(link, address)
    if there and _place(there) == _place(urlsplit(address)):
        return there.query
    raise PermanentError("norce_link_elsewhere", link=_shown(there), address=address)


def path_of(link: Any, address: str, *, system: str) -> str:
    """Return path and query of a nextLink that is followed as it is.

    Raises PermanentError when its scheme, host or port is not that of ``address``.
    """
    there = _split(link, address)
    if there and _place(there)[:4] == _place(urlsplit(address))[:4]:
        return f"{there.path}?{there.query}"
    raise PermanentError("link_elsewhere", system=system, link=_shown(there), address=address)


def _split(link: Any, address: str) -> SplitResult | None:
    try:
        there: SplitResult = urlsplit(urljoin(address, link))
        _place(there)
        return there
    except (ValueError, TypeError, AttributeError):
        return None


def _shown(there: SplitResult | None) -> str:
    return f"{there.scheme}://{there.hostname}{there.path}"[:200] if there else "no address"


def _circle(address: str) -> PermanentError:
    return PermanentError("norce_page_again", address=address)


def _place(parts: SplitResult) -> tuple[str, str | None, int | None, bool, str]:
    port = parts.port or _PORTS.get(parts.scheme)
    return parts.scheme, parts.hostname, port, "@" in parts.netloc, parts.path.casefold()
