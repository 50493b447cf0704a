"""Visitors: from which address a request came, and in which networks that address lies.

Behind a proxy every request seems to come from the proxy. It says in X-Forwarded-For for whom it asks, after
whatever the visitor wrote there: only the last address outside our own proxies is believed.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
HEADER: Final = b"x-forwarded-for"
# One house has a /64 or a /56, one customer at most a /48.
PREFIXES: Final = {4: (32,), 6: (64, 56, 48)}
MOST_HOPS: Final = 20


class VisitorAddress:
    """ASGI middleware that puts the visitor's own address in the place of a trusted proxy's."""

    def __init__(self, app: ASGIApp, *, trusted: Sequence[Network]) -> None:
        self.app = app
        self.trusted = tuple(trusted)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, as coming from the last hop that is none of our proxies."""
        if self.trusted and scope["type"] == "http" and scope.get("client"):
            hops = (value.decode("latin-1") for name, value in scope["headers"] if name == HEADER)
            found = last_outside(scope["client"][0], ",".join(hops).split(","), self.trusted)
            scope = {**scope, "client": (found, 0)}
        await self.app(scope, receive, send)


def last_outside(peer: str, hops: Sequence[str], trusted: Sequence[Network]) -> str:
    """Return the last address of `hops` and `peer` outside `trusted`; what is no address ends the search."""
    found: str | Address = peer
    address = read_address(peer)
    for hop in reversed(hops[-MOST_HOPS:]):
        if address is None or not any(address in network for network in trusted):
            break
        address = read_address(hop)
        found = found if address is None else address
    return str(found)


def read_address(text: str) -> Address | None:
    """Return an address without port, brackets or zone; None when it is none. IPv4 inside IPv6 is IPv4."""
    plain = text.strip()
    if plain.startswith("["):
        plain = plain[1:].partition("]")[0]
    elif plain.count(":") == 1:
        plain = plain.partition(":")[0]
    try:
        address = ipaddress.ip_address(plain.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def networks(client: str) -> tuple[tuple[int, str], ...]:
    """Return the networks that stand for a visitor: the length of each prefix, and the prefix in hexadecimal.

    None for this machine itself, which is a proxy that nobody told us of, and for what is no address: those
    tell no visitor from another. No two networks of all share a length and a prefix.
    """
    address = read_address(client)
    if address is None or address.is_loopback:
        return ()
    # Counted by hand: a network of the standard library takes ten times as long, and a flood pays for it.
    bits = int(address)
    return tuple(
        (length, f"{bits >> (address.max_prefixlen - length):x}/{length}")
        for length in PREFIXES[address.version]
    )


def read_networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Return the networks that these texts stand for; ValueError for what is none."""
    return tuple(ipaddress.ip_network(text) for text in texts)
