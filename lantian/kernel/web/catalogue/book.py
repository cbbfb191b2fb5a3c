"""The catalogue files: locale/en/LC_MESSAGES/{django,djangojs}.po, what is compiled from them, and whether they are whole."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import polib

from lantian.kernel.web.catalogue import hardcoded
from lantian.kernel.web.catalogue.extract import Message, script_messages, server_messages

DOMAINS = ("django", "djangojs")
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Complaint:
    path: str
    line: int
    words: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.words}"


def po_path(base: Path, domain: str) -> Path:
    return base / "locale" / "en" / "LC_MESSAGES" / f"{domain}.po"


def script_catalogue(base: Path) -> Path:
    return base / "frontend" / "src" / "locale" / "en.json"


def _new_book() -> polib.POFile:
    book = polib.POFile(wrapwidth=110)
    book.metadata = {
        "Project-Id-Version": "lantian",
        "Language": "en",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": "nplurals=2; plural=(n != 1);",
    }
    return book


def load(base: Path, domain: str) -> polib.POFile:
    path = po_path(base, domain)
    return polib.pofile(str(path), wrapwidth=110) if path.exists() else _new_book()


def _key(entry: polib.POEntry) -> Key:
    return entry.msgctxt or "", entry.msgid


def merge(book: polib.POFile, messages: Iterable[Message]) -> polib.POFile:
    """The book with exactly these messages current. Translations are kept; what is no longer used is marked obsolete."""
    known = {_key(entry): entry for entry in book}
    wanted: dict[Key, list[Message]] = {}
    for message in messages:
        wanted.setdefault((message.context, message.text), []).append(message)
    merged = _new_book()
    for key in sorted(wanted, key=lambda key: (wanted[key][0].path, key[1])):
        first = wanted[key][0]
        plural = next((message.plural for message in wanted[key] if message.plural), "")
        entry = known.get(key) or polib.POEntry(msgid=first.text, msgctxt=first.context or None)
        entry.obsolete = False
        if plural and not entry.msgid_plural:
            entry.msgid_plural = plural
            entry.msgstr_plural = {0: entry.msgstr, 1: entry.msgstr}
            entry.msgstr = ""
        # files without lines: they move with every edit and would drown what changed
        entry.occurrences = sorted({(message.path, "") for message in wanted[key]})
        merged.append(entry)
    for key, entry in known.items():
        if key not in wanted and (entry.msgstr or entry.msgstr_plural):
            entry.obsolete = True
            entry.occurrences = []
            merged.append(entry)
    return merged


def found(base: Path, domain: str) -> list[Message]:
    return server_messages(base) if domain == "django" else script_messages(base)


def extract(base: Path) -> dict[str, int]:
    """Write both books anew from the sources; returns how many entries wait for a translation, by domain."""
    waiting = {}
    for domain in DOMAINS:
        book = merge(load(base, domain), found(base, domain))
        path = po_path(base, domain)
        path.parent.mkdir(parents=True, exist_ok=True)
        book.save(str(path))
        waiting[domain] = len(book.untranslated_entries())
    return waiting


def script_words(book: polib.POFile) -> dict[str, str]:
    return {entry.msgid: entry.msgstr for entry in book if entry.msgstr and not entry.obsolete and not entry.fuzzy}


def _script_json(base: Path) -> str:
    words = script_words(load(base, "djangojs"))
    return json.dumps(dict(sorted(words.items())), ensure_ascii=False, indent=1) + "\n"


def compile_all(base: Path) -> None:
    """django.po → django.mo; djangojs.po → the frontend's en.json."""
    if po_path(base, "django").exists():
        load(base, "django").save_as_mofile(str(po_path(base, "django").with_suffix(".mo")))
    script_catalogue(base).write_text(_script_json(base))


_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|(?<!%)%[sd]|\{\w*\}")


def placeholders(text: str) -> list[str]:
    return sorted(set(_PLACEHOLDER.findall(text)))


def _entry_faults(entry: polib.POEntry) -> list[str]:
    texts = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
    if entry.fuzzy:
        return ["fuzzy"]
    if not all(texts):
        return ["no English"]
    faults = []
    for text in texts:
        if placeholders(text) != placeholders(entry.msgid):
            faults.append(f"placeholders differ: {placeholders(entry.msgid)} and {placeholders(text)}")
        if hardcoded.CHINESE.search(text):
            faults.append("Chinese in the English")
    return faults


def check(base: Path) -> list[Complaint]:
    """Everything wrong with the catalogue, at the line in the sources where it is used; empty when all is well."""
    complaints = [
        Complaint(each.path, each.line, f"not marked for translation: {each.text}") for each in hardcoded.find(base)
    ]
    for domain in DOMAINS:
        known = {_key(entry): entry for entry in load(base, domain) if not entry.obsolete}
        seen: set[Key] = set()
        for message in found(base, domain):
            key = (message.context, message.text)
            if key in seen:
                continue
            seen.add(key)
            if not hardcoded.CHINESE.search(message.text):
                continue
            entry = known.get(key)
            faults = _entry_faults(entry) if entry else ["not in the catalogue (run: lantian i18n extract)"]
            complaints += [Complaint(message.path, message.line, f"{fault}: {message.text[:60]}") for fault in faults]
    current = script_catalogue(base)
    if po_path(base, "djangojs").exists() and (not current.exists() or current.read_text() != _script_json(base)):
        complaints.append(Complaint(current.relative_to(base).as_posix(), 1, "stale (run: lantian i18n compile)"))
    return sorted(complaints, key=lambda each: (each.path, each.line))
