"""Files of a raadsbrief: a Word document, or Markdown, that its sender goes on writing in.

The document is the plain part of ECMA-376 (Office Open XML) that every word processor reads: styles for
headings, real lists and tables with a header row. What still has to be filled in is marked yellow.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from importlib.resources import files
from typing import Final
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from service.analysis.raadsbrief import Block, Grid, Heading, Letter, Paragraph, Points


class LetterForm(StrEnum):
    """A kind of file; the value is the ending of its name."""

    DOCX = "docx"
    MD = "md"


_PARTS: Final = {
    "[Content_Types].xml": "content_types.xml",
    "_rels/.rels": "rels.xml",
    "word/_rels/document.xml.rels": "document_rels.xml",
    "word/styles.xml": "styles.xml",
    "word/numbering.xml": "numbering.xml",
}
_WORD: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
# What XML 1.0 cannot hold.
_UNPRINTABLE: Final = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PAGE: Final = (
    '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/>'
    '<w:pgMar w:top="1418" w:right="1418" w:bottom="1418" w:left="1418" w:header="708" w:footer="708"'
    ' w:gutter="0"/></w:sectPr>'
)


def written(letter: Letter, form: LetterForm, *, made_at: datetime) -> bytes:
    """Return the letter as a file."""
    return _docx(letter, made_at) if form is LetterForm.DOCX else _markdown(letter).encode()


def _markdown(letter: Letter) -> str:
    return "\n\n".join(_MARKDOWN[type(one)](one) for one in letter.blocks) + "\n"


def _md_heading(block: Heading) -> str:
    return f"{'#' * block.level} {_md(block.text)}"


def _md_paragraph(block: Paragraph) -> str:
    return f"**{_md(block.text)}**" if block.open else _md(block.text)


def _md_points(block: Points) -> str:
    return "\n".join(f"- {_md(text)}" for text in block.texts)


def _md_grid(block: Grid) -> str:
    rows = [block.names, tuple("---" for _ in block.names), *block.rows]
    return "\n".join(
        "| " + " | ".join(map(_md, row)) + " |" if row[0] != "---" else _rule(row) for row in rows
    )


def _rule(row: Iterable[str]) -> str:
    return "| " + " | ".join(row) + " |"


def _md(text: str) -> str:
    """Return plain text as Markdown shows it: no sign of it begins a mark-up."""
    return re.sub(r"([\\`*_{}<>#|\[\]])", r"\\\1", " ".join(text.split()))


def _docx(letter: Letter, made_at: datetime) -> bytes:
    body = "".join(_WORDS[type(one)](one) for one in letter.blocks)
    document = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        f'<w:document xmlns:w="{_WORD}"><w:body>{body}{_PAGE}</w:body></w:document>'
    )
    parts = {name: _part(source) for name, source in _PARTS.items()}
    parts["word/document.xml"] = document
    parts["docProps/core.xml"] = _core(letter, made_at)
    stream = io.BytesIO()
    with ZipFile(stream, "w", ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(ZipInfo(name, made_at.timetuple()[:6]), text, ZIP_DEFLATED)
    return stream.getvalue()


def _part(name: str) -> str:
    return files("service").joinpath("documents", name).read_text(encoding="utf-8")


def _core(letter: Letter, made_at: datetime) -> str:
    return _part("core.xml").format(title=_xml(letter.title), made=made_at.strftime("%Y-%m-%dT%H:%M:%SZ"))


def _w_heading(block: Heading) -> str:
    return _w_paragraph_of(block.text, style=f"Heading{block.level}")


def _w_paragraph(block: Paragraph) -> str:
    return _w_paragraph_of(block.text, marked=block.open)


def _w_points(block: Points) -> str:
    return "".join(_w_paragraph_of(text, style="ListBullet") for text in block.texts)


def _w_grid(block: Grid) -> str:
    columns = "".join("<w:gridCol/>" for _ in block.names)
    head = _w_row(block.names, head=True)
    rows = "".join(_w_row(row, head=False) for row in block.rows)
    style = '<w:tblPr><w:tblStyle w:val="TableGrid"/><w:tblW w:w="5000" w:type="pct"/></w:tblPr>'
    # Between two tables, and after the last, a word processor wants a paragraph.
    return f"<w:tbl>{style}<w:tblGrid>{columns}</w:tblGrid>{head}{rows}</w:tbl><w:p/>"


def _w_row(row: Iterable[str], *, head: bool) -> str:
    repeated = "<w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>" if head else ""
    cells = "".join(f"<w:tc>{_w_paragraph_of(text, bold=head, style='Compact')}</w:tc>" for text in row)
    return f"<w:tr>{repeated}{cells}</w:tr>"


def _w_paragraph_of(text: str, *, style: str = "", marked: bool = False, bold: bool = False) -> str:
    about = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    looks = ("<w:b/>" if bold else "") + ('<w:highlight w:val="yellow"/>' if marked else "")
    run = f"<w:rPr>{looks}</w:rPr>" if looks else ""
    return f'<w:p>{about}<w:r>{run}<w:t xml:space="preserve">{_xml(text)}</w:t></w:r></w:p>'


def _xml(text: str) -> str:
    return escape(_UNPRINTABLE.sub("", text))


_MARKDOWN: Final[Mapping[type[Block], Callable[..., str]]] = {
    Heading: _md_heading,
    Paragraph: _md_paragraph,
    Points: _md_points,
    Grid: _md_grid,
}
_WORDS: Final[Mapping[type[Block], Callable[..., str]]] = {
    Heading: _w_heading,
    Paragraph: _w_paragraph,
    Points: _w_points,
    Grid: _w_grid,
}
