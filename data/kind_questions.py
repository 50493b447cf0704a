"""Questions that a soort brings along, for who mends it: never asked by force, never public."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from data.melding_words import OWN_EDITION

LONGEST_ANSWER: Final = 80


@dataclass(frozen=True, slots=True)
class KindQuestion:
    """A question about one soort; without `choices` it is answered in own words."""

    slug: str
    key: str
    question: str
    choices: tuple[str, ...]

    @property
    def field(self) -> str:
        """The name of its field in a form."""
        return f"vraag.{self.slug}.{self.key}"


@cache
def kind_questions(slug: str) -> tuple[KindQuestion, ...]:
    """Return the questions of a soort of our own edition, in their order; empty when there are none."""
    return tuple(one for one in every_question() if one.slug == slug)


@cache
def every_question() -> tuple[KindQuestion, ...]:
    """Return the bundled questions."""
    path = files("data") / "resources" / "vragen" / f"{OWN_EDITION}.toml"
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return tuple(
        KindQuestion(row["soort"], row["sleutel"], row["vraag"], tuple(row["keuzes"]))
        for row in table["vragen"]
    )


def answers_of(slug: str, given: Mapping[str, str]) -> dict[str, str]:
    """Return the answers to the questions of one soort, by question; what is no answer is left out.

    `given` holds fields of a form. Answers to questions of another soort do not count.
    """
    found = {}
    for one in kind_questions(slug):
        answer = " ".join(given.get(one.field, "").split())[:LONGEST_ANSWER]
        if answer and (not one.choices or answer in one.choices):
            found[one.question] = answer
    return found
