"""The service's secret: made once, kept in a file that only its owner reads, never in the database."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

NAME = "geheim"
BYTES = 32


def read_secret(folder: Path) -> bytes:
    """Return the secret of this service, made at the first call; two processes end with the same one."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / NAME
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return bytes.fromhex(path.read_text(encoding="ascii"))
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_bytes(BYTES).hex())
        file.flush()
        os.fsync(file.fileno())
    return read_secret(folder)
