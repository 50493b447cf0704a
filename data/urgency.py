"""Urgency: whether a text speaks of danger, or of what somebody else mends sooner, by fixed rules.

Rules and no learning: who is sent to 112, or to another door, has to be sent there every time.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from geo.streets import fold

_FOLDER = Path(__file__).parent / "resources"
_DANGER, _ELSEWHERE = "spoed", "doorverwijzen"


@dataclass(frozen=True, slots=True)
class Rule:
    """Words that mean something, unless they stand in one of the phrases that only look like it."""

    slug: str
    words: tuple[str, ...]
    unless: tuple[str, ...]


def rules() -> tuple[Rule, ...]:
    """Return the bundled rules of danger."""
    return _rules(_DANGER)


def elsewhere_rules() -> tuple[Rule, ...]:
    """Return the bundled rules of what somebody else mends."""
    return _rules(_ELSEWHERE)


def urgency(text: str) -> str | None:
    """Return the slug of the first rule of danger that this text meets, by whole words; None for none."""
    return _first(rules(), text)


def elsewhere(text: str) -> str | None:
    """Return the slug of who can do something about this sooner than the gemeente; None for nobody."""
    return _first(elsewhere_rules(), text)


@cache
def _rules(kind: str) -> tuple[Rule, ...]:
    table = tomllib.loads((_FOLDER / kind / "nl.toml").read_text(encoding="utf-8"))
    return tuple(
        Rule(row["slug"], tuple(map(fold, row["woorden"])), tuple(map(fold, row["behalve"])))
        for row in table["regels"]
    )


def _first(found: tuple[Rule, ...], text: str) -> str | None:
    said = f" {fold(text)} "
    return next((rule.slug for rule in found if _meets(said, rule)), None)


def _meets(said: str, rule: Rule) -> bool:
    for phrase in rule.unless:
        said = said.replace(f" {phrase} ", " ; ")
    return any(f" {word} " in said for word in rule.words)
