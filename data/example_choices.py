"""Example choices of a theme: put before a gebied, reacted to and made, also against the advice."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from data import choice_reactions, theme_choices
from data import example_season_words as words
from data.choice_reactions import Asked
from data.example_stage import ACTOR, Advised, Stage, Story
from data.partner_fields import Kind
from data.theme_choices import Decision, Proposal
from data.theme_models import ThemeChoice

# How many days ago the advice was put before the gebied.
PUT_DOWN: Final[Mapping[Story, int]] = {Story.HELD: 98, Story.OTHERWISE: 30, Story.ASKED: 6}
TERM: Final = timedelta(days=14)
FORM, FORM_OTHERWISE = "themabijeenkomst", "werkavond"


def with_advice(stage: Stage, gebied: Advised) -> ThemeChoice:
    """Put in a choice of the theme that the advice put first."""
    choice = _put_down(stage, gebied)
    first, *_, last = choice.proposed
    _residents_say(stage, choice, -92, first, words.REACTION)
    _others_say(stage, choice, -88, last)
    _decide(stage, choice, Decision(first, FORM, words.TOLD), -82)
    return choice


def otherwise(stage: Stage, gebied: Advised) -> ThemeChoice:
    """Put in a choice against the advice, with the facts that speak for it."""
    choice = _put_down(stage, gebied)
    slug = next(one for one in words.OTHERWISE if one not in choice.proposed)
    naam = stage.registry.theme(slug).naam
    _residents_say(stage, choice, -24, "", words.REACTION_OTHER.format(thema=naam))
    _others_say(stage, choice, -20, choice.proposed[0])
    told = Decision(slug, FORM_OTHERWISE, words.TOLD_OTHER, words.FACTS_OTHER, words.OPINION_OTHER)
    _decide(stage, choice, told, -12)
    return choice


def asked(stage: Stage, gebied: Advised) -> ThemeChoice:
    """Put in an advice of which the term runs: one has reacted."""
    choice = _put_down(stage, gebied)
    _residents_say(stage, choice, -3, choice.proposed[0], words.REACTION)
    return choice


def _put_down(stage: Stage, gebied: Advised) -> ThemeChoice:
    ago = -PUT_DOWN[gebied.story]
    proposal = Proposal(
        gemeente=stage.gemeente,
        gebied=gebied.code,
        period=gebied.half_year,
        proposed=gebied.proposed,
        snapshot=gebied.snapshot,
        due_on=stage.day(ago) + TERM,
        example=True,
    )
    choice = theme_choices.propose(stage.session, proposal, actor=ACTOR, now=stage.at(ago))
    # Who works on one of the three themes, after the bewonersorganisatie.
    partners = [
        one
        for one in choice_reactions.to_ask(stage.session, stage.gemeente, gebied.code)
        if one.kind == Kind.BEWONERS or set(one.themes) & set(gebied.proposed)
    ]
    choice_reactions.ask(stage.session, choice, partners, secret=stage.secret, now=stage.at(ago))
    return choice


def _residents_say(stage: Stage, choice: ThemeChoice, day: int, preferred: str, facts: str) -> None:
    rows = choice_reactions.asked_of(stage.session, choice)
    for row in [one for one in rows if one.naam.startswith(words.RESIDENTS)]:
        choice_reactions.react(
            stage.session,
            Asked(row, choice),
            preferred=preferred,
            facts=facts,
            opinion=words.REACTION_OPINION,
            now=stage.at(day),
        )


def _others_say(stage: Stage, choice: ThemeChoice, day: int, preferred: str) -> None:
    """Let the first of the others react; the rest does not."""
    rows = choice_reactions.asked_of(stage.session, choice)
    for row in [one for one in rows if not one.naam.startswith(words.RESIDENTS)][:1]:
        choice_reactions.react(
            stage.session,
            Asked(row, choice),
            preferred=preferred,
            facts=words.REACTION_PARTNER,
            opinion="",
            now=stage.at(day),
        )


def _decide(stage: Stage, choice: ThemeChoice, decision: Decision, day: int) -> None:
    theme_choices.choose(stage.session, choice, decision, actor=ACTOR, now=stage.at(day))
    choice_reactions.tell(stage.session, choice, now=stage.at(day, 11))
