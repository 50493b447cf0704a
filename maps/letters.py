"""Letters: one PDF with a letter on its own sheet for each reader, tagged for screen readers (PDF/UA-1)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files

import typst

from maps.gebiedsfoto import fonts


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One letter: to whom, what it says, and where to answer. `code_svg` draws the same address."""

    to: tuple[str, ...]
    subject: str
    paragraphs: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    answer: str
    link: str
    code_svg: str
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """Letters of one sender; `title` and `code_alt` are for who cannot see them."""

    title: str
    sender: str
    place_and_day: str
    greeting: str
    closing: str
    code_alt: str
    letters: Sequence[Letter]


def pdf(bundle: Bundle, *, made_at: datetime) -> bytes:
    """Return all letters as one tagged PDF, each on a new page; equal input gives equal bytes."""
    inputs = {"data": json.dumps(asdict(bundle), ensure_ascii=False)}
    compiler = typst.Compiler(font_paths=fonts(), ignore_system_fonts=True)
    found = compiler.compile(
        input=_template(),
        format="pdf",
        sys_inputs=inputs,
        pdf_standards=["ua-1"],
        timestamp=int(made_at.timestamp()),
    )
    if not isinstance(found, bytes):
        raise TypeError("de brieven zijn geen PDF geworden")
    return found


@cache
def _template() -> bytes:
    return files("maps").joinpath("assets", "brieven.typ").read_bytes()
