"""A stand-in for the OpenID Connect provider of a gemeente: a real HTTP server that can misbehave."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet
from serving import serving

CLIENT, SECRET = "wijkbeeld", "geheim van de gemeente"


def new_key(kid: str) -> ECKey:
    """A key to sign with."""
    return ECKey.generate_key("P-256", {"kid": kid, "use": "sig"})


class ProviderServer(ThreadingHTTPServer):
    """The server. Who comes is `who` at once; `claims`, `header`, `metadata` replace what it would say.

    `codes` holds what was asked with each code that is not spent; `asked` the paths; `signer` the key it
    signs with and `keys` those that it shows. `drips` lets it send a byte now and then, without end.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.stopping = Event()
        self.signer = new_key("een")
        self.reset()

    def reset(self) -> None:
        """Behave again, as somebody with a verified address."""
        self.keys = [self.signer]
        self.who: dict[str, Any] = {
            "sub": "nummer-1",
            "email": "J.Jansen@stad.example",
            "email_verified": True,
        }
        self.claims: dict[str, Any] = {}
        self.header: dict[str, str] = {}
        self.metadata: dict[str, Any] = {}
        self.signed_by: Any = None
        self.forges: Callable[[str], str] | None = None
        self.drips = self.down = self.replays = self.refuses = False
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[str] = []

    @property
    def issuer(self) -> str:
        """Who it says it is."""
        return f"http://localhost:{self.server_port}/stad"

    def id_token(self, asked: dict[str, str], access: str) -> str:
        """What it signs of who came."""
        now = int(time.time())
        half = hashlib.sha256(access.encode()).digest()[:16]
        claims = {
            "iss": self.issuer,
            "aud": asked["client_id"],
            "iat": now,
            "exp": now + 300,
            "nonce": asked.get("nonce"),
            "at_hash": base64.urlsafe_b64encode(half).decode().rstrip("="),
            **self.who,
            **self.claims,
        }
        if self.forges is not None:
            return self.forges(_part(claims))
        signer = self.signed_by or self.signer
        header = {"alg": "ES256", "kid": self.signer.kid or "", **self.header}
        claims = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(header, claims, signer, algorithms=[header["alg"]])

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that hangs up is no fault of the server."""


@contextmanager
def provider() -> Iterator[ProviderServer]:
    """A running stand-in, stopped at the end."""
    server = ProviderServer()
    with serving(server, server.stopping):
        yield server


def unsigned(alg: str) -> Callable[[str], str]:
    """Make tokens with a head of this algorithm and no signature."""
    return lambda body: f"{_part({'alg': alg, 'typ': 'JWT'})}.{body}."


def keyed(password: bytes) -> Callable[[str], str]:
    """Make tokens that are signed with something that everybody knows, as if it were a shared secret."""

    def forge(body: str) -> str:
        signed = f"{_part({'alg': 'HS256', 'kid': 'een'})}.{body}"
        digest = hmac.new(password, signed.encode(), hashlib.sha256).digest()
        return f"{signed}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"

    return forge


class _Handler(BaseHTTPRequestHandler):
    server: ProviderServer

    def log_message(self, *_: object) -> None:
        """Be quiet."""

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        self.server.asked.append(url.path)
        if self.server.drips:
            while not self.server.stopping.wait(0.02):
                self.wfile.write(b"x")
        elif self.server.down:
            self.send_error(500)
        elif url.path == "/stad/.well-known/openid-configuration":
            self._json(self._discovery())
        elif url.path == "/stad/keys":
            self._json(KeySet([*self.server.keys]).as_dict(private=False))
        else:
            self._authorize({name: value[0] for name, value in parse_qs(url.query).items()})

    def do_POST(self) -> None:
        self.server.asked.append(self.path)
        length = int(self.headers["Content-Length"])
        form = {name: one[0] for name, one in parse_qs(self.rfile.read(length).decode()).items()}
        codes = self.server.codes
        asked = codes.get(form["code"]) if self.server.replays else codes.pop(form["code"], None)
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        right = self.headers["Authorization"] == f"Basic {basic}"
        if not right or asked is None or not _is_who_began(form, asked):
            self._json({"error": "invalid_grant"}, 400)
            return
        access = secrets.token_urlsafe()
        token = {
            "access_token": access,
            "token_type": "Bearer",
            "id_token": self.server.id_token(asked, access),
        }
        self._json(token)

    def _authorize(self, asked: dict[str, str]) -> None:
        assert asked["code_challenge_method"] == "S256"
        answer = {"state": asked["state"], "iss": self.server.issuer}
        if self.server.refuses:
            answer["error"] = "access_denied"
        else:
            answer["code"] = secrets.token_urlsafe()
            self.server.codes[answer["code"]] = asked
        self.send_response(302)
        self.send_header("Location", f"{asked['redirect_uri']}?{urlencode(answer)}")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _discovery(self) -> dict[str, Any]:
        issuer = self.server.issuer
        return {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/authorize",
            "token_endpoint": f"{issuer}/token",
            "jwks_uri": f"{issuer}/keys",
            "id_token_signing_alg_values_supported": ["ES256", "HS256", "none"],
            **self.server.metadata,
        }

    def _json(self, value: object, status: int = 200) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _is_who_began(form: dict[str, str], asked: dict[str, str]) -> bool:
    challenge = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
    proven = base64.urlsafe_b64encode(challenge).decode().rstrip("=") == asked["code_challenge"]
    return proven and form["redirect_uri"] == asked["redirect_uri"]


def _part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")
