"""The index's fields, and what becomes of a document in them.

Every field is split at spaces or not at all: cutting Chinese is done before (words). `id` is a raw *text*: deleting by a number
that was added as another kind of number deletes nothing and says nothing.
"""

import hashlib
import zlib
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from typing import NamedTuple

import tantivy

from lantian.commons.search.engine.words import characters_of, letters_of, words_of

# Changes when documents of before would not be found by queries of today: everything is then built anew.
VERSION = 3
NUMBERS = ("at", "quality", "used")
# One document of so many is in each sample, the same ones whenever they are made anew; smaller ones lie within the larger.
SAMPLES = (64, 16, 4)
_LOTS = 2**32


class Fields(NamedTuple):
    """A document for the index, as plain data."""

    kind: str
    id: str
    see: Iterable[str]
    title: str
    body: str = ""
    words: Sequence[str] = ()
    people: Sequence[str] = ()
    facets: Mapping[str, Sequence[str]] = {}
    at: int = 0
    quality: int = 0
    used: int = 0


def fingerprint(facets: Sequence[str]) -> str:
    """Names a make of index: another one is built when it changes."""
    return hashlib.sha256(f"{VERSION} {version('tantivy')} {' '.join(facets)}".encode()).hexdigest()[:12]


def schema_of(facets: Sequence[str]) -> tantivy.Schema:
    """The schema for these facets."""
    made = tantivy.SchemaBuilder()
    made.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    made.add_text_field("kind", fast=True, tokenizer_name="raw", index_option="basic")
    made.add_text_field("see", tokenizer_name="raw", index_option="basic")
    for name in ("sample", "whole"):
        made.add_text_field(name, tokenizer_name="raw", index_option="basic")
    made.add_text_field("title", tokenizer_name="whitespace", index_option="position")
    for name in ("names", "text"):
        made.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    made.add_text_field("chars", tokenizer_name="whitespace", index_option="position")
    made.add_text_field("letters", tokenizer_name="whitespace", index_option="basic")
    for name in NUMBERS:
        made.add_integer_field(name, fast=True)
    made.add_integer_field("lot", fast=True)
    for facet in facets:
        made.add_text_field(f"f_{facet}", fast=True, tokenizer_name="raw", index_option="basic")
    return made.build()


def index_at(folder: str, facets: Sequence[str]) -> tantivy.Index:
    """The index in a folder, made if there is none. Documents lie in the order of their lots: a sample is the beginning of each
    segment, and counting in it touches nothing else."""
    return tantivy.Index(schema_of(facets), folder, sort_by_field="lot")


def key_of(kind: str, id: str) -> str:
    return f"{kind}:{id}"


def whole_of(text: str) -> str:
    """A mark of a whole title, by which it is told from longer ones; others may have the same."""
    return f"{zlib.crc32(' '.join(characters_of(text)).encode()):08x}"


def document_of(fields: Fields, facets: Sequence[str]) -> tantivy.Document:
    """A document as the index takes it."""
    made = tantivy.Document()
    key = key_of(fields.kind, fields.id)
    made.add_text("id", key)
    made.add_text("kind", fields.kind)
    lot = zlib.crc32(key.encode())
    made.add_integer("lot", lot)
    for share in SAMPLES:
        if lot * share < _LOTS:
            made.add_text("sample", str(share))
    for token in fields.see:
        made.add_text("see", f"{fields.kind}|{token}")
    named = (*fields.words, *fields.people)
    title, names = _line(words_of(fields.title)), _line(word for text in named for word in words_of(text))
    made.add_text("title", title)
    made.add_text("whole", whole_of(fields.title))
    if names:
        made.add_text("names", names)
    made.add_text(
        "text", f"{title} {names} {_line(words_of(fields.body))}"
    )  # one list for each word, wherever it stands
    for text in (fields.title, *named):
        made.add_text("chars", " ".join(characters_of(text)))
    made.add_text("letters", " ".join(letters_of((fields.title, *fields.words), fields.people)))
    made.add_integer("at", fields.at)
    made.add_integer("quality", fields.quality)
    made.add_integer("used", fields.used)
    for facet in facets:
        for value in fields.facets.get(facet, ()):
            made.add_text(f"f_{facet}", value)
    return made


def _line(words: Iterable[str]) -> str:
    """Single characters are left to `chars`."""
    return " ".join(word for word in words if len(word) > 1 or word.isascii())
