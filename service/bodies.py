"""Bodies of requests: plain bytes that come within a time; packed or dripping ones are refused."""

from __future__ import annotations

import asyncio
import time
from typing import Final

from fastapi import HTTPException
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PATIENCE_S: Final = 60.0
PLAIN: Final = frozenset({"", "identity"})
PACKED: Final = "Stuur dit zonder het in te pakken (geen Content-Encoding)."
SLOW: Final = "Dit duurde te lang. Probeer het nog eens."


class Bodies:
    """ASGI middleware: who reads a body gets 415 for a packed one, 408 for one that takes too long.

    Nothing is ever unpacked, so a small body stays small. The time is for the whole of a body: a sender that
    drips keeps no place occupied.
    """

    def __init__(self, app: ASGIApp, *, patience_s: float = PATIENCE_S) -> None:
        self.app = app
        self.patience_s = patience_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, with its body watched."""
        if scope["type"] != "http" or scope["method"] in {"GET", "HEAD"}:
            await self.app(scope, receive, send)
            return
        packed = Headers(scope=scope).get("Content-Encoding", "").strip().lower() not in PLAIN
        await self.app(scope, _Watched(receive, packed=packed, patience_s=self.patience_s), send)


class _Watched:
    """Gives the parts of one body; after the last one it only waits for the sender to go."""

    def __init__(self, receive: Receive, *, packed: bool, patience_s: float) -> None:
        self._receive = receive
        self._packed = packed
        self._until = time.monotonic() + patience_s
        self._whole = False

    async def __call__(self) -> Message:
        if self._whole:
            return await self._receive()
        if self._packed:
            raise HTTPException(415, PACKED)
        try:
            message = await asyncio.wait_for(self._receive(), max(0.0, self._until - time.monotonic()))
        except TimeoutError:
            raise HTTPException(408, SLOW, headers={"Connection": "close"}) from None
        self._whole = not message.get("more_body", False)
        return message
