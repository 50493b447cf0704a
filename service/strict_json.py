"""Strict JSON: bodies that are JSON by RFC 8259, no larger than agreed; anything else is refused."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Coroutine
from email.message import Message
from typing import Any, Final, NoReturn

from fastapi import HTTPException, Request, Response
from fastapi.routing import APIRoute

LARGEST_BODY: Final = 64 * 1024
# Deeper than any body of ours; far from where Python's own reader gives up.
DEEPEST: Final = 32
TOO_LARGE: Final = f"Dit bericht is groter dan {LARGEST_BODY // 1024} KiB."


class StrictRequest(Request):
    """A request whose body is read up to a limit, and as JSON without NaN, infinities or double names."""

    async def body(self) -> bytes:
        """Return the body; HTTPException 415 when it is no JSON by its own saying, 413 when too large."""
        if not hasattr(self, "_body"):
            self._refuse_other_types()
            self._body = await self._limited()
        return self._body

    async def json(self) -> Any:
        """Return what the body says; a JSONDecodeError tells what is wrong with it."""
        if not hasattr(self, "_json"):
            self._json = strict_json(await self.body())
        return self._json

    def _refuse_other_types(self) -> None:
        message = Message()
        message["content-type"] = self.headers.get("content-type", "")
        if message.get_content_type() != "application/json":
            raise HTTPException(415, "Stuur JSON, met Content-Type: application/json.")

    async def _limited(self) -> bytes:
        read = bytearray()
        async for part in self.stream():
            read += part
            if len(read) > LARGEST_BODY:
                raise HTTPException(413, TOO_LARGE)
        return bytes(read)


class StrictRoute(APIRoute):
    """A route that takes its body as a `StrictRequest`."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler of the route, with its request read strictly."""
        handler = super().get_route_handler()

        async def strictly(request: Request) -> Response:
            return await handler(StrictRequest(request.scope, request.receive))

        return strictly


def strict_json(body: bytes) -> Any:
    """Return the value of a JSON text in UTF-8; JSONDecodeError for all that RFC 8259 does not allow.

    So are a number that no float holds, a name that comes twice in one object, half a surrogate pair, and
    nesting that no sensible sender needs.
    """
    try:
        value = json.loads(
            body.decode("utf-8"),
            parse_constant=_no_number,
            parse_float=_finite,
            parse_int=_whole,
            object_pairs_hook=_once,
        )
        _refuse_deep(value, DEEPEST)
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except json.JSONDecodeError:
        raise
    except (ValueError, RecursionError) as error:
        raise json.JSONDecodeError(str(error), "", 0) from None
    return value


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is geen getal")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("dit getal is te groot")
    return number


def _whole(text: str) -> int:
    _finite(text)
    return int(text)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = dict(pairs)
    if len(names) < len(pairs):
        raise ValueError("een naam staat er twee keer")
    return names


def _refuse_deep(value: Any, left: int) -> None:
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if inside and not left:
        raise ValueError("te veel lagen in elkaar")
    for one in inside:
        _refuse_deep(one, left - 1)
