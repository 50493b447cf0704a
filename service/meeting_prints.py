"""Meeting prints: the words of the poster, the counting sheet and the form about a meeting."""

from __future__ import annotations

import io
from typing import Final

import segno

from data.evaluations import CHOICES, QUESTIONS
from data.meetings import VISITORS
from maps.meeting_sheets import EvaluationForm, Poster, TallySheet
from service.analysis.meeting_page import ShownMeeting
from service.analysis.places import Places
from service.texts import catalogue

LONGEST_LEAD: Final = 900


def poster(shown: ShownMeeting, found: Places, *, site: str) -> Poster:
    """Return the poster of a meeting; `site` is the address of the service without a slash at the end."""
    meeting, link = shown.meeting, f"{site}/bijeenkomsten/{shown.meeting.public_id}"
    return Poster(
        title=meeting.titel,
        lead=_shortened(meeting.intro),
        day=shown.day,
        hours=shown.hours,
        place=meeting.place,
        address=meeting.address,
        accessible=meeting.accessible,
        come=_come(shown),
        link=link,
        code_svg=code(link),
        code_alt=_text("bijeenkomst_print.code_alt", link=link),
        sender=_text("bijeenkomst_print.afzender", gemeente=found.gemeente.naam),
        warning=_warning(shown),
    )


def _come(shown: ShownMeeting) -> str:
    """Return what the poster asks: nobody comes any more to what is called off or over."""
    if shown.cancelled or shown.over:
        return _text("bijeenkomst_print.meer_weten")
    return _text("bijeenkomst_print.kom" if shown.meeting.public else "bijeenkomst_print.kom_besloten")


def tally_sheet(shown: ShownMeeting, found: Places) -> TallySheet:
    """Return the sheet to count who came."""
    return TallySheet(
        title=_text("bijeenkomst_print.telblad", titel=shown.meeting.titel),
        lead=f"{shown.day}, {shown.hours}{f'. {shown.where}' if shown.where else ''}",
        how=_text("bijeenkomst_print.telblad_uitleg"),
        kinds=tuple(_text(f"bijeenkomst_print.soort_{kind}") for kind in VISITORS),
        columns=(
            _text("bijeenkomst_print.wie"),
            _text("bijeenkomst_print.streepjes"),
            _text("bijeenkomst_print.samen"),
        ),
        total=_text("bijeenkomst_print.allen"),
        sender=_text("bijeenkomst_print.afzender", gemeente=found.gemeente.naam),
    )


def evaluation_form(shown: ShownMeeting, found: Places, *, link: str) -> EvaluationForm:
    """Return the form about a meeting; without a `link` it is on paper alone."""
    address = link.partition("//")[2]
    return EvaluationForm(
        title=_text("evaluatie.titel", titel=shown.meeting.titel),
        lead=f"{shown.day}, {shown.hours}",
        how=_text("evaluatie_print.uitleg"),
        questions=tuple(_text(f"evaluatie.vraag_{one}") for one in QUESTIONS),
        answers=tuple(_text(f"evaluatie.keus_{one}") for one in CHOICES),
        write=_text("evaluatie.vraag_woorden"),
        privacy=_text("evaluatie_print.wie_leest"),
        online=_text("evaluatie_print.online") if link else "",
        link=address,
        code_svg=code(link) if link else "",
        code_alt=_text("bijeenkomst_print.code_alt", link=address) if link else "",
        return_to=_text("evaluatie_print.terug"),
        sender=_text("bijeenkomst_print.afzender", gemeente=found.gemeente.naam),
    )


def code(address: str) -> str:
    """Return an address as a code for the camera of a phone, as SVG."""
    stream = io.BytesIO()
    segno.make(address, error="m", micro=False).save(stream, kind="svg", border=1, xmldecl=False)
    return stream.getvalue().decode()


def _warning(shown: ShownMeeting) -> str:
    if shown.cancelled:
        return _text("bijeenkomst_print.afgelast")
    if shown.concept:
        return _text("bijeenkomst_print.concept")
    return catalogue().text("algemeen.voorbeeld") if shown.meeting.example else ""


def _shortened(words: str) -> str:
    words = " ".join(words.split())
    return words if len(words) <= LONGEST_LEAD else f"{words[: LONGEST_LEAD - 1].rstrip()}…"


def _text(key: str, **values: object) -> str:
    return catalogue().text(key, **values)
