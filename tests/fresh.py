"""Databases with all tables and nothing in them; on SQLite a copy of one that was migrated once."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from data.database import Database


def sqlite_url(folder: Path, name: str = "x.db") -> str:
    """The URL of a database in this folder, new unless it is there: a copy costs less than the migrations."""
    path = folder / name
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(_migrated(), path)
    return f"sqlite:///{path}"


def database_at(url: str) -> Database:
    """The database at this address, with all tables."""
    database = Database(url)
    if database.is_sqlite:
        sqlite_url(Path(database.path).parent, Path(database.path).name)
    database.migrate()
    return database


@cache
def _migrated() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="wijkbeeld-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = folder / "leeg.db"
    database = Database(f"sqlite:///{path}")
    database.migrate()
    database.close()
    return path
