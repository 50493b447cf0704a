"""Paper forms of the poll: what somebody types over in one line, with the signs that stand on the paper."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from data.polls import LONGEST_WORDS, MOST_THEMES, Answer, Channel
from geo.themes import Registry
from service.melding_form import KEY, fresh_key

# The letters of the three boxes on the paper.
SIGNS: Final[Mapping[str, str]] = {"a": "activiteit", "b": "hoe", "c": "helpen"}
PARTS: Final = re.compile(r"\d+|[a-z]+")


@dataclass(frozen=True, slots=True)
class Paper:
    """A form as it is typed over: numbers of themes, letters of boxes, and words with the themes in order."""

    sleutel: str = ""
    bijeenkomst: str = ""
    kruisjes: str = ""
    words: tuple[str, ...] = ("",) * MOST_THEMES

    def with_key(self) -> Paper:
        """Return the same form, under a key that we make."""
        return self if KEY.fullmatch(self.sleutel) else replace(self, sleutel=fresh_key())

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers that were typed, each once, in their order."""
        return tuple(dict.fromkeys(int(one) for one in self._parts if one.isdigit()))

    @property
    def letters(self) -> frozenset[str]:
        """The letters that were typed, also those written together."""
        return frozenset("".join(one for one in self._parts if not one.isdigit()))

    @property
    def _parts(self) -> list[str]:
        return PARTS.findall(self.kruisjes.lower())

    def fault(self, registry: Registry) -> str:
        """Return the key of a text that says what is wrong; empty when nothing is."""
        if not self._parts or KEY.fullmatch(self.sleutel) is None:
            return "peilingen.fout_leeg"
        if any(not 1 <= one <= len(registry.themes) for one in self.numbers):
            return "peilingen.fout_nummer"
        if not self.letters <= SIGNS.keys():
            return "peilingen.fout_letter"
        if len(self.numbers) > MOST_THEMES:
            return "peilingen.fout_veel"
        if any(len(one) > LONGEST_WORDS for one in self.words):
            return "peiling.fout_lang"
        named = len(self.numbers)
        return "peilingen.fout_woord" if any(self.words[named:]) else ""

    def answer(self, gemeente: str, area: str, registry: Registry, *, meeting: int | None) -> Answer:
        """Return what this form says; words with a private theme are not kept."""
        chosen = [registry.themes[number - 1] for number in self.numbers]
        words = zip(chosen, self.words, strict=False)
        return Answer(
            gemeente=gemeente,
            area=area,
            themes=tuple(one.slug for one in chosen),
            wants_activity="a" in self.letters,
            knows_not_how="b" in self.letters,
            wants_to_help="c" in self.letters,
            words={one.slug: said for one, said in words if said and not one.private},
            channel=Channel.PAPER,
            meeting_id=meeting,
        )
