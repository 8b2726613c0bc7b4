"""People who come with a token of the firm's own identity provider (OpenID Connect Core 1.0; RFC 7519, RFC 8725).

The token is a JWT that the issuer signed for us: its signature, issuer, audience and times are checked, with keys that
are fetched from the issuer and fetched again, at most every few seconds, when a token names one that is new. Which
roles and households it gives is what its claims say in the words of `server.auth.roles`; a word that is no role of ours
is not an error, it gives nothing. A token without a claim of households sees none; `*` sees all.

A provider that cannot be reached is no reason to let anybody in: who needs its keys is told so, and to come again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock
from time import monotonic, time
from typing import Any

import httpx
import jwt

from server import clock
from server.auth.credentials import OPENID, Principal
from server.auth.roles import Role

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")
"""Asymmetric ones only: nobody's public key can be taken for a shared secret."""

PATIENCE = 5.0  # seconds for one answer of the provider
FRESH = 600.0  # seconds that its keys are used without asking again
BETWEEN = 10.0  # seconds at least between two fetches, whatever tokens arrive
LEEWAY = 30  # seconds that two clocks may differ
EVERY = "*"
WELL_KNOWN = "/.well-known/openid-configuration"


class TokenError(ValueError):
    """The token is not good; the message says why, and repeats nothing of it."""


class ProviderError(ValueError):
    """The provider's keys cannot be had now."""


@dataclass(frozen=True, slots=True)
class Provider:
    """`issuer`: its URL, as tokens name it. `roles`, `households`: the claims that say them."""

    issuer: str
    audience: str
    roles: str = "roles"
    households: str = "households"


class Keys:
    """The provider's keys as they were fetched last; the only thing here that changes. `asked`, `fetched`: seconds of
    a monotonic clock."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self.known: Mapping[str, jwt.PyJWK] = {}
        self.asked: float | None = None
        self.fetched: float | None = None
        self.lock = Lock()


def principal(keys: Keys, token: str) -> Principal:
    """Who the token says it is. TokenError, ProviderError."""
    key = _key(keys, _kid(token))
    if key.algorithm_name not in ALGORITHMS:
        raise TokenError("the key that it names may not sign tokens")
    try:
        claims = jwt.decode(
            token,
            key,
            algorithms=[key.algorithm_name],
            audience=keys.provider.audience,
            issuer=keys.provider.issuer,
            leeway=LEEWAY,
            options={"require": ["exp", "iat", "iss", "aud", "sub"]},
        )
    except jwt.ExpiredSignatureError:
        raise TokenError("it has expired") from None
    except jwt.InvalidTokenError as error:
        raise TokenError(f"it does not hold: {type(error).__name__}") from None
    return _principal(keys.provider, claims)


def _principal(provider: Provider, claims: Mapping[str, Any]) -> Principal:
    subject = claims["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= 255 or not subject.isprintable():
        raise TokenError("its subject is no name")
    roles = frozenset(Role(word) for word in _words(claims.get(provider.roles)) if word in Role._value2member_map_)
    households = _words(claims.get(provider.households))
    shown = _instant(claims.get("auth_time"))
    return Principal(f"{OPENID}{subject}", subject, roles, None if EVERY in households else households, shown)


def _instant(claim: object) -> str | None:
    """When the person signed in (OpenID Connect Core, 2): seconds since 1970; None where that is not said, or to
    come."""
    if not isinstance(claim, int) or isinstance(claim, bool) or not 0 <= claim <= time() + LEEWAY:
        return None
    return clock.text(datetime.fromtimestamp(claim, UTC))


def _words(claim: object) -> frozenset[str]:
    """A claim that is a list of texts, or texts by spaces; anything else says nothing."""
    if isinstance(claim, str):
        return frozenset(claim.split())
    return frozenset(word for word in claim if isinstance(word, str)) if isinstance(claim, list) else frozenset()


def _kid(token: str) -> str:
    try:
        kid = jwt.get_unverified_header(token).get("kid")
    except jwt.InvalidTokenError:
        raise TokenError("it is no JSON web token") from None
    if not isinstance(kid, str):
        raise TokenError("it does not name its key")
    return kid


def _key(keys: Keys, kid: str) -> jwt.PyJWK:
    with keys.lock:
        now = monotonic()
        old = keys.fetched is None or now - keys.fetched > FRESH
        if (old or kid not in keys.known) and (keys.asked is None or now - keys.asked > BETWEEN):
            keys.asked = now
            keys.known, keys.fetched = fetched(keys.provider), now
        if keys.fetched is None or monotonic() - keys.fetched > FRESH:
            raise ProviderError(f"the keys of {keys.provider.issuer} were not to be had a moment ago; ask again soon")
        if kid not in keys.known:
            raise TokenError("the provider has no key of that name")
        return keys.known[kid]


def fetched(provider: Provider) -> Mapping[str, jwt.PyJWK]:
    """The provider's signing keys by name; those that we cannot use are left out."""
    try:
        with httpx.Client(timeout=PATIENCE, follow_redirects=False) as client:
            about = client.get(provider.issuer.rstrip("/") + WELL_KNOWN).raise_for_status().json()
            if about["issuer"] != provider.issuer:
                raise ProviderError(f"{provider.issuer} says that its name is {about['issuer']}")
            listed = client.get(about["jwks_uri"]).raise_for_status().json()["keys"]
        return dict(_usable(listed))
    except (httpx.HTTPError, KeyError, TypeError, ValueError) as error:
        raise ProviderError(f"the keys of {provider.issuer} cannot be had: {error}") from None


def _usable(listed: list[dict[str, Any]]) -> list[tuple[str, jwt.PyJWK]]:
    found = []
    for each in listed:
        if each.get("kty") == "oct" or each.get("use", "sig") != "sig" or not isinstance(each.get("kid"), str):
            continue
        try:
            found.append((each["kid"], jwt.PyJWK(each)))
        except (jwt.PyJWKError, jwt.InvalidKeyError):
            continue
    return found
