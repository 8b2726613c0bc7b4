"""What a deployment may decide, read once from the environment and frozen.

| variable                  | without it                                       |
| ------------------------- | ------------------------------------------------ |
| `PROOFOLIO_DATA_DIR`      | `~/.proofolio/service`                           |
| `PROOFOLIO_DATABASE_URL`  | SQLite in the data directory                     |
| `PROOFOLIO_ORIGIN`        | a name made from the signing key, ending `/log`  |
| `PROOFOLIO_WORKERS`       | 1: proposals that this process works on at once; 0 for none |
| `PROOFOLIO_OIDC_ISSUER`   | API keys only                                    |
| `PROOFOLIO_OIDC_AUDIENCE` | wanted beside the issuer                         |
| `PROOFOLIO_OIDC_ROLES`, `PROOFOLIO_OIDC_HOUSEHOLDS` | the claims `roles`, `households` |
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from server.auth.openid import Provider

HERE = ("localhost", "127.0.0.1", "::1")  # where a provider may be without TLS
DATABASES = ("sqlite:///", "postgresql+psycopg://")
FLEETING = ("sqlite:///", "sqlite:///:memory:")  # what SQLite would forget at once


class SettingsError(ValueError):
    """A variable of the environment has a value that cannot be meant; the message names it and says what to write."""


@dataclass(frozen=True, slots=True)
class Settings:
    """`database`: a SQLAlchemy URL. `origin`: the log's name in checkpoints, None to derive it from the key.
    `provider`: whoever knows the firm's people, beside API keys. `workers`: threads that work on proposals."""

    data: Path
    database: str
    origin: str | None = None
    provider: Provider | None = None
    workers: int = 1


def settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """SettingsError where a value is no good."""
    data = Path(environment.get("PROOFOLIO_DATA_DIR") or "~/.proofolio/service").expanduser().absolute()
    database = environment.get("PROOFOLIO_DATABASE_URL") or f"sqlite:///{data / 'proofolio.sqlite'}"
    if not database.startswith(DATABASES):
        raise SettingsError(f"PROOFOLIO_DATABASE_URL starts with none of {' and '.join(DATABASES)}; write one of these")
    if database in FLEETING:
        raise SettingsError("PROOFOLIO_DATABASE_URL names no file; write sqlite:///FILE")
    origin, workers = environment.get("PROOFOLIO_ORIGIN") or None, environment.get("PROOFOLIO_WORKERS") or "1"
    if not re.fullmatch(r"\d{1,2}", workers, re.ASCII):
        raise SettingsError(f"PROOFOLIO_WORKERS is `{workers}`; write a number from 0 to 99")
    return Settings(data, database, origin, _provider(environment), int(workers))


def _provider(environment: Mapping[str, str]) -> Provider | None:
    issuer, audience = environment.get("PROOFOLIO_OIDC_ISSUER"), environment.get("PROOFOLIO_OIDC_AUDIENCE")
    if not issuer:
        return None
    at = urlsplit(issuer)
    if not at.hostname or (at.scheme != "https" and at.hostname not in HERE):
        raise SettingsError(f"PROOFOLIO_OIDC_ISSUER is `{issuer}`; write an https:// URL, as its tokens name it")
    if not audience:
        raise SettingsError("PROOFOLIO_OIDC_AUDIENCE is missing; write the name by which tokens are made out to us")
    claims = {name: environment.get(f"PROOFOLIO_OIDC_{name.upper()}") for name in ("roles", "households")}
    return Provider(issuer, audience, **{name: claim for name, claim in claims.items() if claim})
