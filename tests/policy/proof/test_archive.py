"""A zip that two readers could read in two ways is not read at all."""

from __future__ import annotations

import struct
import warnings
from io import BytesIO
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZipFile, ZipInfo

import pytest

from policy.proof.archive import ArchiveError, listed, manifest, packed, unpacked

FILES = {"a.txt": b"one", "decision/b.json": b"{}", "rules/UCITS 52.mandate": b"rule"}


def made(*members, method=ZIP_DEFLATED) -> bytes:
    buffer = BytesIO()
    with warnings.catch_warnings(), ZipFile(buffer, "w", method) as archive:
        warnings.simplefilter("ignore")
        for name, content in members:
            archive.writestr(name, content)
    return buffer.getvalue()


def test_what_is_packed_is_unpacked_and_packed_the_same_again():
    data = packed(FILES)
    assert unpacked(data) == FILES
    assert packed(dict(reversed(FILES.items()))) == data


@pytest.mark.parametrize(
    "name",
    ["../evil", "/etc/passwd", "a/../../b", "C:\\x", "a\\b", "./a", "a//b", "a/", ".hidden", "x/.git/y", "aé", "a\nb",
     "con.", "a /b", "x" * 300],
)  # fmt: skip
def test_paths_that_could_land_elsewhere(name):
    with pytest.raises(ArchiveError):
        packed({name: b""})
    with pytest.raises(ArchiveError):
        unpacked(made((name, b"")))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (made(("a", b"1"), ("a", b"2")), "twice"),
        (made(("a", b"1"), ("A", b"2")), "twice"),
        (made(("a", b"1"), method=ZIP_BZIP2), "uncommon"),
        (b"#!/bin/sh\n" + made(("a", b"1")), "hidden"),
        (made(("a", b"1")) + b"more", "zip|hidden"),
        (made(("a", b"1"))[:-5], "zip"),
        (b"", "zip"),
        (b"PK\x05\x06" + bytes(18), "^$"),
        (made(("big", bytes(200 * 2**20))), "unpacks"),
    ],
    ids=["twice", "case", "method", "before", "after", "cut", "nothing", "no entry", "bomb"],
)
def test_zips_with_two_readings(data, said):
    if said == "^$":
        assert unpacked(data) == {}
        return
    with pytest.raises(ArchiveError, match=said):
        unpacked(data)


def test_a_comment_can_hide_another_zip():
    buffer = BytesIO()
    with ZipFile(buffer, "w") as archive:
        archive.writestr("a", b"1")
        archive.comment = made(("a", b"2"))
    with pytest.raises(ArchiveError, match=r"hidden|zip"):
        unpacked(buffer.getvalue())


def test_a_link_is_not_a_file():
    info = ZipInfo("a")
    info.create_system, info.external_attr = 3, 0o120777 << 16
    with pytest.raises(ArchiveError, match="plain file"):
        unpacked(made((info, b"/etc/passwd")))


def test_a_name_that_differs_between_the_two_headers():
    data = bytearray(packed({"decision/a": b"1"}))
    place = data.index(b"decision/a")
    data[place : place + 10] = b"decision/z"
    with pytest.raises(ArchiveError, match=r"another name|zip"):
        unpacked(bytes(data))


def test_a_member_between_the_members():
    """The list of files passes over the second member: a reader that streams would see it."""
    data = packed({"a": b"1", "b": b"2", "c": b"3"})
    end = len(data) - 22
    size, start = struct.unpack("<LL", data[end + 12 : end + 20])
    listing = data[start : start + size]
    first, second = listing.index(b"PK\x01\x02", 1), listing.index(b"PK\x01\x02", listing.index(b"PK\x01\x02", 1) + 1)
    shorter = listing[:first] + listing[second:]
    tail = data[end : end + 8] + struct.pack("<HHLLH", 2, 2, len(shorter), start, 0)
    with pytest.raises(ArchiveError, match="hidden"):
        unpacked(data[:start] + shorter + tail)


def test_a_manifest_lists_every_file_once_in_order():
    data = manifest(FILES)
    assert list(listed(data)) == sorted(FILES)
    assert list(listed(manifest(FILES, ["decision/", "rules/"]))) == ["decision/b.json", "rules/UCITS 52.mandate"]
    lines = data.splitlines(keepends=True)
    for wrong in (b"".join(reversed(lines)), data[:-1], data + lines[0], data.upper(), data.replace(b"  ", b" ", 1)):
        with pytest.raises(ArchiveError):
            listed(wrong)
