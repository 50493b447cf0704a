"""Refusals: addresses that want no invitations of a gemeente any more, kept for good as keyed digests."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.partner_models import MailRefusal, Partner

SIGNS: Final = 40
# What a link that ends invitations names: the gemeente, and the digest of the address.
NAME: Final = re.compile(r"(GM\d{4})([0-9a-f]{40})")


def plain(address: str) -> str:
    """Return an address as mail servers read it: without case, its host in plain letters."""
    name, _, host = address.strip().casefold().rpartition("@")
    with suppress(UnicodeError):
        host = host.encode("idna").decode("ascii")
    return f"{name}@{host}"


def digest(gemeente: str, address: str, secret: bytes) -> str:
    """Return the key of an address in a gemeente: nobody without the secret can try addresses out."""
    words = f"geen uitnodigingen:{gemeente}:{plain(address)}".encode()
    return hmac.new(secret, words, hashlib.sha256).hexdigest()[:SIGNS]


def key_of(partner: Partner) -> str:
    """Return what a partner is reached by: the address for mail, else the one for letters."""
    return partner.email or partner.address


def link_name(gemeente: str, address: str, secret: bytes) -> str:
    """Return what stands in the link that ends invitations; it still works when the partner is gone."""
    return f"{gemeente}{digest(gemeente, address, secret)}"


def is_refused(session: Session, gemeente: str, address: str, secret: bytes) -> bool:
    """Return whether this address wants no invitations."""
    return bool(address) and bool(among(session, gemeente, [address], secret))


def among(session: Session, gemeente: str, addresses: Iterable[str], secret: bytes) -> frozenset[str]:
    """Return which of these addresses want no invitations."""
    query = select(MailRefusal.address_hash).where(MailRefusal.municipality_code == gemeente)
    refused = set(session.scalars(query))
    if not refused:
        return frozenset()
    return frozenset(one for one in addresses if one and digest(gemeente, one, secret) in refused)


def refuse(session: Session, name: str, secret: bytes, now: datetime) -> bool:
    """Let an address get no invitations any more, by the name in its link; False for another name.

    Every partner with this address is marked.
    """
    found = NAME.fullmatch(name)
    if found is None:
        return False
    gemeente, hashed = found.groups()
    if session.get(MailRefusal, (gemeente, hashed)) is None:
        session.add(MailRefusal(municipality_code=gemeente, address_hash=hashed, refused_at=now))
    known = select(Partner).where(Partner.municipality_code == gemeente, Partner.opted_out_at.is_(None))
    for partner in session.scalars(known):
        if (key := key_of(partner)) and digest(gemeente, key, secret) == hashed:
            partner.opted_out_at = now
    session.flush()
    return True
