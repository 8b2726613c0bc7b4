"""`proofolio sign`: a key of one's own, and signatures by it. No service has a part in it: a payload comes in as a file
and leaves as an envelope, and what it says is told before it is trusted to anybody."""

import argparse
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from policy.book.intake.json_text import parse
from policy.book.problem import is_problems
from policy.canonical import CanonicalError, Json, decode, encode
from policy.proof.approval import ApprovalError, Attestation, RunApproval, read
from policy.proof.envelope import sealed
from policy.proof.grant import GRANT
from policy.proof.grant import read as read_grant
from policy.proof.keys import public_of
from policy.proof.note import ED25519, NoteError, Verifier, verifier
from policy.proof.reading import ShapeError, members
from server.auth.people import POSSESSION
from server.cli import disk
from server.cli.exits import Exit
from server.cli.problem import BadInput, bad_file
from server.cli.show.answers import printed
from server.log import files


@dataclass(frozen=True, slots=True)
class SignAnswer:
    """`answer` is "key" (one was made) or "signed". `key`: the public key, as others are to know it; `says`: what was
    signed, in words; `envelope`: DSSE."""

    answer: str
    key: str | None = None
    says: str | None = None
    envelope: dict[str, Any] | None = None


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("payload", nargs="?", help="the file with what a service gave to sign")
    parser.add_argument("--key", required=True, metavar="FILE", help="where the private key is; keep it to yourself")
    parser.add_argument("--new", metavar="NAME", help="make the key first, named NAME, which is who you are")


def run(arguments: argparse.Namespace) -> int:
    if (arguments.new is None) is (arguments.payload is None):
        raise bad_file("sign", "it takes a payload to sign, or --new NAME", "make the key first, then sign with it")
    answer = _made(arguments.key, arguments.new) if arguments.new else _signed(arguments.key, arguments.payload)
    if not printed(answer, as_json=arguments.json):
        if answer.says is not None:
            print(f"signed: {answer.says}", file=sys.stderr)
        print(answer.key if answer.envelope is None else encode(answer.envelope).decode())
    return Exit.PASS


def _made(path: str, name: str) -> SignAnswer:
    """A key in a file that its owner alone may read; a file that is there is left alone."""
    seed = os.urandom(files.SEED)
    key = Verifier(name, ED25519, public_of(seed)).text
    try:
        verifier(key)
    except NoteError:
        raise bad_file("--new", f"`{name}` cannot name a key", "write a name without spaces and `+`") from None
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, files.OWNER), "w") as file:
            file.write(f"{seed.hex()}\n")
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        raise bad_file(path, "there is such a file", "name another one: a key is never written over") from None
    except OSError as error:
        raise BadInput(disk.of_os(path, error)) from None
    return SignAnswer("key", key)


def _signed(path: str, payload: str) -> SignAnswer:
    try:
        seed = files.seed(disk.content(path))
    except ValueError as error:
        raise bad_file(path, str(error), "name the file that `proofolio sign --new` made") from None
    if Path(path).stat().st_mode & 0o077:
        raise bad_file(path, "others may read this key", f"run `chmod 600 {path}`, and better make a new one")
    found = parse(disk.text(payload), payload)
    if isinstance(found, tuple) and is_problems(found):
        raise BadInput(*found)
    try:
        top = members(cast(Json, found), "payloadType", "payload")
        kind, said = str(top["payloadType"]), top["payload"]
        whose = str(said["person"]) if isinstance(said, dict) and "person" in said else ""
        envelope = sealed(kind, encode(said), whose, seed)
        says = _says(kind, said, envelope)
    except (ShapeError, CanonicalError, ApprovalError) as error:
        raise bad_file(payload, str(error), "sign what a service gave, as it gave it") from None
    return SignAnswer("signed", None, says, dict(members(decode(envelope), "payload", "payloadType", "signatures")))


def _says(kind: str, said: Any, envelope: bytes) -> str:
    """What is signed, in words; ShapeError where it is nothing that a person signs."""
    if kind == POSSESSION:
        top = members(said, "v", "origin", "person", "key", "challenge", "expires")
        return f"that {top['person']} holds the key {top['key']}, for {top['origin']}"
    if kind == GRANT:
        grant = read_grant(envelope, kind)
        return f"{grant.person} as {grant.role} grants {grant.of}, which says {grant.statement}"
    found = read(envelope)
    if isinstance(found, Attestation):
        raise ShapeError("an attestation, which services sign and people do not")
    role = f"{found.person} as {found.role}"
    if isinstance(found, RunApproval):
        return f"{role} approves {found.size} decisions of the run {found.run}, root {found.root}"
    return f"{role} approves the decision {found.statement}"
