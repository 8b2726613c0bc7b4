"""What a book is called by everything that must not be mistaken about it: its content hash."""

from __future__ import annotations

import json

from policy import canonical
from policy.book.document import document
from policy.book.facts import Book


def content_hash(book: Book) -> str:
    """SHA-256, hex, of the canonical form of the book's document: the same facts give the same hash in whatever
    order and from whatever files they came."""
    return canonical.content_hash(document(book))


def to_json(book: Book) -> str:
    """The document as a text for people and version control; `wire.from_json` reads it back."""
    return json.dumps(document(book), indent=1, ensure_ascii=False) + "\n"
