"""The words of the file of a gebied on paper: the same sections as its page, in the same order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date

from data import agreements
from data.evaluations import CHOICES, QUESTIONS, AnswerTally
from data.handing_over import GebiedFile
from data.meeting_models import Agreement
from data.partner_models import Partner
from data.theme_choices import theme_name
from data.theme_models import Signal, ThemeChoice
from data.year_evaluations import QUESTIONS as YEAR_QUESTIONS
from geo.exposure import local_day
from maps.area_file import AreaFile, Line, Section
from service.analysis.meeting_page import ShownMeeting
from service.analysis.places import Place, Places
from service.analysis.words import day_text
from service.half_years import words_of
from service.texts import catalogue


def area_file(
    file: GebiedFile,
    place: Place,
    found: Places,
    *,
    coming: Sequence[ShownMeeting],
    held: Sequence[ShownMeeting],
    today: date,
) -> AreaFile:
    """Return the file of a gebied as its paper says it."""
    sections = (
        _section(
            "overdracht.toezeggingen",
            [_agreement(one, today) for one in file.promises],
            "overdracht.geen_toezeggingen",
        ),
        _section(
            "overdracht.afspraken",
            [_agreement(one, today) for one in file.agreed],
            "overdracht.geen_afspraken",
        ),
        _section("overdracht.komend", [_meeting(one) for one in coming], "overdracht.geen_bijeenkomsten"),
        _section("overdracht.keuzes", [_choice(one) for one in file.choices], "overdracht.geen_keuzes"),
        _section("overdracht.partners", [_partner(one) for one in file.partners], "overdracht.geen_partners"),
        _section("overdracht.signalen", [_signal(one) for one in file.signals], "overdracht.geen_signalen"),
        _section("overdracht.evaluatie", list(_thought(file)), "overdracht.geen_antwoorden"),
        _section("overdracht.geweest", [_meeting(one) for one in held], "overdracht.geen_bijeenkomsten"),
        _section(
            "overdracht.gedaan", [_agreement(one, today) for one in file.ended], "overdracht.niets_gedaan"
        ),
    )
    return AreaFile(
        title=_text("overdracht.van", naam=place.naam),
        lead=_text("overdracht.van_inleiding", dag=day_text(today)),
        readers=_text("overdracht.wie_leest"),
        sections=sections,
        sender=_text("bijeenkomst_print.afzender", gemeente=found.gemeente.naam),
        warning=_text("algemeen.voorbeeld") if file.example else "",
    )


def _section(title: str, lines: Sequence[Line], empty: str) -> Section:
    """Return a section under a heading of the page, with a sentence when there is nothing in it."""
    return Section(_text(title), lines, "" if lines else _text(empty))


def _signal(row: Signal) -> Line:
    return Line(row.text, details=(day_text(local_day(row.at)),))


def _agreement(row: Agreement, today: date) -> Line:
    late = agreements.is_late(row, today)
    mark = _text("verslag.te_laat") if late else _text(f"verslag.stand_{row.state}")
    details = [_text("verslag.wie_wanneer", wie=row.owner, dag=day_text(row.due_on))]
    if row.first_due_on:
        days = {"van": day_text(row.first_due_on), "naar": day_text(row.due_on)}
        details.append(_text("verslag.verzet", n=row.moves, **days))
    if row.outcome and row.closed_on:
        details.append(_text("verslag.uitkomst_was", uitkomst=row.outcome, dag=day_text(row.closed_on)))
    return Line(row.text, mark, tuple(details))


def _meeting(shown: ShownMeeting) -> Line:
    state = _text(f"bijeenkomst.stand_{shown.meeting.state}")
    when = f"{shown.day}, {shown.hours}"
    return Line(shown.meeting.titel, state, tuple(filter(None, (when, shown.where, shown.form))))


def _choice(row: ThemeChoice) -> Line:
    head = words_of(row.period)
    if row.theme:
        head = f"{head}: {theme_name(row, row.theme)}"
    return Line(head, _text(f"overdracht.keuze_{row.state}"), tuple(filter(None, (row.told, row.facts))))


def _partner(row: Partner) -> Line:
    return Line(
        row.organisation, details=tuple(filter(None, (", ".join(filter(None, (row.role, row.naam))),)))
    )


def _thought(file: GebiedFile) -> Iterator[Line]:
    """Yield what people thought: counts by question, then what was written."""
    thought = file.evaluation
    if thought.tally.people:
        head = _text("evaluatie.kop_gebied", n=thought.tally.people, m=thought.meetings)
        yield Line(head, details=_counts(thought.tally, QUESTIONS))
    for year in thought.years:
        if year.tally.people:
            head = _text("evaluatie.kop_jaar", jaar=year.year, n=year.tally.people, m=year.asked)
            yield Line(head, details=_counts(year.tally, YEAR_QUESTIONS))
    for words in file.words:
        yield Line(words)


def _counts(tally: AnswerTally, questions: Sequence[str]) -> tuple[str, ...]:
    def said(question: str) -> str:
        chosen = tally.counts.get(question, Counter[str]())
        numbers = (f"{_text(f'evaluatie.keus_{one}').lower()} {chosen[one]}" for one in CHOICES)
        return f"{_text(f'evaluatie.vraag_{question}')} {', '.join(numbers)}."

    return tuple(said(one) for one in questions)


def _text(key: str, **values: object) -> str:
    return catalogue().text(key, **values)
