"""The door for lists of partners in tests: a file is sent, looked over and taken in."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
from account_town import OWN, csrf
from fastapi.testclient import TestClient
from partner_town import partners_of

PAGE = "/partners/inlezen"


def folder(client: TestClient) -> Path:
    """Where the files wait."""
    return Path(client.app.state.settings.var_folder) / "partners_inlezen"  # type: ignore[attr-defined]


def upload(client: TestClient, content: bytes, **fields: str) -> Any:
    """Send a file as a coordinator does."""
    token = csrf(client, PAGE)
    data = {"csrf": token, "gemeente": OWN, **fields}
    return client.post(PAGE, data=data, files={"bestand": ("lijst.csv", content)})


def looked(client: TestClient, content: bytes | str) -> str:
    """The address of the page that shows what would come of a file."""
    answer = upload(client, content.encode() if isinstance(content, str) else content)
    assert answer.status_code == 303, re.findall(r'role="alert"><p>(.*?)</p>', answer.text)
    return str(answer.headers["Location"])


def take_in(client: TestClient, page: str, **choices: str) -> str:
    """What is told after a file was taken in."""
    name = page.rpartition("bestand=")[2]
    data = {"csrf": csrf(client, page), **choices}
    answer = client.post(f"{PAGE}/{name}?gemeente={OWN}", data=data)
    assert answer.status_code == 303, answer.text
    told = client.get(answer.headers["Location"]).text
    return str(re.findall(r'<p role="status">(.*?)</p>', told)[0])


def counts(client: TestClient, page: str) -> list[int]:
    """New, maybe known, known and rejected."""
    html = client.get(page).text
    return [
        int(number)
        for number in re.findall(r"(?:Nieuwe partners|bekend|nieuws|Afgekeurde rijen): (\d+)</li>", html)
    ]


def faults(client: TestClient, page: str) -> list[tuple[str, ...]]:
    """Row, column, value and reason of what is wrong."""
    html = client.get(page).text
    row = r'<th scope="row">(.*?)</th>\s*<td[^>]*>(.*?)</td>\s*<td[^>]*>(.*?)</td>\s*<td[^>]*>(.*?)</td>'
    return re.findall(row, html, re.DOTALL)


def names(client: TestClient) -> list[str]:
    """The organisations that are kept."""
    return [one.organisation for one in partners_of(client)]


def workbook(*rows: list[Any]) -> bytes:
    """A workbook with these rows."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def repacked(made: bytes, **parts: bytes) -> bytes:
    """A workbook with more or other parts."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, content in parts.items():
            new.writestr(name, content)
    return stream.getvalue()
