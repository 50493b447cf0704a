"""Own links: what the number or the secret link of a resident stands for, in a text that somebody typed."""

from __future__ import annotations

import re
from typing import Final

from data.intake import melding_of_token
from data.letters import Kind, letter_of_token
from data.privacy_requests import KIND, About
from data.tokens import Purpose, name_of

LINK: Final = re.compile(r"\S*/(volg|vraag|idee|verzoek|ik-help-mee|uitnodiging)/([^/?#\s]+)\S*")
NUMBER: Final = re.compile(r"(?<![\w.-])\d(?:[\s.-]{0,2}\d){9}(?![\w.-])")
BETWEEN: Final = re.compile(r"\D")
LONGEST: Final = 400
# What a link is about, where its own word for it is another.
KINDS: Final = {"volg": "melding", "ik-help-mee": "hulp"}
PURPOSES: Final = {"ik-help-mee": Purpose.HELP, "uitnodiging": Purpose.INVITATION}


def read_about(typed: str, secret: bytes) -> About | None:
    """Return what a text with a number, a secret link or both is about; None when it holds neither.

    A link says itself whether it is ours, so nothing is looked up and nobody learns what there is.
    """
    link = LINK.search(typed)
    found = NUMBER.search(LINK.sub(" ", typed))
    number = BETWEEN.sub("", found[0]) if found else ""
    if link is None:
        return About(number=number) if number else None
    kind, token = link.groups()
    name = _name(kind, token, secret)
    return About(KINDS.get(kind, kind), name, number) if name else None


def _name(kind: str, token: str, secret: bytes) -> str | None:
    if kind == "volg":
        return melding_of_token(token, secret)
    if kind in PURPOSES:
        return name_of(PURPOSES[kind], token, secret)
    if kind == KIND:
        return name_of(Purpose.REQUEST, token, secret)
    return letter_of_token(Kind(kind), token, secret)
