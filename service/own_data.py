"""Own data: what is kept of somebody as a text to send them, with who took it out and when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from data.erasing import Found
from data.giving_out import Line, Value
from service.analysis.words import day_text, moment_words
from service.texts import catalogue


def written_out(given: Sequence[tuple[Found, Sequence[Line]]], *, actor: str, at: datetime) -> str:
    """Return the text of all that is kept in these, a field on a line."""
    say = catalogue().text
    parts = ["\n".join((say("inzage.titel"), say("inzage.door", moment=moment_words(at), wie=actor)))]
    for number, (found, lines) in enumerate(given, start=1):
        said = [f"{say(f'inzage.veld_{name}')}: {_said(value)}" for name, value in lines]
        parts.append("\n".join((f"{number}. {say(f'wissen.gevonden_{found.kind}')}", *said)))
    return "\n\n".join((*parts, say("inzage.rest"))) + "\n"


def _said(value: Value) -> str:
    if isinstance(value, bool):
        return catalogue().text("inzage.ja" if value else "inzage.nee")
    if isinstance(value, datetime):
        return moment_words(value)
    return day_text(value) if isinstance(value, date) else str(value)
