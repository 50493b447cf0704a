"""Surveys: taken in with their margins, shown as published, and refused with the place of what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from bad_files import town_database
from sqlalchemy import func, select
from stored_town import TOWN

from data import surveys
from data.database import Database
from data.indicator_models import SurveyFigure
from data.meldingen import Filters
from data.models import Audit
from data.rights import ALL_ROLES
from data.survey_import import import_survey, read_survey
from data.visibility import PUBLIC, Viewer
from geo.areas import Level
from geo.errors import ImportRefused
from service.analysis.figures import UnknownIndicator, definitions, level_values
from service.analysis.places import places
from service.analysis.workbench import Workbench

STAFF = Viewer("adviseur", ALL_ROLES)
HEAD = "gebiedscode;vraag;jaar;waarde;ondergrens;bovengrens;respondenten\n"
GOOD = (
    f"{HEAD}GM0622;veiligheidsgevoel;2025;31,4;29,1;33,8;1.504,0\n"
    "WK062200;Voelt zich weleens onveilig in buurt?;2025;36.2;31;41,7;312\n"
    "BU06220001;veiligheidsgevoel;2025;39,0%;31,5;47;49\n"
    "BU06220002;veiligheidsgevoel;2025;.;.;.;12\n"
    "GM0622;cijfer voor het groen;2025;6,9;6,8;7,0;1504\n"
)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with town_database(tmp_path) as database:
        yield database


def written(folder: Path, text: str) -> Path:
    path = folder / "enquete.csv"
    path.write_text(text, encoding="utf-8")
    return path


def told(database: Database, level: Level) -> list[tuple[object, ...]]:
    found = places(workbench := Workbench(database), TOWN)
    rows = level_values(
        workbench, STAFF, found, Filters(TOWN), indicator="veiligheidsgevoel", level=level
    ).rows
    names = ["code", "value", "lower", "upper", "n", "status"]
    return [tuple(None if pd.isna(x) else x for x in row) for row in rows[names].itertuples(index=False)]


def test_answers_keep_their_margins_and_number_of_respondents(database: Database, tmp_path: Path) -> None:
    report = import_survey(database, written(tmp_path, GOOD), gemeente="Vlaardingen")
    assert told(database, Level.GEMEENTE) == [(TOWN, 31.4, 29.1, 33.8, 1504, "bekend")]
    assert "niet gebruikt, geen cijfer met deze vraag: cijfer voor het groen (1)" in report.sentences


def test_a_level_without_an_answer_is_not_known_and_never_the_mean_of_its_parts(
    database: Database, tmp_path: Path
) -> None:
    import_survey(database, written(tmp_path, GOOD), gemeente=TOWN)
    assert told(database, Level.WIJK) == [
        ("WK062200", 36.2, 31, 41.7, 312, "bekend"),
        ("WK062201", None, None, None, None, "onbekend"),
    ]


def test_fewer_than_fifty_respondents_are_too_few(database: Database, tmp_path: Path) -> None:
    import_survey(database, written(tmp_path, GOOD), gemeente=TOWN)
    assert told(database, Level.BUURT)[:2] == [
        ("BU06220001", None, None, None, 49, "te_klein"),
        ("BU06220002", None, None, None, 12, "te_klein"),
    ]


def test_a_second_time_changes_nothing_and_a_new_table_replaces_its_year(
    database: Database, tmp_path: Path
) -> None:
    import_survey(database, written(tmp_path, GOOD), gemeente=TOWN)
    again = import_survey(database, written(tmp_path, GOOD), gemeente=TOWN)
    assert (again.nothing_changed, again.same) == (True, 4)
    less = import_survey(
        database, written(tmp_path, f"{HEAD}{TOWN};veiligheidsgevoel;2025;30;;;900\n"), gemeente=TOWN
    )
    assert (less.new, less.changed, less.gone) == (0, 1, 3)
    assert told(database, Level.GEMEENTE) == [(TOWN, 30, None, None, 900, "bekend")]


def test_a_later_survey_stands_beside_the_earlier_one_and_is_shown(
    database: Database, tmp_path: Path
) -> None:
    import_survey(database, written(tmp_path, GOOD), gemeente=TOWN, name="Monitor 2025")
    later = "code,indicator,waarde,n\nGM0622,veiligheidsgevoel,28.0,700\n"
    import_survey(database, written(tmp_path, later), gemeente=TOWN, year=2027, name="Monitor 2027")
    with database.read() as session:
        found = surveys.figures(session, TOWN)
    assert found is not None
    assert set(zip(found.rows["year"], found.rows["survey"], strict=True)) == {
        (2025, "Monitor 2025"),
        (2027, "Monitor 2027"),
    }
    assert told(database, Level.GEMEENTE)[0][1] == 28


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("BU99;veiligheidsgevoel;2025;1;;;60", "regel 2, kolom gebiedscode: 'BU99' is geen buurt"),
        ("GM0622;veiligheidsgevoel;2025;veel;;;60", "regel 2, kolom waarde: 'veel' is geen getal"),
        (
            "GM0622;veiligheidsgevoel;2025;101;;;60",
            "regel 2, kolom waarde: '101' is geen getal van 0 tot 100",
        ),
        ("GM0622;sociale cohesie;2025;61;;;60", "regel 2, kolom waarde: '61' is geen getal van 0 tot 10"),
        ("GM0622;veiligheidsgevoel;gisteren;1;;;60", "regel 2, kolom jaar: 'gisteren' is geen jaar"),
        ("GM0622;veiligheidsgevoel;2025;1;2;3;60", "regel 2, kolom waarde: de waarde ligt niet tussen"),
        ("GM0622;veiligheidsgevoel;2025;1;;3;60", "regel 2, kolom waarde: de waarde ligt niet tussen"),
        ("GM0622;veiligheidsgevoel;2025;1;;;60,5", "regel 2, kolom respondenten: een aantal mensen"),
        ("GM0622;veiligheidsgevoel;2025;inf;;;60", "regel 2, kolom waarde: 'inf' is geen getal"),
        ("GM0622;veiligheidsgevoel", "regel 2: "),
        ("GM0622;iets anders;2025;1;;;60", "geen enkele vraag die een cijfer gebruikt; wel: iets anders"),
    ],
)
def test_a_bad_cell_is_named_with_its_line_and_column_and_nothing_is_stored(
    database: Database, tmp_path: Path, row: str, expected: str
) -> None:
    good = f"{TOWN};veiligheidsgevoel;2024;31;;;90\n" if "iets anders" not in row else ""
    text = f"{HEAD}{row}\n{good}"
    with pytest.raises(ImportRefused, match=expected.replace("(", r"\(")):
        import_survey(database, written(tmp_path, text), gemeente=TOWN)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(SurveyFigure)) == 0
        assert session.scalar(select(func.count()).where(Audit.action == "import")) == 0


def test_a_row_that_comes_twice_and_missing_columns_are_refused(database: Database, tmp_path: Path) -> None:
    row = f"{TOWN};veiligheidsgevoel;2025;31;;;90\n"
    with pytest.raises(ImportRefused, match=r"regel 3, kolom gebiedscode: .* staan er twee keer"):
        import_survey(database, written(tmp_path, HEAD + row + row), gemeente=TOWN)
    with pytest.raises(ImportRefused, match="missen: vraag, respondenten"):
        import_survey(database, written(tmp_path, "code;jaar;waarde\nGM0622;2025;3\n"), gemeente=TOWN)
    with pytest.raises(ImportRefused, match=r"missen: jaar .of geef het jaar met --year"):
        import_survey(database, written(tmp_path, "code;vraag;waarde;n\n;;;\n"), gemeente=TOWN)


def test_the_example_file_reads_for_the_town_that_it_is_about() -> None:
    path = Path(__file__).parent.parent / "docs/examples/enquete.csv"
    codes = frozenset({"GM0622", "WK062201", "BU06220102", "BU06220103"})
    read = read_survey(path, codes, year=None)
    assert len(read.rows) == 6
    assert read.rows[("veiligheidsgevoel", "BU06220103", 2025)].value is None


def test_the_public_is_told_of_no_survey() -> None:
    assert {"veiligheidsgevoel", "samenhang"} <= {one.id for one in definitions(STAFF)}
    assert not {"veiligheidsgevoel", "samenhang"} & {one.id for one in definitions(PUBLIC)}


def test_who_is_no_staff_gets_no_values_of_a_survey(database: Database, tmp_path: Path) -> None:
    import_survey(database, written(tmp_path, GOOD), gemeente=TOWN)
    workbench = Workbench(database)
    with pytest.raises(UnknownIndicator):
        level_values(
            workbench,
            PUBLIC,
            places(workbench, TOWN),
            Filters(TOWN),
            indicator="veiligheidsgevoel",
            level=Level.GEMEENTE,
        )
