"""The key and the file of the audit's seals: both outside the database."""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path

from data.audit_chain import FILE, HeadFile
from service.secret import read_secret


def audit_key(folder: Path) -> bytes:
    """Return the key of the seals, from the secret of the service; SecretNotKept when there is none."""
    return hmac.new(read_secret(folder), b"audit", hashlib.sha256).digest()


def head_file(folder: Path) -> HeadFile:
    """Return the file that the heads are exported to."""
    return HeadFile(folder / FILE)
