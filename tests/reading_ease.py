"""How easily a Dutch text reads: Flesch-Douma, and the length of its sentences.

Douma, De leesbaarheid van landbouwbladen (1960): 206.84 - 0.93 words per sentence - 77 syllables per word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import textstat

EASE, LENGTH = 60, 15
LONGEST_SENTENCE = 22


class Reading(NamedTuple):
    """How easily a text reads; `ease` is higher where it is easier."""

    sentences: int
    words: int
    ease: float

    @property
    def length(self) -> float:
        return self.words / self.sentences


def sentences(value: Any) -> Iterator[str]:
    """Whole sentences among texts; a label or the name of a button is none."""
    if isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from sentences(one)
    elif isinstance(value, str):
        plain = re.sub(r"\{[^}]*\}", "naam", re.sub(r"<[^>]+>|\S+@\S+|https?://\S+", " ", value))
        for line in re.split(r"(?<=[.!?:;])\s+|\n+", plain):
            if len(line.split()) >= 3 and line.strip()[-1] in ".!?:;":
                yield line.strip()


def words(line: str) -> list[str]:
    return re.findall(r"[\wÀ-ÿ'’-]*[A-Za-zÀ-ÿ][\wÀ-ÿ'’-]*", line)


def reading(lines: Sequence[str]) -> Reading:
    textstat.set_lang("nl")
    each = [word for line in lines for word in words(line)]
    syllables = sum(max(textstat.syllable_count(word), 1) for word in each)
    ease = 206.84 - 0.93 * len(each) / len(lines) - 77 * syllables / len(each)
    return Reading(len(lines), len(each), ease)


def hard(texts: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """The texts that do not read easily, by name, with why; all figures are printed."""
    found = {name: reading(lines) for name, lines in texts.items()}
    for name, one in sorted(found.items(), key=lambda pair: pair[1].ease):
        print(f"{one.ease:5.1f}  {one.length:4.1f} words per sentence  {one.words:5} words  {name}")
    long = {
        name: [one for one in lines if len(words(one)) > LONGEST_SENTENCE] for name, lines in texts.items()
    }
    return {
        name: f"{one.ease:.0f}, {one.length:.1f} words per sentence, too long: {long[name]}"
        for name, one in found.items()
        if one.ease < EASE or one.length > LENGTH or long[name]
    }
