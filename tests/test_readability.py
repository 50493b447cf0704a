"""Texts that people read without effort: Flesch-Douma of at least 60, and short sentences."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
import textstat
from reading_ease import hard, reading, sentences, words

from data import themes
from geo.registry import INDICATORS

SERVICE = Path(__file__).parent.parent / "service"
FEWEST_WORDS = 40
# An article of law, which says the same as a page of ours in words of its own kind.
LAW = (
    "Een ieder heeft, ter bescherming van de persoonlijke levenssfeer en onverminderd het bepaalde bij of "
    "krachtens deze verordening, het recht op inzage van de verwerkte persoonsgegevens, met inachtneming van "
    "de uitvoeringsvoorschriften die door burgemeester en wethouders overeenkomstig het dienaangaande "
    "bepaalde zijn vastgesteld."
)


def sections() -> dict[str, list[str]]:
    """The sentences of every section of the interface and the mails, and of what themes and cijfers say."""
    found: dict[str, list[str]] = {}
    for name in ("texts", "mails"):
        tables = tomllib.loads((SERVICE / name / "nl.toml").read_text(encoding="utf-8"))
        found |= {f"{name}: {key}": list(sentences(table)) for key, table in tables.items()}
    of_themes = {
        "uitnodiging": [one.invitation for one in themes.bundled().themes],
        "vraag": [one.question for one in themes.bundled().themes],
        "let op": [line for one in themes.bundled().themes for line in one.cautions],
    }
    found |= {f"thema's: {name}": list(sentences(lines)) for name, lines in of_themes.items()}
    found["cijfers: let op"] = [one for each in INDICATORS for one in sentences(list(each.caveats))]
    return {key: lines for key, lines in found.items() if sum(map(len, map(words, lines))) >= FEWEST_WORDS}


def test_every_section_of_the_interface_reads_easily() -> None:
    found = sections()
    whole = reading([line for lines in found.values() for line in lines])
    assert len(found) > 30
    assert hard(found) == {}
    print(f"all: {whole.ease:.1f}, {whole.length:.1f} words per sentence, {whole.words} words")


def test_a_text_of_law_does_not_pass() -> None:
    found = reading([LAW])
    assert found.ease < 30
    assert found.length > 15


def test_the_figure_is_near_that_of_textstat() -> None:
    lines = sections()["texts: analyse"]
    assert reading(lines).ease == pytest.approx(textstat.flesch_reading_ease(" ".join(lines)), abs=8)
