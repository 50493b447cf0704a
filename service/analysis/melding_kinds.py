"""Soorten of a melding: what we suggest for a text, what else is likely, and what each asks along."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import groupby

from data.categories import Category, category_edition
from data.classifier import SOMETHING_ELSE, Suggestion
from data.kind_questions import KindQuestion, kind_questions
from data.melding_words import OWN_EDITION
from geo.main_groups import MainGroup
from service.analysis import suggesting
from service.settings import Settings


@dataclass(frozen=True, slots=True)
class KindChoice:
    """A soort to choose with one tap, and the questions that come with it."""

    slug: str
    naam: str
    questions: tuple[KindQuestion, ...]


@dataclass(frozen=True, slots=True)
class KindChoices:
    """The soorten at hand, the likeliest first; `chosen` is marked, `sure` says that it is our suggestion."""

    near: tuple[KindChoice, ...]
    chosen: str
    suggestion: Suggestion

    @property
    def sure(self) -> bool:
        """Whether we suggest a soort, and not `overig`."""
        return self.suggestion.slug != SOMETHING_ELSE


def kind_choices(settings: Settings, text: str, *, chosen: str = "", suggested: str = "") -> KindChoices:
    """Return what to offer for a text.

    `chosen` is the soort of the form as it came, and `suggested` what was suggested then: somebody who left
    our suggestion as it was gets the new one with a new text.
    """
    suggestion = suggesting.suggest(settings, text)
    kept = chosen if is_kind(chosen) and chosen != suggested else suggestion.slug
    slugs = dict.fromkeys([kept, suggestion.slug, *suggestion.options, SOMETHING_ELSE])
    known = category_edition_by_slug()
    near = [slug for slug in slugs if slug != SOMETHING_ELSE] + [SOMETHING_ELSE]
    choices = (KindChoice(slug, known[slug].naam, kind_questions(slug)) for slug in near)
    return KindChoices(tuple(choices), kept, suggestion)


def is_kind(slug: str) -> bool:
    """Whether this is a soort of our own edition."""
    return slug in category_edition_by_slug()


@cache
def category_edition_by_slug() -> dict[str, Category]:
    """Return the soorten of our own edition by their slug."""
    return category_edition(OWN_EDITION).by_slug


@cache
def kinds_by_group() -> list[tuple[str, list[Category]]]:
    """Return the soorten that can be chosen, by the name of their main group."""
    order = list(MainGroup)
    named = sorted(category_edition_by_slug().values(), key=lambda one: order.index(one.main_group))
    return [(group.naam, list(of_group)) for group, of_group in groupby(named, lambda one: one.main_group)]
