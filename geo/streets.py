"""Street names: one key for the ways people write the same name, and slips of the pen between two keys."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from rapidfuzz.distance import OSA

_LETTERS = str.maketrans({"æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ł": "l", "ħ": "h", "ı": "i", "þ": "th"})
_NOT_WORD = re.compile(r"[^a-z0-9]+")
_APOSTROPHES = re.compile(r"['’‘`´ʼ]")

_TITLES = {
    "burg": "burgemeester", "burgem": "burgemeester", "burgm": "burgemeester",
    "dokter": "dr", "doctor": "dr",
    "professor": "prof", "sint": "st", "sinte": "st",
    "prins": "pr", "prinses": "pr", "koning": "kon", "koningin": "kon",
    "mr": "meester", "ir": "ingenieur", "jhr": "jonkheer", "ds": "dominee", "gen": "generaal",
    "kard": "kardinaal", "past": "pastoor", "weth": "wethouder", "min": "minister", "adm": "admiraal",
    "kapt": "kapitein", "lt": "luitenant", "kol": "kolonel", "pres": "president", "gebr": "gebroeders",
    "mgr": "monseigneur", "mej": "mejuffrouw", "mevr": "mevrouw", "secr": "secretaris",
}  # fmt: skip
_ORDINALS = {
    "eerste": "1e", "tweede": "2e", "derde": "3e", "vierde": "4e", "vijfde": "5e", "zesde": "6e",
    "zevende": "7e", "achtste": "8e", "negende": "9e", "tiende": "10e",
}  # fmt: skip
_ORDINAL = re.compile(r"(\d+)(?:ste|de|e)")
_ENDINGS = {
    "str": "straat", "ln": "laan", "pln": "plein", "wg": "weg", "sngl": "singel", "kd": "kade",
    "dk": "dijk", "grt": "gracht", "hf": "hof",
}  # fmt: skip
_ENDING = re.compile(rf"(?<=[a-z0-9]{{2}})({'|'.join(_ENDINGS)})$")

_SOUNDS = [
    (re.compile(pattern), sound)
    for pattern, sound in [
        (r"sch(?=[^aeiouy]|$)", "s"), (r"uij|uy", "ui"), (r"ij|ei|ey", "y"), (r"ou", "au"), (r"ck|qu|q", "k"),
        (r"ch", "g"), (r"c", "k"), (r"z", "s"), (r"v|ph", "f"), (r"dt|th", "t"), (r"x", "ks"), (r"ae", "a"),
        (r"([a-z])\1+", r"\1"),
    ]
]  # fmt: skip
_DIGITS = re.compile(r"\d+")
_KINDS = re.compile(
    r"(?<=[a-z0-9]{2})(straat|laan|plein|singel|gracht|kade|dijk|weg|hof|pad|park|plantsoen|dreef|steeg|markt|baan)$"
)
SHORTEST_STEM_FOR_SLIP = 8
SHORTEST_KIND_FOR_SLIP = 4


def fold(text: str) -> str:
    """The text in lower-case ASCII words with single spaces; accents, dots and hyphens are lost."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold()).translate(_LETTERS)
    bare = "".join(c for c in plain if not unicodedata.combining(c))
    return _NOT_WORD.sub(" ", _APOSTROPHES.sub("", bare)).strip()


@lru_cache(maxsize=65_536)
def normalise_street(name: str) -> str:
    """The key under which a street name is found: lower case, no spaces, abbreviations written one way.

    `Burg. v. Lierplein`, `BURGEMEESTER VAN LIERPLEIN` and `burg van lierpln` have the same key. A key is its
    own key. A name without letters or digits gives the empty string. Prins and prinses share one key, as do
    koning and koningin, since `Pr.` and `Kon.` can be either.
    """
    key = _key_of_words(fold(name).split())
    while (again := _key_of_words([key] if key else [])) != key:
        key = again
    return key


def _key_of_words(words: list[str]) -> str:
    return _ENDING.sub(lambda m: _ENDINGS[m[1]], "".join(_written_out(words)))


def _written_out(words: list[str]) -> list[str]:
    out: list[str] = []
    for at, word in enumerate(words):
        after_van = bool(out) and out[-1].endswith("van")
        last = at == len(words) - 1
        out.append(_word_written_out(word, after_van=after_van, last=last))
    return out


def _word_written_out(word: str, *, after_van: bool, last: bool) -> str:
    if after_van and not last and word in {"d", "de", "den", "der"}:
        return "de"
    if not last and word in {"v", "vd"}:
        return "van" if word == "v" else "vande"
    if ordinal := _ORDINAL.fullmatch(word):
        return f"{ordinal[1]}e"
    return _ORDINALS.get(word) or _TITLES.get(word) or word


@lru_cache(maxsize=65_536)
def sound_of(key: str) -> str:
    """How a key sounds: spellings that Dutch ears do not tell apart become one."""
    for pattern, sound in _SOUNDS:
        key = pattern.sub(sound, key)
    return key


def is_slip(written: str, known: str) -> bool:
    """True when `written` is a likely slip of the pen for the key `known`.

    Accepted are spellings that sound the same; and one letter too many, one too few or two neighbours
    swapped when that is in the word for the kind of street (Kerkstaat), is the n or s that joins two words
    (Lindenlaan, Lindelaan) or is in a stem of eight letters or more. A letter replaced by another and a slip
    in a short stem are not: that is how real streets differ (Berkenlaan, Beukenlaan; Klaverstraat,
    Kalverstraat). Digits and the first letter must be equal.
    """
    if _DIGITS.findall(written) != _DIGITS.findall(known) or written[:1] != known[:1]:
        return False
    if sound_of(written) == sound_of(known):
        return True
    if OSA.distance(written, known, score_cutoff=1) > 1 or _one_letter_replaced(written, known):
        return False
    return _slip_is_harmless(written, known)


def _slip_is_harmless(written: str, known: str) -> bool:
    stem, kind = _stem_and_kind(known)
    if len(kind) >= SHORTEST_KIND_FOR_SLIP and written.startswith(stem):
        return True
    written_stem, written_kind = _stem_and_kind(written)
    if written_kind != kind:
        return False
    short, long = sorted((stem, written_stem), key=len)
    return len(short) >= SHORTEST_STEM_FOR_SLIP or (kind != "" and long in {short + "n", short + "s"})


def _stem_and_kind(key: str) -> tuple[str, str]:
    kind = _KINDS.search(key)
    return (key[: kind.start()], kind[1]) if kind else (key, "")


def _one_letter_replaced(a: str, b: str) -> bool:
    return len(a) == len(b) and sum(x != y for x, y in zip(a, b, strict=True)) == 1
