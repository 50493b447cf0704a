"""The poll on paper: one A4 to fill in with a pen, as a PDF that screen readers can read (PDF/UA-1)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Final

import typst

from maps.gebiedsfoto import fonts

ONE_SHEET: Final = "het formulier past niet op een bladzijde"


@dataclass(frozen=True, slots=True)
class Choice:
    """A box to tick: the sign by which it is typed over, what it is, and what it means."""

    mark: str
    name: str
    said: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PollForm:
    """Everything on the paper, as text in Dutch; `words` holds its headings by name."""

    title: str
    lead: str
    online: str
    address: str
    code_svg: str
    themes: Sequence[Choice]
    wishes: Sequence[Choice]
    privacy: str
    return_to: str
    footer: str
    words: Mapping[str, str]


def pdf(form: PollForm, *, made_at: datetime) -> bytes:
    """Return the paper as a tagged PDF/UA-1; equal input gives equal bytes."""
    compiler = typst.Compiler(font_paths=fonts(), ignore_system_fonts=True)
    found = compiler.compile(
        input=_template(),
        format="pdf",
        sys_inputs={"data": json.dumps(asdict(form), ensure_ascii=False)},
        pdf_standards=["ua-1"],
        timestamp=int(made_at.timestamp()),
    )
    if not isinstance(found, bytes):
        raise TypeError(ONE_SHEET)
    return found


@cache
def _template() -> bytes:
    return files("maps").joinpath("assets", "peilingformulier.typ").read_bytes()
