"""Texts to learn soorten from, and texts to set and to test the classifier with: all written by ourselves."""

from __future__ import annotations

import hashlib
import tomllib
from functools import cache
from importlib.resources import files
from itertools import cycle
from typing import Any, NamedTuple

_FOLDER = files("data") / "resources" / "classifier"
LEARN = "leren"
SET_WITH, TEST_WITH = "afstellen", "toets"


class Labelled(NamedTuple):
    """A text and the slug of the soort that it is about."""

    text: str
    slug: str


@cache
def texts_to_learn() -> tuple[Labelled, ...]:
    """Return every text to learn from: whole sentences, things alone, and each thing with a complaint."""
    tables = [tomllib.loads(entry.read_text(encoding="utf-8")) for entry in _learning_files()]
    return tuple(
        Labelled(text, slug) for table in tables for slug, words in table.items() for text in _wordings(words)
    )


@cache
def texts_to_set() -> tuple[Labelled, ...]:
    """Return the texts that decide how sure is sure, and from where something is suggested."""
    return _listed(SET_WITH)


@cache
def texts_to_test() -> tuple[Labelled, ...]:
    """Return the texts that only the evaluation reads."""
    return _listed(TEST_WITH)


@cache
def mark() -> str:
    """Return a digest of all that a classifier is made of; another one when any text changes."""
    made_of = (texts_to_learn(), texts_to_set())
    return hashlib.sha256(repr(made_of).encode()).hexdigest()[:16]


def _learning_files() -> list[Any]:
    return sorted((_FOLDER / LEARN).iterdir(), key=lambda entry: entry.name)


def _wordings(words: dict[str, list[str]]) -> list[str]:
    # One complaint each: all pairs make learning ten times as slow and, on the texts to set, no better.
    pairs = [
        f"{thing} {complaint}"
        for thing, complaint in zip(words["dingen"], cycle(words["klachten"]), strict=False)
    ]
    return [*words["zinnen"], *words["dingen"], *pairs]


def _listed(name: str) -> tuple[Labelled, ...]:
    table = tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    return tuple(Labelled(text, slug) for slug, texts in table.items() for text in texts)
