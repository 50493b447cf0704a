"""Melding words: what other systems call a status, a channel and a soort, and names for rows without one."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Sequence
from typing import Final

from data.categories import UNKNOWN, Category, CategoryEdition, category_edition, editions
from data.choices import Channel, Status
from data.readers.mapping import fold

HASHED: Final = "inhoud-"
OWN_EDITION: Final = "wijkbeeld"
STATUS_WORDS: Final = {
    Status.CLOSED: (
        "afgehandeld", "gesloten", "closed", "fixed", "opgelost", "gereed", "afgerond", "o", "a", "s",
        "geannuleerd", "gesplitst", "duplicate", "done", "fixedcouncil", "fixeduser", "nofurtheraction",
        "unabletofix", "notresponsible", "internalreferral", "klaar", "ingetrokken",
    ),
    Status.IN_PROGRESS: (
        "inbehandeling", "inprogress", "b", "i", "h", "onhold", "ingepland", "planned", "actionscheduled",
        "investigating", "inafwachtingvanbehandeling", "verzoektotafhandeling", "doorgezetnaarextern", "sent",
        "verzondennaarexternsysteem", "reactiegevraagd", "reactieontvangen",
    ),
    Status.REPORTED: (
        "gemeld", "open", "nieuw", "new", "confirmed", "m", "heropend", "reopened", "aangemaakt", "ontvangen",
    ),
}  # fmt: skip
CHANNEL_SIGNS: Final = {
    "tele": Channel.PHONE,
    "phone": Channel.PHONE,
    "balie": Channel.DESK,
    "desk": Channel.DESK,
    "online": Channel.WEB,
    "web": Channel.WEB,
    "app": Channel.WEB,
}
_STATUSES: Final = {word: status for status, words in STATUS_WORDS.items() for word in words}


def find_category(edition: CategoryEdition, levels: Sequence[str]) -> Category:
    """The soort that the deepest of these names stands for under one of the names above it.

    A name that is known only under another group is not taken: a place of trash and a complaint about a
    person may share a word. What is not known is kept under its own name, and stays `gebied`.
    """
    if not levels:
        return Category(f"{UNKNOWN}leeg", "Onbekend", "")
    *above, naam = levels
    found = next((one for parent in reversed(above) if (one := edition.find(naam, parent))), None)
    if found is None and not above:
        found = edition.find(naam)
    if found is not None:
        return found
    slug = "-".join(fold(level) for level in (*above[:1], naam))[:100]
    return Category(f"{UNKNOWN}{slug or 'leeg'}", naam[:160], above[0][:120] if above else "")


def status_of(word: str) -> Status | None:
    """The status that another system's word stands for, None for a word that is not known."""
    return _STATUSES.get(fold(word))


def channel_of(word: str) -> Channel:
    """The way in that another system's word stands for; `import` when it says nothing."""
    plain = fold(word)
    return next((channel for sign, channel in CHANNEL_SIGNS.items() if sign in plain), Channel.IMPORT)


def content_ref(number: str, row: Sequence[str], places: Sequence[int]) -> str:
    """What stands for a row without a number: a digest of what does not change in its life."""
    stable = "\x1f".join([number, *(row[place].strip() for place in places)])
    return HASHED + hashlib.blake2b(stable.encode(), digest_size=16).hexdigest()


def public_ids(count: int) -> list[str]:
    """Random names in 22 characters each: 24 bits that they share, and 108 of their own.

    Names that are stored together then stand together in the index, which halves the work of an import.
    """
    shared = base64.urlsafe_b64encode(os.urandom(3)).decode()
    names = base64.urlsafe_b64encode(os.urandom(15 * count)).decode()
    return [shared + names[start : start + 18] for start in range(0, 20 * count, 20)]


def best_edition(rows: Sequence[tuple[str, ...]]) -> str:
    """The bundled edition that knows most of these names (levels of a tree, the widest first)."""
    levels = [tuple(part for part in row if part.strip()) for row in dict.fromkeys(rows)]
    known = {
        name: sum(not find_category(category_edition(name), row).slug.startswith(UNKNOWN) for row in levels)
        for name in editions()
    }
    return max(known, key=lambda name: (known[name], name == OWN_EDITION))
