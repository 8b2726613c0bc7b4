"""What a deployment may decide, read once from the environment and frozen.

| variable                  | without it                                       |
| ------------------------- | ------------------------------------------------ |
| `PROOFOLIO_DATA_DIR`      | `~/.proofolio/service`                           |
| `PROOFOLIO_DATABASE_URL`  | SQLite in the data directory                     |
| `PROOFOLIO_ORIGIN`        | a name made from the signing key, ending `/log`  |
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

DATABASES = ("sqlite:///", "postgresql+psycopg://")


class SettingsError(ValueError):
    """A variable of the environment has a value that cannot be meant; the message names it and says what to write."""


@dataclass(frozen=True, slots=True)
class Settings:
    """`database`: a SQLAlchemy URL. `origin`: the log's name in checkpoints, None to derive it from the key."""

    data: Path
    database: str
    origin: str | None = None


def settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """SettingsError where a value is no good."""
    data = Path(environment.get("PROOFOLIO_DATA_DIR") or "~/.proofolio/service").expanduser().absolute()
    database = environment.get("PROOFOLIO_DATABASE_URL") or f"sqlite:///{data / 'proofolio.sqlite'}"
    if not database.startswith(DATABASES):
        raise SettingsError(f"PROOFOLIO_DATABASE_URL starts with none of {' and '.join(DATABASES)}; write one of these")
    return Settings(data, database, environment.get("PROOFOLIO_ORIGIN") or None)
