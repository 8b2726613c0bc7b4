"""What an examiner knows from elsewhere: the log's key, witnesses, people's keys, the last state seen.

The card is a C2SP tlog-policy file (`log`, `witness`, `group`, `quorum`) with three kinds of lines of our own:

    log KEY stolen N      the log signed nothing with this key alone beyond N entries; what it alone signed counts only
                          where it is shown to be a part of `seen`
    person KEY [until N]  the key of a person who may approve, named in the key itself; it ended with entry N of the log
    seen SIZE ROOT        the last checkpoint that its holder kept

Only what is on a card that came another way than the bundle confirms anything.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field

from policy.proof.note import COSIGNATURE, ED25519, Note, NoteError, Verifier, decimal, hash_bytes, verifier

MOST_LINES = 20_000
NOBODY = "none"


class TrustError(ValueError):
    """A trust card that cannot be read; the message names the line."""


@dataclass(frozen=True, slots=True)
class Group:
    """At least `least` of the members, which are witnesses or groups before it."""

    least: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trust:
    """`quorum` names a witness, a group, or NOBODY. `seen`: size and root. `ends`: of people's keys that ended, by
    their 32 bytes, the number of the log's entry that says so; `stolen`: of the log's keys, likewise, the most entries
    that it signed for. `urls`: where witnesses are asked, empty where the card does not say. `grown`: on no card, but
    fetched by whoever holds it: a proof of growth to what was `seen`."""

    logs: tuple[Verifier, ...]
    witnesses: Mapping[str, Verifier]
    groups: Mapping[str, Group]
    quorum: str
    people: tuple[Verifier, ...]
    seen: tuple[int, bytes] | None
    ends: Mapping[bytes, int] = field(default_factory=dict)
    urls: Mapping[str, str] = field(default_factory=dict)
    stolen: Mapping[bytes, int] = field(default_factory=dict)
    grown: tuple[int, tuple[bytes, ...], Note] | None = None


def trust(data: bytes) -> Trust:
    logs: list[Verifier] = []
    witnesses: dict[str, Verifier] = {}
    urls: dict[str, str] = {}
    groups: dict[str, Group] = {}
    people: list[Verifier] = []
    ends: dict[bytes, int] = {}
    stolen: dict[bytes, int] = {}
    quorum: str | None = None
    seen: tuple[int, bytes] | None = None
    for number, line in enumerate(_lines(data), 1):
        words = [word for word in line.replace("\t", " ").split(" ") if word]
        try:
            match words:
                case []:
                    pass
                case [first, *_] if first.startswith("#"):
                    pass
                case ["log", key, *rest] if len(rest) <= 1 and rest != ["stolen"]:
                    logs.append(_key(key, ED25519))
                case ["log", key, "stolen", most]:
                    logs.append(_key(key, ED25519))
                    stolen[logs[-1].key.raw] = decimal(most)
                case ["witness", name, key, *rest] if len(rest) <= 1:
                    _new(name, witnesses, groups)
                    witnesses[name] = _key(key, COSIGNATURE)
                    urls[name] = "".join(rest)
                case ["group", name, least, *members] if members:
                    _new(name, witnesses, groups)
                    groups[name] = _group(least, members, {*witnesses, *groups})
                case ["quorum", name]:
                    if quorum is not None:
                        raise TrustError("a second quorum")
                    if name != NOBODY and name not in witnesses and name not in groups:
                        raise TrustError(f"the quorum `{name}` is not defined above")
                    quorum = name
                case ["person", key]:
                    people.append(_key(key, ED25519))
                case ["person", key, "until", end]:
                    people.append(_key(key, ED25519))
                    ends[people[-1].key.raw] = decimal(end)
                case ["seen", size, encoded] if seen is None:
                    seen = (decimal(size), hash_bytes(encoded))
                case _:
                    raise TrustError("not a line of a trust card")
        except (NoteError, TrustError) as error:
            raise TrustError(f"line {number}: {error}") from None
    if quorum is None:
        raise TrustError("the card names no quorum; write `quorum none` if there are no witnesses")
    for keys in (logs, list(witnesses.values()), people):
        _distinct(keys)
    return Trust(tuple(logs), witnesses, groups, quorum, tuple(people), seen, ends, urls, stolen)


def card_text(
    logs: tuple[Verifier, ...],
    people: tuple[Verifier, ...],
    seen: tuple[int, bytes] | None = None,
    ends: Mapping[bytes, int] | None = None,
    asked: Trust | None = None,
    dates: Mapping[Verifier, str] | None = None,
    stolen: Mapping[bytes, int] | None = None,
) -> bytes:
    """`ends`, `stolen`: as in Trust. `asked`: whose witnesses, groups and quorum are those of the card; none without
    it. `dates`: what people are to know of a log's key, as a remark before it."""
    until = {raw: f" until {number}" for raw, number in (ends or {}).items()}
    lost = {raw: f" stolen {size}" for raw, size in (stolen or {}).items()}
    said = dates or {}
    lines = [
        line
        for key in logs
        for line in (*([f"# {said[key]}"] if key in said else []), f"log {key.text}{lost.get(key.key.raw, '')}")
    ]
    lines += [f"person {key.text}{until.get(key.key.raw, '')}" for key in people]
    if asked is not None:
        lines += [f"witness {name} {key.text}" for name, key in asked.witnesses.items()]
        lines += [f"group {name} {it.least} {' '.join(it.members)}" for name, it in asked.groups.items()]
    lines.append(f"quorum {NOBODY if asked is None else asked.quorum}")
    if seen is not None:
        lines.append(f"seen {seen[0]} {b64encode(seen[1]).decode()}")
    return "".join(f"{line}\n" for line in lines).encode()


