"""Input that somebody or something spoilt: bytes, JSON members and CSV cells replaced by what files really hold."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

Spoil = Callable[[bytes, Random], bytes]

WORDS = (
    *("", " ", "0", "-1", "-0", "+1", "1e5", "1e999999999", "1e-999999999", "9" * 5_000, "0." + "0" * 400 + "1"),
    *(
        "NaN",
        "nan",
        "Infinity",
        "-inf",
        "1,5",
        "1.234,56",
        "1_000",
        "1/0",
        "0/0",
        "1/3",
        "0x10",
        "５",
        "٣",
        "½",
        "5%",
        "500%",
    ),
    *("2022-02-30", "0000-00-00", "0001-01-01", "9999-12-31", "2022-1-1", "30.06.2022", "2022-12-28T00:00:00Z"),
    *("true", "TRUE", "none", "unknown", "null", "nothing", "=1+1", "a" * 10_000, "../../etc/passwd", "KO", "WF-GIFT"),
    *(
        "\u202eevil",
        "\u200b",
        "Κ0",
        "KO\u0301",
        "\x00",
        "\x1b[31m",
        "\ud800",
        "\ufeff",
        "a;b;;c",
        "a\nb",
        "[bold]",
        "`",
    ),
)
BYTES = (
    *(
        b"\x00",
        b"\xff",
        b"\xfe\xff",
        b"\xef\xbb\xbf",
        b"\xed\xa0\x80",
        b"\xe2\x80\xae",
        b"\xc3",
        b"\r",
        b"\r\n",
        b"\n\n",
    ),
    *(b'"', b'""', b"'", b",", b";", b"\t", b"{", b"}", b"[" * 3_000, b"]", b":", b"\\", b"\\u0000", b"\\ud800", b"#"),
    *(b"-", b"%", b"/", b".", b"9" * 400, b"1e400", b"end\n", b"rule ", b"not ", b"NaN", b"null", b"true"),
)
VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 10**40, 1.5, 1e300, float("nan"), [], {}, [[]], [None], {"a": 1}, [[[[[[]]]]]]),
    *([{}], {"low": "1", "high": "0"}, *WORDS),
)


def of_bytes(data: bytes, dice: Random) -> bytes:
    """A run of bytes cut out, doubled, replaced, moved or cut off."""
    at = dice.randrange(len(data) + 1)
    to = min(len(data), at + dice.choice((0, 1, 1, 2, 8, 100)))
    match dice.randrange(6):
        case 0:
            return data[:at]
        case 1:
            return data[:at] + data[to:]
        case 2:
            return data[:to] + data[at:]
        case 3:
            return data[:at] + bytes([dice.randrange(256)]) + data[to:]
        case 4:
            other = dice.randrange(len(data) + 1)
            return data[:at] + data[other : other + 40] + data[to:]
        case _:
            return data[:at] + dice.choice(BYTES) + data[to:]


def of_lines(data: bytes, dice: Random) -> bytes:
    """A line left out, doubled, moved, or with the line end of another system."""
    lines = data.splitlines(keepends=True) or [b""]
    at, to = dice.randrange(len(lines)), dice.randrange(len(lines))
    match dice.randrange(4):
        case 0:
            del lines[at]
        case 1:
            lines.insert(to, lines[at])
        case 2:
            lines[at], lines[to] = lines[to], lines[at]
        case _:
            lines[at] = lines[at].rstrip(b"\n") + dice.choice((b"\r", b"\r\n", b"", b"\x0b", b"\xe2\x80\xa8"))
    return b"".join(lines)


def of_cells(data: bytes, dice: Random) -> bytes:
    """A CSV cell replaced, left out or added; or a whole column."""
    rows = [line.split(",") for line in data.decode().splitlines()] or [[""]]
    row = dice.choice(rows)
    at = dice.randrange(len(row))
    match dice.randrange(6):
        case 0:
            del row[at]
        case 1:
            row.insert(at, dice.choice(WORDS))
        case 2:
            other = dice.choice(rows)
            row[at] = other[at % len(other)] if other else ""
        case 3:
            for each in rows:
                del each[at : at + 1]
        case _:
            row[at] = dice.choice(WORDS)
    return "\n".join(map(",".join, rows)).encode("utf-8", "surrogatepass") + b"\n"


def of_members(data: bytes, dice: Random) -> bytes:
    """A JSON member or item replaced, left out, named twice, renamed, or moved to another place."""
    value = json.loads(data)
    holder, key = dice.choice(list(places(value)))
    others, other_key = dice.choice(list(places(value)))
    match dice.randrange(6):
        case 0:
            del holder[key]
        case 1:
            holder[key] = others[other_key]
        case 2 if isinstance(holder, list):
            holder.append(holder[key])
        case 2:
            text = json.dumps(value)
            return text.replace(f'"{key}": ', f'"{key}": null, "{key}": ', 1).encode()
        case 3 if isinstance(holder, dict):
            holder[dice.choice(WORDS)] = holder.pop(key)
        case _:
            holder[key] = dice.choice(VALUES)
    try:
        return json.dumps(value, ensure_ascii=dice.random() < 0.5).encode("utf-8", "surrogatepass")
    except ValueError:  # a value that was moved into itself
        return data


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every member and item, with what holds it."""
    if isinstance(value, dict | list):
        for key, item in list(value.items()) if isinstance(value, dict) else enumerate(value):
            yield value, key
            yield from places(item)
