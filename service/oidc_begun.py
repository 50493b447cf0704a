"""A login that began here and ends at the provider: what the browser keeps of it until it comes back.

The cookie holds a random seed; state, nonce and verifier follow from it with the service's secret. Who reads
the cookie knows none of the three, and only the browser that began can end.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from typing import Final

LASTS_S: Final = 600


@dataclass(frozen=True, slots=True)
class Begun:
    """A login on its way: for which gemeente, and the page of ours to go on to."""

    seed: str
    gemeente: str
    target: str
    at: int

    @classmethod
    def now(cls, gemeente: str, target: str, *, at: float) -> Begun:
        """Return a login that begins at this moment (Unix time)."""
        return cls(secrets.token_urlsafe(32), gemeente, target, int(at))

    def state(self, secret: bytes) -> str:
        """Return the text by which an answer is known as one to this question."""
        return self._derived("state", secret)

    def nonce(self, secret: bytes) -> str:
        """Return the text that the provider has to sign."""
        return self._derived("nonce", secret)

    def verifier(self, secret: bytes) -> str:
        """Return the text that shows that who asks for the token is who began (PKCE)."""
        return self._derived("verifier", secret)

    def cookie(self, secret: bytes) -> str:
        """Return what the browser keeps."""
        body = _encoded(json.dumps([self.seed, self.gemeente, self.target, self.at]).encode())
        return f"{body}.{_signed('cookie ' + body, secret)}"

    def _derived(self, purpose: str, secret: bytes) -> str:
        return _signed(f"{purpose} {self.seed}", secret)


def read(cookie: str, secret: bytes, *, at: float) -> Begun | None:
    """Return the login of a cookie; None when we did not make it, or when it took too long."""
    body, _, signature = cookie.partition(".")
    if not hmac.compare_digest(_signed(f"cookie {body}", secret).encode(), signature.encode()):
        return None
    begun = Begun(*json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))))
    return begun if begun.at <= at < begun.at + LASTS_S else None


def _signed(text: str, secret: bytes) -> str:
    return _encoded(hmac.new(secret, f"oidc {text}".encode(), hashlib.sha256).digest())


def _encoded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")
