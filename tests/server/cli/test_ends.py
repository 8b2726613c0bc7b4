"""How the commands end when nobody takes their output: never with a trace, nor with a false answer."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
VERB = ["server.cli.main", "check", "rules/family-office"]
HELP = ["server.cli.main", "--help"]
ALONE = ["policy.proof.verify", "/dev/null"]
ALL = pytest.mark.parametrize("words", [VERB, [*VERB, "--json"], HELP, ALONE], ids=["verb", "json", "help", "alone"])


def ended(words: list[str], output: int | None, **environment: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", *words]
    pipe = subprocess.PIPE if output is None else output
    return subprocess.run(
        command, cwd=ROOT, stdout=pipe, stderr=subprocess.PIPE, env={**os.environ, **environment}, check=False
    )


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="needs the device that is always full")
@ALL
def test_a_full_disk(words: list[str]) -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    done = ended(words, full)
    os.close(full)
    assert done.returncode == 3
    assert b"cannot be written" in done.stderr
    assert done.stderr.count(b"\n") == 1


@ALL
def test_a_reader_who_left(words: list[str]) -> None:
    read, write = os.pipe()
    os.close(read)
    done = ended(words, write)
    os.close(write)
    assert done.returncode == (3 if words is ALONE else 141)
    assert b"Traceback" not in done.stderr


@ALL
def test_an_encoding_without_our_letters(words: list[str]) -> None:
    done = ended(words, None, PYTHONIOENCODING="ascii")
    assert done.returncode == (1 if words is ALONE else 0)
    assert done.stderr == b""


@pytest.mark.parametrize("columns", ["", "wide", "-3", "40", "400"])
def test_a_pipe_has_one_width_whatever_the_terminal(columns: str) -> None:
    done = ended(VERB, None, COLUMNS=columns)
    assert (done.returncode, done.stdout) == (0, ended(VERB, None).stdout)
    assert done.stderr == b""


def test_wrong_arguments_of_the_verifier_are_not_taken_for_an_answer() -> None:
    assert ended(["policy.proof.verify"], None).returncode == 3
    assert ended(["policy.proof.verify", "--help"], None).returncode == 0


def test_a_device_that_never_ends_is_no_bundle() -> None:
    done = ended(["policy.proof.verify", "/dev/zero"], None)
    assert done.returncode == 3
    assert b"larger than any bundle" in done.stderr
