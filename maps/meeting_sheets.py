"""Meeting sheets: a poster in large letters, a sheet to count who came, and a form about it (PDF/UA-1)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal

import typst

from maps.gebiedsfoto import fonts


@dataclass(frozen=True, slots=True, kw_only=True)
class Poster:
    """What a poster says; `code_svg` draws the address of `link`, and `code_alt` says so.

    What is empty stays away.
    """

    title: str
    lead: str
    day: str
    hours: str
    place: str
    address: str
    accessible: str
    come: str
    link: str
    code_svg: str
    code_alt: str
    sender: str
    warning: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TallySheet:
    """A sheet to count people by kind, without names: `kinds` are the rows, `columns` the three headings."""

    title: str
    lead: str
    how: str
    kinds: tuple[str, ...]
    columns: tuple[str, str, str]
    total: str
    sender: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationForm:
    """A form about a meeting: `questions` with the same `answers` to tick, and room to write.

    Without a `link` nothing says how to do it on a phone.
    """

    title: str
    lead: str
    how: str
    questions: tuple[str, ...]
    answers: tuple[str, ...]
    write: str
    privacy: str
    online: str
    link: str
    code_svg: str
    code_alt: str
    return_to: str
    sender: str


Sheet = Poster | TallySheet | EvaluationForm
_TEMPLATES: Final[Mapping[type[Sheet], str]] = {
    Poster: "affiche.typ",
    TallySheet: "telblad.typ",
    EvaluationForm: "evaluatieformulier.typ",
}


def pdf(sheet: Sheet, *, made_at: datetime) -> bytes:
    """Return a sheet as a tagged PDF/UA-1 of one page; equal input gives equal bytes."""
    return _compiled(sheet, form="pdf", pdf_standards=["ua-1"], timestamp=int(made_at.timestamp()))


def png(sheet: Sheet) -> bytes:
    """Return a sheet as a picture, to look at."""
    return _compiled(sheet, form="png", ppi=72.0)


def _compiled(sheet: Sheet, *, form: Literal["pdf", "png"], **options: Any) -> bytes:
    inputs = {"data": json.dumps(asdict(sheet), ensure_ascii=False)}
    compiler = typst.Compiler(font_paths=fonts(), ignore_system_fonts=True)
    found = compiler.compile(
        input=_template(_TEMPLATES[type(sheet)]), format=form, sys_inputs=inputs, **options
    )
    # A sheet of one page is bytes; a list would be a picture for each page.
    if not isinstance(found, bytes):
        raise TypeError("het blad past niet op een bladzijde")
    return found


@cache
def _template(name: str) -> bytes:
    return files("maps").joinpath("assets", name).read_bytes()
