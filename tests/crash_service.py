"""A service to kill: a process that has everything imported, and makes a fresh service for each crash.

It reads a line of JSON for each (`url`, `folder`, `fault`) and answers with its `pid` and `port`. The new
service waits for one connection before it starts, so that a tracer can be put on it. A fault makes it wrong
on purpose: `hasty` answers before it stores, `lazy` does not wait for the disk. One that is `mute` dies when
its third answer is ready to leave. All carry SQLite's log into
the database sooner than usual, so that a short run meets that too.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import threading
import time
from pathlib import Path
from typing import Any, NoReturn

import uvicorn
from intake_door import settings_for
from sqlalchemy import event
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from data.intake import Receipt, take_in
from service.analysis import intake
from service.app import create_app
from service.built_routes import api_routes, page_routes


def main() -> None:
    """Make a service for every line that comes in, until there are no more; all have the routes at hand."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    page_routes()
    api_routes()
    for line in sys.stdin:
        order = json.loads(line)
        listening = socket.create_server(("127.0.0.1", 0))
        pid = os.fork()
        if not pid:
            _serve(listening, order)
        port = listening.getsockname()[1]
        listening.close()
        print(json.dumps({"pid": pid, "port": port}), flush=True)


def _serve(listening: socket.socket, order: dict[str, Any]) -> NoReturn:
    """Be a service on this socket until somebody ends it."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    # What a service logs must not come between the answers of this process.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    listening.accept()[0].close()
    if order["fault"] == "hasty":
        _answer_before_storing()
    app = create_app(settings_for(order["url"], Path(order["folder"])))
    event.listen(app.state.database.writer, "connect", _carry_over_soon)
    if order["fault"] == "lazy":
        event.listen(app.state.database.writer, "connect", _leave_it_to_the_disk)
    served: ASGIApp = Mute(app) if order["fault"] == "mute" else app
    uvicorn.Server(uvicorn.Config(served, log_level="error")).run(sockets=[listening])
    os._exit(0)


class Mute:
    """ASGI middleware that dies in the place of its third answer about something stored."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.left = 3

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; what was done is durable when the end comes."""

        async def last(message: Message) -> None:
            if message.get("status") == 201:
                self.left -= 1
                if not self.left:
                    os.kill(os.getpid(), signal.SIGKILL)
            await send(message)

        await self.app(scope, receive, last)


def _carry_over_soon(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA wal_autocheckpoint=60")


def _leave_it_to_the_disk(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA synchronous=NORMAL")


def _answer_before_storing() -> None:
    """Put a store in place that promises first and stores a little later."""

    def hasty(*given: Any, **named: Any) -> Receipt:
        def later() -> None:
            time.sleep(0.01)
            take_in(*given, **named)

        threading.Thread(target=later, daemon=True).start()
        return Receipt("nog-niet-bewaard", "0000000000")

    vars(intake)["take_in"] = hasty


if __name__ == "__main__":
    main()
