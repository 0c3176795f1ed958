"""What stands between the desk and everybody else: the key, the hosts, where a request comes from, and headers."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping

from starlette.datastructures import Headers, MutableHeaders, QueryParams
from starlette.requests import cookie_parser
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: The first part of the cookie's name; the port follows, because browsers send cookies to all ports of a host.
COOKIE = "visa-packet-desk-"
_SAFE = frozenset({"GET", "HEAD"})
#: Nothing is loaded from elsewhere, nothing is kept by the browser, and no other page can show or call this one.
_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class Guards:
    """Lets requests of one browser through, which has shown the key that the terminal printed.

    The key works once; the browser gets a cookie in its place. ``hosts`` are the names by which the desk is called: a
    page whose name leads to this machine (DNS rebinding) has another.
    """

    def __init__(self, app: ASGIApp, key: str, hosts: frozenset[str]) -> None:
        self._app = app
        self._key: str | None = key
        self._session = secrets.token_urlsafe(32)
        self._hosts = hosts
        self._cookie = COOKIE + min(hosts).rpartition(":")[2]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or pass it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        refusal = self._refusal(scope)
        await (refusal or self._app)(scope, receive, guarded)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        if headers.get("host") not in self._hosts:
            return PlainTextResponse("This address is not the desk's.", 400)
        if scope["method"] not in _SAFE and not _is_own(headers):
            return PlainTextResponse("The request comes from another page.", 403)
        if hmac.compare_digest(
            cookie_parser(headers.get("cookie", "")).get(self._cookie, "").encode(), self._session.encode()
        ):
            return RedirectResponse("/", 303) if "key" in QueryParams(scope["query_string"]) else None
        return self._let_in(QueryParams(scope["query_string"]).get("key", ""))

    def _let_in(self, key: str) -> Response:
        """Exchange the key for a cookie, or refuse."""
        if self._key is None or not hmac.compare_digest(key.encode(), self._key.encode()):
            return PlainTextResponse("Open the address that the terminal printed.", 403)
        self._key = None
        answer = RedirectResponse("/", 303)
        answer.set_cookie(self._cookie, self._session, httponly=True, samesite="strict", path="/")
        return answer


def _is_own(headers: Headers) -> bool:
    """Return True if a request was made by a page of the desk: browsers say where each comes from."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    return headers.get("origin") == f"http://{headers.get('host')}"
