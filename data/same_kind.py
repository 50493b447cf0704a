"""Same kind: whether words that people typed name the same kind of people, or the same organisation."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from rapidfuzz import fuzz

# Of a hundred. One word may have another ending (wijkverpleging, wijkverpleegkundige); several words may
# stand in another order (Wmo-adviseur, adviseur Wmo).
ONE_WORD: Final = 77.0
WORDS: Final = 85.0
ORGANISATION: Final = 90.0
SHORTEST: Final = 5
LEGAL: Final = re.compile(r"\b(stichting|st|vereniging|ver|bv|nv|cooperatie)\b")
WORD: Final = re.compile(r"[a-z0-9]+")
AROUND: Final = re.compile(r"[()/,]| van de | van het ")


def plain(text: str) -> str:
    """Return words in small letters without accents and signs."""
    spread = unicodedata.normalize("NFKD", text.casefold())
    return " ".join(WORD.findall("".join(one for one in spread if not unicodedata.combining(one))))


def is_kind(kind: str, role: str, organisation: str = "") -> bool:
    """Return whether a partner is of a kind of people, by its role or by the name of its organisation.

    "woningcorporatie (wijkconsulent)" and "huisarts/praktijkondersteuner" name two kinds.
    """
    names = [plain(part) for part in AROUND.split(f" {kind} ") if plain(part)]
    said, house = plain(role), plain(organisation)
    return any(bool(said and _is_role(name, said)) or _is_named(name, house) for name in names)


def _is_role(kind: str, role: str) -> bool:
    if " " in kind or " " in role:
        return fuzz.token_sort_ratio(kind, role) >= WORDS or (len(kind) >= SHORTEST and kind in role)
    return fuzz.ratio(kind, role) >= ONE_WORD or (min(len(kind), len(role)) >= SHORTEST and kind in role)


def _is_named(kind: str, organisation: str) -> bool:
    whole = set(kind.split()) <= set(organisation.split())
    return whole or (len(kind) >= SHORTEST and kind in organisation)


def organisation_key(organisation: str, role: str) -> str:
    """Return an organisation and role to compare: without `stichting` and the like, words in their order."""
    bare = LEGAL.sub(" ", plain(organisation)) or plain(organisation)
    return " ".join(sorted(bare.split())) + " | " + " ".join(sorted(plain(role).split()))
