"""Sending to a running service over HTTP at a steady pace, from addresses that a trusted proxy passes on."""

from __future__ import annotations

import asyncio
import gc
import json
import math
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, NamedTuple

CONNECTIONS = 64
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Message(NamedTuple):
    """One request: where to, what, its headers, and the moment it is due in seconds after the start."""

    due_s: float
    path: str
    body: dict[str, Any]
    headers: dict[str, str]


class Answer(NamedTuple):
    """What came back of the message with this number, and how long after it was due."""

    number: int
    status: int
    seconds: float


@dataclass
class Sender:
    """Sends messages when they are due over connections that stay open; an error of one opens it anew.

    Times count from when a message was due, not from when it could be sent: a service that is slow gets no
    fewer messages and no better times.
    """

    host: str
    port: int
    connections: int = CONNECTIONS
    answers: list[Answer] = field(default_factory=list)

    async def send(self, messages: Sequence[Message]) -> list[Answer]:
        """Send all and return the answers; a message without an answer has status 0."""
        waiting: asyncio.Queue[int] = asyncio.Queue()
        # A search for garbage through all messages would count as the service's time.
        gc.freeze()
        start = time.perf_counter()
        lanes = [asyncio.create_task(self._lane(waiting, messages, start)) for _ in range(self.connections)]
        for number, message in enumerate(messages):
            await asyncio.sleep(max(0.0, start + message.due_s - time.perf_counter()))
            waiting.put_nowait(number)
        await waiting.join()
        for lane in lanes:
            lane.cancel()
        await asyncio.gather(*lanes, return_exceptions=True)
        return self.answers

    async def _lane(self, waiting: asyncio.Queue[int], messages: Sequence[Message], start: float) -> None:
        streams: Streams | None = None
        try:
            while True:
                number = await waiting.get()
                message = messages[number]
                try:
                    streams = streams or await asyncio.open_connection(self.host, self.port)
                    status, stays = await self._exchange(streams, message)
                except (OSError, EOFError, ValueError):
                    status, stays = 0, False
                if not stays:
                    await _closed(streams)
                    streams = None
                self.answers.append(Answer(number, status, time.perf_counter() - start - message.due_s))
                waiting.task_done()
        finally:
            await _closed(streams)

    async def _exchange(self, streams: Streams, message: Message) -> tuple[int, bool]:
        """Return the status of the answer, and whether the connection stays open."""
        reader, writer = streams
        body = json.dumps(message.body).encode()
        lines = {"Host": self.host, "Content-Type": "application/json", "Content-Length": str(len(body))}
        head = "".join(f"{name}: {value}\r\n" for name, value in {**lines, **message.headers}.items())
        writer.write(f"POST {message.path} HTTP/1.1\r\n{head}\r\n".encode() + body)
        await writer.drain()
        answer = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = int(answer.split("content-length: ")[1].split("\r\n")[0])
        await reader.readexactly(length)
        return int(answer.split(" ", 2)[1]), "connection: close" not in answer


async def _closed(streams: Streams | None) -> None:
    if streams is not None:
        streams[1].close()
        with suppress(OSError):
            await streams[1].wait_closed()


def percentile(seconds: Iterable[float], share: float) -> float:
    """Return the smallest value that this share of all values does not pass; 0 for none."""
    ordered = sorted(seconds)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else 0.0
