"""Every way in which a path can disappoint."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from server.cli import disk
from server.cli.problem import BadInput


def refused(path: object) -> str:
    with pytest.raises(BadInput) as caught:
        disk.text(str(path))
    return str(caught.value)


def test_a_missing_file(tmp_path: Path) -> None:
    assert "there is no such file" in refused(tmp_path / "book.json")


def test_a_directory_where_a_file_is_wanted(tmp_path: Path) -> None:
    assert "this is a directory" in refused(tmp_path)


def test_a_file_used_as_a_directory(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    assert "is a file, not a directory" in refused(tmp_path / "a" / "b")


def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    (tmp_path / "a").chmod(0)
    with nobody():
        assert "you may not read" in refused(tmp_path / "a")


@contextmanager
def nobody() -> Iterator[None]:
    """Root may read everything, and steps down for the while."""
    was = os.geteuid()
    if was == 0:
        os.seteuid(65_534)
    try:
        yield
    finally:
        os.seteuid(was)


def test_a_link_to_itself(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "a")
    assert "link points back to itself" in refused(tmp_path / "a")


def test_a_name_that_is_too_long(tmp_path: Path) -> None:
    assert "too long" in refused(tmp_path / ("a" * 5_000))


def test_a_zero_byte_in_a_path() -> None:
    assert "not a path" in refused("a\0b")


def test_text_that_is_not_utf_8_names_its_line(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"id,name\n1,Caf\xe9\n")
    message = refused(tmp_path / "a")
    assert f"{tmp_path / 'a'}:2: byte 0xe9 is not UTF-8" in message


@pytest.mark.parametrize(
    ("start", "word"), [(b"\xff\xfei\0", "this is UTF-16; save the file as UTF-8"), (b"PK\x03\x04\x80", "spreadsheet")]
)
def test_what_spreadsheets_write_by_mistake_is_recognised(tmp_path: Path, start: bytes, word: str) -> None:
    (tmp_path / "a").write_bytes(start)
    assert word in refused(tmp_path / "a")


def test_a_byte_order_mark_and_foreign_line_ends_are_taken(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"\xef\xbb\xbfid\r\n1\r2\n")
    assert disk.text(str(tmp_path / "a")) == "id\n1\n2\n"


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "a").open("wb") as file:
        file.truncate(disk.LARGEST_TEXT + 1)
    assert "more than we read at once" in refused(tmp_path / "a")


def test_writing_makes_folders_and_leaves_nothing_half_written(tmp_path: Path) -> None:
    place = tmp_path / "out" / "deep" / "a.svg"
    disk.write(str(place), b"one")
    disk.write(str(place), b"two")
    assert place.read_bytes() == b"two"
    assert [file.name for file in place.parent.iterdir()] == ["a.svg"]


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


@pytest.mark.parametrize("old", [0o600, 0o640, 0o755])
def test_who_may_read_a_file_stays_so(tmp_path: Path, old: int) -> None:
    place = tmp_path / "a.mandate"
    place.write_bytes(b"one")
    place.chmod(old)
    disk.write(str(place), b"two")
    assert mode(place) == old


@pytest.mark.parametrize("umask", [0o077, 0o027, 0o022])
def test_a_new_file_keeps_the_umask(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        disk.write(str(tmp_path / "a"), b"one")
        disk.write(str(tmp_path / "b"), b"one", 0o600)
        assert os.umask(umask) == umask
    finally:
        os.umask(before)
    assert mode(tmp_path / "a") == 0o666 & ~umask
    assert mode(tmp_path / "b") == 0o600


def test_writing_over_a_directory_says_so(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        disk.write(str(tmp_path), b"one")
    assert "this is a directory" in str(caught.value)


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("real")
    disk.write(str(tmp_path / "link"), b"one")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"one"


def test_a_device_is_not_replaced_by_a_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(BadInput, match="this is a device"):
        disk.write(str(tmp_path / "pipe"), b"one")
    assert (tmp_path / "pipe").is_fifo()


def test_a_file_where_a_folder_is_wanted(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    with pytest.raises(BadInput, match="is a file"):
        disk.room(str(tmp_path / "a" / "b"))


def test_folders_stand_for_the_files_in_them(tmp_path: Path) -> None:
    for name in ("b.mandate", "a.mandate", "notes.txt", "deep/c.mandate"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    found = [Path(name).name for name in disk.named([str(tmp_path), str(tmp_path / "a.mandate")], ".mandate")]
    assert found == ["a.mandate", "b.mandate", "c.mandate"]


def test_a_folder_without_such_files_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no file here ends in"):
        disk.named([str(tmp_path)], ".mandate")
