"""A client for the desk in this process: requests go to the application, without a socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

HOST = "127.0.0.1:8025"
#: What a browser says about a request that a page of the desk makes.
OWN = {"sec-fetch-site": "same-origin"}


@dataclass(frozen=True)
class Answer:
    """The answer to a request."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()


@dataclass
class Client:
    """Sends requests to an application, with a cookie as soon as it gets one."""

    app: Any
    host: str = HOST
    cookies: dict[str, str] = field(default_factory=dict)
    says_where_from: bool = True

    def get(self, path: str, **headers: str) -> Answer:
        """The answer to GET."""
        return self.send("GET", path, **headers)

    def send(self, method: str, path: str, body: Any = b"", **headers: str) -> Answer:
        """The answer to a request. Underscores in the names of headers are hyphens; what is not bytes goes as JSON."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        given = {"host": self.host, **(OWN if self.says_where_from and method != "GET" else {})}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookies:
            given["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = asyncio.run(_call(self.app, method, path, content, given))
        if "set-cookie" in answer.headers:
            name, _, value = answer.headers["set-cookie"].partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer


async def _call(app: Any, method: str, path: str, content: bytes, headers: Mapping[str, str]) -> Answer:
    plain, _, query = path.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": plain,
        "raw_path": plain.encode(),
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers.items()],
        "client": ("127.0.0.1", 50_000),
        "server": ("127.0.0.1", 8025),
        "root_path": "",
    }
    waiting = [{"type": "http.request", "body": content, "more_body": False}]
    sent: list[Any] = []

    async def receive() -> Any:
        return waiting.pop() if waiting else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    head = next(message for message in sent if message["type"] == "http.response.start")
    body = b"".join(message.get("body", b"") for message in sent if message["type"] == "http.response.body")
    return Answer(head["status"], {name.decode(): value.decode() for name, value in head["headers"]}, body)
