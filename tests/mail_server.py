"""A mail server that really runs, in this process: it keeps what it takes, and refuses on demand."""

from __future__ import annotations

from asyncio import WriteTransport
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Post:
    """What a server took, and how it answers.

    `refuse` holds answers by address, `refuse_data` one to every mail; with `hang_up` it takes a mail and
    ends before it says so. At the addresses of `fear` it ends, and takes nothing.
    """

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.refuse: dict[str, str] = {}
        self.refuse_data = ""
        self.hang_up = False
        self.fear: set[str] = set()

    async def handle_RCPT(  # noqa: N802 (the server asks for this name)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.fear:
            assert isinstance(server.transport, WriteTransport)
            server.transport.abort()
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 (the server asks for this name)
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if self.refuse_data:
            return self.refuse_data
        assert isinstance(envelope.content, bytes)
        made: Any = message_from_bytes(envelope.content, policy=policy.default)
        made["X-Envelope-To"] = ",".join(envelope.rcpt_tos)
        self.taken.append(made)
        if self.hang_up:
            assert isinstance(server.transport, WriteTransport)
            server.transport.abort()
        return "250 OK"

    def to(self, address: str) -> list[EmailMessage]:
        """What came for an address."""
        return [one for one in self.taken if one["X-Envelope-To"] == address]


class Listening(Controller):
    """A server on a port that the machine gave."""

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[attr-defined]
        super()._trigger_server()  # type: ignore[no-untyped-call]


@contextmanager
def mail_server(post: Post, *, port: int = 0) -> Iterator[int]:
    """A server on this machine, on a free port unless one is given; its port."""
    controller = Listening(post, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()
