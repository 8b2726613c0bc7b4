"""What a deployment may decide, read once from the environment and frozen.

| variable                  | without it                                       |
| ------------------------- | ------------------------------------------------ |
| `PROOFOLIO_DATA_DIR`      | `~/.proofolio/service`                           |
| `PROOFOLIO_DATABASE_URL`  | SQLite in the data directory                     |
| `PROOFOLIO_MIGRATE`       | `yes`: a start brings the tables up to date; `no`: it refuses old ones |
| `PROOFOLIO_ORIGIN`        | a name made from the signing key, ending `/log`  |
| `PROOFOLIO_WORKERS`       | 1: processes that work on proposals beside this one; with 0 it drives nothing either |
| `PROOFOLIO_READY`         | 512: megabytes of standing verdicts that are kept ready for new prices |
| `PROOFOLIO_READS_DAYS`    | 2192: how long it is kept who read what          |
| `PROOFOLIO_PROBING_NAMES` | 20: different names that may be stopped by rules which somebody may not see, |
| `PROOFOLIO_PROBING_HOURS` | within 24 hours, before their checks are limited |
| `PROOFOLIO_OIDC_ISSUER`   | API keys only                                    |
| `PROOFOLIO_OIDC_AUDIENCE` | wanted beside the issuer                         |
| `PROOFOLIO_OIDC_ROLES`, `PROOFOLIO_OIDC_HOUSEHOLDS` | the claims `roles`, `households` |
| `OTEL_EXPORTER_OTLP_ENDPOINT` and its kin | nothing is sent: metrics are read from /v1/metrics |

Each of them may come from elsewhere: `NAME_FILE` names a file that holds the value, `NAME_COMMAND` a command that
prints it (words as in a shell, but no shell runs it). What is wrong with that is said without the value, and without
what the command says: either may be a secret.
"""

import os
import re
import shlex
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from server.auth.openid import Provider

HERE = ("localhost", "127.0.0.1", "::1")  # where a provider may be without TLS
DATABASES = ("sqlite:///", "postgresql+psycopg://")
READS_DAYS = 2192  # six years, as long as brokers keep records (17 CFR 240.17a-4)
READY = 512  # megabytes: of some twenty thousand households
PATIENCE = 30  # seconds for a command that prints a value
FLEETING = ("sqlite:///", "sqlite:///:memory:")  # what SQLite would forget at once


class SettingsError(ValueError):
    """A variable of the environment has a value that cannot be meant; the message names it and says what to write."""


@dataclass(frozen=True, slots=True)
class Probing:
    """How many different names rules that a person may not see may stop for them within so many hours."""

    names: int = 20
    hours: int = 24


@dataclass(frozen=True, slots=True)
class Sent:
    """What is sent to a collector over OTLP, as the standard variables (`OTEL_*`) say. `headers`: a secret."""

    metrics: bool = False
    traces: bool = False
    headers: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """`database`: a SQLAlchemy URL. `origin`: the log's name in checkpoints, None to derive it from the key.
    `provider`: whoever knows the firm's people, beside API keys. `workers`: processes that work on proposals beside
    this one. `migrate`: whether a start brings the tables up to date. `reads_days`: how long it is kept who read what.
    `ready`: megabytes of standing verdicts that stay in memory."""

    data: Path
    database: str
    origin: str | None = None
    provider: Provider | None = None
    workers: int = 1
    migrate: bool = True
    reads_days: int = READS_DAYS
    probing: Probing = Probing()
    ready: int = READY
    sent: Sent = Sent()


