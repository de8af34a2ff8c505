"""Settings: what the environment may choose (`TUTOR_*`), read once at the start and refused when it makes no sense."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_cache_path, user_data_path

KNOWN = ("TUTOR_DATABASE_URL", "TUTOR_RATE_LIMITS")
_NOT_SETTINGS = ("TUTOR_BROWSER",)


class RefusedSetting(ValueError):
    """A setting that cannot be: its name, and why in one sentence."""

    def __init__(self, name: str, sentence: str) -> None:
        super().__init__(f"{name}: {sentence}")
        self.name, self.sentence = name, sentence


@dataclass(frozen=True)
class Settings:
    """`database_url` an SQLAlchemy URL; `rate_limits` whether questions are counted."""

    database_url: str
    rate_limits: bool = True


def read(environ: Mapping[str, str]) -> Settings:
    """The settings of this environment; raises RefusedSetting for an unknown name or an impossible value."""
    for name in environ:
        if name.startswith("TUTOR_") and name not in (*KNOWN, *_NOT_SETTINGS):
            raise RefusedSetting(name, f"there is no such setting; there are {', '.join(KNOWN)}.")
    return Settings(_database(environ), _limits(environ.get("TUTOR_RATE_LIMITS", "on")))


def _database(environ: Mapping[str, str]) -> str:
    url = environ.get("TUTOR_DATABASE_URL", "")
    if not url:
        return f"sqlite:///{_data_file()}"
    if not url.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://", "postgres://")):
        raise RefusedSetting("TUTOR_DATABASE_URL", "it must start with sqlite:/// or postgresql://.")
    if url.partition("?")[0] in ("sqlite:///", "sqlite:///:memory:"):
        raise RefusedSetting("TUTOR_DATABASE_URL", "an SQLite database must be a file, or no answer would be kept.")
    return url


def _data_file() -> Path:
    return user_data_path("tutor", appauthor=False) / "tutor.db"


def router_files() -> tuple[Path, ...]:
    """Where the trained router may be: made by the installation, or kept by a start; both may be deleted at any time."""
    return (Path(__file__).with_name("router.npy"), user_cache_path("tutor", appauthor=False) / "router.npy")


def _limits(value: str) -> bool:
    if value not in ("on", "off"):
        raise RefusedSetting("TUTOR_RATE_LIMITS", "it must be on or off.")
    return value == "on"
