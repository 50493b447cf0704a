"""Partner index: finds who is in the register already, by address or by organisation and role."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Final, Generic, NamedTuple, TypeVar

from rapidfuzz import fuzz, process

from data.partner_fields import GivenPartner
from data.refusals import plain as plain_address
from data.same_kind import ORGANISATION, WORDS, organisation_key

ENDS: Final = 3
DIGITS: Final = re.compile(r"\d+")
T = TypeVar("T")


class Same(NamedTuple, Generic[T]):
    """Somebody who is there already, and by what that is known."""

    one: T
    by_mail: bool


class _Block(Generic[T]):
    """Who has a name that begins or ends alike."""

    def __init__(self) -> None:
        self.houses: list[str] = []
        self.others: list[tuple[str, T]] = []


class PartnerIndex(Generic[T]):
    """What is there, to be asked for each row of a file.

    Spelling may differ in all but the first or the last letters, and in all but numbers.
    """

    def __init__(self) -> None:
        self._by_mail: dict[str, T] = {}
        self._by_words: dict[tuple[str, str], T] = {}
        self._by_end: defaultdict[str, _Block[T]] = defaultdict(_Block)

    def add(self, given: GivenPartner, one: T) -> None:
        """Let somebody be found."""
        if given.email:
            self._by_mail.setdefault(plain_address(given.email), one)
        house, role = _keys(given)
        self._by_words.setdefault((house, role), one)
        for end in _ends(house):
            self._by_end[end].houses.append(house)
            self._by_end[end].others.append((role, one))

    def find(self, given: GivenPartner) -> Same[T] | None:
        """Return who has the same address, else the same organisation and role; None for somebody new."""
        if given.email and (found := self._by_mail.get(plain_address(given.email))) is not None:
            return Same(found, by_mail=True)
        house, role = _keys(given)
        if (exact := self._by_words.get((house, role))) is not None:
            return Same(exact, by_mail=False)
        for end in _ends(house):
            if end in self._by_end and (near := _near(self._by_end[end], house, role)) is not None:
                return Same(near, by_mail=False)
        return None


def _near(block: _Block[T], house: str, role: str) -> T | None:
    alike = process.extract(house, block.houses, scorer=fuzz.ratio, score_cutoff=ORGANISATION, limit=None)
    numbers = DIGITS.findall(house)
    for known, _, at in alike:
        its_role, one = block.others[at]
        if _alike(role, its_role) and DIGITS.findall(known) == numbers:
            return one
    return None


def _keys(given: GivenPartner) -> tuple[str, str]:
    house, _, role = organisation_key(given.organisatie, given.functie).partition(" | ")
    return house, role


def _ends(house: str) -> set[str]:
    # Numbers differ often where names do not.
    bare = "".join(DIGITS.sub("", house).split())
    return {f"{bare[:ENDS]}-", f"-{bare[-ENDS:]}"}


def _alike(one: str, other: str) -> bool:
    return one == other or bool(one and other and fuzz.ratio(one, other, score_cutoff=WORDS))
