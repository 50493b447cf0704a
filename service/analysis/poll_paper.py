"""The poll of an area on paper, with the numbers and letters by which it is typed over."""

from __future__ import annotations

import io
from datetime import datetime

import segno

from data import themes
from data.polls import MOST_THEMES
from maps import poll_form
from maps.poll_form import Choice, PollForm
from service.analysis.places import Place
from service.analysis.workbench import Workbench
from service.paper_form import SIGNS
from service.texts import catalogue


def printed(workbench: Workbench, place: Place, *, address: str, made_at: datetime) -> bytes:
    """Return the paper of an area as a PDF; `address` is where the same is asked on a phone."""
    text = catalogue().text
    with workbench.session() as session:
        registry = themes.registry(session, place.gemeente)
    form = PollForm(
        title=text("peiling.kop", naam=place.naam),
        lead=text("peilingformulier.inleiding"),
        online=text("peilingformulier.online"),
        address=address,
        code_svg=_code(address),
        themes=[
            Choice(
                str(number),
                theme.naam,
                text("peilingformulier.besloten") if theme.private else theme.invitation,
            )
            for number, theme in enumerate(registry.themes, start=1)
        ],
        wishes=[Choice(letter, text(f"peiling.{wish}")) for letter, wish in SIGNS.items()],
        privacy=f"{text('peiling.telling')} {text('peiling.wie_leest')}",
        return_to=text("peilingformulier.terug"),
        footer=text("peilingformulier.voet", naam=place.naam, code=place.code),
        words={
            "keyword": text("peiling.titel"),
            "code_alt": text("peilingen.scherm_code"),
            "themes": text("peilingformulier.themas", n=MOST_THEMES),
            "more": text("peilingformulier.meer"),
            "more_note": text("peilingformulier.meer_uitleg"),
            "wishes": text("peiling.wensen"),
        },
    )
    return poll_form.pdf(form, made_at=made_at)


def _code(address: str) -> str:
    drawn = io.BytesIO()
    segno.make(address, error="m").save(drawn, kind="svg", border=1, xmldecl=False)
    return drawn.getvalue().decode()
