"""Urgency: whether a text speaks of something for which somebody has to call 112 first, by fixed rules."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from geo.streets import fold

_RULES = Path(__file__).parent / "resources" / "spoed" / "nl.toml"


@dataclass(frozen=True, slots=True)
class Rule:
    """Words that mean urgency, unless they stand in one of the phrases that only look like it."""

    slug: str
    words: tuple[str, ...]
    unless: tuple[str, ...]


@cache
def rules() -> tuple[Rule, ...]:
    """Return the bundled rules."""
    table = tomllib.loads(_RULES.read_text(encoding="utf-8"))
    return tuple(
        Rule(row["slug"], tuple(map(fold, row["woorden"])), tuple(map(fold, row["behalve"])))
        for row in table["regels"]
    )


def urgency(text: str) -> str | None:
    """Return the slug of the first rule that this text meets, by whole words; None when there is none."""
    said = f" {fold(text)} "
    return next((rule.slug for rule in rules() if _meets(said, rule)), None)


def _meets(said: str, rule: Rule) -> bool:
    for phrase in rule.unless:
        said = said.replace(f" {phrase} ", " ; ")
    return any(f" {word} " in said for word in rule.words)
