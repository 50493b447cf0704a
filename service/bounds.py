"""Bounds of heads: a request whose head is longer than any browser's is refused before anybody reads it."""

from __future__ import annotations

from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from service.errors import problem

MOST_HEADERS: Final = 100
MOST_BYTES: Final = 32 * 1024
TOO_LONG: Final = "De kop van dit verzoek is te lang. Wis de cookies van deze site en probeer het nog eens."


class SmallHeads:
    """ASGI middleware: 431 for a head of more than 100 headers or 32 KiB, whatever the server takes."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on when its head is of a usual size."""
        if scope["type"] == "http":
            headers = scope["headers"]
            size = sum(len(name) + len(value) for name, value in headers)
            size += len(scope.get("raw_path") or b"") + len(scope.get("query_string", b""))
            if len(headers) > MOST_HEADERS or size > MOST_BYTES:
                await problem(431, TOO_LONG)(scope, receive, send)
                return
        await self.app(scope, receive, send)
