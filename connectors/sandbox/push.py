"""Norce's order push: the order is in the tenant, and is sent to the hub's receiver until it says OK."""

from __future__ import annotations

import time
from typing import Any
from xml.etree import ElementTree

import requests
import simplejson
from requests.auth import HTTPBasicAuth

from connectors.norce.xml import order_request_to_xml
from connectors.sandbox.contracts import check
from connectors.sandbox.http import Refusal, Request, Response
from connectors.sandbox.options import SandboxOptions
from connectors.sandbox.orders import take_erp_number
from connectors.sandbox.registration import register_order
from connectors.sandbox.state import State
from connectors.sandbox.table import Record

TIMEOUT = 30


class Push:
    """Sends orders to the address and with the credentials of the options."""

    def __init__(self, state: State, options: SandboxOptions, session: requests.Session) -> None:
        self._state = state
        self._options = options
        self._session = session

    def send(self, request: Request) -> Response:
        """Register the OrderRequest of the body and push it, as JSON or with ``?format=xml`` as XML.

        Answers ``{"ok", "tries", "status", "answer"}`` with the hub's last answer; ``status`` is None
        when there was none. The lock is not held while the hub works, because the hub calls back.
        """
        if not self._options.hub_url:
            raise Refusal(400, "The hub's address is not set; set SANDBOX_HUB_URL to that of its order receiver.")
        order = request.json()
        check("order", "OrderRequest", order)
        body, content_type = _encoded(order, request.query.get("format", "json"))
        with self._state.lock:
            registered = register_order(self._state, order)
        result = self._push(body, content_type)
        with self._state.lock:
            self._take_number(registered, result["answer"])
        return Response.json(result)

    def _push(self, body: bytes, content_type: str) -> Record:
        result: Record = {}
        for tries in range(1, max(1, self._options.push_tries) + 1):
            if tries > 1:
                time.sleep(self._options.push_pause)
            result = {"tries": tries, **self._post(body, content_type)}
            if result["ok"]:
                break
        return result

    def _post(self, body: bytes, content_type: str) -> Record:
        user, _, secret = self._options.hub_credentials.partition(":")
        try:
            reply = self._session.post(
                self._options.hub_url,
                data=body,
                headers={"Content-Type": content_type},
                auth=HTTPBasicAuth(user.encode(), secret.encode()) if user else None,
                timeout=TIMEOUT,
            )
        except requests.RequestException as error:
            return {"ok": False, "status": None, "answer": {"Description": f"{type(error).__name__}: {error}"}}
        answer = _decoded(reply)
        ok = reply.status_code == 200 and answer.get("StatusCode") == "OK"
        return {"ok": ok, "status": reply.status_code, "answer": answer}

    def _take_number(self, order: Record, answer: Record) -> None:
        number = answer.get("ErpOrderNo")
        if answer.get("HasErpOrderNo") in {True, "true"} and number and not order["erp_order_no"]:
            take_erp_number(self._state, order, number)
            self._state.orders.save(order)


def _encoded(order: Record, form: str) -> tuple[bytes, str]:
    if form == "xml":
        return order_request_to_xml(order), "application/xml; charset=utf-8"
    if form == "json":
        return simplejson.dumps(order, use_decimal=True).encode(), "application/json; charset=utf-8"
    raise Refusal(400, f"format: {form} is not json or xml.")


def _decoded(reply: requests.Response) -> dict[str, Any]:
    """The members of an OrderResponse in JSON or XML; anything else as ``{"Description": text}``."""
    try:
        if "xml" in reply.headers.get("Content-Type", ""):
            return {each.tag.rpartition("}")[2]: each.text for each in ElementTree.fromstring(reply.content)}
        answer = simplejson.loads(reply.text, use_decimal=True)
    except (ValueError, ElementTree.ParseError):
        answer = None
    return answer if isinstance(answer, dict) else {"Description": reply.text[:500]}
