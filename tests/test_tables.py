"""Tables: letters, separators, quotes and numbers as towns send them."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.readers.moments import DAY_FIRST, MONTH_FIRST, as_text, days, find_order, read_moments
from data.readers.numbers import COMMA, POINT, find_decimal, read_numbers
from data.readers.tables import (
    CHUNK_BYTES,
    LONGEST_FIELD,
    find_encoding,
    guard_formula,
    open_table,
    unguard_formula,
)
from data.rejects import write_rejects
from geo.errors import ImportRefused

CHARACTERS = st.characters(codec="utf-8", exclude_characters="\x00\r")
DUTCH = "Coöperatie café naïef €"


def table(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "tabel.csv"
    path.write_bytes(content)
    return path


def rows_of(path: Path) -> list[list[str]]:
    return [row for chunk in open_table(path).chunks(100) for row in chunk.rows]


@pytest.mark.parametrize(
    ("content", "name"),
    [
        pytest.param(f"a;b\n1;{DUTCH}\n".encode("cp1252"), "cp1252", id="31-cp1252"),
        pytest.param(f"a;b\n1;{DUTCH}\n".encode("utf-8-sig"), "utf-8-sig", id="31-utf8-bom"),
        pytest.param(f"a;b\n1;{DUTCH}\n".encode(), "utf-8", id="31-utf8"),
        pytest.param(f"a;b\n1;{DUTCH}\n".encode("utf-16"), "utf-16", id="31-utf16-bom"),
        pytest.param(f"a;b\n1;{DUTCH}\n".encode("utf-16-le"), "utf-16-le", id="31-utf16-without-bom"),
    ],
)
def test_letters_come_back_whatever_the_encoding_was(tmp_path: Path, content: bytes, name: str) -> None:
    path = table(tmp_path, content)
    assert find_encoding(path).name == name
    assert rows_of(path) == [["1", DUTCH]]


def test_a_chunk_ends_where_it_would_fill_the_memory(tmp_path: Path) -> None:
    """Four bytes for each of a million characters: the seventeenth such row passes 64 MiB."""
    long_rows = (b"1;" + b"x" * 999_990 + b"\n") * 40
    path = table(tmp_path, b"a;b\n" + b"2;y\n" * 50 + long_rows)
    sizes = [len(chunk.rows) for chunk in open_table(path).chunks(20_000)]
    assert sizes == [50 + 17, 17, 6]


def test_many_short_cells_end_a_chunk_too(tmp_path: Path) -> None:
    line = ";".join(["ab"] * 500) + "\n"
    path = table(tmp_path, (line.replace("ab", "kop") + line * 5_000).encode())
    sizes = [len(chunk.rows) for chunk in open_table(path).chunks(20_000)]
    assert sum(sizes) == 5_000
    assert max(sizes) == -(-CHUNK_BYTES // (4 * len(line) + 56 * 500))


@pytest.mark.parametrize("row", [b'"' + b"x" * 900_000 + b'";', b'"' + b"x" * 900_000 + b'\n";'])
def test_a_row_without_an_end_is_refused(tmp_path: Path, row: bytes) -> None:
    path = table(tmp_path, b"a;b\n1;2\n" + row * 20 + b"\n")
    with pytest.raises(ImportRefused, match=r"regel 3: deze rij is langer dan 16\.777\.216 tekens"):
        rows_of(path)


def test_31_a_mixed_file_is_read_as_both_and_it_is_said(tmp_path: Path) -> None:
    path = table(tmp_path, "a;b\n1;café\n".encode() + "2;naïef\n".encode("cp1252"))
    assert rows_of(path) == [["1", "café"], ["2", "naïef"]]
    assert any("losse tekens in cp1252" in note for note in open_table(path).notes)


def test_31_a_file_that_is_no_utf8_shows_how_its_letters_were_read(tmp_path: Path) -> None:
    path = table(tmp_path, "a;b\n1;café\n".encode("cp1252"))
    assert "zo zijn letters gelezen: café" in open_table(path).notes


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"], ids=["32-;", "32-comma", "32-tab", "32-bar"])
def test_the_separator_is_found(tmp_path: Path, separator: str) -> None:
    lines = [separator.join(row) for row in (["naam", "x", "y"], ["a b", "1", "2"], ["c", "3", "4"])]
    path = table(tmp_path, "\r\n".join(lines).encode())
    assert open_table(path).separator == separator
    assert rows_of(path) == [["a b", "1", "2"], ["c", "3", "4"]]


def test_32_a_sep_line_decides_and_is_no_row(tmp_path: Path) -> None:
    found = open_table(table(tmp_path, b'sep=|\r\na,b|c\r\n1,2|"x\r\ny"\r\n'))
    chunk = next(found.chunks(10))
    assert (found.separator, found.columns) == ("|", ("a,b", "c"))
    assert (chunk.rows, chunk.lines) == ([["1,2", "x\r\ny"]], [3])


def test_32_quoted_newlines_keep_the_line_numbers_right(tmp_path: Path) -> None:
    path = table(tmp_path, b'a;b\n1;"een\ntwee\ndrie"\n2;x\n')
    chunk = next(open_table(path).chunks(10))
    assert chunk.lines == [2, 5]
    assert chunk.rows[0][1] == "een\ntwee\ndrie"


def test_32_rows_without_anything_in_them_are_no_rows(tmp_path: Path) -> None:
    assert rows_of(table(tmp_path, b"a;b;c\n1;2;3\n;;\n ; ; \n;;;;;\n\n")) == [["1", "2", "3"]]


def test_32_ragged_rows_are_faults_with_their_line(tmp_path: Path) -> None:
    path = table(tmp_path, b"a;b;c\n1;2;3\n1;2\n\n1;2;3;4\n1;2;3;;\n")
    chunk = next(open_table(path).chunks(10))
    assert [(fault.line, fault.reason) for fault in chunk.faults] == [
        (3, "de rij telt 2 kolommen, de kop 3"),
        (5, "de rij telt 4 kolommen, de kop 3"),
    ]
    assert chunk.rows == [["1", "2", "3"], ["1", "2", "3"]]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b";".join([b"k"] * 10_000) + b"\n", "10000 kolommen", id="32-wide"),
        pytest.param(b"", "leeg", id="32-empty"),
        pytest.param(b"alleen een kolom\n1\n", "geen kolommen", id="32-one-column"),
        pytest.param(b"1;2\n3;4\n", "kolomnamen ontbreken", id="32-no-header"),
        pytest.param(b"PK\x03\x04rest", "werkmap of zip", id="37-workbook"),
        pytest.param(b"\xd0\xcf\x11\xe0rest", "werkmap of zip", id="37-old-workbook"),
        pytest.param(b"a;b\n" + b"x" * 900 + b"\x00\x01\x02;1\n", "nul-tekens", id="31-binary"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(ImportRefused, match=message):
        rows_of(table(tmp_path, content))


def test_32_a_field_without_end_is_refused_with_its_line(tmp_path: Path) -> None:
    path = table(tmp_path, b'a;b\n1;2\n1;"' + b"x" * (LONGEST_FIELD + 10) + b"\n")
    with pytest.raises(ImportRefused, match="regel 3: een veld is langer"):
        rows_of(path)


def filled(row: list[str]) -> bool:
    return any(cell.strip() for cell in row)


@given(
    st.lists(st.lists(st.text(CHARACTERS), min_size=3, max_size=3).filter(filled), min_size=1, max_size=8),
    st.sampled_from([";", ",", "\t"]),
)
def test_what_pythons_writer_writes_comes_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], separator: str
) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=separator, quoting=csv.QUOTE_ALL)
    writer.writerows([["kolom a", "kolom b", "kolom c"], *rows])
    path = table(tmp_path_factory.mktemp("csv"), text.getvalue().encode())
    assert rows_of(path) == rows


@pytest.mark.parametrize(
    ("values", "low", "high", "decimal", "numbers"),
    [
        pytest.param(["4,95", "6"], 3.2, 7.3, COMMA, [4.95, 6.0], id="33-decimal-comma"),
        pytest.param(["1.234,5", "200.000,0"], 0, 3e5, COMMA, [1234.5, 200000.0], id="33-thousand-point"),
        pytest.param(["1,234.5", "2.0"], 0, 3e5, POINT, [1234.5, 2.0], id="33-thousand-comma"),
        pytest.param(["233.456", "234.567"], 1e4, 3e5, COMMA, [233456.0, 234567.0], id="33-rd-thousands"),
        pytest.param(["6.571", "6.572"], 3.2, 7.3, POINT, [6.571, 6.572], id="33-degrees"),
        pytest.param(["12", "13"], 0, 100, POINT, [12.0, 13.0], id="33-whole"),
    ],
)
def test_the_decimal_sign_of_a_column_is_found(
    values: list[str], low: float, high: float, decimal: str, numbers: list[float]
) -> None:
    assert find_decimal(values, column="x", low=low, high=high) == decimal
    assert read_numbers(pd.Series(values, dtype="str"), decimal=decimal).tolist() == numbers


def test_33_an_ambiguous_column_is_asked_about() -> None:
    with pytest.raises(ImportRefused, match="decimaal = 'punt' of 'komma'"):
        find_decimal(["1.234", "2.345"], column="x", low=0, high=3e5)


def test_13_seventeen_digits_are_kept_as_given() -> None:
    found = read_numbers(pd.Series(["6.5797152812345678"], dtype="str"), decimal=POINT)
    assert found[0] == 6.5797152812345678


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-05-20T11:56:09.809179+00:00", "2026-05-20 11:56:09.809179"),
        ("2026-05-20T11:56:09Z", "2026-05-20 11:56:09.000000"),
        ("2026-05-20 11:56", "2026-05-20 09:56:00.000000"),
        ("2026-01-20 11:56", "2026-01-20 10:56:00.000000"),
        ("20-05-2026 11:56", "2026-05-20 09:56:00.000000"),
        ("20/5/2026 11:56:30", "2026-05-20 09:56:30.000000"),
        ("5.6.2026", "2026-06-04 22:00:00.000000"),
        ("2026-05-20", "2026-05-19 22:00:00.000000"),
        ("29-03-2026 02:30", "2026-03-29 01:00:00.000000"),
        ("25-10-2026 02:30", "2026-10-25 00:30:00.000000"),
        ("31-02-2026", None),
        ("morgen", None),
        ("", None),
    ],
)
def test_dutch_and_iso_moments_are_read_as_dutch_time(text: str, moment: str | None) -> None:
    assert as_text(read_moments(pd.Series([text], dtype="str"))) == [moment]


def test_the_day_of_a_moment_is_its_day_in_amsterdam() -> None:
    assert days(read_moments(pd.Series(["2026-07-01T22:30:00Z"], dtype="str"))) == ["2026-07-02"]


def test_dates_with_the_month_first_are_asked_about() -> None:
    assert find_order(["03-04-2026", "31-12-2026"]) == DAY_FIRST
    with pytest.raises(ImportRefused, match=MONTH_FIRST):
        find_order(["03-04-2026", "12-31-2026"])


@pytest.mark.parametrize(
    "cell",
    [
        "=HYPERLINK(1)",
        "+31612345678",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "＝1",
        "een\n=2",
        "'s-Hertogenbosch",
    ],
    ids=lambda cell: f"36-{cell!r}",
)
def test_formulas_are_guarded_on_the_way_out_and_come_back(tmp_path: Path, cell: str) -> None:
    path = tmp_path / "weg.csv"
    write_rejects(path, ("a",), [(3, "reden", json.dumps([cell]))])
    (line, _reason, guarded), *_ = rows_of(path)
    assert line == "3"
    assert all(part[:1] not in tuple("=+-@\t\r＝") for part in guarded.split("\n"))
    assert unguard_formula(guarded) == cell
    assert guard_formula(unguard_formula(guarded)) == guarded
