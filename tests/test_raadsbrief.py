"""Raadsbrief: a draft that says what was found per gebied, and says plainly what nothing is known of."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest
from served import loaded_database
from typer.testing import CliRunner

from data.database import Database
from data.rights import ALL_ROLES
from data.visibility import PUBLIC, Viewer
from service.analysis import places
from service.analysis.raadsbrief import Grid, Heading, Letter, Paragraph, Points, letter
from service.analysis.raadsbrief_files import LetterForm, written
from service.analysis.workbench import Workbench
from service.cli import app

MADE = datetime(2027, 1, 8, 9, 0, tzinfo=UTC)
STAFF = Viewer("adviseur", ALL_ROLES)
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@pytest.fixture(scope="module")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    return loaded_database(tmp_path_factory.mktemp("brieven"))


@pytest.fixture(scope="module")
def workbench(database_url: str) -> Iterator[Workbench]:
    database = Database(database_url)
    yield Workbench(database)
    database.close()


def drafted(
    workbench: Workbench, gemeente: str = "GM0622", year: int = 2026, viewer: Viewer = PUBLIC
) -> Letter:
    return letter(workbench, viewer, places.places(workbench, gemeente), year=year, made_at=MADE)


@pytest.fixture(scope="module")
def vlaardingen(workbench: Workbench) -> Letter:
    return drafted(workbench)


def under(found: Letter, gebied: str) -> list[str]:
    """The texts between the heading of a gebied and the next of that level."""
    texts: list[str] = []
    inside = False
    for block in found.blocks:
        if isinstance(block, Heading) and block.level == 2:
            inside = block.text == gebied
        elif inside and isinstance(block, Points):
            texts += block.texts
        elif inside and isinstance(block, Heading | Paragraph):
            texts.append(block.text)
    return texts


def total(found: Letter) -> int:
    """The meldingen of all gebieden, as the first table has them."""
    table = next(one for one in found.blocks if isinstance(one, Grid))
    return sum(int(row[1].replace(".", "")) for row in table.rows)


def test_every_gebied_has_what_was_found_chosen_and_done(vlaardingen: Letter) -> None:
    headings = [one.text for one in vlaardingen.blocks if isinstance(one, Heading)]
    assert headings[0] == "Leefbaarheid in Vlaardingen in 2026"
    assert headings.count("Wat vonden wij?") == headings.count("Wat is er gekozen en gedaan?") == 8
    assert [one.level for one in vlaardingen.blocks if isinstance(one, Heading)].count(2) == 8 + 2


def test_what_is_known_from_elsewhere_is_in_the_letter(vlaardingen: Letter) -> None:
    holy_zuid, westwijk = under(vlaardingen, "Holy-Zuid"), under(vlaardingen, "Westwijk")
    assert any(
        "532 in 2025. Dat is duidelijk meer: 1,33 keer zo veel (tussen 1,17 en 1,51)" in one
        for one in holy_zuid
    )
    assert any("geen duidelijk verschil: 0,98 keer zo veel" in one for one in westwijk)


def test_only_clear_differences_are_called_so(vlaardingen: Letter) -> None:
    # Westwijk: 45,4 against 46,9 for the gemeente, 0,96 (0,91-1,01) of the rest.
    assert not [
        one for one in under(vlaardingen, "Westwijk") if one.startswith("Geregistreerde misdrijven per 1.000")
    ]
    lower = [
        one
        for one in under(vlaardingen, "Holy-Noord")
        if one.startswith("Geregistreerde misdrijven per 1.000")
    ]
    assert len(lower) == 1
    assert "duidelijk lager dan in de rest van Vlaardingen: 0,56 keer zo veel" in lower[0]


def test_what_is_not_recorded_is_a_place_to_fill_in(vlaardingen: Letter) -> None:
    open_places = [one.text for one in vlaardingen.blocks if isinstance(one, Paragraph) and one.open]
    assert sum("nog geen thema, bijeenkomst of afspraak" in one for one in open_places) == 8
    assert any(one.startswith("[Concept.") for one in open_places)
    assert any("voorbeeldgegevens (verzonnen)" in one for one in open_places)


def test_the_letter_is_for_everybody_unless_asked_otherwise(
    workbench: Workbench, vlaardingen: Letter
) -> None:
    own = drafted(workbench, viewer=STAFF)
    assert 0 < total(vlaardingen) < total(own)
    warned = [one.text for one in own.blocks if isinstance(one, Paragraph) and "niet openbaar" in one.text]
    assert len(warned) == 1


def test_a_year_or_town_without_meldingen_is_told_so(workbench: Workbench) -> None:
    for found in (drafted(workbench, year=2019), drafted(workbench, gemeente="GM0106")):
        texts = [one.text for one in found.blocks if isinstance(one, Paragraph)]
        assert "Van dit jaar hebben wij geen meldingen." in texts
        assert total(found) == 0


def test_initiatieven_stand_in_the_year_in_which_they_began_or_ended(workbench: Workbench) -> None:
    this, last = (" ".join(under(drafted(workbench, year=year), "Holy-Zuid")) for year in (2026, 2025))
    assert "Burendag met muziek: klaar op 2 mei 2026." in this
    assert "Burendag met muziek: klaar" not in last


def opened(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def paragraphs(content: bytes) -> list[tuple[str, str]]:
    """The style and the text of every paragraph of a document, tables included."""
    body = ElementTree.fromstring(opened(content)["word/document.xml"])
    found = []
    for one in body.iter(f"{W}p"):
        style = one.find(f"{W}pPr/{W}pStyle")
        name = "" if style is None else style.attrib[f"{W}val"]
        found.append((name, "".join(text.text or "" for text in one.iter(f"{W}t"))))
    return found


def test_the_document_is_whole(vlaardingen: Letter) -> None:
    parts = opened(written(vlaardingen, LetterForm.DOCX, made_at=MADE))
    for content in parts.values():
        ElementTree.fromstring(content)
    named = re.findall(r'PartName="/([^"]+)"', parts["[Content_Types].xml"].decode())
    assert set(named) == set(parts) - {"[Content_Types].xml", "_rels/.rels", "word/_rels/document.xml.rels"}
    for base, rels in (("", "_rels/.rels"), ("word/", "word/_rels/document.xml.rels")):
        targets = re.findall(r'Target="([^"]+)"', parts[rels].decode())
        assert targets
        assert {base + one for one in targets} <= set(parts)


def test_the_document_uses_styles_that_it_defines(vlaardingen: Letter) -> None:
    content = written(vlaardingen, LetterForm.DOCX, made_at=MADE)
    styles = ElementTree.fromstring(opened(content)["word/styles.xml"])
    known = {one.attrib[f"{W}styleId"] for one in styles.iter(f"{W}style")}
    assert {name for name, _ in paragraphs(content) if name} <= known


def test_the_document_holds_every_word_of_the_letter_in_order(vlaardingen: Letter) -> None:
    read = [text for _, text in paragraphs(written(vlaardingen, LetterForm.DOCX, made_at=MADE)) if text]
    wanted: list[str] = []
    for block in vlaardingen.blocks:
        match block:
            case Heading() | Paragraph():
                wanted.append(block.text)
            case Points():
                wanted += block.texts
            case Grid():
                wanted += [cell for row in (block.names, *block.rows) for cell in row]
    assert read == [one for one in wanted if one]


def test_headings_and_tables_are_real_ones(vlaardingen: Letter) -> None:
    content = written(vlaardingen, LetterForm.DOCX, made_at=MADE)
    names = [name for name, _ in paragraphs(content)]
    assert names.count("Heading1") == 1
    assert names.count("Heading2") == 10
    document = opened(content)["word/document.xml"].decode()
    assert document.count("<w:tblHeader/>") == 2
    assert 'w:val="nl-NL"' in opened(content)["word/styles.xml"].decode()


NASTY = '<b>&amp; "x" | *vet* # \x00 [link](http://x)'


@pytest.fixture
def nasty() -> Letter:
    return Letter(NASTY, (Heading(1, NASTY), Points((NASTY,)), Grid(("a", "b"), ((NASTY, "=1"),))))


def test_words_of_others_stay_words_in_a_document(nasty: Letter) -> None:
    content = written(nasty, LetterForm.DOCX, made_at=MADE)
    plain = NASTY.replace("\x00", "")
    assert [text for _, text in paragraphs(content)][:2] == [plain, plain]
    assert ElementTree.fromstring(opened(content)["docProps/core.xml"])[0].text == plain


def test_words_of_others_stay_words_in_markdown(nasty: Letter) -> None:
    text = written(nasty, LetterForm.MD, made_at=MADE).decode()
    assert r"\<b\>" in text
    assert r"\*vet\*" in text
    assert r"\[link\]" in text
    row = text.strip().split("\n")[-1]
    assert len(re.findall(r"(?<!\\)\|", row)) == 3


@pytest.mark.parametrize("ending", ["docx", "md"])
def test_one_command_drafts_the_letter(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    path = tmp_path / f"brief.{ending}"
    asked = ["raadsbrief", "--gemeente", "maassluis", "--jaar", "2026", "--bestand", str(path)]
    result = CliRunner().invoke(app, asked)
    assert result.exit_code == 0, result.output
    text = path.read_text() if ending == "md" else str(paragraphs(path.read_bytes()))
    assert "Leefbaarheid in Maassluis in 2026" in text


@pytest.mark.parametrize(("name", "gemeente"), [("brief.pdf", "vlaardingen"), ("brief.md", "nergens")])
def test_another_ending_or_town_is_refused(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, gemeente: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    asked = ["raadsbrief", "--gemeente", gemeente, "--jaar", "2026", "--bestand", str(tmp_path / name)]
    assert CliRunner().invoke(app, asked).exit_code == 1
    assert not (tmp_path / name).exists()
