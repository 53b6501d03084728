"""The wire between an adapter and its ERP: it counts the calls, loses answers, is late and kills the caller."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import requests
from requests.adapters import HTTPAdapter


class Killed(BaseException):
    """The process of the caller died here; no adapter may catch this."""


class Wire(HTTPAdapter):
    """Carries requests to ``inner``; after the call ``harm_at`` (counted from 1) was carried out, does its harm.

    ``harm`` is "lose" (the answer is lost), "kill" (the caller dies), "away" (the call never arrives) or "late" (the
    caller gives up before the ERP begins: it carries the call out at `arrive`).
    """

    def __init__(self, inner: HTTPAdapter) -> None:
        super().__init__()
        self.inner = inner
        self.calls = 0
        self.harm = ""
        self.harm_at = 0
        self.under_way: list[Callable[[], Any]] = []

    def plan(self, harm: str, at: int = 1) -> None:
        """Do ``harm`` at the call ``at`` from now on."""
        self.harm, self.harm_at, self.calls = harm, at, 0

    def calm(self) -> int:
        """Plan no more harm; return how many calls were made since the last plan."""
        self.harm, made, self.calls = "", self.calls, 0
        return made

    def arrive(self) -> None:
        """Carry out what is late; nobody hears the answer."""
        while self.under_way:
            self.under_way.pop(0)()

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        """Carry one request, and do harm if it is its turn."""
        self.calls += 1
        due = self.harm and self.calls == self.harm_at
        if due and self.harm == "away":
            raise requests.ConnectTimeout("The ERP cannot be reached.", request=request)
        if due and self.harm == "late":
            self.under_way.append(lambda: self.inner.send(request, *args, **options))
            raise requests.ReadTimeout("The ERP takes its time.", request=request)
        answer = self.inner.send(request, *args, **options)
        if due:
            answer.close()
            if self.harm == "kill":
                raise Killed(request.url)
            raise requests.ReadTimeout("The answer was lost.", request=request)
        return answer
