"""Settings from the environment (WIJKBEELD_...) and wijkbeeld.toml, checked before the service starts."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AliasChoices,
    BaseModel,
    ConfigDict,
    Field,
    FilePath,
    HttpUrl,
    SecretStr,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from data.retention_terms import TERMS, Kept
from geo import registry
from service.visitors import read_networks

PREFIX = "WIJKBEELD_"


class Meldpunt(StrEnum):
    """Where meldingen of a gemeente go: kept here, kept and sent on, or taken by the town itself only."""

    EIGEN = "eigen"
    DOORSTUREN = "doorsturen"
    LINK = "link"


class Doorsturen(BaseModel):
    """The system that meldingen of a gemeente are sent on to: an Open311 address, or a mail address.

    `soorten` gives its service_code for each of our soorten (`*` for all others). `contact` may be on when
    that system is the gemeente's own: then contact data of who may be asked go along, of nobody else.
    """

    model_config = ConfigDict(extra="forbid")

    open311_url: HttpUrl | None = None
    api_key: SecretStr = SecretStr("")
    jurisdictie: str = ""
    email: str = ""
    soorten: dict[str, str] = Field(default_factory=dict)
    contact: bool = False

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.open311_url is None) == (not self.email):
            raise ValueError("geef open311_url of email, een van de twee")
        return self


# One figure of each side of leefbaarheid that a gebied can be seen from.
SHEET_FIGURES = (
    "zwerfvuil_ha",
    "straat_ha",
    "misdrijven_inw",
    "initiatieven_inw",
    "duur_mediaan",
    "aandeel_65",
)


class Wijkcoordinator(BaseModel):
    """Who residents of a wijk or gebied can turn to: a role and how to reach it, never somebody's name."""

    model_config = ConfigDict(extra="forbid")

    rol: str = "Wijkcoördinator"
    telefoon: str = ""
    email: str = ""
    spreekuur: str = ""


class Oidc(BaseModel):
    """The OpenID Connect provider at which staff of a gemeente log in, and what it is to us.

    `acr` and `amr` name what it says of a login that asked for more than a password; none of them means
    that it never says so, and that our own code is asked.
    """

    model_config = ConfigDict(extra="forbid")

    issuer: str
    client_id: str = Field(min_length=1, max_length=255)
    client_secret: SecretStr = SecretStr("")
    label: str = Field("Inloggen met het account van uw organisatie", min_length=1, max_length=80)
    scope: str = Field("openid email", pattern=r"^openid( \S+)*$")
    acr: list[str] = Field(default_factory=list)
    amr: list[str] = Field(default_factory=list)

    @field_validator("issuer")
    @classmethod
    def _safe(cls, issuer: str) -> str:
        if not is_safe_address(issuer) or "?" in issuer:
            raise ValueError("de issuer is een adres dat met https:// begint")
        return issuer


class GemeenteSettings(BaseModel):
    """What a gemeente tells its residents: contacts are configuration, never code."""

    model_config = ConfigDict(extra="forbid")

    telefoon: str = ""
    meldpunt_url: str = ""
    wijkcoordinator_email: str = ""
    wijkcoordinatoren: dict[str, Wijkcoordinator] = Field(default_factory=dict)
    privacy_email: str = ""
    toegankelijkheid_email: str = ""
    vraag_werkdagen: int = Field(5, ge=1, le=60)
    idee_werkdagen: int = Field(15, ge=1, le=60)
    meldpunt: Meldpunt = Meldpunt.EIGEN
    doorsturen: Doorsturen | None = None
    oidc: Oidc | None = None
    bewaartermijnen: dict[Kept, Annotated[int, Field(ge=1)]] = Field(default_factory=dict)
    jurisdictie: str = ""
    barrieres: FilePath | None = None
    open311_sleutels: dict[str, Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]] = Field(
        default_factory=dict
    )

    @field_validator("bewaartermijnen")
    @classmethod
    def _only_shorter(cls, terms: dict[Kept, int]) -> dict[Kept, int]:
        for kept, days in terms.items():
            if days > TERMS[kept]:
                raise ValueError(f"{kept} is hoogstens {TERMS[kept]} dagen")
        return terms

    @model_validator(mode="after")
    def _meldpunt_is_whole(self) -> Self:
        if self.meldpunt is Meldpunt.LINK and not self.meldpunt_url:
            raise ValueError("bij meldpunt = link hoort een meldpunt_url")
        if self.meldpunt is Meldpunt.DOORSTUREN and self.doorsturen is None:
            raise ValueError("bij meldpunt = doorsturen hoort een deel doorsturen")
        return self