def settings(given: Mapping[str, str] = os.environ) -> Settings:
    """SettingsError where a value is no good."""
    environment = fetched(given)
    data = Path(environment.get("PROOFOLIO_DATA_DIR") or "~/.proofolio/service").expanduser().absolute()
    database = environment.get("PROOFOLIO_DATABASE_URL") or f"sqlite:///{data / 'proofolio.sqlite'}"
    if not database.startswith(DATABASES):
        raise SettingsError(f"PROOFOLIO_DATABASE_URL starts with none of {' and '.join(DATABASES)}; write one of these")
    if database in FLEETING:
        raise SettingsError("PROOFOLIO_DATABASE_URL names no file; write sqlite:///FILE")
    origin, workers = environment.get("PROOFOLIO_ORIGIN") or None, environment.get("PROOFOLIO_WORKERS") or "1"
    if not re.fullmatch(r"\d{1,2}", workers, re.ASCII):
        raise SettingsError(f"PROOFOLIO_WORKERS is `{workers}`; write a number from 0 to 99")
    migrate = environment.get("PROOFOLIO_MIGRATE") or "yes"
    if migrate not in ("yes", "no"):
        raise SettingsError(f"PROOFOLIO_MIGRATE is `{migrate}`; write yes or no")
    provider, watched = _provider(environment), _watched(environment)
    ready, sent = _number(environment, "PROOFOLIO_READY", READY, 10**5), _sent(environment)
    return Settings(data, database, origin, provider, int(workers), migrate == "yes", *watched, ready, sent)


def fetched(environment: Mapping[str, str]) -> Mapping[str, str]:
    """With the values of files and commands. SettingsError where one cannot be had, or a variable is given twice."""
    found = dict(environment)
    for suffix, fetch in FETCHED.items():
        for given, where in environment.items():
            if not (given.startswith(PREFIXES) and given.endswith(suffix) and where):
                continue
            name = given.removesuffix(suffix)
            if found.get(name):
                raise SettingsError(f"{given} gives {name} a second time; keep one of them")
            try:
                value = fetch(where).strip()
            except (OSError, ValueError, subprocess.SubprocessError) as error:
                raise SettingsError(f"{given}: {_failed(error)}") from None
            if not value or not value.isprintable():
                raise SettingsError(f"{given} gives no value in one line")
            found[name] = value
    return found


def _read(path: str) -> str:
    return Path(path).expanduser().read_text(encoding="utf-8")


def _printed(command: str) -> str:
    words = shlex.split(command)
    quiet = subprocess.DEVNULL
    run = subprocess.run(words, stdin=quiet, stdout=subprocess.PIPE, stderr=quiet, timeout=PATIENCE, check=True)
    return run.stdout.decode()


def _failed(error: Exception) -> str:
    match error:
        case subprocess.CalledProcessError():
            return f"the command ended with code {error.returncode}; run it by hand to see why"
        case subprocess.TimeoutExpired():
            return f"the command did not end within {PATIENCE} seconds"
        case OSError():
            return f"{(error.strerror or 'it cannot be read').lower()}; it is to be readable for whoever runs proofolio"
        case _:
            return "it cannot be read as text, or its quotes do not match"


PREFIXES = ("PROOFOLIO_", "OTEL_EXPORTER_OTLP_")
FETCHED: Mapping[str, Callable[[str], str]] = {"_FILE": _read, "_COMMAND": _printed}


def _watched(environment: Mapping[str, str]) -> tuple[int, Probing]:
    names = _number(environment, "PROOFOLIO_PROBING_NAMES", Probing().names, 100_000)
    hours = _number(environment, "PROOFOLIO_PROBING_HOURS", Probing().hours, 8760)
    return _number(environment, "PROOFOLIO_READS_DAYS", READS_DAYS, 36_525), Probing(names, hours)


def _number(environment: Mapping[str, str], name: str, usual: int, most: int) -> int:
    said = environment.get(name) or str(usual)
    if not re.fullmatch(r"\d{1,10}", said, re.ASCII) or not 1 <= int(said) <= most:
        raise SettingsError(f"{name} is `{said[:20]}`; write a number from 1 to {most}")
    return int(said)


def _sent(environment: Mapping[str, str]) -> Sent:
    def wanted(what: str) -> bool:
        off = environment.get("OTEL_SDK_DISABLED", "").lower() == "true"
        names = ("OTEL_EXPORTER_OTLP_ENDPOINT", f"OTEL_EXPORTER_OTLP_{what}_ENDPOINT")
        chosen = environment.get(f"OTEL_{what}_EXPORTER") or "otlp"
        return chosen == "otlp" and not off and any(environment.get(name) for name in names)

    return Sent(wanted("METRICS"), wanted("TRACES"), environment.get("OTEL_EXPORTER_OTLP_HEADERS"))


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
