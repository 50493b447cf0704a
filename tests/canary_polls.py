"""Canaries in the poll: what was typed about a wijk in a form, on paper and in a signal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from data import polls, signals
from data.database import Database
from data.polls import Answer, Channel
from data.signals import SignalKind
from service.secret import read_secret
from service.settings import Settings

# So many that their numbers are told: words are none of them.
PEOPLE = 12


def plant_polls(
    database: Database, settings: Settings, text: Callable[[str, str], str], gemeente: str, wijk: str
) -> None:
    """A round that is over, with words in every answer, an answer that waits, and a signal."""
    secret, said = read_secret(settings.var_folder), text(gemeente, "peiling: woorden")
    answer = Answer(gemeente=gemeente, area=wijk, themes=("schoon",), words={"schoon": said})
    with database.write() as session:
        for number in range(PEOPLE):
            key, day = f"{gemeente} {number}", date(2026, 2, 1)
            assert polls.enter(session, answer, actor="proef", on=day, key=key, secret=secret)
        waits = Answer(
            gemeente=gemeente,
            area=wijk,
            themes=("wonen",),
            words={"wonen": text(gemeente, "peiling: wachtende woorden")},
            channel=Channel.WEB,
        )
        polls.keep_beside(
            session, waits, checked=False, on=date(2026, 7, 1), key=f"{gemeente} wacht", secret=secret
        )
        line = text(gemeente, "signaal: tekst")
        signals.hear(
            session, gemeente, wijk, theme="schoon", kind=SignalKind.CONCERN, text=line, actor="proef"
        )