def witnessed(trust: Trust, cosigners: frozenset[str]) -> bool:
    """Whether the witnesses of these names are enough."""
    if trust.quorum == NOBODY:
        return True
    reached = set(cosigners)
    for name, group in trust.groups.items():
        if sum(member in reached for member in group.members) >= group.least:
            reached.add(name)
    return trust.quorum in reached


def _lines(data: bytes) -> list[str]:
    if any(byte < 0x20 and byte not in (0x09, 0x0A) for byte in data) or 0x7F in data:
        raise TrustError("the card contains control characters")
    lines = data.decode("utf-8", "surrogateescape").split("\n")
    if len(lines) > MOST_LINES:
        raise TrustError(f"the card has more than {MOST_LINES} lines")
    return lines


def _key(text: str, kind: int) -> Verifier:
    """A key of the kind; witnesses' keys are also met as plain Ed25519 keys, and then mean the same."""
    key = verifier(text)
    if key.kind == ED25519 and kind == COSIGNATURE:
        return Verifier(key.name, COSIGNATURE, key.key)
    if key.kind != kind:
        raise TrustError(f"the key `{key.name}` is of another kind")
    return key


def _group(least: str, members: list[str], defined: set[str]) -> Group:
    if len(set(members)) < len(members) or not defined.issuperset(members):
        raise TrustError("a group names members twice, or members that are not defined above")
    needed = {"all": len(members), "any": 1}.get(least)
    needed = decimal(least) if needed is None else needed
    if not 1 <= needed <= len(members):
        raise TrustError(f"a group of {len(members)} cannot need {needed}")
    return Group(needed, tuple(members))


def _new(name: str, witnesses: Mapping[str, Verifier], groups: Mapping[str, Group]) -> None:
    if name == NOBODY or name in witnesses or name in groups:
        raise TrustError(f"the name `{name}` is taken")


def _distinct(keys: list[Verifier]) -> None:
    if len({key.key.raw for key in keys}) < len(keys):
        raise TrustError("one public key appears under two names")
