"""OpenID Connect: asks the provider of a gemeente who somebody is; believes what it signed for us alone."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, Final

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from data.identities import LONGEST_SUBJECT, Somebody
from service.oidc_begun import LASTS_S, Begun
from service.oidc_wire import ProviderAway, Wire
from service.secret import read_secret
from service.settings import Oidc, Settings, is_safe_address

# A shared secret or no signature at all proves nothing of a provider: only keys that it alone has.
ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
KEPT_S: Final = 3600.0
# A key that we don't know makes us look again, but not at each token that somebody makes up.
AGAIN_S: Final = 30.0
LEEWAY_S: Final = 30
SPENT_KEPT: Final = 10_000


class Why(StrEnum):
    """Why a login by the provider came to nothing."""

    AWAY = "weg"
    LATE = "laat"
    STATE = "vreemd"
    DENIED = "nee"
    CODE = "code"
    TOKEN = "bewijs"  # noqa: S105 (the name of a reason)
    UNKNOWN = "onbekend"
    OFF = "uit"


class LoginRefused(Exception):
    """Nobody logs in; `why` says what the page tells."""

    def __init__(self, why: Why) -> None:
        super().__init__(why.value)
        self.why = why


class Provider:
    """The provider of one gemeente; its addresses and keys are kept for an hour. Safe between threads."""

    def __init__(
        self, settings: Oidc, secret: Callable[[], bytes], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._settings = settings
        self._secret = secret
        self._clock = clock
        self._wire = Wire(clock)
        self._lock = threading.Lock()
        self._metadata: tuple[float, Mapping[str, Any]] | None = None
        self._keys: tuple[float, KeySet] | None = None
        self._spent: OrderedDict[str, float] = OrderedDict()

    def address(self, begun: Begun, *, back: str) -> str:
        """Return where the browser goes to log in; it comes back to `back`. LoginRefused when it is away."""
        secret = self._secret()
        more = {"acr_values": " ".join(self._settings.acr)} if self._settings.acr else {}
        address, _ = self._client(back).create_authorization_url(
            self._endpoint("authorization_endpoint"),
            state=begun.state(secret),
            nonce=begun.nonce(secret),
            code_verifier=begun.verifier(secret),
            **more,
        )
        return str(address)

    def somebody(self, begun: Begun, code: str, *, issuer: str, back: str) -> Somebody:
        """Return who came back with this code; LoginRefused for what the provider did not sign for us now.

        `issuer` is the `iss` of the answer (RFC 9207), empty when the provider gives none.
        """
        if issuer and issuer != self._settings.issuer:
            raise LoginRefused(Why.TOKEN)
        self._spend(begun)
        endpoint = self._endpoint("token_endpoint")
        secret = self._secret()
        try:
            token = self._client(back).fetch_token(
                endpoint, grant_type="authorization_code", code=code, code_verifier=begun.verifier(secret)
            )
        except ProviderAway:
            raise LoginRefused(Why.AWAY) from None
        except (OAuth2Error, ValueError, TypeError):
            raise LoginRefused(Why.CODE) from None
        return self._believed(token, begun.nonce(secret))

    def _believed(self, token: Mapping[str, Any], nonce: str) -> Somebody:
        try:
            claims = self._claims(str(token["id_token"]), nonce, token.get("access_token"))
            subject = claims["sub"]
        except (JoseError, ValueError, TypeError, KeyError):
            raise LoginRefused(Why.TOKEN) from None
        if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT:
            raise LoginRefused(Why.TOKEN)
        email = claims.get("email")
        verified = claims.get("email_verified") is True and isinstance(email, str)
        return Somebody(self._settings.issuer, subject, email if verified else None, self._is_strong(claims))

    def _claims(self, id_token: str, nonce: str, access_token: object) -> Mapping[str, Any]:
        offered = self._known().get("id_token_signing_alg_values_supported", ["RS256"])
        registry = JWSRegistry(
            algorithms=[one for one in ALGORITHMS if one in offered], strict_check_header=False
        )
        try:
            read = jwt.decode(id_token, self._key_set(), registry=registry)
        except InvalidKeyIdError:
            read = jwt.decode(id_token, self._key_set(again=True), registry=registry)
        ours = {
            "iss": {"essential": True, "value": self._settings.issuer},
            "aud": {"essential": True, "value": self._settings.client_id},
        }
        params = {"nonce": nonce, "client_id": self._settings.client_id, "access_token": access_token}
        claims: Any = CodeIDToken(read.claims, read.header, ours, params)
        claims.validate(leeway=LEEWAY_S)
        return dict(claims)

    def _is_strong(self, claims: Mapping[str, Any]) -> bool:
        ways = claims.get("amr") or []
        return claims.get("acr") in self._settings.acr or any(way in self._settings.amr for way in ways)

    def _spend(self, begun: Begun) -> None:
        """Take the one turn of a login; a second answer to the same question is nobody's."""
        now = self._clock()
        with self._lock:
            while self._spent and (
                len(self._spent) >= SPENT_KEPT or next(iter(self._spent.values())) < now - LASTS_S
            ):
                self._spent.popitem(last=False)
            if begun.seed in self._spent:
                raise LoginRefused(Why.LATE)
            self._spent[begun.seed] = now

    def _client(self, back: str) -> Any:
        secret = self._settings.client_secret.get_secret_value()
        return OAuth2Client(
            self._wire,
            client_id=self._settings.client_id,
            client_secret=secret,
            token_endpoint_auth_method=self._way(secret),
            scope=self._settings.scope,
            redirect_uri=back,
            code_challenge_method="S256",
        )

    def _way(self, secret: str) -> str:
        """Return how we say who we are: in the head, which all should know, unless it says otherwise."""
        if not secret:
            return "none"
        offered = self._known().get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        return "client_secret_basic" if "client_secret_basic" in offered else "client_secret_post"

    def _endpoint(self, name: str) -> str:
        address = self._known().get(name)
        if not isinstance(address, str) or not is_safe_address(address):
            raise LoginRefused(Why.AWAY)
        return address

    def _known(self) -> Mapping[str, Any]:
        with self._lock:
            if self._metadata is None or self._metadata[0] < self._clock() - KEPT_S:
                issuer = self._settings.issuer
                found = self._asked(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
                # One that speaks for another issuer would let that one log in here.
                if found.get("issuer") != issuer:
                    raise LoginRefused(Why.AWAY)
                self._metadata = (self._clock(), found)
            return self._metadata[1]

    def _key_set(self, *, again: bool = False) -> KeySet:
        address = self._endpoint("jwks_uri")
        with self._lock:
            kept_s = AGAIN_S if again else KEPT_S
            if self._keys is None or self._keys[0] < self._clock() - kept_s:
                found: Any = self._asked(address)
                self._keys = (self._clock(), KeySet.import_key_set(found))
            return self._keys[1]

    def _asked(self, address: str) -> Mapping[str, Any]:
        try:
            return self._wire.get(address)
        except ProviderAway:
            raise LoginRefused(Why.AWAY) from None


def providers(settings: Settings) -> dict[str, Provider]:
    """Return the provider of each gemeente that has one; none is asked anything yet."""
    return {
        code: Provider(gemeente.oidc, lambda: read_secret(settings.var_folder))
        for code, gemeente in settings.gemeenten.items()
        if gemeente.oidc is not None
    }
