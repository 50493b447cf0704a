"""The form of the poll: what was sent, made clean, with what is wrong in each field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Self

from data.polls import LONGEST_WORDS, MOST_THEMES, Answer
from geo.themes import Registry
from service.melding_form import KEY, YES, clean

THEME: Final = "thema."
WORDS: Final = "woord."
TICKS: Final = ("activiteit", "hoe", "helpen")


@dataclass(frozen=True, slots=True)
class Filled:
    """A filled-in form: the themes that were ticked in the order of the page, and words by theme."""

    sleutel: str = ""
    bijeenkomst: str = ""
    themas: tuple[str, ...] = ()
    ticked: frozenset[str] = frozenset()
    words: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def of(cls, values: Mapping[str, str], registry: Registry) -> Self:
        """Return what these values say; what is no theme of the registry is left out."""
        typed = {one.slug: clean(values.get(WORDS + one.slug, "")) for one in registry.themes}
        return cls(
            sleutel=values.get("sleutel", ""),
            bijeenkomst=clean(values.get("bijeenkomst", "")),
            themas=tuple(one.slug for one in registry.themes if values.get(THEME + one.slug) == YES),
            ticked=frozenset(one for one in TICKS if values.get(one) == YES),
            words=MappingProxyType({theme: words for theme, words in typed.items() if words}),
        )

    def has_key(self) -> bool:
        """Whether the key is one that we make."""
        return KEY.fullmatch(self.sleutel) is not None

    def faults(self) -> dict[str, str]:
        """Return what is wrong: per field the key of a text, in the order of the page."""
        found = {}
        if not (self.themas or self.ticked):
            found["themas"] = "peiling.fout_leeg"
        elif len(self.themas) > MOST_THEMES:
            found["themas"] = "peiling.fout_veel"
        for theme in self.themas:
            if len(self.words.get(theme, "")) > LONGEST_WORDS:
                found[WORDS + theme] = "peiling.fout_lang"
        return found if self.has_key() else found | {"sleutel": "melden.fout_sleutel"}

    def answer(self, gemeente: str, area: str, registry: Registry) -> Answer:
        """Return the answer that this form gives about an area; a private theme is answered elsewhere."""
        open_to_words = {one.slug for one in registry.themes if not one.private}
        words = {theme: self.words[theme] for theme in self.themas if theme in self.words}
        return Answer(
            gemeente=gemeente,
            area=area,
            themes=self.themas,
            wants_activity="activiteit" in self.ticked,
            knows_not_how="hoe" in self.ticked,
            wants_to_help="helpen" in self.ticked,
            words={theme: said for theme, said in words.items() if theme in open_to_words},
        )
