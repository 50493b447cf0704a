"""Settings from the environment (WIJKBEELD_...) and wijkbeeld.toml, checked before the service starts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, HttpUrl, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

PREFIX = "WIJKBEELD_"


class GemeenteSettings(BaseModel):
    """What a gemeente tells its residents: contacts are configuration, never code."""

    model_config = ConfigDict(extra="forbid")

    telefoon: str = ""
    meldpunt_url: str = ""
    wijkcoordinator_email: str = ""


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
    beheer_email: str = "beheer@wijkbeeld.example"
    default_gemeente: str = "GM0622"
    pdok_url: HttpUrl | None = None
    gemeenten: dict[str, GemeenteSettings] = Field(default_factory=dict)
    watch: list[WatchedFolder] = Field(default_factory=list)
    demo: bool = False

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
