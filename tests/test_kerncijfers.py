"""Kerncijfers of CBS: what is secret or unknown in them, and whether their codes fit the outlines."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from outline_files import frame, gpkg

from data.readers.bundled import bundled_edition, bundled_figures
from data.readers.cbs import check_codes, read_areas, read_figure_file, read_figures, year_in_name
from data.readers.kerncijfer_columns import figure_of, forbidden
from geo.areas import Edition
from geo.errors import DuplicateCode, EditionMismatch, ImportRefused


def table(
    path: Path, text: str, *, name: str = "kerncijfers_2024_buurt.csv", encoding: str = "utf-8"
) -> Path:
    file = path / name
    file.write_bytes(text.encode(encoding))
    return file


def value(figures: pd.DataFrame, code: str, name: str, year: int = 2024) -> tuple[float, str]:
    row = figures[(figures["code"] == code) & (figures["name"] == name) & (figures["year"] == year)]
    assert len(row) == 1
    return float(row["value"].iloc[0]), str(row["status"].iloc[0])


def test_the_bundled_figures_hold_the_published_totals() -> None:
    figures = bundled_figures()
    buurten = figures[figures["code"].str.startswith("BU0622")]
    inwoners = buurten.loc[buurten["name"] == "inwoners", "value"]
    crimes = buurten.loc[(buurten["name"] == "misdrijven") & (buurten["year"] == 2025), "value"]
    assert list(figures.columns) == ["code", "name", "year", "value", "status"]
    assert (inwoners.sum(), crimes.sum()) == (76_435.0, 3_560.0)
    assert value(figures, "GM0622", "inwoners") == (76_409.0, "bekend")
    assert value(figures, "GM0622", "misdrijven", 2025) == (3_560.0, "bekend")
    assert value(figures, "BU06220101", "gezondheid_goed", 2022)[1] == "bekend"
    assert set(figures.loc[figures["name"] == "misdrijven", "year"]) == {2021, 2022, 2023, 2024, 2025}


def test_no_figure_on_income_or_a_reference_date_is_bundled() -> None:
    names = set(bundled_figures()["name"])
    assert not {name for name in names if "inkomen" in name or "opgehaald" in name or "postcode" in name}
    assert names >= {"inwoners", "inwoners_65plus", "huishoudens", "woz_waarde_x1000", "gezondheid_goed"}


@pytest.mark.parametrize(
    ("cell", "status"),
    [
        ("-99997", "geheim"),
        ("-99997.0", "geheim"),
        ("-99999999", "geheim"),
        ("x", "geheim"),
        ("X", "geheim"),
        (".", "onbekend"),
        ("", "onbekend"),
        ("  ", "onbekend"),
        ("-99995", "onbekend"),
    ],
)
def test_bad_28_a_secret_mark_is_never_a_number_and_never_summed(
    tmp_path: Path, cell: str, status: str
) -> None:
    text = f"gwb_code;a_inw;a_hh\nBU06220101;{cell};10\nBU06220102;100;20\n"
    figures = read_figures(table(tmp_path, text))
    found, label = value(figures, "BU06220101", "inwoners")
    assert np.isnan(found)
    assert label == status
    assert figures.loc[figures["name"] == "inwoners", "value"].sum() == 100.0


@pytest.mark.parametrize("cell", ["-5", "-99998", "veel", "1e400", "NaNN", "1,2,3", "Infinity", "=1+1"])
def test_bad_28_what_is_neither_a_number_nor_a_known_mark_is_refused(tmp_path: Path, cell: str) -> None:
    path = table(tmp_path, f'gwb_code;a_inw\nBU06220101;100\nBU06220102;"{cell}"\n')
    with pytest.raises(ImportRefused, match="kolom a_inw, regel 3"):
        read_figures(path)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("gwb_code_10;regio;recs;a_inw;g_hhgro\nBU06220101;Cité;Buurt;1234;2,1\n", "cp1252"),
        ("BU_CODE,BU_NAAM,AANT_INW,GEM_HH_GR\nBU06220101,Cité,1234,2.1\n", "utf-8"),
        ("buurtcode;aantal_inwoners;gemiddelde_huishoudsgrootte\nBU06220101;1.234;2,1\n", "utf-8-sig"),
        ("buurtcode\taantalInwoners\tgemiddeldeHuishoudsgrootte\nBU06220101\t1234\t2.1\n", "utf-16"),
        (
            'WijkenEnBuurten,AantalInwoners_5,GemiddeldeHuishoudensgrootte_32\n"BU06220101  ",1234,"2,1"\n',
            "utf-8",
        ),
        ("bu_code,inwoners,gem_huishoudensgrootte\r\nBU06220101,1234.0,2.1\r\n", "utf-8"),
    ],
    ids=["kwb", "shapefile", "pdok-snake", "pdok-camel", "statline", "ours"],
)
def test_every_naming_cbs_has_used_gives_our_names(tmp_path: Path, text: str, encoding: str) -> None:
    path = table(tmp_path, text, encoding=encoding)
    figures = read_figures(path, decimal="," if "1.234;" in text else None)
    assert value(figures, "BU06220101", "inwoners") == (1234.0, "bekend")
    assert value(figures, "BU06220101", "gem_huishoudensgrootte") == (2.1, "bekend")


def test_bad_33_a_number_that_can_mean_two_things_is_asked_about(tmp_path: Path) -> None:
    path = table(tmp_path, "gwb_code;ste_oad\nBU06220101;1.234\nBU06220102;2.468\n")
    with pytest.raises(ImportRefused, match=r"kolom ste_oad: '1\.234' kan twee dingen betekenen"):
        read_figures(path)
    assert value(read_figures(path, decimal="."), "BU06220101", "omgevingsadressendichtheid")[0] == 1.234
    assert value(read_figures(path, decimal=","), "BU06220101", "omgevingsadressendichtheid")[0] == 1234.0


def test_bad_33_the_column_decides_what_its_points_and_commas_mean(tmp_path: Path) -> None:
    path = table(tmp_path, "gwb_code;ste_oad;g_afs_hp\nBU06220101;1.234,5;0,8\nBU06220102;987,5;1,2\n")
    figures = read_figures(path)
    assert value(figures, "BU06220101", "omgevingsadressendichtheid")[0] == 1234.5
    assert value(figures, "BU06220102", "afstand_huisarts_km")[0] == 1.2
    mixed = table(tmp_path, "gwb_code;g_afs_hp\nBU06220101;0,8\nBU06220102;1.25\n")
    with pytest.raises(ImportRefused, match=r"'1\.25' past niet bij ','"):
        read_figures(mixed)


def test_the_year_stands_in_the_column_the_name_or_the_argument(tmp_path: Path) -> None:
    text = "bu_code,inwoners,misdrijven_2023,gezondheid_goed_2022\nBU06220101,10,3,70.5\n"
    figures = read_figures(table(tmp_path, text))
    assert {(row.name_, row.year) for row in figures.rename(columns={"name": "name_"}).itertuples()} == {
        ("inwoners", 2024),
        ("misdrijven", 2023),
        ("gezondheid_goed", 2022),
    }
    undated = table(tmp_path, text, name="cijfers.csv")
    assert value(read_figures(undated, year=2020), "BU06220101", "inwoners", 2020)[0] == 10.0
    with pytest.raises(ImportRefused, match="het jaar van de cijfers staat er niet bij"):
        read_figures(undated)


@pytest.mark.parametrize(
    ("name", "year"),
    [
        ("kerncijfers_2024_buurt.csv", 2024),
        ("kwb-2013.csv", 2013),
        ("tabel.csv", None),
        ("2023 en 2024.csv", None),
        ("12024.csv", None),
    ],
)
def test_a_file_name_tells_a_year_or_none(name: str, year: int | None) -> None:
    assert year_in_name(name) == year


def test_columns_on_income_benefits_origin_education_religion_or_language_stay_outside(
    tmp_path: Path,
) -> None:
    barred = [
        "inkomen_per_inwoner_x1000",
        "a_soz_wb",
        "wwb_uittot",
        "p_w_all",
        "a_marok",
        "p_nl_al",
        "a_opl_hg",
    ]
    barred += ["BijstandsuitkeringTot", "g_ink_pi", "p_hh_lkk", "kerkelijke_gezindte", "taalachterstand"]
    text = ";".join(["gwb_code", "a_inw", *barred]) + "\nBU06220101;10" + ";7" * len(barred) + "\n"
    read = read_figure_file(table(tmp_path, text))
    assert list(read.figures["name"]) == ["inwoners"]
    assert read.report.forbidden_columns == tuple(barred)
    assert any("inkomen_per_inwoner_x1000" in sentence for sentence in read.report.sentences())


@pytest.mark.parametrize(
    "column",
    ["a_inw", "p_koopw", "g_afs_sc", "aantal_inwoners", "basisonderwijs_gemiddelde_afstand_in_km", "a_hh"],
)
def test_a_column_we_use_is_never_taken_for_a_forbidden_one(column: str) -> None:
    assert figure_of(column) is not None
    assert not forbidden(column)


def test_rows_on_the_country_are_skipped_and_double_rows_counted_once(tmp_path: Path) -> None:
    text = "gwb_code;a_inw\nNL00;17000000\nGM0622;76409\nGM0622;76409\n"
    read = read_figure_file(table(tmp_path, text))
    assert list(read.figures["code"]) == ["GM0622"]
    assert (read.report.other_rows, read.report.double_rows, read.report.areas) == (1, 1, 1)


def test_bad_29_one_code_with_two_answers_is_refused(tmp_path: Path) -> None:
    path = table(tmp_path, "gwb_code;a_inw\nGM0622;76409\nGM0622;76410\n")
    with pytest.raises(DuplicateCode, match="GM0622"):
        read_figures(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is leeg"),
        ("gwb_code;a_inw\n", "er staan geen rijen in"),
        ("naam;a_inw\nx;1\n", "geen kolom met codes"),
        ("gwb_code;kleur\nBU06220101;rood\n", "geen enkele kolom is een bekend kerncijfer"),
        ("gwb_code;a_inw\nBU0622010;1\n", "regel 2: 'BU0622010' is geen code"),
        ("gwb_code;a_inw\nVlaardingen;1\n", "regel 2: 'Vlaardingen' is geen code"),
        ("gwb_code;a_inw\nBU06220101;1;2\n", "regel 2: de rij telt 3 kolommen, de kop 2"),
        ("gwb_code;a_inw;a_inw\nBU06220101;1;2\n", "kolomnamen staan er dubbel in: a_inw"),
        ("gwb_code;a_inw;inwoners\nBU06220101;1;2\n", "twee kolommen geven inwoners over 2024"),
        ("gwb_code;a_inw\nBU06220101;" + "9" * 1_100_000 + "\n", "een veld is langer dan"),
        ("gwb_code;a_inw\nNL00;1\n", "geen rij gaat over een buurt, wijk of gemeente"),
        ("PK\x03\x04\x00\x00", "is een werkmap of zip-bestand"),
    ],
)
def test_a_table_without_figures_is_refused_with_what_is_wrong(
    tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises(ImportRefused, match=f"kerncijfers_2024_buurt.csv.*{message}"):
        read_figures(table(tmp_path, text))


def test_a_table_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="dit bestand is er niet"):
        read_figures(tmp_path / "weg_2024.csv")


# --- figures and outlines ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def towns() -> Edition:
    return bundled_edition()


@pytest.fixture(scope="module")
def kerncijfers() -> pd.DataFrame:
    return bundled_figures()


def of_buurten(figures: pd.DataFrame, gemeente: str) -> pd.DataFrame:
    return figures[figures["code"].str.startswith(f"BU{gemeente[2:]}")]


@pytest.mark.parametrize(("gemeente", "count"), [("GM0556", 19), ("GM0622", 40)])
def test_the_codes_of_maassluis_and_vlaardingen_fit_fully(
    kerncijfers: pd.DataFrame, towns: Edition, gemeente: str, count: int
) -> None:
    match = check_codes(of_buurten(kerncijfers, gemeente), towns)
    assert len(match.matched) == count
    assert (match.only_figures, match.only_outlines, match.share) == ((), (), 0.0)


def test_the_three_unmatched_codes_of_assen_are_accepted_and_listed(
    kerncijfers: pd.DataFrame, towns: Edition
) -> None:
    match = check_codes(kerncijfers, towns)
    assert match.only_figures == ("BU01060311", "BU01060899", "BU01069918")
    assert match.only_outlines == ("BU01060300", "BU01060301", "BU01060814")
    assert match.share == pytest.approx(3 / 109)
    assert any("BU01060814" in sentence for sentence in match.sentences())


@pytest.mark.shared
def test_figures_of_schiedam_2024_are_refused_for_outlines_of_2016(shared: Path) -> None:
    edition = read_areas(shared / "data" / "areas" / "wijkenbuurten_2016_pilot.gpkg")
    figures = read_figures(shared / "data" / "figures" / "kerncijfers_2024_buurt.csv")
    with pytest.raises(EditionMismatch, match=r"^GM0606: 40% .*BU06060001.*BU06061102.*BU06060909\.$"):
        check_codes(figures, edition)
    with pytest.raises(EditionMismatch, match="GM0606"):
        check_codes(of_buurten(figures, "GM0606"), edition)
    others = figures[~figures["code"].str.startswith("BU0606")]
    assert len(check_codes(others, edition).matched) == 106 + 19 + 40


@pytest.mark.parametrize(
    ("dropped", "refused"), [(2, False), (3, True)], ids=["2 of 40 is five per cent", "3 of 40 is more"]
)
def test_more_than_five_per_cent_on_the_side_of_the_outlines_is_refused(
    kerncijfers: pd.DataFrame, towns: Edition, dropped: int, refused: bool
) -> None:
    figures = of_buurten(kerncijfers, "GM0622")
    some = figures[~figures["code"].isin(sorted(set(figures["code"]))[:dropped])]
    if refused:
        with pytest.raises(EditionMismatch, match="Alleen in de cijfers: geen"):
            check_codes(some, towns)
    else:
        assert len(check_codes(some, towns).only_outlines) == dropped


def test_figures_of_other_gemeenten_are_told_apart_and_nothing_in_common_is_refused(
    kerncijfers: pd.DataFrame, towns: Edition
) -> None:
    vlaardingen = towns.for_gemeente("GM0622")
    match = check_codes(kerncijfers, vlaardingen)
    assert {code[2:6] for code in match.elsewhere} == {"0106", "0556"}
    with pytest.raises(EditionMismatch, match="Geen code van de cijfers past bij de indeling 2016"):
        check_codes(of_buurten(kerncijfers, "GM0556"), vlaardingen)


def test_a_buurt_of_water_needs_no_figures(tmp_path: Path) -> None:
    edition = read_areas(gpkg(tmp_path, frame()))
    figures = read_figures(table(tmp_path, "gwb_code;a_inw\nBU99990101;10\nBU99990201;20\n"))
    assert check_codes(figures, edition).only_outlines == ()
