"""Texts that people read without effort: Flesch-Douma of at least 60, and short sentences.

Douma, De leesbaarheid van landbouwbladen (1960): 206.84 - 0.93 words per sentence - 77 syllables per word.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import textstat

from geo.registry import INDICATORS

SERVICE = Path(__file__).parent.parent / "service"
FEWEST_WORDS = 40
LONGEST_SENTENCE = 22
# An article of law, which says the same as a page of ours in words of its own kind.
LAW = (
    "Een ieder heeft, ter bescherming van de persoonlijke levenssfeer en onverminderd het bepaalde bij of "
    "krachtens deze verordening, het recht op inzage van de verwerkte persoonsgegevens, met inachtneming van "
    "de uitvoeringsvoorschriften die door burgemeester en wethouders overeenkomstig het dienaangaande "
    "bepaalde zijn vastgesteld."
)


class Reading(NamedTuple):
    """How easily a text reads; `ease` is higher where it is easier."""

    sentences: int
    words: int
    ease: float

    @property
    def length(self) -> float:
        return self.words / self.sentences


@pytest.fixture(scope="module", autouse=True)
def _dutch() -> None:
    textstat.set_lang("nl")


def sections() -> dict[str, list[str]]:
    """The sentences of every section of the interface, of the mails, and of what is said about cijfers."""
    found: dict[str, list[str]] = {}
    for name in ("texts", "mails"):
        tables = tomllib.loads((SERVICE / name / "nl.toml").read_text(encoding="utf-8"))
        found |= {f"{name}: {key}": list(sentences(table)) for key, table in tables.items()}
    found["cijfers: let op"] = [one for each in INDICATORS for one in sentences(list(each.caveats))]
    return {key: lines for key, lines in found.items() if sum(map(len, map(words, lines))) >= FEWEST_WORDS}


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


def reading(lines: list[str]) -> Reading:
    each = [word for line in lines for word in words(line)]
    syllables = sum(max(textstat.syllable_count(word), 1) for word in each)
    ease = 206.84 - 0.93 * len(each) / len(lines) - 77 * syllables / len(each)
    return Reading(len(lines), len(each), ease)


def test_every_section_of_the_interface_reads_easily() -> None:
    found = {name: reading(lines) for name, lines in sections().items()}
    whole = reading([line for lines in sections().values() for line in lines])
    for name, one in sorted(found.items(), key=lambda pair: pair[1].ease):
        print(f"{one.ease:5.1f}  {one.length:4.1f} words per sentence  {one.words:5} words  {name}")
    print(f"all: {whole.ease:.1f}, {whole.length:.1f} words per sentence, {whole.words} words")
    assert len(found) > 30
    assert {name: round(one.ease) for name, one in found.items() if one.ease < 60} == {}
    assert {name: round(one.length) for name, one in found.items() if one.length > 15} == {}


def test_no_sentence_is_long() -> None:
    lines = [line for each in sections().values() for line in each]
    assert [line for line in lines if len(words(line)) > LONGEST_SENTENCE] == []


def test_a_text_of_law_does_not_pass() -> None:
    found = reading([LAW])
    assert found.ease < 30
    assert found.length > 15


def test_the_figure_is_near_that_of_textstat() -> None:
    lines = sections()["texts: analyse"]
    assert reading(lines).ease == pytest.approx(textstat.flesch_reading_ease(" ".join(lines)), abs=8)
