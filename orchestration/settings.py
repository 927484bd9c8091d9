"""Settings of one installation: resolved once, frozen, the same for the command line, Dagster and dbt."""

import os
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dotenv import dotenv_values, find_dotenv, load_dotenv
from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from orchestration.boards.labels import LANGUAGES
from orchestration.ingest.limits import Limits

_BESIDE = Path(__file__).resolve().parent.parent
IS_CLONE = (_BESIDE / "dbt_project.yml").is_file()
"""Whether this code lies in a clone of the project; otherwise it was installed from a wheel."""

PROJECT_DIR = _BESIDE if IS_CLONE else _BESIDE / "contact_center_project"
"""Root of the dbt project: that of the clone, or what the wheel installed beside this package. Never written to."""


class EnvFileError(ValueError):
    """The ``.env`` file cannot be read; the message names it."""


class Settings(BaseSettings):
    """Where things are and when the night runs.

    Every field can be set by an environment variable led by ``CONTACT_CENTER_``, for example
    ``CONTACT_CENTER_HOME``. An unknown environment or time zone raises ``pydantic.ValidationError``.
    """

    model_config = SettingsConfigDict(env_prefix="CONTACT_CENTER_", frozen=True, extra="forbid")

    home: Path = Field(default_factory=lambda: (PROJECT_DIR if IS_CLONE else Path.cwd()) / "data")
    """Folder that holds ``landing/``, ``warehouse.duckdb`` and ``published/``; default ``data/`` in the clone, and in
    the current folder where there is no clone."""

    environment: Literal["local", "production"] = "local"
    """Named explicitly: nothing is guessed from the machine."""

    time_zone: str = "UTC"
    """IANA zone of the operator: the nightly schedule and the default as-of midnight."""

    nightly_cron: str = "0 4 * * *"
    """When the nightly refresh starts, in ``time_zone``."""

    languages: str = "en,fa,zh,id,he,tr"
    """Languages of the boards, with commas between; pages of the first are those that ``site/index.html`` opens."""

    kept_releases: int = Field(default=7, ge=1)
    """How many releases are kept in ``published/releases/``, the newest one among them."""

    publication_readers: Literal["owner", "group", "everyone"] = "group"
    """Who may read the publication; everything else in the home is for its owner alone."""

    alert_urls: SecretStr = SecretStr("")
    """Where alerts go: URLs of apprise, with blanks between; none are sent when empty."""

    deadline_hours: float = Field(default=6, gt=0)
    """A refresh that runs longer hangs."""

    stale_hours: float = Field(default=26, gt=0)
    """A publication that is older is stale."""

    largest_file_mb: int = Field(default=8192, ge=1)
    """A delivered file that is larger, once unpacked, is refused: MB of 1,048,576 bytes."""

    most_columns: int = Field(default=2000, ge=1)
    """A delivered file with more columns, or JSON records with more members, are refused."""

    postgres_url: SecretStr = SecretStr("")
    """PostgreSQL database that gets a copy of every release, as ``postgresql://...``; off when empty."""

    postgres_reader: str = Field(default="contact_center_reader", min_length=1, max_length=63)
    """Role that may read that copy."""

    @field_validator("home")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().resolve()

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except ZoneInfoNotFoundError as error:
            raise ValueError("not a time zone of the IANA database, such as Europe/Berlin") from error
        return value

    @field_validator("nightly_cron")
    @classmethod
    def _five_fields(cls, value: str) -> str:
        if len(value.split()) != 5 and not value.startswith("@"):
            raise ValueError("a schedule has five fields: minute hour day month weekday, such as 0 4 * * *")
        return value

    @field_validator("languages")
    @classmethod
    def _known_languages(cls, value: str) -> str:
        codes = [code.strip() for code in value.split(",")]
        unknown = [code for code in codes if code not in LANGUAGES]
        if unknown or len(set(codes)) < len(codes):
            raise ValueError(f"languages are {', '.join(LANGUAGES)}, each once, such as fa,en")
        return ",".join(codes)

    @property
    def board_languages(self) -> tuple[str, ...]:
        """Codes of the languages that boards are drawn in, that of the main pages first."""
        return tuple(self.languages.split(","))

    @property
    def limits(self) -> Limits:
        """What a delivered file may be."""
        return Limits(most_bytes=self.largest_file_mb << 20, most_columns=self.most_columns)

    @property
    def project_dir(self) -> Path:
        """Root of the dbt project."""
        return PROJECT_DIR

    @property
    def landing(self) -> Path:
        """Extracts as delivered: ``landing/<system>/<entity>/*``."""
        return self.home / "landing"

    @property
    def warehouse(self) -> Path:
        """The private database; one writer."""
        return self.home / "warehouse.duckdb"

    @property
    def published(self) -> Path:
        """What BI tools read; replaced atomically."""
        return self.home / "published"


def misspelt() -> list[str]:
    """Return a sentence for every variable of the environment that is named like a setting and is none."""
    prefix = str(Settings.model_config["env_prefix"])
    known = [f"{prefix}{name.upper()}" for name in Settings.model_fields]
    found = []
    for name in sorted(os.environ):
        if name.upper().startswith(prefix) and name.upper() not in known:
            near = get_close_matches(name.upper(), known, n=1, cutoff=0.8)
            hint = f"did you mean {near[0]}?" if near else f"settings are {', '.join(known)}"
            found.append(f"{name}{told_in(name)} is no setting; {hint}")
    return found


@cache
def get_settings() -> Settings:
    """Return the settings of this process, resolved from the environment once.

    Like dbt, MetricFlow and Dagster, this reads ``.env`` of the current folder, or of the next one above that has one;
    what the environment sets already wins. Raises ``EnvFileError`` for a file that is no text, and
    ``pydantic.ValidationError`` for a value that no setting may have.
    """
    file = find_dotenv(usecwd=True)
    try:
        load_dotenv(file, override=False)
    except UnicodeDecodeError as error:
        raise EnvFileError(f"{file} is not UTF-8 text (byte {error.start + 1}): save it as UTF-8") from error
    return Settings()


def told_in(variable: str) -> str:
    """Return `` (in /path/.env)`` for a variable that the ``.env`` file sets, else an empty text."""
    file = find_dotenv(usecwd=True)
    given = dotenv_values(file) if file else {}
    return f" (in {file})" if variable in given and given[variable] == os.environ.get(variable) else ""
