"""A server of a test, in a thread of its own for as long as a block runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import BaseServer
from threading import Event, Thread


@contextmanager
def serving(server: BaseServer, stopping: Event | None = None) -> Iterator[None]:
    """Answer what is asked of the server; who waits on `stopping` is let go at the end."""
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield
    finally:
        if stopping is not None:
            stopping.set()
        server.shutdown()
        server.server_close()
        thread.join()
