"""Everything on paper: each PDF is read by screen readers (PDF/UA) and by people without effort.

A route of a PDF that is not asked here fails, and so does a template of one that nothing here is set with.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import typst
from account_town import key_of, log_in
from fastapi.testclient import TestClient
from intake_door import database_of
from invited_in_town import invite_in_town
from met_in_town import GEBIED, TOWN, meet_in_town
from partner_town import COORDINATOR, partner_service
from pypdf import PdfReader
from reading_ease import hard, sentences

from service.rights import ROUTES

TEMPLATES = Path(__file__).parent.parent / "maps" / "assets"


class Paper(NamedTuple):
    """A PDF as a service gives it, and what its template was given."""

    pdf: bytes
    template: bytes
    said: Any


class Watched:
    """The compiler, with what goes in."""

    def __init__(self, seen: list[tuple[bytes, Any]], **options: Any) -> None:
        self._compiler, self._seen = _COMPILER(**options), seen

    def compile(self, **asked: Any) -> Any:
        self._seen.append((asked["input"], json.loads(asked["sys_inputs"]["data"])))
        return self._compiler.compile(**asked)


_COMPILER = typst.Compiler


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Paper]]:
    """Every PDF of a town with meetings, partners and a poll, by its route."""
    seen: list[tuple[bytes, Any]] = []
    with (
        pytest.MonkeyPatch.context() as patch,
        partner_service(tmp_path_factory.mktemp("papier")) as client,
    ):
        patch.setattr(typst, "Compiler", lambda **options: Watched(seen, **options))
        names = meet_in_town(database_of(client), key_of(client))
        invite_in_town(database_of(client), key_of(client), names)
        log_in(client, COORDINATOR)
        # Some are of a meeting to come, some of one that was.
        meetings = (names["meeting_open"], names["meeting_past"])
        yield {line: _asked(client, line, meetings, seen) for line in ROUTES if line.endswith(".pdf")}


def _asked(client: TestClient, line: str, meetings: tuple[str, ...], seen: list[tuple[bytes, Any]]) -> Paper:
    paths = [line.removeprefix("GET ").format(public_id=one, code=GEBIED) for one in meetings]
    for path in paths:
        seen.clear()
        answer = client.get(path, params={"gemeente": TOWN})
        if answer.status_code == 200:
            break
    assert answer.status_code == 200, line
    assert answer.headers["Content-Type"] == "application/pdf"
    [(template, said)] = seen
    return Paper(answer.content, template, said)


def test_every_template_of_a_pdf_is_among_them(papers: dict[str, Paper]) -> None:
    known = {path.read_bytes(): path.name for path in TEMPLATES.glob("*.typ")}
    assert {known[one.template] for one in papers.values()} == set(known.values())


def test_screen_readers_read_each(papers: dict[str, Paper]) -> None:
    for route, paper in papers.items():
        found = PdfReader(io.BytesIO(paper.pdf))
        root: Any = found.trailer["/Root"]
        assert root["/MarkInfo"]["/Marked"], route
        assert root["/StructTreeRoot"], route
        assert root["/Lang"] == "nl", route
        assert root["/ViewerPreferences"]["/DisplayDocTitle"], route
        assert found.metadata is not None
        assert found.metadata.title, route
        xmp = root["/Metadata"].get_object().get_data().decode()
        assert re.search(r"pdfuaid:part(>|=\")1", xmp), route


def test_people_read_each_without_effort(papers: dict[str, Paper]) -> None:
    said = {route: list(sentences(paper.said)) for route, paper in papers.items()}
    assert min(map(len, said.values())) > 0
    assert hard(said) == {}


def test_what_was_measured_stands_on_the_paper(papers: dict[str, Paper]) -> None:
    for route, paper in papers.items():
        text, said = _letters(_read(PdfReader(io.BytesIO(paper.pdf)))), list(sentences(paper.said))
        # A template leaves out what this sheet has no need of: that a figure is not known, for one.
        assert len([one for one in said if _letters(one) in text]) > 0.9 * len(said), route


def _read(found: PdfReader) -> str:
    """The words of all pages, and what is said of drawings."""
    size: Any = found.trailer["/Size"]
    known: list[Any] = [found.get_object(number) for number in range(1, size)]
    told = [str(one["/Alt"]) for one in known if isinstance(one, dict) and "/Alt" in one]
    return "".join([page.extract_text() for page in found.pages] + told)


def _letters(text: str) -> str:
    """A text without what the edge of a line adds to it."""
    return re.sub(r"[\s\u00ad\u2010-]", "", text)