def is_safe_address(address: str) -> bool:
    """Return whether what goes to an address is read by nobody on the way: over TLS, or on this machine."""
    try:
        url = urlsplit(address)
        host = url.hostname
    except ValueError:
        return False
    plain = url.scheme == "http" and host in {"localhost", "127.0.0.1", "::1"}
    return bool(host) and (url.scheme == "https" or plain) and not (url.username or url.fragment)


class WatchedFolder(BaseModel):
    """A folder whose new files are imported by the running service."""

    model_config = ConfigDict(extra="forbid")

    folder: Path
    gemeente: str
    source: str
    every_days: Annotated[int, Field(ge=1)] = 7


class Settings(BaseSettings):
    """Everything an operator can set; an unknown name in wijkbeeld.toml is refused."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, toml_file="wijkbeeld.toml", extra="forbid")

    var_folder: Path = Path("var")
    database_url: str = Field(
        "sqlite:///var/wijkbeeld.db",
        validation_alias=AliasChoices("database_url", PREFIX + "DATABASE_URL", "DATABASE_URL"),
    )
    host: str = "127.0.0.1"
    port: int = Field(8000, ge=1, le=65535, validation_alias=AliasChoices("port", PREFIX + "PORT", "PORT"))
    base_url: HttpUrl | None = None
    staff: dict[str, str] = Field(default_factory=dict)
    session_idle_minutes: int = Field(30, ge=1)
    session_hours: int = Field(10, ge=1)
    audit_months: int = Field(24, ge=6, le=24)
    trusted_proxies: list[str] = Field(default_factory=list)
    beheer_email: str = "beheer@wijkbeeld.example"
    smtp_host: str = ""
    smtp_port: int = Field(587, ge=1, le=65535)
    smtp_security: Literal["starttls", "tls", "geen"] = "starttls"
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    mail_sender: str = "Wijkbeeld <noreply@wijkbeeld.example>"
    security_contact: str = Field("", pattern=r"^((mailto:|https://)[!-~]+)?$")
    default_gemeente: str = "GM0622"
    pdok_url: HttpUrl | None = None
    gemeenten: dict[str, GemeenteSettings] = Field(default_factory=dict)
    watch: list[WatchedFolder] = Field(default_factory=list)
    blad_cijfers: list[Annotated[str, Field(pattern=r"^\w+(\.\w+)?$")]] = Field(
        default_factory=lambda: list(SHEET_FIGURES), min_length=6, max_length=6
    )
    demo: bool = False

    @field_validator("trusted_proxies")
    @classmethod
    def _only_networks(cls, proxies: list[str]) -> list[str]:
        read_networks(proxies)
        return proxies

    @field_validator("blad_cijfers")
    @classmethod
    def _only_known(cls, chosen: list[str]) -> list[str]:
        for one in chosen:
            indicator, _, part = one.partition(".")
            known = [found for found in registry.INDICATORS if found.id == indicator]
            if not known or part not in {"", *(found.key for found in known[0].parts)}:
                raise ValueError(f"er is geen cijfer {one}")
        return chosen

    @field_validator("staff")
    @classmethod
    def _only_argon2(cls, staff: dict[str, str]) -> dict[str, str]:
        for account, value in staff.items():
            if not value.startswith("$argon2id$"):
                raise ValueError(f"het wachtwoord van {account} is geen argon2id-waarde")
        return staff

    @property
    def public_url(self) -> str:
        """The address that links in answers start with, without a slash at the end."""
        return str(self.base_url).rstrip("/") if self.base_url else f"http://{self.host}:{self.port}"

    @property
    def secure(self) -> bool:
        """Whether visitors reach the service over TLS, so that cookies can demand it."""
        return self.public_url.startswith("https://")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let arguments go before the environment, and the environment before the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)
